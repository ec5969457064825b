"""The points ledger: accounts, what was ever posted to them, and what is left.

Everything here is written by ``saleor_rewards.ledger`` and by nothing else.
Points are whole numbers; an order, a checkout and a person are named by Saleor's keys.
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .choices import DescribedChoices, TextChoices
from .constraints import Check
from .fields import DocumentField
from .programs import Program, RuleVersion
from .tiers import Tier


class AccountState(DescribedChoices):
    OPEN = "open", "It takes postings.", "Open"
    MERGED = "merged", "All of it is on another account.", "Merged into another account"
    ERASED = "erased", "All of it went with its owner.", "Erased with the person"


class Account(models.Model):
    """One person's points in one program.

    A member has ``user_pk``, a guest only ``email``. The sums equal those of
    the entries; they change under the row's lock in the entry's transaction.
    They are exact until ``due_at``, the earliest time at which points of a lot
    become available or expire. ``lapses_at`` is when all points expire unless
    the person earns or spends before. ``is_email_confirmed`` says that the address
    was known to be the member's, so that what stands under it goes with them.
    ``tier_below_since`` is when the tier's
    measure fell below it, ``tier_due_at`` when to look at the tier again, and
    ``noticed_at`` the latest expiry that the person was told of.
    """

    id = models.BigAutoField(primary_key=True)
    program = models.ForeignKey(
        Program, related_name="accounts", on_delete=models.PROTECT
    )
    user_pk = models.PositiveIntegerField(null=True, blank=True)
    email = models.CharField(max_length=254, blank=True, default="")
    is_email_confirmed = models.BooleanField(default=False)
    state = models.CharField(
        max_length=8, choices=AccountState.choices, default=AccountState.OPEN
    )
    merged_into = models.ForeignKey(
        "self", related_name="+", null=True, blank=True, on_delete=models.PROTECT
    )
    points_pending = models.BigIntegerField(default=0)
    points_available = models.BigIntegerField(default=0)
    points_held = models.BigIntegerField(default=0)
    points_debt = models.BigIntegerField(default=0)
    points_lifetime = models.BigIntegerField(default=0)
    due_at = models.DateTimeField(null=True, blank=True)
    active_at = models.DateTimeField(null=True, blank=True)
    lapses_at = models.DateTimeField(null=True, blank=True)
    tier = models.ForeignKey(
        Tier, related_name="+", null=True, blank=True, on_delete=models.PROTECT
    )
    tier_since = models.DateTimeField(null=True, blank=True)
    tier_below_since = models.DateTimeField(null=True, blank=True)
    tier_due_at = models.DateTimeField(null=True, blank=True)
    noticed_at = models.DateTimeField(null=True, blank=True)
    joined_at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            Check(
                rule=Q(
                    points_pending__gte=0,
                    points_available__gte=0,
                    points_held__gte=0,
                    points_debt__gte=0,
                    points_lifetime__gte=0,
                ),
                name="rewards_account_not_negative",
            ),
            # Whoever owes points has none to spend.
            Check(
                rule=Q(points_debt=0) | Q(points_available=0),
                name="rewards_account_debt_first",
            ),
            models.UniqueConstraint(
                fields=("program", "user_pk"),
                condition=Q(state="open", user_pk__isnull=False),
                name="rewards_account_once_a_member",
            ),
            models.UniqueConstraint(
                fields=("program", "email"),
                condition=Q(state="open", user_pk=None) & ~Q(email=""),
                name="rewards_account_once_a_guest",
            ),
        ]
        indexes = [
            models.Index(
                fields=("due_at",),
                condition=Q(due_at__isnull=False),
                name="rewards_account_due",
            ),
            models.Index(
                fields=("lapses_at",),
                condition=Q(lapses_at__isnull=False),
                name="rewards_account_lapses",
            ),
            models.Index(
                fields=("tier_due_at",),
                condition=Q(tier_due_at__isnull=False),
                name="rewards_account_tier_due",
            ),
            models.Index(fields=("email",), name="rewards_account_email"),
            models.Index(fields=("user_pk",), name="rewards_account_user"),
        ]

    def __str__(self) -> str:
        return f"Account {self.pk}"


class EntryKind(DescribedChoices):
    """What an entry does, from the member's point of view."""

    EARN = "earn", "Points were earned; pending at first, or not.", "Earned"
    MATURE = "mature", "Pending points became available.", "Became available"
    REVERSE = "reverse", "Earned points were taken back.", "Taken back"
    RESTORE = "restore", "Points that were taken back were given again.", "Given again"
    HOLD = "hold", "Points were put aside for a checkout.", "Held for a checkout"
    RELEASE = "release", "Points were put aside no longer.", "No longer held"
    CAPTURE = "capture", "Points were spent on an order.", "Spent"
    RETURN = "return", "Spent points were given back.", "Spent points given back"
    RETAKE = (
        "retake",
        "Spent points that were given back were taken again.",
        "Given back points taken again",
    )
    EXPIRE = "expire", "Points expired.", "Expired"
    ADJUST = (
        "adjust",
        "Staff, an app or an import changed the balance.",
        "Adjusted by staff",
    )
    MERGE = (
        "merge",
        "Points came from, or went to, an account of the same person.",
        "Moved with a merged account",
    )
    ERASE = "erase", "All points went with the person.", "Erased with the person"


class Entry(models.Model):
    """One posting. Rows are only ever added: a trigger refuses to change them.

    The five ``points_`` columns are what it adds to the account's sums, and
    ``moves`` the same by lot, ``[[lot, pending, available, held, expired], ...]``.
    ``points_waived`` is what should have been taken back and was let go, or what was
    earned and did not fit.
    ``key`` names what caused it; ``fingerprint`` is a digest of the arguments.
    ``order_pk`` is the order that it is about, or ``referral:7`` for a reward.
    No text of a person's stands here, so that a person can be erased.
    """

    REFERRAL = "referral:"

    id = models.BigAutoField(primary_key=True)
    # The index on the history below serves it too.
    account = models.ForeignKey(
        Account, related_name="entries", on_delete=models.PROTECT, db_index=False
    )
    kind = models.CharField(max_length=8, choices=EntryKind.choices)
    key = models.CharField(max_length=160, unique=True)
    fingerprint = models.CharField(max_length=64)
    points_pending = models.BigIntegerField(default=0)
    points_available = models.BigIntegerField(default=0)
    points_held = models.BigIntegerField(default=0)
    points_debt = models.BigIntegerField(default=0)
    points_lifetime = models.BigIntegerField(default=0)
    points_waived = models.BigIntegerField(default=0)
    moves = DocumentField(default=list)
    order_pk = models.CharField(max_length=36, blank=True, default="")
    # Nobody looks for it, and versions are never deleted: an index would only cost.
    rule_version = models.ForeignKey(
        RuleVersion,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
        on_delete=models.PROTECT,
    )
    at = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        indexes = [
            models.Index(
                fields=("order_pk",),
                condition=~Q(order_pk=""),
                name="rewards_entry_order",
            ),
            models.Index(fields=("account", "id"), name="rewards_entry_history"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"

    @property
    def own_order_pk(self) -> str:
        """The order that it is about, empty where that is not the member's own."""
        return "" if self.order_pk.startswith(self.REFERRAL) else self.order_pk


class EntryNote(models.Model):
    """Who made an entry by hand, and why. Goes when the person is erased."""

    id = models.BigAutoField(primary_key=True)
    entry = models.OneToOneField(Entry, related_name="note", on_delete=models.PROTECT)
    reason = models.TextField(blank=True, default="")
    author = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.reason


class Lot(models.Model):
    """Points of one credit, with what is left of them.

    They are pending before ``available_from`` and worth nothing from
    ``expires_at`` on; held ones are kept for a checkout. Of those that expired,
    ``points_expired`` were not taken back since.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, related_name="lots", on_delete=models.PROTECT)
    points = models.BigIntegerField()
    points_pending = models.BigIntegerField(default=0)
    points_available = models.BigIntegerField(default=0)
    points_held = models.BigIntegerField(default=0)
    points_expired = models.BigIntegerField(default=0)
    available_from = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    order_pk = models.CharField(max_length=36, blank=True, default="")
    # Nobody looks for it, and versions are never deleted: an index would only cost.
    rule_version = models.ForeignKey(
        RuleVersion,
        related_name="+",
        null=True,
        blank=True,
        db_index=False,
        on_delete=models.PROTECT,
    )

    class Meta:
        ordering = ("pk",)
        constraints = [
            Check(
                rule=Q(
                    points__gt=0,
                    points_pending__gte=0,
                    points_available__gte=0,
                    points_held__gte=0,
                    points_expired__gte=0,
                ),
                name="rewards_lot_not_negative",
            )
        ]
        indexes = [
            models.Index(
                fields=("account", "expires_at"),
                condition=~Q(points_pending=0, points_available=0, points_held=0),
                name="rewards_lot_open",
            ),
            models.Index(
                fields=("order_pk",),
                condition=~Q(order_pk=""),
                name="rewards_lot_order",
            ),
        ]

    def __str__(self) -> str:
        return f"Lot {self.pk}"


class HoldState(TextChoices):
    OPEN = "open", "Open"
    CAPTURED = "captured", "Captured"
    RELEASED = "released", "Released"


class Hold(models.Model):
    """Points put aside for a checkout: ``draws`` is ``[[lot, points], ...]``.

    Captured when the order is created, for as many points as the order took;
    the rest is released. ``points_returned`` came back by refunds.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(Account, related_name="holds", on_delete=models.PROTECT)
    checkout_token = models.CharField(max_length=36)
    order_pk = models.CharField(max_length=36, blank=True, default="")
    state = models.CharField(
        max_length=8, choices=HoldState.choices, default=HoldState.OPEN
    )
    points = models.BigIntegerField()
    points_captured = models.BigIntegerField(default=0)
    points_returned = models.BigIntegerField(default=0)
    draws = DocumentField(default=list)
    at = models.DateTimeField()
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("checkout_token",),
                condition=Q(state="open"),
                name="rewards_hold_once_a_checkout",
            ),
            models.UniqueConstraint(
                fields=("order_pk",),
                condition=~Q(order_pk=""),
                name="rewards_hold_once_an_order",
            ),
            Check(
                rule=Q(
                    points__gt=0,
                    points_captured__gte=0,
                    points_captured__lte=models.F("points"),
                    points_returned__gte=0,
                    points_returned__lte=models.F("points_captured"),
                ),
                name="rewards_hold_within_points",
            ),
        ]
        indexes = [
            models.Index(
                fields=("expires_at",),
                condition=Q(state="open"),
                name="rewards_hold_open",
            )
        ]

    def __str__(self) -> str:
        return f"Hold of checkout {self.checkout_token}"


class Settlement(models.Model):
    """What the ledger last made of one order.

    ``points_by_version`` is ``{rule version: points now granted}``, ``step``
    counts the changes and makes the keys of their entries. ``spend_amount`` is
    what the customer paid and got not back, in minor units.
    """

    id = models.BigAutoField(primary_key=True)
    order_pk = models.CharField(max_length=36, unique=True)
    account = models.ForeignKey(
        Account, related_name="settlements", on_delete=models.PROTECT
    )
    points_by_version = DocumentField(default=dict)
    points_earned = models.BigIntegerField(default=0)
    points_spent = models.BigIntegerField(default=0)
    points_returned = models.BigIntegerField(default=0)
    step = models.PositiveIntegerField(default=0)
    currency = models.CharField(max_length=3)
    spend_amount = models.BigIntegerField(default=0)
    is_counted = models.BooleanField(default=False)
    ordered_at = models.DateTimeField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            Check(
                rule=Q(
                    points_earned__gte=0,
                    points_returned__gte=0,
                    points_returned__lte=models.F("points_spent"),
                    spend_amount__gte=0,
                ),
                name="rewards_settlement_not_negative",
            )
        ]
        indexes = [
            models.Index(
                fields=("account", "ordered_at"), name="rewards_settlement_account"
            )
        ]

    def __str__(self) -> str:
        return f"Settlement of order {self.order_pk}"
