"""Ways to every error of referrals: of friends, of members, and of staff."""

from __future__ import annotations

from typing import Any, Callable, Iterator

from django.utils import timezone

from saleor_rewards.models import Guests, ReferralCode
from saleor_rewards.reservations import pledge

from . import merchants
from .error_cases_points import gone
from .error_stage import Case, Errors, Stage
from .friends import checkout_of, friend_cart, switch_on
from .inputs import node_id
from .members import bring, id_of, make_member, mine
from .merchants import Caller
from .world import HOST, Cart

CLAIM, REQUEST = "rewardsReferralClaim", "rewardsReferralReviewRequest"
RENEW, CHOOSE = "rewardsReferralCodeRenew", "rewardsReferralCodeChoose"
INVITE, REVIEW = "rewardsReferralInvite", "rewardsReferralReview"

UNKNOWN = "AAAA-AAAA"
MANY = 30


def _claim(
    stage: Stage, cart: Cart, code: str | None = UNKNOWN, who: Any = None
) -> Errors:
    caller = who or merchants.anonymous()
    return stage.ask("ReferralClaim", caller, checkoutId=cart.id, code=code)


def _code_of(stage: Stage, member: Caller) -> str:
    code: str = mine(member, stage.shop)["code"]
    return code


def _unknown(stage: Stage) -> Errors:
    return _claim(stage, friend_cart(stage.shop))


def _guessing(stage: Stage) -> Errors:
    cart = friend_cart(stage.shop)
    return _until("TOO_MANY_ATTEMPTS", lambda _number: _claim(stage, cart))


def _until(code: str, send: Callable[[int], Errors]) -> Errors:
    """Send until the code is answered, or for long enough; return the last errors."""
    errors: Errors = []
    for number in range(MANY):
        errors = send(number)
        if any(error["code"] == code for error in errors):
            break
    return errors


def _second(stage: Stage) -> Errors:
    """Order by one claim without paying, and claim by another."""
    HOST.allow_unpaid_orders()
    first = stage.cart()
    code = _code_of(stage, stage.referrer)
    assert _claim(stage, first, code, who=stage.member) == []
    second = stage.cart_again()
    stage.member.complete(stage.member.look(first))
    return _claim(stage, second, _code_of(stage, make_member()), who=stage.member)


def _of_buyer(stage: Stage) -> Errors:
    cart = stage.cart()
    stage.member.buy(cart)
    code = _code_of(stage, stage.referrer)
    return _claim(stage, stage.cart_again(), code, who=stage.member)


def _without_address(stage: Stage) -> Errors:
    cart = friend_cart(stage.shop)
    checkout = checkout_of(cart)
    type(checkout).objects.filter(pk=checkout.pk).update(email="")
    return _claim(stage, cart)


def _of_guest(stage: Stage) -> Errors:
    stage.shop.settings(guests=Guests.SIGNED_IN.value)
    try:
        return _claim(stage, friend_cart(stage.shop), None)
    finally:
        stage.shop.settings(guests=Guests.BY_ADDRESS.value)


def _in_progress(stage: Stage) -> Errors:
    cart = friend_cart(stage.shop)
    pledge(str(cart.pk), timezone.now())
    return _claim(stage, cart, _code_of(stage, stage.referrer))


def _broken(stage: Stage) -> Errors:
    cart = friend_cart(stage.shop)
    with gone("saleor_rewards_referral"):
        return _claim(stage, cart)


def _off(send: Callable[[Stage], Errors], **change: Any) -> Callable[[Stage], Errors]:
    def work(stage: Stage) -> Errors:
        switch_on(stage.shop, **(change or {"is_active": False}))
        try:
            return send(stage)
        finally:
            switch_on(stage.shop, allows_own_codes=True)

    return work


def _named(name: str, **variables: Any) -> Callable[[Stage], Errors]:
    return lambda stage: stage.ask(name, **variables)


CLAIMS = [
    Case(CLAIM, "NOT_FOUND", "checkoutId",
         _named("ReferralClaim", checkoutId="x", code=UNKNOWN)),
    Case(CLAIM, "NOT_ACCEPTED", "code", _unknown),
    Case(CLAIM, "TOO_MANY_ATTEMPTS", "code", _guessing),
    Case(CLAIM, "ALREADY_CLAIMED", "code", _second, needs="transactions"),
    Case(CLAIM, "NOT_NEW", "code", _of_buyer),
    Case(CLAIM, "EMAIL_REQUIRED", "code", _without_address),
    Case(CLAIM, "CUSTOMER_UNKNOWN", "checkoutId", _of_guest),
    Case(CLAIM, "REFERRALS_OFF", "code", _off(_unknown)),
    Case(CLAIM, "ORDER_IN_PROGRESS", "code", _in_progress),
    Case(CLAIM, "UNAVAILABLE", "code", _broken),
    Case(REQUEST, "NOT_FOUND", "checkoutId",
         _named("ReferralReviewRequest", checkoutId="x")),
]  # fmt: skip


def _renew(stage: Stage, who: Any = None, channel: str = "") -> Errors:
    asked = {"channel": channel or stage.channel}
    return stage.ask("ReferralCodeRenew", who or stage.referrer, **asked)


def _choose(
    stage: Stage, who: Any = None, channel: str = "", code: str = "ANNA24"
) -> Errors:
    asked = {"channel": channel or stage.channel, "code": code}
    return stage.ask("ReferralCodeChoose", who or stage.referrer, **asked)


def _invite(
    stage: Stage, who: Any = None, channel: str = "", email: str = "b@c.test"
) -> Errors:
    asked = {"channel": channel or stage.channel, "email": email}
    return stage.ask("ReferralInvite", who or stage.referrer, **asked)


def _taken(stage: Stage) -> Errors:
    return _choose(stage, code=_code_of(stage, make_member()))


def _renewing(stage: Stage) -> Errors:
    try:
        return _until("TOO_MANY_ATTEMPTS", lambda _number: _renew(stage))
    finally:
        ReferralCode.objects.filter(user_pk=stage.referrer.user.pk).delete()


def _choosing(stage: Stage) -> Errors:
    def send(number: int) -> Errors:
        return _choose(stage, code=f"ANNA{number + 30}")

    return _until("TOO_MANY_ATTEMPTS", send)


def _inviting(stage: Stage) -> Errors:
    def send(number: int) -> Errors:
        return _invite(stage, email=f"friend{number}@c.test")

    return _until("TOO_MANY_INVITES", send)


def _of_members() -> Iterator[Case]:
    for where, send in ((RENEW, _renew), (CHOOSE, _choose), (INVITE, _invite)):
        yield Case(where, "LOGIN_REQUIRED", "channel", _as(send, merchants.anonymous))
        yield Case(where, "NOT_FOUND", "channel", _as(send, channel="moon"))
        yield Case(where, "REFERRALS_OFF", "channel", _off(_as(send)))
    yield Case(RENEW, "TOO_MANY_ATTEMPTS", "channel", _renewing)
    yield Case(
        CHOOSE, "OWN_CODES_OFF", "code", _off(_as(_choose), allows_own_codes=False)
    )
    yield Case(CHOOSE, "CODE_INVALID", "code", _as(_choose, code="A"))
    yield Case(CHOOSE, "CODE_TAKEN", "code", _taken)
    yield Case(CHOOSE, "TOO_MANY_ATTEMPTS", "code", _choosing)
    yield Case(INVITE, "EMAIL_REQUIRED", "email", _as(_invite, email="nowhere"))
    yield Case(INVITE, "TOO_MANY_INVITES", "email", _inviting)


def _as(send: Any, who: Any = None, **variables: str) -> Callable[[Stage], Errors]:
    return lambda stage: send(stage, who and who(), **variables)


def _review(**changes: Any) -> Callable[[Stage], Errors]:
    def send(stage: Stage) -> Errors:
        claimed = id_of(bring(stage.shop, stage.referrer))
        wanted = {"id": claimed, "verdict": "REJECT", "reason": "Why not", **changes}
        return stage.ask("ReferralReview", **wanted)

    return send


REVIEWS = [
    Case(REVIEW, "INVALID_ID", "id", _review(id="x")),
    Case(REVIEW, "REFERRAL_UNKNOWN", "id",
         _review(id=node_id("RewardsReferral", 999_999))),
    Case(REVIEW, "REASON_REQUIRED", "reason", _review(reason=" ")),
    Case(REVIEW, "TOO_LONG", "reason", _review(reason="x" * 1001)),
    Case(REVIEW, "INVALID_VALUE", "reason", _review(reason="a\0b")),
]  # fmt: skip

OF_REFERRALS = [*CLAIMS, *_of_members(), *REVIEWS]
