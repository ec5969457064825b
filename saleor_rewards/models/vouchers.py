"""Native vouchers that carry our shipping discounts."""

from __future__ import annotations

from django.db import models

from .programs import Rule


class OwnedVoucherValue(models.TextChoices):
    PERCENTAGE = "percentage", "Percentage"
    FIXED = "fixed", "Fixed amount"


class OwnedVoucher(models.Model):
    """A shipping voucher of Saleor that belongs to the plugin alone."""

    id = models.BigAutoField(primary_key=True)
    rule = models.ForeignKey(
        Rule, related_name="owned_vouchers", on_delete=models.PROTECT
    )
    value_type = models.CharField(max_length=16, choices=OwnedVoucherValue.choices)
    value = models.DecimalField(max_digits=20, decimal_places=3)
    channel_pk = models.PositiveIntegerField()
    voucher_pk = models.PositiveIntegerField(unique=True)
    code = models.CharField(max_length=255, unique=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("rule", "channel_pk", "value_type", "value"),
                name="rewards_owned_voucher_worth",
            )
        ]

    def __str__(self) -> str:
        return self.code
