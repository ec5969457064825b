"""What a checkout was shown and what an order got."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .fields import DocumentField


class Outcome(models.Model):
    """The effects of one evaluation with all that they were computed from.

    ``snapshot``, ``settings`` and the versions in ``rule_version_pks`` are the
    inputs, ``at`` the time they were read at, ``effects`` and ``points_redeemed``
    the outcome. ``due_amount`` is what it all left to pay beside gift cards, in minor
    units, where nothing but the order's total can tell whether it was placed so.
    ``is_corrected`` says that the effects are what prices carried in place of what the
    inputs come to.
    """

    channel_pk = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()
    snapshot = DocumentField()
    settings = DocumentField()
    rule_version_pks = DocumentField(default=list)
    effects = DocumentField(default=list)
    points_redeemed = models.BigIntegerField(default=0)
    due_amount = models.BigIntegerField(null=True, blank=True)
    is_corrected = models.BooleanField(default=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class Receipt(Outcome):
    """What one order got, or is to get while it is being placed.

    Written at the gate with the checkout's token, and bound to the order when that
    is there: each order has one of its own. An order that staff made without a
    checkout has no token.

    ``grant`` is what the order earns while nothing is taken back, kept when it is
    first computed. ``is_corrected`` stands too where the order was not placed as the
    gate let it through: then the effects are those of the order's own rows.
    """

    id = models.BigAutoField(primary_key=True)
    checkout_token = models.CharField(
        max_length=36, null=True, blank=True, db_index=True
    )
    order_pk = models.CharField(max_length=36, null=True, blank=True, unique=True)
    grant = DocumentField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("checkout_token",),
                condition=Q(order_pk=None),
                name="rewards_receipt_once_under_way",
            )
        ]

    def __str__(self) -> str:
        return f"Receipt of checkout {self.checkout_token}"


class PriceAgreement(Outcome):
    """The price that the shopper of a paid checkout was shown, and that holds.

    ``fingerprint`` is of all that a shopper could change, and of the money that went
    back; ``total_amount`` what was to be paid, in minor units, gift cards not taken
    off.
    """

    checkout_token = models.CharField(max_length=36, primary_key=True)
    fingerprint = models.CharField(max_length=100)
    total_amount = models.BigIntegerField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"Price of checkout {self.checkout_token}"


class Quote(models.Model):
    """What a shopper was last shown, where Saleor itself keeps no trace of it."""

    checkout_token = models.CharField(max_length=36, primary_key=True)
    effects = DocumentField(default=list)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"Quote for checkout {self.checkout_token}"
