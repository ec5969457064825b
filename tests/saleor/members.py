"""Members who bring friends, as callers of the API, and what became of the friends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone
from saleor.account.models import User

from saleor_rewards.models import (
    Referral,
    ReferralReward,
    ReferralState,
    RuleVersion,
    Verdict,
)

from . import merchants
from .friends import numbers
from .inputs import document, node_id
from .merchants import Caller
from .world import Cart, Shop, Shopper


def make_member(email: str = "") -> Caller:
    """Somebody with an account since last year, who can log in."""
    caller = merchants.customer(email or None)
    joined_at = timezone.now() - timedelta(days=400)
    User.objects.filter(pk=caller.user.pk).update(date_joined=joined_at)
    caller.user.refresh_from_db()
    return caller


def bring(shop: Shop, member: Caller, **fields: Any) -> Referral:
    """Let a member bring a friend whose claim counts, unless the fields say else."""
    at = timezone.now()
    wanted = {
        "referee_email": f"friend{next(numbers)}@example.com",
        "state": ReferralState.CLAIMED,
        "verdict": Verdict.ALLOW,
        "claimed_at": at,
        "ends_at": at + timedelta(days=30),
    }
    return Referral.objects.create(
        program=shop.program,
        referrer_user_pk=member.user.pk,
        **{**wanted, **fields},
    )


def pay_out(
    shop: Shop, referral: Referral, kind: str, worth: int, **fields: Any
) -> ReferralReward:
    """Give a referrer something for a friend."""
    days = fields.pop("valid_days", None)
    name = f"REFERRAL_{kind.upper()}"
    benefit: dict[str, Any] = {"type": name, "points": 1}
    if kind != "points":
        benefit = {"type": name, "amounts": {"USD": "1.00"}, "valid_days": days}
    rule = shop.rule(f"A {kind}", benefit, lane="REFERRAL")
    return ReferralReward.objects.create(
        referral=referral,
        rule_version=RuleVersion.objects.get(rule=rule),
        kind=kind,
        currency="" if kind == "points" else "USD",
        worth=worth,
        granted_at=timezone.now(),
        **{"worth_kept": worth, "worth_given": worth, **fields},
    )


def mine(caller: Caller | Shopper, shop: Shop, channel: str = "") -> Any:
    """Return what a member sees of the friends."""
    data = caller.ask(document("MyReferral"), channel=channel or shop.channel.slug)
    return data["me"]["rewards"]["referral"]


def claim(cart: Cart, code: str | None, who: Caller | None = None) -> dict[str, Any]:
    """Claim on a cart, and return the whole payload."""
    caller = who or merchants.anonymous()
    return caller.do(document("ReferralClaim"), checkoutId=cart.id, code=code)


def errors_of(payload: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["field"], error["code"]) for error in payload["errors"]]


def listed(caller: Caller, **variables: Any) -> list[dict[str, Any]]:
    """Return the referrals that staff see."""
    found = caller.ask(document("Referrals"), **variables)["rewardsReferrals"]
    return [edge["node"] for edge in found["edges"]]


def id_of(referral: Referral) -> str:
    return node_id("RewardsReferral", referral.pk)
