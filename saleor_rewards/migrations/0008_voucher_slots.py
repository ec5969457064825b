"""Lets vouchers of ours end for good, and remembers who else wants their slot."""

from __future__ import annotations

from typing import Any

from django.db import migrations, models
from django.db.models import Q

WORTH = ("rule", "channel_pk", "value_type", "value")


def forget_ended(apps: Any, schema_editor: Any) -> None:
    """Leave one row a worth, as before vouchers had an end."""
    apps.get_model("saleor_rewards", "OwnedVoucher").objects.exclude(
        ended_at=None
    ).delete()


class Migration(migrations.Migration):
    dependencies = [("saleor_rewards", "0007_kept_checkouts")]

    operations = [
        migrations.CreateModel(
            name="CheckoutVoucherSlot",
            fields=[
                (
                    "checkout_token",
                    models.CharField(max_length=36, primary_key=True, serialize=False),
                ),
                (
                    "shopper_code",
                    models.CharField(blank=True, default="", max_length=255),
                ),
                ("is_displaced", models.BooleanField(default=False)),
                ("is_declined", models.BooleanField(default=False)),
                (
                    "counted_code",
                    models.CharField(blank=True, default="", max_length=255),
                ),
            ],
        ),
        migrations.AddField(
            model_name="ownedvoucher",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.RemoveConstraint(
            model_name="ownedvoucher", name="rewards_owned_voucher_worth"
        ),
        migrations.RunPython(migrations.RunPython.noop, forget_ended),
        migrations.AddConstraint(
            model_name="ownedvoucher",
            constraint=models.UniqueConstraint(
                condition=Q(ended_at=None),
                fields=WORTH,
                name="rewards_owned_voucher_worth",
            ),
        ),
    ]
