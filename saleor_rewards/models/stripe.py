"""What Stripe told of payments, one row a thing of Stripe's."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .choices import TextChoices
from .constraints import Check
from .fields import DocumentField


class StripeEventState(TextChoices):
    RECEIVED = "received", "Not worked off yet"
    DONE = "done", "Worked off"
    IGNORED = "ignored", "Says nothing about rewards"
    UNMATCHED = "unmatched", "No order has this payment yet"
    FAILED = "failed", "Could not be worked off"


class StripeEvent(models.Model):
    """One event as Stripe sent it. ``event_id`` makes a second delivery a no-op.

    ``document`` holds only what rewards go by, none of the card holder's data.
    """

    id = models.BigAutoField(primary_key=True)
    event_id = models.CharField(max_length=255, unique=True)
    kind = models.CharField(max_length=64)
    is_live = models.BooleanField()
    created_at = models.DateTimeField()
    received_at = models.DateTimeField()
    document = DocumentField(default=dict)
    state = models.CharField(
        max_length=9,
        choices=StripeEventState.choices,
        default=StripeEventState.RECEIVED,
    )
    message = models.TextField(blank=True, default="")
    attempts = models.PositiveIntegerField(default=0)
    worked_at = models.DateTimeField(null=True, blank=True)
    order_pk = models.CharField(max_length=36, blank=True, default="")

    class Meta:
        ordering = ("pk",)
        indexes = [
            models.Index(
                fields=("received_at",),
                condition=Q(state__in=("received", "unmatched", "failed")),
                name="rewards_stripe_event_open",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.event_id}"


class StripeCharge(models.Model):
    """One charge, with how much of it Stripe refunded when it last said so.

    Amounts are minor units of ``currency``. ``order_pk`` is empty until an order with
    this payment is found. ``card_digest`` is a keyed hash of the card's fingerprint,
    empty for wallets and other ways to pay, and after ``card_ends_at``.
    """

    id = models.BigAutoField(primary_key=True)
    charge_id = models.CharField(max_length=255, unique=True)
    intent_id = models.CharField(max_length=255, blank=True, default="")
    order_pk = models.CharField(max_length=36, blank=True, default="")
    is_live = models.BooleanField()
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField(default=0)
    refunded_amount = models.BigIntegerField(default=0)
    refunded_at = models.DateTimeField(null=True, blank=True)
    card_digest = models.CharField(max_length=64, blank=True, default="")
    card_ends_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            Check(
                rule=Q(amount__gte=0, refunded_amount__gte=0),
                name="rewards_stripe_charge_not_negative",
            )
        ]
        indexes = [
            models.Index(fields=("intent_id",), name="rewards_stripe_charge_intent"),
            models.Index(
                fields=("order_pk",),
                condition=~Q(order_pk=""),
                name="rewards_stripe_charge_order",
            ),
            models.Index(
                fields=("card_ends_at",),
                condition=Q(card_ends_at__isnull=False),
                name="rewards_stripe_charge_card",
            ),
        ]

    def __str__(self) -> str:
        return self.charge_id


class StripeRefund(models.Model):
    """One refund that failed or was called off, taken off what its charge says.

    It was made at ``made_at``, and came to nothing ``at``.
    """

    id = models.BigAutoField(primary_key=True)
    refund_id = models.CharField(max_length=255, unique=True)
    charge_id = models.CharField(max_length=255, db_index=True)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    status = models.CharField(max_length=32)
    made_at = models.DateTimeField()
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.refund_id


class StripeDispute(models.Model):
    """One dispute of a charge. It counts while it is open and once it is lost."""

    id = models.BigAutoField(primary_key=True)
    dispute_id = models.CharField(max_length=255, unique=True)
    charge_id = models.CharField(max_length=255, db_index=True)
    currency = models.CharField(max_length=3)
    amount = models.BigIntegerField()
    status = models.CharField(max_length=32)
    is_closed = models.BooleanField(default=False)
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.dispute_id
