"""Native vouchers that carry our shipping discounts, and who else wants their place."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .choices import TextChoices
from .programs import Rule


class OwnedVoucherValue(TextChoices):
    PERCENTAGE = "percentage", "Percentage"
    FIXED = "fixed", "Fixed amount"


class OwnedVoucher(models.Model):
    """A shipping voucher of Saleor that belongs to the plugin alone.

    Orders name its code for ever, so the row stays when the voucher has ended.
    """

    id = models.BigAutoField(primary_key=True)
    rule = models.ForeignKey(
        Rule, related_name="owned_vouchers", on_delete=models.PROTECT
    )
    value_type = models.CharField(max_length=16, choices=OwnedVoucherValue.choices)
    value = models.DecimalField(max_digits=20, decimal_places=3)
    channel_pk = models.PositiveIntegerField()
    voucher_pk = models.PositiveIntegerField(unique=True)
    code = models.CharField(max_length=255, unique=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("rule", "channel_pk", "value_type", "value"),
                condition=Q(ended_at=None),
                name="rewards_owned_voucher_worth",
            )
        ]

    def __str__(self) -> str:
        return self.code


class CheckoutVoucherSlot(models.Model):
    """What is remembered about the voucher slot of one checkout.

    ``shopper_code`` is the shopper's own code where ours could take the goods below
    what it asks for. ``is_displaced`` says that it makes place while ours is worth more
    and both cannot stand; it is put back as soon as it applies. ``is_declined`` says
    that the shopper took our code off: from then on lines carry its worth.
    ``counted_code`` is the code whose use Saleor counted at the last try to order.
    """

    checkout_token = models.CharField(max_length=36, primary_key=True)
    shopper_code = models.CharField(max_length=255, blank=True, default="")
    is_displaced = models.BooleanField(default=False)
    is_declined = models.BooleanField(default=False)
    counted_code = models.CharField(max_length=255, blank=True, default="")

    def __str__(self) -> str:
        return self.checkout_token
