"""All tables of the product, and the guards that keep histories as they are."""

from decimal import Decimal

import django.db.models.deletion
import django.db.models.expressions
from django.db import migrations, models

import saleor_rewards.models.constraints
import saleor_rewards.models.fields

#: EXECUTE PROCEDURE is what every PostgreSQL since 9 understands.
GUARD = """
CREATE FUNCTION saleor_rewards_refuse_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION '% rows are only ever added', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END;
$$ LANGUAGE plpgsql;

CREATE TRIGGER saleor_rewards_rule_version_is_append_only
BEFORE UPDATE OR DELETE ON saleor_rewards_ruleversion
FOR EACH ROW EXECUTE PROCEDURE saleor_rewards_refuse_change();

CREATE TRIGGER saleor_rewards_entry_is_append_only
BEFORE UPDATE OR DELETE ON saleor_rewards_entry
FOR EACH ROW EXECUTE PROCEDURE saleor_rewards_refuse_change();
"""

#: One earning in one round trip: PostgreSQL keeps the plans of a function's statements,
#: and planning is most of what the same statements cost one by one. False where there
#: is more to do than to add up.
EARN = """
CREATE FUNCTION saleor_rewards_earn(
    _account bigint, _points bigint, _pending bigint, _most bigint, _key text,
    _fingerprint text, _order text, _version bigint, _at timestamptz,
    _available_from timestamptz, _expires_at timestamptz, _due_at timestamptz,
    _lapses_at timestamptz
) RETURNS boolean AS $$
DECLARE
    _lot bigint;
BEGIN
    UPDATE saleor_rewards_account SET
        points_pending = points_pending + _pending,
        points_available = points_available + _points - _pending,
        points_lifetime = points_lifetime + _points,
        due_at = LEAST(due_at, _due_at),
        active_at = _at,
        lapses_at = COALESCE(_lapses_at, lapses_at)
    WHERE id = _account AND state = 'open' AND points_debt = 0
        AND (due_at IS NULL OR due_at > _at)
        AND (lapses_at IS NULL OR lapses_at > _at)
        AND points_pending + points_available + points_held + _points <= _most
        AND points_lifetime + _points <= _most;
    IF NOT FOUND THEN
        RETURN FALSE;
    END IF;
    INSERT INTO saleor_rewards_lot (
        account_id, points, points_pending, points_available, points_held,
        points_expired, available_from, expires_at, order_pk, rule_version_id
    ) VALUES (
        _account, _points, _pending, _points - _pending, 0, 0, _available_from,
        _expires_at, _order, _version
    ) RETURNING id INTO _lot;
    INSERT INTO saleor_rewards_entry (
        account_id, kind, key, fingerprint, points_pending, points_available,
        points_held, points_debt, points_lifetime, points_waived, moves, order_pk,
        rule_version_id, at, created_at
    ) VALUES (
        _account, 'earn', _key, _fingerprint, _pending, _points - _pending, 0, 0,
        _points, 0,
        jsonb_build_array(
            jsonb_build_array(_lot, _pending, _points - _pending, 0, 0)
        ),
        _order, _version, _at, statement_timestamp()
    );
    RETURN TRUE;
END;
$$ LANGUAGE plpgsql;
"""

UNEARN = "DROP FUNCTION saleor_rewards_earn"

UNGUARD = """
DROP TRIGGER saleor_rewards_entry_is_append_only ON saleor_rewards_entry;
DROP TRIGGER saleor_rewards_rule_version_is_append_only
ON saleor_rewards_ruleversion;
DROP FUNCTION saleor_rewards_refuse_change();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Account",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("user_pk", models.PositiveIntegerField(blank=True, null=True)),
                ("email", models.CharField(blank=True, default="", max_length=254)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("merged", "Merged into another account"),
                            ("erased", "Erased with the person"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("points_pending", models.BigIntegerField(default=0)),
                ("points_available", models.BigIntegerField(default=0)),
                ("points_held", models.BigIntegerField(default=0)),
                ("points_debt", models.BigIntegerField(default=0)),
                ("points_lifetime", models.BigIntegerField(default=0)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("active_at", models.DateTimeField(blank=True, null=True)),
                ("lapses_at", models.DateTimeField(blank=True, null=True)),
                ("tier_since", models.DateTimeField(blank=True, null=True)),
                (
                    "tier_below_since",
                    models.DateTimeField(blank=True, null=True),
                ),
                ("tier_due_at", models.DateTimeField(blank=True, null=True)),
                ("noticed_at", models.DateTimeField(blank=True, null=True)),
                ("joined_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "merged_into",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="saleor_rewards.Account",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("earn", "Earned"),
                            ("mature", "Became available"),
                            ("reverse", "Taken back"),
                            ("restore", "Given again"),
                            ("hold", "Held for a checkout"),
                            ("release", "No longer held"),
                            ("capture", "Spent"),
                            ("return", "Spent points given back"),
                            ("retake", "Given back points taken again"),
                            ("expire", "Expired"),
                            ("adjust", "Adjusted by staff"),
                            ("merge", "Moved with a merged account"),
                            ("erase", "Erased with the person"),
                        ],
                        max_length=8,
                    ),
                ),
                ("key", models.CharField(max_length=160, unique=True)),
                ("fingerprint", models.CharField(max_length=64)),
                ("points_pending", models.BigIntegerField(default=0)),
                ("points_available", models.BigIntegerField(default=0)),
                ("points_held", models.BigIntegerField(default=0)),
                ("points_debt", models.BigIntegerField(default=0)),
                ("points_lifetime", models.BigIntegerField(default=0)),
                ("points_waived", models.BigIntegerField(default=0)),
                ("moves", saleor_rewards.models.fields.DocumentField(default=list)),
                ("order_pk", models.CharField(blank=True, default="", max_length=36)),
                ("at", models.DateTimeField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="saleor_rewards.Account",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Program",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("channel_pk", models.PositiveIntegerField(unique=True)),
                ("is_active", models.BooleanField(default=True)),
                ("name", models.CharField(blank=True, default="", max_length=255)),
                (
                    "cap_percent",
                    models.DecimalField(
                        blank=True, decimal_places=2, max_digits=5, null=True
                    ),
                ),
                ("time_zone", models.CharField(default="UTC", max_length=64)),
                (
                    "voucher_slot",
                    models.CharField(
                        choices=[
                            ("worth_as_lines", "Give its worth off the lines"),
                            ("withhold", "Withhold it"),
                        ],
                        default="worth_as_lines",
                        max_length=16,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Quote",
            fields=[
                (
                    "checkout_token",
                    models.CharField(max_length=36, primary_key=True, serialize=False),
                ),
                ("effects", saleor_rewards.models.fields.DocumentField(default=list)),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "checkout_token",
                    models.CharField(blank=True, max_length=36, null=True, unique=True),
                ),
                (
                    "order_pk",
                    models.CharField(blank=True, max_length=36, null=True, unique=True),
                ),
                ("channel_pk", models.PositiveIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("at", models.DateTimeField()),
                ("snapshot", saleor_rewards.models.fields.DocumentField()),
                ("settings", saleor_rewards.models.fields.DocumentField()),
                (
                    "rule_version_pks",
                    saleor_rewards.models.fields.DocumentField(default=list),
                ),
                ("effects", saleor_rewards.models.fields.DocumentField(default=list)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Rule",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Tier",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=255)),
                ("threshold", models.BigIntegerField()),
                ("deleted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "program",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tiers",
                        to="saleor_rewards.Program",
                    ),
                ),
            ],
            options={
                "ordering": ("threshold", "pk"),
            },
        ),
        migrations.CreateModel(
            name="TierChange",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("reached", "Reached its threshold"),
                            ("downgraded", "Fell below it"),
                            ("changed", "The program's tiers changed"),
                            ("merged", "Came with a merged account"),
                        ],
                        max_length=16,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tier_changes",
                        to="saleor_rewards.Account",
                    ),
                ),
                (
                    "tier",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="saleor_rewards.Tier",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Settlement",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("order_pk", models.CharField(max_length=36, unique=True)),
                (
                    "points_by_version",
                    saleor_rewards.models.fields.DocumentField(default=dict),
                ),
                ("points_earned", models.BigIntegerField(default=0)),
                ("points_spent", models.BigIntegerField(default=0)),
                ("points_returned", models.BigIntegerField(default=0)),
                ("step", models.PositiveIntegerField(default=0)),
                ("currency", models.CharField(max_length=3)),
                ("spend_amount", models.BigIntegerField(default=0)),
                ("is_counted", models.BooleanField(default=False)),
                ("ordered_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField(auto_now=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settlements",
                        to="saleor_rewards.Account",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="RuleVersion",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("name", models.CharField(max_length=255)),
                ("definition", saleor_rewards.models.fields.DocumentField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                ("created_by", models.CharField(blank=True, default="", max_length=64)),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="versions",
                        to="saleor_rewards.Rule",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.AddField(
            model_name="rule",
            name="current",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="saleor_rewards.RuleVersion",
            ),
        ),
        migrations.AddField(
            model_name="rule",
            name="program",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rules",
                to="saleor_rewards.Program",
            ),
        ),
        migrations.CreateModel(
            name="PointsPolicy",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("is_active", models.BooleanField(default=False)),
                ("since", models.DateTimeField(blank=True, null=True)),
                (
                    "earn_on",
                    models.CharField(
                        choices=[
                            ("paid", "When the order is paid"),
                            ("fulfilled", "When the order is fulfilled"),
                        ],
                        default="paid",
                        max_length=9,
                    ),
                ),
                (
                    "base",
                    models.CharField(
                        choices=[
                            ("gross", "Prices with tax"),
                            ("net", "Prices without tax"),
                        ],
                        default="gross",
                        max_length=5,
                    ),
                ),
                ("return_days", models.PositiveIntegerField(default=14)),
                (
                    "expiry",
                    models.CharField(
                        choices=[
                            ("never", "Never"),
                            ("after_earning", "A time after they were earned"),
                            ("after_inactivity", "A time after the last order"),
                        ],
                        default="never",
                        max_length=16,
                    ),
                ),
                ("expiry_days", models.PositiveIntegerField(default=365)),
                ("notice_days", models.PositiveIntegerField(default=30)),
                ("redeem_points", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "redeem_amount",
                    models.DecimalField(
                        blank=True, decimal_places=3, max_digits=12, null=True
                    ),
                ),
                ("minimum_points", models.PositiveIntegerField(default=1)),
                ("step_points", models.PositiveIntegerField(default=1)),
                (
                    "most_percent",
                    models.DecimalField(
                        decimal_places=2, default=Decimal(100), max_digits=5
                    ),
                ),
                ("hold_minutes", models.PositiveIntegerField(default=60)),
                (
                    "shortage",
                    models.CharField(
                        choices=[
                            ("debt", "The next earnings pay for it"),
                            ("clamp", "Let it go"),
                        ],
                        default="debt",
                        max_length=5,
                    ),
                ),
                (
                    "birthday_key",
                    models.CharField(blank=True, default="", max_length=64),
                ),
                (
                    "tier_measure",
                    models.CharField(
                        choices=[
                            ("points", "Points earned"),
                            ("spend", "Money spent"),
                            ("orders", "Orders placed"),
                            ("tenure", "Days since joining"),
                        ],
                        default="points",
                        max_length=6,
                    ),
                ),
                (
                    "tier_window_days",
                    models.PositiveIntegerField(blank=True, null=True),
                ),
                ("tier_grace_days", models.PositiveIntegerField(default=0)),
                (
                    "tier_downgrade",
                    models.CharField(
                        choices=[
                            ("direct", "To the tier that the measure gives"),
                            ("step", "One tier at a time"),
                            ("never", "Never"),
                        ],
                        default="direct",
                        max_length=6,
                    ),
                ),
                (
                    "program",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="points_policy",
                        to="saleor_rewards.Program",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="OwnedVoucher",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "value_type",
                    models.CharField(
                        choices=[
                            ("percentage", "Percentage"),
                            ("fixed", "Fixed amount"),
                        ],
                        max_length=16,
                    ),
                ),
                ("value", models.DecimalField(decimal_places=3, max_digits=20)),
                ("channel_pk", models.PositiveIntegerField()),
                ("voucher_pk", models.PositiveIntegerField(unique=True)),
                ("code", models.CharField(max_length=255, unique=True)),
                (
                    "rule",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="owned_vouchers",
                        to="saleor_rewards.Rule",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Lot",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("points", models.BigIntegerField()),
                ("points_pending", models.BigIntegerField(default=0)),
                ("points_available", models.BigIntegerField(default=0)),
                ("points_held", models.BigIntegerField(default=0)),
                ("points_expired", models.BigIntegerField(default=0)),
                ("available_from", models.DateTimeField()),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("order_pk", models.CharField(blank=True, default="", max_length=36)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="lots",
                        to="saleor_rewards.Account",
                    ),
                ),
                (
                    "rule_version",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="saleor_rewards.RuleVersion",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("checkout_token", models.CharField(max_length=36)),
                ("order_pk", models.CharField(blank=True, default="", max_length=36)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("captured", "Captured"),
                            ("released", "Released"),
                        ],
                        default="open",
                        max_length=8,
                    ),
                ),
                ("points", models.BigIntegerField()),
                ("points_captured", models.BigIntegerField(default=0)),
                ("points_returned", models.BigIntegerField(default=0)),
                ("draws", saleor_rewards.models.fields.DocumentField(default=list)),
                ("at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("closed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holds",
                        to="saleor_rewards.Account",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="EntryNote",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("reason", models.TextField(blank=True, default="")),
                ("author", models.CharField(blank=True, default="", max_length=64)),
                (
                    "entry",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="note",
                        to="saleor_rewards.Entry",
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.AddField(
            model_name="entry",
            name="rule_version",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="saleor_rewards.RuleVersion",
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="program",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="accounts",
                to="saleor_rewards.Program",
            ),
        ),
        migrations.AddField(
            model_name="account",
            name="tier",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="saleor_rewards.Tier",
            ),
        ),
        migrations.AddConstraint(
            model_name="tier",
            constraint=saleor_rewards.models.constraints.Check(
                name="rewards_tier_threshold", rule=models.Q(threshold__gte=0)
            ),
        ),
        migrations.AddConstraint(
            model_name="tier",
            constraint=models.UniqueConstraint(
                condition=models.Q(deleted_at=None),
                fields=("program", "threshold"),
                name="rewards_tier_once_a_threshold",
            ),
        ),
        migrations.AddIndex(
            model_name="settlement",
            index=models.Index(
                fields=["account", "ordered_at"], name="rewards_settlement_account"
            ),
        ),
        migrations.AddConstraint(
            model_name="settlement",
            constraint=saleor_rewards.models.constraints.Check(
                name="rewards_settlement_not_negative",
                rule=models.Q(
                    ("points_earned__gte", 0),
                    ("points_returned__gte", 0),
                    (
                        "points_returned__lte",
                        django.db.models.expressions.F("points_spent"),
                    ),
                    ("spend_amount__gte", 0),
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleversion",
            constraint=models.UniqueConstraint(
                fields=("rule", "number"), name="rewards_rule_version_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="pointspolicy",
            constraint=saleor_rewards.models.constraints.Check(
                name="rewards_policy_worth",
                rule=models.Q(
                    models.Q(("redeem_amount", None), ("redeem_points", None)),
                    models.Q(("redeem_amount__gt", 0), ("redeem_points__gt", 0)),
                    _connector="OR",
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="pointspolicy",
            constraint=saleor_rewards.models.constraints.Check(
                name="rewards_policy_least",
                rule=models.Q(
                    ("hold_minutes__gte", 1),
                    ("minimum_points__gte", 1),
                    ("step_points__gte", 1),
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="pointspolicy",
            constraint=saleor_rewards.models.constraints.Check(
                name="rewards_policy_most_percent",
                rule=models.Q(("most_percent__gt", 0), ("most_percent__lte", 100)),
            ),
        ),
        migrations.AddConstraint(
            model_name="ownedvoucher",
            constraint=models.UniqueConstraint(
                fields=("rule", "channel_pk", "value_type", "value"),
                name="rewards_owned_voucher_worth",
            ),
        ),
        migrations.AddIndex(
            model_name="lot",
            index=models.Index(
                condition=models.Q(
                    ("points_available", 0),
                    ("points_held", 0),
                    ("points_pending", 0),
                    _negated=True,
                ),
                fields=["account", "expires_at"],
                name="rewards_lot_open",
            ),
        ),
        migrations.AddIndex(
            model_name="lot",
            index=models.Index(
                condition=models.Q(_negated=True, order_pk=""),
                fields=["order_pk"],
                name="rewards_lot_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="lot",
            constraint=saleor_rewards.models.constraints.Check(
                name="rewards_lot_not_negative",
                rule=models.Q(
                    ("points__gt", 0),
                    ("points_available__gte", 0),
                    ("points_expired__gte", 0),
                    ("points_held__gte", 0),
                    ("points_pending__gte", 0),
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(
                condition=models.Q(state="open"),
                fields=["expires_at"],
                name="rewards_hold_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(
                condition=models.Q(state="open"),
                fields=("checkout_token",),
                name="rewards_hold_once_a_checkout",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(
                condition=models.Q(_negated=True, order_pk=""),
                fields=("order_pk",),
                name="rewards_hold_once_an_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=saleor_rewards.models.constraints.Check(
                name="rewards_hold_within_points",
                rule=models.Q(
                    ("points__gt", 0),
                    ("points_captured__gte", 0),
                    ("points_captured__lte", django.db.models.expressions.F("points")),
                    ("points_returned__gte", 0),
                    (
                        "points_returned__lte",
                        django.db.models.expressions.F("points_captured"),
                    ),
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(_negated=True, order_pk=""),
                fields=["order_pk"],
                name="rewards_entry_order",
            ),
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["account", "id"], name="rewards_entry_history"),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(due_at__isnull=False),
                fields=["due_at"],
                name="rewards_account_due",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(lapses_at__isnull=False),
                fields=["lapses_at"],
                name="rewards_account_lapses",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(
                condition=models.Q(tier_due_at__isnull=False),
                fields=["tier_due_at"],
                name="rewards_account_tier_due",
            ),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(fields=["email"], name="rewards_account_email"),
        ),
        migrations.AddIndex(
            model_name="account",
            index=models.Index(fields=["user_pk"], name="rewards_account_user"),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=saleor_rewards.models.constraints.Check(
                name="rewards_account_not_negative",
                rule=models.Q(
                    ("points_available__gte", 0),
                    ("points_debt__gte", 0),
                    ("points_held__gte", 0),
                    ("points_lifetime__gte", 0),
                    ("points_pending__gte", 0),
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=saleor_rewards.models.constraints.Check(
                name="rewards_account_debt_first",
                rule=models.Q(
                    ("points_debt", 0), ("points_available", 0), _connector="OR"
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "open"), ("user_pk__isnull", False)),
                fields=("program", "user_pk"),
                name="rewards_account_once_a_member",
            ),
        ),
        migrations.AddConstraint(
            model_name="account",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("state", "open"),
                    ("user_pk", None),
                    models.Q(_negated=True, email=""),
                ),
                fields=("program", "email"),
                name="rewards_account_once_a_guest",
            ),
        ),
        migrations.CreateModel(
            name="ClaimLimit",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("scope", models.CharField(max_length=8)),
                ("digest", models.CharField(max_length=64)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("failed_at", models.DateTimeField()),
                ("blocked_until", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("user_pk", models.PositiveIntegerField(blank=True, null=True)),
                ("order_pk", models.CharField(blank=True, default="", max_length=36)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("email", "E-mail address"),
                            ("address", "Postal address"),
                            ("card", "Card"),
                            ("ip", "Network address"),
                        ],
                        max_length=7,
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Referral",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "referrer_user_pk",
                    models.PositiveIntegerField(blank=True, null=True),
                ),
                ("referee_user_pk", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "referee_email",
                    models.CharField(blank=True, default="", max_length=254),
                ),
                (
                    "checkout_token",
                    models.CharField(blank=True, default="", max_length=36),
                ),
                ("order_pk", models.CharField(blank=True, default="", max_length=36)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("claimed", "Claimed"),
                            ("ordered", "Waiting for the order to be paid"),
                            ("paid", "Waiting for the hold period to end"),
                            ("rewarded", "Rewarded"),
                            ("revoked", "Nothing is left of the rewards"),
                            ("lapsed", "No order counted in time"),
                        ],
                        default="claimed",
                        max_length=8,
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("allow", "Counts"),
                            ("review", "Waits for staff"),
                            ("reject", "Does not count"),
                        ],
                        max_length=6,
                    ),
                ),
                ("weight", models.PositiveIntegerField(default=0)),
                ("signals", saleor_rewards.models.fields.DocumentField(default=list)),
                ("is_decided", models.BooleanField(default=False)),
                ("review_asked_at", models.DateTimeField(blank=True, null=True)),
                ("claimed_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
                ("minimum_amount", models.BigIntegerField(default=0)),
                ("paid_at", models.DateTimeField(blank=True, null=True)),
                ("due_at", models.DateTimeField(blank=True, null=True)),
                ("rewarded_at", models.DateTimeField(blank=True, null=True)),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
                ("number", models.PositiveIntegerField(blank=True, null=True)),
                ("step", models.PositiveIntegerField(default=0)),
                (
                    "told",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("accepted", "A friend accepted the invitation"),
                            ("earned", "A reward was earned"),
                            ("revoked", "A reward was taken back"),
                        ],
                        default="",
                        max_length=8,
                    ),
                ),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="ReferralCode",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("user_pk", models.PositiveIntegerField(blank=True, null=True)),
                ("code", models.CharField(max_length=32)),
                ("lookup", models.CharField(max_length=32)),
                ("is_own", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("retired_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="ReferralDecision",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("allow", "Counts"),
                            ("review", "Waits for staff"),
                            ("reject", "Does not count"),
                        ],
                        max_length=6,
                    ),
                ),
                ("signals", saleor_rewards.models.fields.DocumentField(default=list)),
                ("reason", models.TextField(blank=True, default="")),
                ("author", models.CharField(blank=True, default="", max_length=64)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="ReferralInvite",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("user_pk", models.PositiveIntegerField()),
                ("email_digest", models.CharField(max_length=64)),
                ("created_at", models.DateTimeField()),
                ("ends_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="ReferralPolicy",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("is_active", models.BooleanField(default=False)),
                ("since", models.DateTimeField(blank=True, null=True)),
                ("link", models.CharField(blank=True, default="", max_length=500)),
                ("allows_own_codes", models.BooleanField(default=False)),
                ("claim_days", models.PositiveIntegerField(default=30)),
                ("hold_days", models.PositiveIntegerField(default=14)),
                (
                    "minimum_amount",
                    models.DecimalField(
                        blank=True, decimal_places=3, max_digits=12, null=True
                    ),
                ),
                ("most_per_month", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "shortage",
                    models.CharField(
                        choices=[
                            ("debt", "The next earnings pay for it"),
                            ("clamp", "Let it go"),
                        ],
                        default="debt",
                        max_length=5,
                    ),
                ),
                ("review_weight", models.PositiveIntegerField(default=50)),
                ("reject_weight", models.PositiveIntegerField(default=100)),
                ("weights", saleor_rewards.models.fields.DocumentField(default=dict)),
                ("evidence_days", models.PositiveIntegerField(default=180)),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="ReferralReward",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("points", "Points"),
                            ("voucher", "A voucher of Saleor"),
                            ("gift_card", "A gift card of Saleor"),
                        ],
                        max_length=9,
                    ),
                ),
                ("currency", models.CharField(blank=True, default="", max_length=3)),
                ("worth", models.BigIntegerField()),
                ("worth_kept", models.BigIntegerField()),
                ("worth_given", models.BigIntegerField(default=0)),
                ("worth_owed", models.BigIntegerField(default=0)),
                ("worth_waived", models.BigIntegerField(default=0)),
                ("worth_offset", models.BigIntegerField(default=0)),
                ("saleor_pk", models.PositiveIntegerField(blank=True, null=True)),
                ("code", models.CharField(blank=True, default="", max_length=64)),
                ("granted_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField(auto_now=True)),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="StripeCharge",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("charge_id", models.CharField(max_length=255, unique=True)),
                ("intent_id", models.CharField(blank=True, default="", max_length=255)),
                ("order_pk", models.CharField(blank=True, default="", max_length=36)),
                ("is_live", models.BooleanField()),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField(default=0)),
                ("refunded_amount", models.BigIntegerField(default=0)),
                ("refunded_at", models.DateTimeField(blank=True, null=True)),
                (
                    "card_digest",
                    models.CharField(blank=True, default="", max_length=64),
                ),
                ("card_ends_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="StripeDispute",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("dispute_id", models.CharField(max_length=255, unique=True)),
                ("charge_id", models.CharField(db_index=True, max_length=255)),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField()),
                ("status", models.CharField(max_length=32)),
                ("is_closed", models.BooleanField(default=False)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="StripeEvent",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("event_id", models.CharField(max_length=255, unique=True)),
                ("kind", models.CharField(max_length=64)),
                ("is_live", models.BooleanField()),
                ("created_at", models.DateTimeField()),
                ("received_at", models.DateTimeField()),
                ("document", saleor_rewards.models.fields.DocumentField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("received", "Not worked off yet"),
                            ("done", "Worked off"),
                            ("ignored", "Says nothing about rewards"),
                            ("unmatched", "No order has this payment yet"),
                            ("failed", "Could not be worked off"),
                        ],
                        default="received",
                        max_length=9,
                    ),
                ),
                ("message", models.TextField(blank=True, default="")),
                ("attempts", models.PositiveIntegerField(default=0)),
                ("worked_at", models.DateTimeField(blank=True, null=True)),
                ("order_pk", models.CharField(blank=True, default="", max_length=36)),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="StripeRefund",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("refund_id", models.CharField(max_length=255, unique=True)),
                ("charge_id", models.CharField(db_index=True, max_length=255)),
                ("currency", models.CharField(max_length=3)),
                ("amount", models.BigIntegerField()),
                ("status", models.CharField(max_length=32)),
                ("made_at", models.DateTimeField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.AddIndex(
            model_name="stripeevent",
            index=models.Index(
                condition=models.Q(state__in=("received", "unmatched", "failed")),
                fields=["received_at"],
                name="rewards_stripe_event_open",
            ),
        ),
        migrations.AddIndex(
            model_name="stripecharge",
            index=models.Index(
                fields=["intent_id"], name="rewards_stripe_charge_intent"
            ),
        ),
        migrations.AddIndex(
            model_name="stripecharge",
            index=models.Index(
                condition=models.Q(_negated=True, order_pk=""),
                fields=["order_pk"],
                name="rewards_stripe_charge_order",
            ),
        ),
        migrations.AddIndex(
            model_name="stripecharge",
            index=models.Index(
                condition=models.Q(card_ends_at__isnull=False),
                fields=["card_ends_at"],
                name="rewards_stripe_charge_card",
            ),
        ),
        migrations.AddConstraint(
            model_name="stripecharge",
            constraint=saleor_rewards.models.constraints.Check(
                name="rewards_stripe_charge_not_negative",
                rule=models.Q(("amount__gte", 0), ("refunded_amount__gte", 0)),
            ),
        ),
        migrations.AddField(
            model_name="referralreward",
            name="referral",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="rewards",
                to="saleor_rewards.Referral",
            ),
        ),
        migrations.AddField(
            model_name="referralreward",
            name="rule_version",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="saleor_rewards.RuleVersion",
            ),
        ),
        migrations.AddField(
            model_name="referralpolicy",
            name="program",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="referral_policy",
                to="saleor_rewards.Program",
            ),
        ),
        migrations.AddField(
            model_name="referralinvite",
            name="program",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="saleor_rewards.Program",
            ),
        ),
        migrations.AddField(
            model_name="referraldecision",
            name="referral",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="decisions",
                to="saleor_rewards.Referral",
            ),
        ),
        migrations.AddField(
            model_name="referralcode",
            name="program",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="referral_codes",
                to="saleor_rewards.Program",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="code",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="referrals",
                to="saleor_rewards.ReferralCode",
            ),
        ),
        migrations.AddField(
            model_name="referral",
            name="program",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="referrals",
                to="saleor_rewards.Program",
            ),
        ),
        migrations.AddField(
            model_name="evidence",
            name="program",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="saleor_rewards.Program",
            ),
        ),
        migrations.AddField(
            model_name="evidence",
            name="referral",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="evidence",
                to="saleor_rewards.Referral",
            ),
        ),
        migrations.AddIndex(
            model_name="claimlimit",
            index=models.Index(fields=["failed_at"], name="rewards_claim_limit_age"),
        ),
        migrations.AddConstraint(
            model_name="claimlimit",
            constraint=models.UniqueConstraint(
                fields=("scope", "digest"), name="rewards_claim_limit_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="referralreward",
            constraint=models.UniqueConstraint(
                fields=("referral", "kind"), name="rewards_referral_reward_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="referralreward",
            constraint=saleor_rewards.models.constraints.Check(
                name="rewards_referral_reward_within",
                rule=models.Q(
                    ("worth__gt", 0),
                    ("worth_given__gte", 0),
                    ("worth_kept__gte", 0),
                    ("worth_kept__lte", django.db.models.expressions.F("worth")),
                    ("worth_offset__gte", 0),
                    ("worth_owed__gte", 0),
                    ("worth_waived__gte", 0),
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="referralpolicy",
            constraint=saleor_rewards.models.constraints.Check(
                name="rewards_referral_policy_weights",
                rule=models.Q(
                    (
                        "reject_weight__gte",
                        django.db.models.expressions.F("review_weight"),
                    ),
                    ("review_weight__gte", 1),
                ),
            ),
        ),
        migrations.AddConstraint(
            model_name="referralpolicy",
            constraint=saleor_rewards.models.constraints.Check(
                name="rewards_referral_policy_days",
                rule=models.Q(("claim_days__gte", 1), ("evidence_days__gte", 1)),
            ),
        ),
        migrations.AddIndex(
            model_name="referralinvite",
            index=models.Index(fields=["ends_at"], name="rewards_referral_invite_end"),
        ),
        migrations.AddIndex(
            model_name="referralinvite",
            index=models.Index(
                fields=["program", "user_pk"], name="rewards_referral_invite_user"
            ),
        ),
        migrations.AddConstraint(
            model_name="referralinvite",
            constraint=models.UniqueConstraint(
                fields=("program", "email_digest"), name="rewards_referral_invite_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="referralcode",
            constraint=models.UniqueConstraint(
                fields=("program", "lookup"), name="rewards_referral_code_lookup"
            ),
        ),
        migrations.AddConstraint(
            model_name="referralcode",
            constraint=models.UniqueConstraint(
                condition=models.Q(("retired_at", None), ("user_pk__isnull", False)),
                fields=("program", "user_pk"),
                name="rewards_referral_code_once_a_member",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(due_at__isnull=False),
                fields=["due_at"],
                name="rewards_referral_due",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                condition=models.Q(state="claimed"),
                fields=["ends_at"],
                name="rewards_referral_end",
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(
                fields=["program", "referrer_user_pk"], name="rewards_referral_referrer"
            ),
        ),
        migrations.AddIndex(
            model_name="referral",
            index=models.Index(fields=["referee_email"], name="rewards_referral_email"),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("referee_user_pk__isnull", False),
                    models.Q(_negated=True, state="lapsed"),
                ),
                fields=("program", "referee_user_pk"),
                name="rewards_referral_once_a_member",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(_negated=True, referee_email=""),
                    models.Q(_negated=True, state="lapsed"),
                ),
                fields=("program", "referee_email"),
                name="rewards_referral_once_an_email",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    models.Q(_negated=True, checkout_token=""),
                    models.Q(_negated=True, state="lapsed"),
                ),
                fields=("checkout_token",),
                name="rewards_referral_once_a_checkout",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.UniqueConstraint(
                condition=models.Q(_negated=True, order_pk=""),
                fields=("order_pk",),
                name="rewards_referral_once_an_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="referral",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("number__isnull", False), ("referrer_user_pk__isnull", False)
                ),
                fields=("program", "referrer_user_pk", "number"),
                name="rewards_referral_once_a_number",
            ),
        ),
        migrations.AddIndex(
            model_name="evidence",
            index=models.Index(
                fields=["kind", "digest", "program"], name="rewards_evidence_digest"
            ),
        ),
        migrations.AddIndex(
            model_name="evidence",
            index=models.Index(fields=["ends_at"], name="rewards_evidence_end"),
        ),
        migrations.AddIndex(
            model_name="evidence",
            index=models.Index(
                condition=models.Q(_negated=True, order_pk=""),
                fields=["order_pk"],
                name="rewards_evidence_order",
            ),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
        migrations.RunSQL(EARN, UNEARN),
    ]
