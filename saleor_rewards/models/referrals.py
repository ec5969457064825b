"""Who brought whom, what both got for it, and what speaks for and against it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .choices import DescribedChoices, TextChoices
from .constraints import Check
from .fields import DocumentField
from .programs import Program, RuleVersion


class ReferralCode(models.Model):
    """A member's code. A retired one is nobody's again.

    ``code`` is as it is shown, ``lookup`` the same without case and separators.
    """

    id = models.BigAutoField(primary_key=True)
    program = models.ForeignKey(
        Program, related_name="referral_codes", on_delete=models.PROTECT
    )
    user_pk = models.PositiveIntegerField(null=True, blank=True)
    code = models.CharField(max_length=32)
    lookup = models.CharField(max_length=32)
    is_own = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("program", "lookup"), name="rewards_referral_code_lookup"
            ),
            models.UniqueConstraint(
                fields=("program", "user_pk"),
                condition=Q(retired_at=None, user_pk__isnull=False),
                name="rewards_referral_code_once_a_member",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ReferralInvite(models.Model):
    """An address that a member named as a friend's; kept as a keyed hash alone."""

    id = models.BigAutoField(primary_key=True)
    program = models.ForeignKey(Program, related_name="+", on_delete=models.PROTECT)
    user_pk = models.PositiveIntegerField()
    email_digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("program", "email_digest"), name="rewards_referral_invite_once"
            )
        ]
        indexes = [
            models.Index(fields=("ends_at",), name="rewards_referral_invite_end"),
            models.Index(
                fields=("program", "user_pk"), name="rewards_referral_invite_user"
            ),
        ]

    def __str__(self) -> str:
        return f"Invitation {self.pk}"


class ReferralState(DescribedChoices):
    CLAIMED = "claimed", "The friend accepted and has not ordered yet.", "Claimed"
    ORDERED = (
        "ordered",
        "The friend's order waits to be paid.",
        "Waiting for the order to be paid",
    )
    PAID = (
        "paid",
        "The order is paid; the rewards wait for the hold period to end.",
        "Waiting for the hold period to end",
    )
    REWARDED = "rewarded", "The referrer has the rewards.", "Rewarded"
    REVOKED = (
        "revoked",
        "The order was undone, and nothing is left of the rewards.",
        "Nothing is left of the rewards",
    )
    LAPSED = "lapsed", "No order counted in time.", "No order counted in time"


class Verdict(DescribedChoices):
    ALLOW = "allow", "It counts.", "Counts"
    REVIEW = "review", "It waits for staff.", "Waits for staff"
    REJECT = "reject", "It does not count.", "Does not count"


class ReferralNews(TextChoices):
    """What a referrer is told by mail, in the order in which it comes about."""

    ACCEPTED = "accepted", "A friend accepted the invitation"
    EARNED = "earned", "A reward was earned"
    REVOKED = "revoked", "A reward was taken back"


class Referral(models.Model):
    """One friend whom a member brought: the last claim before the order wins.

    A claim is bound to its cart and to ``referee_user_pk``, an account whose owner was
    signed in. ``referee_email`` binds nothing: in lower case, it is what was typed
    into the cart, and once there is an order, the order's. It and ``checkout_token``
    are empty once the person is erased, or ``evidence_days`` after ``ends_at``.
    ``email_until`` is for claims from before that was so: orders that were placed with
    the address until then are theirs too.
    ``signals`` is ``[[code, weight], ...]`` of what spoke against it, ``weight``
    their sum. What staff decided stays: ``is_decided``. ``minimum_amount`` is what
    the order has to be worth, in minor units. ``due_at`` is when its rewards are due,
    ``number`` which of the referrer's friends it was, and ``step`` counts the changes
    and makes the keys of their postings. ``told`` is the last that the referrer was
    told of it, a ``ReferralNews`` or ``r7`` for all that was taken back until step 7,
    empty for nothing yet.
    """

    id = models.BigAutoField(primary_key=True)
    program = models.ForeignKey(
        Program, related_name="referrals", on_delete=models.PROTECT
    )
    code = models.ForeignKey(
        ReferralCode,
        related_name="referrals",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    referrer_user_pk = models.PositiveIntegerField(null=True, blank=True)
    referee_user_pk = models.PositiveIntegerField(null=True, blank=True)
    referee_email = models.CharField(max_length=254, blank=True, default="")
    email_until = models.DateTimeField(null=True, blank=True)
    checkout_token = models.CharField(max_length=36, blank=True, default="")
    order_pk = models.CharField(max_length=36, blank=True, default="")
    state = models.CharField(
        max_length=8, choices=ReferralState.choices, default=ReferralState.CLAIMED
    )
    verdict = models.CharField(max_length=6, choices=Verdict.choices)
    weight = models.PositiveIntegerField(default=0)
    signals = DocumentField(default=list)
    is_decided = models.BooleanField(default=False)
    review_asked_at = models.DateTimeField(null=True, blank=True)
    claimed_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    minimum_amount = models.BigIntegerField(default=0)
    ordered_at = models.DateTimeField(null=True, blank=True)
    paid_at = models.DateTimeField(null=True, blank=True)
    due_at = models.DateTimeField(null=True, blank=True)
    rewarded_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    number = models.PositiveIntegerField(null=True, blank=True)
    step = models.PositiveIntegerField(default=0)
    told = models.CharField(
        max_length=8, choices=ReferralNews.choices, blank=True, default=""
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("program", "referee_user_pk"),
                condition=Q(referee_user_pk__isnull=False) & ~Q(state="lapsed"),
                name="rewards_referral_once_a_member",
            ),
            models.UniqueConstraint(
                fields=("checkout_token",),
                condition=~Q(checkout_token="") & ~Q(state="lapsed"),
                name="rewards_referral_once_a_checkout",
            ),
            models.UniqueConstraint(
                fields=("order_pk",),
                condition=~Q(order_pk=""),
                name="rewards_referral_once_an_order",
            ),
            models.UniqueConstraint(
                fields=("program", "referrer_user_pk", "number"),
                condition=Q(referrer_user_pk__isnull=False, number__isnull=False),
                name="rewards_referral_once_a_number",
            ),
        ]
        indexes = [
            models.Index(
                fields=("due_at",),
                condition=Q(due_at__isnull=False),
                name="rewards_referral_due",
            ),
            models.Index(
                fields=("ends_at",),
                condition=Q(state="claimed"),
                name="rewards_referral_end",
            ),
            models.Index(
                fields=("program", "referrer_user_pk"), name="rewards_referral_referrer"
            ),
            models.Index(fields=("referee_email",), name="rewards_referral_email"),
        ]

    def __str__(self) -> str:
        return f"Referral {self.pk}"


class ReferralDecision(models.Model):
    """One verdict on a referral: by the signals, or by staff with a reason."""

    id = models.BigAutoField(primary_key=True)
    referral = models.ForeignKey(
        Referral, related_name="decisions", on_delete=models.PROTECT
    )
    verdict = models.CharField(max_length=6, choices=Verdict.choices)
    signals = DocumentField(default=list)
    reason = models.TextField(blank=True, default="")
    author = models.CharField(max_length=64, blank=True, default="")
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.verdict}: {self.reason}"


class RewardKind(DescribedChoices):
    POINTS = "points", "Points on the referrer's account.", "Points"
    VOUCHER = "voucher", "A voucher of Saleor's, for one use.", "A voucher of Saleor"
    GIFT_CARD = "gift_card", "A gift card of Saleor's.", "A gift card of Saleor"


class ReferralReward(models.Model):
    """What a referrer got for one friend by one rule.

    Of ``worth`` (points, or minor units of ``currency``), ``worth_kept`` is what the
    order still earns. What was taken back but spent before is ``worth_owed`` until
    later rewards pay for it, or ``worth_waived``; what is owed of points the ledger
    knows. ``worth_offset`` went to pay what was owed for others. ``saleor_pk`` and
    ``code`` are the voucher's or gift card's, and ``worth_given`` is what was put on
    it in all, less what was taken off again.
    """

    id = models.BigAutoField(primary_key=True)
    referral = models.ForeignKey(
        Referral, related_name="rewards", on_delete=models.PROTECT
    )
    rule_version = models.ForeignKey(
        RuleVersion, related_name="+", db_index=False, on_delete=models.PROTECT
    )
    kind = models.CharField(max_length=9, choices=RewardKind.choices)
    currency = models.CharField(max_length=3, blank=True, default="")
    worth = models.BigIntegerField()
    worth_kept = models.BigIntegerField()
    worth_given = models.BigIntegerField(default=0)
    worth_owed = models.BigIntegerField(default=0)
    worth_waived = models.BigIntegerField(default=0)
    worth_offset = models.BigIntegerField(default=0)
    saleor_pk = models.PositiveIntegerField(null=True, blank=True)
    code = models.CharField(max_length=64, blank=True, default="")
    granted_at = models.DateTimeField()
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("referral", "kind"), name="rewards_referral_reward_once"
            ),
            Check(
                rule=Q(
                    worth__gt=0,
                    worth_kept__gte=0,
                    worth_kept__lte=models.F("worth"),
                    worth_given__gte=0,
                    worth_owed__gte=0,
                    worth_waived__gte=0,
                    worth_offset__gte=0,
                ),
                name="rewards_referral_reward_within",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of referral {self.referral_id}"


class EvidenceKind(TextChoices):
    EMAIL = "email", "E-mail address"
    ADDRESS = "address", "Postal address"
    CARD = "card", "Card"
    IP = "ip", "Network address"


class Evidence(models.Model):
    """A personal value as a keyed hash, that of a referral's friend or a referrer's.

    Deleted from ``ends_at`` on. ``user_pk`` is whose it is, empty for a guest.
    """

    id = models.BigAutoField(primary_key=True)
    program = models.ForeignKey(Program, related_name="+", on_delete=models.PROTECT)
    referral = models.ForeignKey(
        Referral, related_name="evidence", null=True, on_delete=models.PROTECT
    )
    user_pk = models.PositiveIntegerField(null=True, blank=True)
    order_pk = models.CharField(max_length=36, blank=True, default="")
    kind = models.CharField(max_length=7, choices=EvidenceKind.choices)
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)
        indexes = [
            models.Index(
                fields=("kind", "digest", "program"), name="rewards_evidence_digest"
            ),
            models.Index(fields=("ends_at",), name="rewards_evidence_end"),
            models.Index(
                fields=("order_pk",),
                condition=~Q(order_pk=""),
                name="rewards_evidence_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of referral {self.referral_id}"


class ClaimLimit(models.Model):
    """How often somebody guessed wrong of late: ``digest`` is a keyed hash of whom.

    No claim is looked at before ``blocked_until``.
    """

    id = models.BigAutoField(primary_key=True)
    scope = models.CharField(max_length=8)
    digest = models.CharField(max_length=64)
    failures = models.PositiveIntegerField(default=0)
    failed_at = models.DateTimeField()
    blocked_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("scope", "digest"), name="rewards_claim_limit_once"
            )
        ]
        indexes = [models.Index(fields=("failed_at",), name="rewards_claim_limit_age")]

    def __str__(self) -> str:
        return f"{self.failures} wrong guesses"


class ClaimRate(models.Model):
    """How many claims one address, or the network around it, sent since ``began_at``.

    ``network`` is a keyed hash of either.
    """

    id = models.BigAutoField(primary_key=True)
    network = models.CharField(max_length=64, unique=True)
    claims = models.PositiveIntegerField(default=1)
    began_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.claims} claims"
