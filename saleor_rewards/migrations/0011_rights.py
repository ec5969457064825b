"""Bounds what staff give by hand, and salts what entries keep of people's texts.

A row's reference and the name of a change are texts that may be an address. Their
entries kept plain hashes, or the text itself; each becomes a hash keyed by the shop's
secret. Nothing brings the old ones back: below this migration an import that was
posted before would count once more.
"""

from __future__ import annotations

import re
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

import saleor_rewards.models.constraints
from saleor_rewards.identity import digest

#: Keys by hand as they were, and not yet as they become.
PLAIN = re.compile(
    r"(?P<kind>import|adjust):(?P<of>\d+):(?!hmac:)(?P<name>.+)", re.DOTALL
)

ROWS = 1000

#: Of these columns the account's sums know nothing.
UPDATE = """
UPDATE saleor_rewards_entry AS entry
SET key = salted.key, fingerprint = salted.fingerprint
FROM unnest(%s::bigint[], %s::text[], %s::text[]) AS salted(id, key, fingerprint)
WHERE entry.id = salted.id
"""
OPEN = "ALTER TABLE saleor_rewards_entry DISABLE TRIGGER saleor_rewards_entry_is_append_only"
CLOSE = "ALTER TABLE saleor_rewards_entry ENABLE TRIGGER saleor_rewards_entry_is_append_only"


def salt(apps: Any, schema_editor: Any) -> None:
    """Key the hashes of all that was ever posted by hand."""
    schema_editor.execute(OPEN)
    entries = apps.get_model("saleor_rewards", "Entry").objects.filter(kind="adjust")
    after = 0
    while True:
        rows = entries.filter(pk__gt=after).order_by("pk")
        found = list(rows.values_list("pk", "key", "fingerprint")[:ROWS])
        if not found:
            break
        after = found[-1][0]
        salted = [row for row in map(_salted, found) if row is not None]
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(
                UPDATE, [list(column) for column in zip(*salted)] or [[]] * 3
            )
    schema_editor.execute(CLOSE)


def _salted(row: tuple[int, str, str]) -> tuple[int, str, str] | None:
    pk, key, fingerprint = row
    plain = PLAIN.fullmatch(key)
    if plain is None:
        return None
    kind, name = plain["kind"], plain["name"]
    hashed = f"{kind}:{plain['of']}:hmac:{digest(kind, name)}"
    return pk, hashed, digest("fingerprint", fingerprint)


class Migration(migrations.Migration):
    dependencies = [("saleor_rewards", "0010_claims_of_carts")]

    operations = [
        migrations.RunPython(salt, migrations.RunPython.noop),
        migrations.AddField(
            model_name="account",
            name="is_email_confirmed",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="pointspolicy",
            name="max_staff_points_per_day",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
        migrations.CreateModel(
            name="StaffAllowance",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("author", models.CharField(max_length=64)),
                ("day", models.DateField(db_index=True)),
                ("points_given", models.BigIntegerField(default=0)),
                (
                    "program",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="saleor_rewards.Program",
                    ),
                ),
            ],
            options={"ordering": ("pk",)},
        ),
        migrations.CreateModel(
            name="PointsAdjustment",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("points", models.BigIntegerField()),
                ("expires_at", models.DateTimeField(blank=True, null=True)),
                ("key", models.CharField(max_length=160, unique=True)),
                ("reason", models.TextField(blank=True, default="")),
                ("author", models.CharField(max_length=64)),
                ("entered_at", models.DateTimeField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "Waiting"),
                            ("approved", "Approved"),
                            ("declined", "Declined"),
                            ("erased", "Erased"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                (
                    "decided_by",
                    models.CharField(blank=True, default="", max_length=64),
                ),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("decision_reason", models.TextField(blank=True, default="")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="adjustments",
                        to="saleor_rewards.Account",
                    ),
                ),
            ],
            options={"ordering": ("pk",)},
        ),
        migrations.AddConstraint(
            model_name="staffallowance",
            constraint=models.UniqueConstraint(
                fields=("program", "author", "day"), name="rewards_staff_allowance_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="staffallowance",
            constraint=saleor_rewards.models.constraints.Check(
                rule=Q(points_given__gte=0), name="rewards_staff_allowance_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="pointsadjustment",
            constraint=saleor_rewards.models.constraints.Check(
                rule=Q(points__gt=0), name="rewards_adjustment_positive"
            ),
        ),
        migrations.AddIndex(
            model_name="pointsadjustment",
            index=models.Index(
                condition=Q(state="waiting"),
                fields=["id"],
                name="rewards_adjustment_waiting",
            ),
        ),
    ]
