"""What a merchant chose for the points and for the referrals of a program."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q

from .choices import DescribedChoices
from .constraints import Check
from .fields import DocumentField
from .programs import Program


class EarnOn(DescribedChoices):
    PAID = "paid", "When the order is paid"
    FULFILLED = "fulfilled", "When the order is fulfilled"


class PointsBase(DescribedChoices):
    GROSS = "gross", "Prices with tax"
    NET = "net", "Prices without tax"


class PointsExpiry(DescribedChoices):
    NEVER = "never", "Points stay.", "Never"
    AFTER_EARNING = (
        "after_earning",
        "`expiryDays` after points became available, each lot by itself.",
        "A time after they were earned",
    )
    AFTER_INACTIVITY = (
        "after_inactivity",
        "`expiryDays` after the last order, all points at once.",
        "A time after the last order",
    )


class Shortage(DescribedChoices):
    """What to do where points to take back are spent already."""

    DEBT = (
        "debt",
        "What is missing is owed: the next earnings pay for it.",
        "The next earnings pay for it",
    )
    CLAMP = "clamp", "What is missing is let go.", "Let it go"


class TierMeasure(DescribedChoices):
    POINTS = "points", "Points earned, less those taken back.", "Points earned"
    SPEND = "spend", "Money spent on orders, less what was given back.", "Money spent"
    ORDERS = "orders", "Orders that were paid and not undone.", "Orders placed"
    TENURE = "tenure", "Days since joining"


class Downgrade(DescribedChoices):
    DIRECT = "direct", "To the tier that the measure gives"
    STEP = "step", "One tier at a time"
    NEVER = "never", "Nowhere: a tier once reached is kept.", "Never"


class PointsPolicy(models.Model):
    """How a program's points are earned, spent, lost, and counted into tiers.

    ``redeem_points`` points are worth ``redeem_amount`` of the channel's
    currency; null for points that cannot be spent. ``since`` is when points were
    first switched on: no order from before ever earns. A null
    ``tier_window_days`` counts all of a member's time. One member of staff may give
    ``max_staff_points_per_day`` by hand alone; null for no bound.
    """

    id = models.BigAutoField(primary_key=True)
    program = models.OneToOneField(
        Program, related_name="points_policy", on_delete=models.PROTECT
    )
    is_active = models.BooleanField(default=False)
    since = models.DateTimeField(null=True, blank=True)
    earn_on = models.CharField(
        max_length=9, choices=EarnOn.choices, default=EarnOn.PAID
    )
    base = models.CharField(
        max_length=5, choices=PointsBase.choices, default=PointsBase.GROSS
    )
    return_days = models.PositiveIntegerField(default=14)
    expiry = models.CharField(
        max_length=16, choices=PointsExpiry.choices, default=PointsExpiry.NEVER
    )
    expiry_days = models.PositiveIntegerField(default=365)
    notice_days = models.PositiveIntegerField(default=30)
    redeem_points = models.PositiveIntegerField(null=True, blank=True)
    redeem_amount = models.DecimalField(
        max_digits=12, decimal_places=3, null=True, blank=True
    )
    minimum_points = models.PositiveIntegerField(default=1)
    step_points = models.PositiveIntegerField(default=1)
    most_percent = models.DecimalField(
        max_digits=5, decimal_places=2, default=Decimal(100)
    )
    hold_minutes = models.PositiveIntegerField(default=60)
    shortage = models.CharField(
        max_length=5, choices=Shortage.choices, default=Shortage.DEBT
    )
    birthday_key = models.CharField(max_length=64, blank=True, default="")
    tier_measure = models.CharField(
        max_length=6, choices=TierMeasure.choices, default=TierMeasure.POINTS
    )
    tier_window_days = models.PositiveIntegerField(null=True, blank=True)
    tier_grace_days = models.PositiveIntegerField(default=0)
    tier_downgrade = models.CharField(
        max_length=6, choices=Downgrade.choices, default=Downgrade.DIRECT
    )
    max_staff_points_per_day = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            Check(
                rule=Q(redeem_points=None, redeem_amount=None)
                | Q(redeem_points__gt=0, redeem_amount__gt=0),
                name="rewards_policy_worth",
            ),
            Check(
                rule=Q(minimum_points__gte=1, step_points__gte=1, hold_minutes__gte=1),
                name="rewards_policy_least",
            ),
            Check(
                rule=Q(most_percent__gt=0, most_percent__lte=100),
                name="rewards_policy_most_percent",
            ),
        ]

    def __str__(self) -> str:
        return f"Points of {self.program}"


class ReferralPolicy(models.Model):
    """How a program's referrals work.

    ``link`` is a page of the shop with ``{code}`` in it. A friend's first order must
    be placed within ``claim_days`` of the claim and be worth ``minimum_amount`` of
    the channel's currency after all discounts; rewards follow ``hold_days`` after it
    is paid. A referrer is rewarded for at most ``most_per_month`` friends in one
    calendar month of the program's time zone; null for no limit. ``weights`` are
    those of the signals that weigh other than by default, by code; a claim is held
    for review from ``review_weight`` on and rejected from ``reject_weight`` on.
    Hashes of personal values are kept ``evidence_days``. No order from before
    ``since``, when referrals were first switched on, ever counts.
    """

    id = models.BigAutoField(primary_key=True)
    program = models.OneToOneField(
        Program, related_name="referral_policy", on_delete=models.PROTECT
    )
    is_active = models.BooleanField(default=False)
    since = models.DateTimeField(null=True, blank=True)
    link = models.CharField(max_length=500, blank=True, default="")
    allows_own_codes = models.BooleanField(default=False)
    claim_days = models.PositiveIntegerField(default=30)
    hold_days = models.PositiveIntegerField(default=14)
    minimum_amount = models.DecimalField(
        max_digits=12, decimal_places=3, null=True, blank=True
    )
    most_per_month = models.PositiveIntegerField(null=True, blank=True)
    shortage = models.CharField(
        max_length=5, choices=Shortage.choices, default=Shortage.DEBT
    )
    review_weight = models.PositiveIntegerField(default=50)
    reject_weight = models.PositiveIntegerField(default=100)
    weights = DocumentField(default=dict)
    evidence_days = models.PositiveIntegerField(default=180)

    class Meta:
        ordering = ("pk",)
        constraints = [
            Check(
                rule=Q(
                    review_weight__gte=1, reject_weight__gte=models.F("review_weight")
                ),
                name="rewards_referral_policy_weights",
            ),
            Check(
                rule=Q(claim_days__gte=1, evidence_days__gte=1),
                name="rewards_referral_policy_days",
            ),
        ]

    def __str__(self) -> str:
        return f"Referrals of {self.program}"
