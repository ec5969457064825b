"""All tables of the product, and the guard that keeps rule versions as they are."""

import django.db.models.deletion
from django.db import migrations, models

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
"""

UNGUARD = """
DROP TRIGGER saleor_rewards_rule_version_is_append_only
ON saleor_rewards_ruleversion;
DROP FUNCTION saleor_rewards_refuse_change();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
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
                ("checkout_token", models.CharField(max_length=36, unique=True)),
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
        migrations.AddConstraint(
            model_name="ruleversion",
            constraint=models.UniqueConstraint(
                fields=("rule", "number"), name="rewards_rule_version_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="ownedvoucher",
            constraint=models.UniqueConstraint(
                fields=("rule", "channel_pk", "value_type", "value"),
                name="rewards_owned_voucher_worth",
            ),
        ),
        migrations.RunSQL(GUARD, UNGUARD),
    ]
