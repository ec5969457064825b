"""Pledges, price agreements, and receipts that keep what settling goes by."""

from django.db import migrations, models

import saleor_rewards.models.fields
from saleor_rewards.engine import (
    PointsDiscount,
    Snapshot,
    effect_from_json,
    points_paid,
)
from saleor_rewards.programs.settings import program_settings


def keep_points(apps, _schema_editor):
    """Write on receipts from before how many points paid for their orders."""
    receipts = apps.get_model("saleor_rewards", "Receipt").objects
    for receipt in receipts.filter(effects__contains=[{"type": "POINTS_DISCOUNT"}]):
        effects = [effect_from_json(effect) for effect in receipt.effects]
        others = [one for one in effects if not isinstance(one, PointsDiscount)]
        terms = program_settings(receipt.settings).points
        snapshot = Snapshot.from_json(receipt.snapshot)
        receipt.points_redeemed = points_paid(snapshot, others, terms)
        receipt.save(update_fields=["points_redeemed"])


class Migration(migrations.Migration):
    dependencies = [
        ("saleor_rewards", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Pledge",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("checkout_token", models.CharField(db_index=True, max_length=36)),
                (
                    "order_pk",
                    models.CharField(blank=True, max_length=36, null=True, unique=True),
                ),
                ("gate_at", models.DateTimeField()),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="PriceAgreement",
            fields=[
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
                ("points_redeemed", models.BigIntegerField(default=0)),
                ("due_amount", models.BigIntegerField(blank=True, null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "checkout_token",
                    models.CharField(max_length=36, primary_key=True, serialize=False),
                ),
                ("fingerprint", models.CharField(max_length=100)),
                ("total_amount", models.BigIntegerField()),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.AddField(
            model_name="receipt",
            name="due_amount",
            field=models.BigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="receipt",
            name="grant",
            field=saleor_rewards.models.fields.DocumentField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="receipt",
            name="is_corrected",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="receipt",
            name="points_redeemed",
            field=models.BigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="receipt",
            name="checkout_token",
            field=models.CharField(blank=True, db_index=True, max_length=36, null=True),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(
                condition=models.Q(("order_pk", None)),
                fields=("checkout_token",),
                name="rewards_receipt_once_under_way",
            ),
        ),
        migrations.AddConstraint(
            model_name="pledge",
            constraint=models.UniqueConstraint(
                condition=models.Q(("order_pk", None)),
                fields=("checkout_token",),
                name="rewards_pledge_once_open",
            ),
        ),
        migrations.RunPython(keep_points, migrations.RunPython.noop),
    ]
