"""All that referrals hold of a person, to hand it out or to erase it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import F, Q, Value
from django.db.models.functions import Concat

from ..emails import normal_email
from ..identity import again_digest, digest
from ..models import (
    Evidence,
    Referral,
    ReferralCode,
    ReferralDecision,
    ReferralInvite,
    ReferralReward,
    ReferralState,
    Settlement,
    StripeCharge,
)


class Held:
    """What is held of a user, of an address, or of both. Either may be missing."""

    def __init__(self, user_pk: int | None, email: str) -> None:
        nobody = Q(pk=None)
        user = nobody if user_pk is None else Q(user_pk=user_pk)
        friend = nobody if user_pk is None else Q(referee_user_pk=user_pk)
        referrer = nobody if user_pk is None else Q(referrer_user_pk=user_pk)
        named = nobody
        if email:
            address = digest("email", normal_email(email))
            named = Q(email_digest__in=[address, *_named_again(email)])
            friend |= Q(referee_email=email.lower())
        self.codes = ReferralCode.objects.filter(user)
        self.invites = ReferralInvite.objects.filter(user | named)
        self.claimed = Referral.objects.filter(friend)
        self.brought = Referral.objects.filter(referrer)
        pks = list(self.claimed.values_list("pk", flat=True))
        self.evidence = Evidence.objects.filter(user | Q(referral__in=pks))
        account = nobody if user_pk is None else Q(account__user_pk=user_pk)
        if email:
            account |= Q(account__email=email.lower())
        bought = Settlement.objects.filter(account).values("order_pk")
        orders = list(bought.union(self.claimed.values("order_pk")))
        self.cards = StripeCharge.objects.filter(
            order_pk__in={row["order_pk"] for row in orders} - {""}
        ).exclude(card_digest="")


def _named_again(email: str) -> list[str]:
    """Return the hashes by which further members may have named an address."""
    members = ReferralInvite.objects.order_by().values_list("user_pk", flat=True)
    return [again_digest(user_pk, email) for user_pk in members.distinct()]


def export_referrals(user_pk: int | None, email: str) -> dict[str, Any]:
    """Return everything that referrals hold of a person, ready for JSON.

    ``{"codes": [...], "invites": [...], "claimed": [...], "brought": [...],
    "evidence": [...], "cards": [...]}``; times are ISO texts. Of the friends that a member brought it
    tells nothing that is the friends' own.
    """
    held = Held(user_pk, email)
    return {
        "codes": [_code(row) for row in held.codes.order_by("pk")],
        "invites": [
            {"at": _text(row.created_at), "ends_at": _text(row.ends_at)}
            for row in held.invites.order_by("pk")
        ],
        "claimed": [_claimed(row) for row in held.claimed.order_by("pk")],
        "brought": [_brought(row) for row in held.brought.order_by("pk")],
        "evidence": [
            {"at": _text(row.at), "kind": row.kind, "ends_at": _text(row.ends_at)}
            for row in held.evidence.order_by("pk")
        ],
        "cards": [
            {
                "order": row.order_pk,
                "ends_at": row.card_ends_at and _text(row.card_ends_at),
            }
            for row in held.cards.order_by("pk")
        ],
    }


def erase_referrals(user_pk: int | None, email: str, at: datetime) -> int:
    """Take a person out of all referrals; return in how many they were.

    What was granted for an order stays with the order, and nobody's name on it.
    """
    held = Held(user_pk, email)
    claimed = Referral.objects.filter(
        pk__in=list(held.claimed.values_list("pk", flat=True))
    )
    brought = Referral.objects.filter(
        pk__in=list(held.brought.values_list("pk", flat=True))
    )
    held.cards.update(card_digest="", card_ends_at=None)
    held.evidence.delete()
    held.invites.delete()
    # What no one of the staff wrote names nobody.
    ReferralDecision.objects.filter(referral__in=claimed | brought).exclude(
        author=""
    ).update(reason="", author="")
    claimed.filter(state=ReferralState.CLAIMED).update(state=ReferralState.LAPSED)
    claimed.update(referee_user_pk=None, referee_email="", checkout_token="")
    brought.update(referrer_user_pk=None)
    # A code that somebody thought up may say who they are.
    held.codes.filter(is_own=True).update(code="", lookup=Concat(Value("#"), F("pk")))
    held.codes.filter(retired_at=None).update(retired_at=at)
    held.codes.update(user_pk=None)
    return (claimed | brought).distinct().count()


def _code(row: ReferralCode) -> dict[str, Any]:
    return {
        "code": row.code,
        "created_at": _text(row.created_at),
        "retired_at": row.retired_at and _text(row.retired_at),
        "uses": row.referrals.count(),
    }


def _claimed(row: Referral) -> dict[str, Any]:
    return {
        **_referral(row),
        "email": row.referee_email,
        "order": row.order_pk,
        "signals": [code for code, _weight in row.signals],
    }


def _brought(row: Referral) -> dict[str, Any]:
    rewards = ReferralReward.objects.filter(referral=row).order_by("pk")
    return {**_referral(row), "rewards": [_reward(reward) for reward in rewards]}


def _referral(row: Referral) -> dict[str, Any]:
    return {
        "claimed_at": _text(row.claimed_at),
        "state": row.state,
        "verdict": row.verdict,
    }


def _reward(row: ReferralReward) -> dict[str, Any]:
    return {
        "kind": row.kind,
        "currency": row.currency,
        "worth": row.worth,
        "worth_kept": row.worth_kept,
        "worth_owed": row.worth_owed,
        "code": row.code,
        "granted_at": _text(row.granted_at),
    }


def _text(moment: datetime) -> str:
    return moment.isoformat()
