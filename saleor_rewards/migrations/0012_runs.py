"""Keeps imports that go on after the request, and how far reconciling came."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import saleor_rewards.models.fields


class Migration(migrations.Migration):
    dependencies = [("saleor_rewards", "0011_rights")]

    operations = [
        migrations.CreateModel(
            name="BalanceImport",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("author", models.CharField(max_length=64)),
                ("author_user_pk", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "author_email",
                    models.CharField(blank=True, default="", max_length=254),
                ),
                ("is_dry_run", models.BooleanField()),
                ("points_tried", models.BigIntegerField(default=0)),
                ("created_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "program",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="balance_imports",
                        to="saleor_rewards.program",
                    ),
                ),
            ],
            options={"ordering": ("pk",)},
        ),
        migrations.CreateModel(
            name="BalanceImportRow",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("number", models.PositiveIntegerField()),
                ("line", models.PositiveIntegerField()),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("ready", "Would be imported"),
                            ("imported", "Imported"),
                            ("unchanged", "Was imported before"),
                            ("waiting", "Waits for a second member of staff"),
                            ("failed", "Failed"),
                        ],
                        default="queued",
                        max_length=9,
                    ),
                ),
                (
                    "values",
                    saleor_rewards.models.fields.DocumentField(blank=True, null=True),
                ),
                ("code", models.CharField(blank=True, default="", max_length=64)),
                ("field", models.CharField(blank=True, default="", max_length=64)),
                ("message", models.TextField(blank=True, default="")),
                (
                    "balance_import",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="rows",
                        to="saleor_rewards.balanceimport",
                    ),
                ),
            ],
            options={"ordering": ("pk",)},
        ),
        migrations.CreateModel(
            name="ReconcileRun",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("started_at", models.DateTimeField()),
                ("transaction_id", models.BigIntegerField()),
                ("settings_digest", models.CharField(max_length=64)),
                ("since_at", models.DateTimeField(blank=True, null=True)),
                ("since_transaction_id", models.BigIntegerField(blank=True, null=True)),
                ("orders", models.PositiveIntegerField(default=0)),
                ("settled", models.PositiveIntegerField(default=0)),
                ("failed", models.PositiveIntegerField(default=0)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={"ordering": ("pk",)},
        ),
        migrations.AddIndex(
            model_name="balanceimport",
            index=models.Index(
                condition=models.Q(finished_at=None),
                fields=["created_at"],
                name="rewards_import_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="balanceimportrow",
            constraint=models.UniqueConstraint(
                fields=("balance_import", "number"), name="rewards_import_row_number"
            ),
        ),
        migrations.AddIndex(
            model_name="balanceimportrow",
            index=models.Index(
                fields=["balance_import", "status", "number"],
                name="rewards_import_row_status",
            ),
        ),
    ]
