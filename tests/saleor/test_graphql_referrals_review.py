"""Staff decide on referrals."""

from __future__ import annotations

from typing import Any

import pytest

from saleor_rewards.models import Referral, ReferralDecision, Verdict

from . import merchants
from .friends import code_for, friend_cart, switch_on, try_code
from .inputs import document, node_id, nodes
from .members import bring, id_of, make_member
from .merchants import Caller
from .world import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk(shop: Shop) -> Caller:
    """Somebody who looks after customers, in a shop that takes friends."""
    switch_on(shop)
    return merchants.staff(merchants.USERS)


@pytest.fixture
def ann(shop: Shop) -> Caller:
    return make_member("ann@example.com")


def review(
    caller: Caller, referral: Referral | str, verdict: str, reason: str
) -> dict[str, Any]:
    return caller.do(
        document("ReferralReview"),
        id=referral if isinstance(referral, str) else id_of(referral),
        verdict=verdict,
        reason=reason,
    )


def test_staff_decide_with_a_reason_which_is_kept(
    shop: Shop, clerk: Caller, ann: Caller
) -> None:
    # given
    switch_on(shop, review_weight=1, weights={"NEVER_ORDERED": 1})
    claimed = try_code(friend_cart(shop), code_for(shop, ann.user).code)
    assert claimed.verdict == Verdict.REVIEW

    # when
    payload = review(clerk, claimed, "ALLOW", " They are sisters. ")

    # then
    assert payload["errors"] == []
    shown = payload["referral"]
    assert (shown["verdict"], shown["isDecided"]) == ("ALLOW", True)
    decision = nodes(shown["decisions"])[0]
    assert (decision["verdict"], decision["reason"]) == ("ALLOW", "They are sisters.")
    assert decision["author"] == f"User:{clerk.user.pk}"
    assert [signal["code"] for signal in decision["signals"]] == ["NEVER_ORDERED"]


def test_a_decision_changes_the_friends_prices(
    shop: Shop, clerk: Caller, ann: Caller
) -> None:
    # given
    shop.rule(
        "Welcome",
        {"type": "PERCENT_OFF", "percent": "10"},
        conditions={"has_referral": True},
    )
    cart = friend_cart(shop)
    claimed = try_code(cart, code_for(shop, ann.user).code)
    look = document("CheckoutWithRewards")

    def total() -> Any:
        checkout = merchants.anonymous().ask(look, token=cart.pk)["checkout"]
        return checkout["totalPrice"]["gross"]["amount"]

    assert total() == 9

    # when
    review(clerk, claimed, "REJECT", "Not a friend.")

    # then
    assert total() == 10


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"reason": ""}, "reason", "REASON_REQUIRED"),
        ({"reason": " \n "}, "reason", "REASON_REQUIRED"),
        ({"reason": "a\0b"}, "reason", "INVALID_VALUE"),
        ({"reason": "x" * 1001}, "reason", "TOO_LONG"),
        ({"referral": "x"}, "id", "INVALID_ID"),
        ({"referral": node_id("Order", 1)}, "id", "INVALID_ID"),
        (
            {"referral": node_id("RewardsReferral", 2**63 - 1)},
            "id",
            "REFERRAL_UNKNOWN",
        ),
    ],
)
def test_a_decision_that_cannot_be_names_the_field(
    shop: Shop,
    clerk: Caller,
    ann: Caller,
    change: dict[str, str],
    field: str,
    code: str,
) -> None:
    # given
    referral = bring(shop, ann)
    wanted = {"referral": id_of(referral), "verdict": "REJECT", "reason": "Why not"}

    # when
    payload = review(clerk, **{**wanted, **change})

    # then
    assert [(row["field"], row["code"]) for row in payload["errors"]] == [(field, code)]
    referral.refresh_from_db()
    assert referral.verdict == Verdict.ALLOW
    assert not ReferralDecision.objects.exists()


def test_a_new_try_of_the_friend_does_not_overrule_staff(
    shop: Shop, clerk: Caller, ann: Caller
) -> None:
    # given
    cart = friend_cart(shop)
    code = code_for(shop, ann.user).code
    claimed = try_code(cart, code)
    review(clerk, claimed, "REJECT", "Not a friend.")

    # when
    payload = merchants.anonymous().do(
        document("ReferralClaim"), checkoutId=cart.id, code=code
    )

    # then
    assert [error["code"] for error in payload["errors"]] == ["NOT_ACCEPTED"]
    claimed.refresh_from_db()
    assert (claimed.verdict, claimed.is_decided) == (Verdict.REJECT, True)


@pytest.mark.parametrize("verdict", ["ALLOW", "REJECT"])
@pytest.mark.parametrize(
    "role",
    ["referrer", "friend", "friend's address", "second account", "friend's account"],
)
def test_nobody_decides_on_rewards_of_their_own(
    shop: Shop, clerk: Caller, ann: Caller, role: str, verdict: str
) -> None:
    # given
    referral = bring(shop, clerk if role == "referrer" else ann)
    if role == "friend":
        Referral.objects.update(referee_user_pk=clerk.user.pk)
    elif role == "friend's address":
        Referral.objects.update(referee_email=clerk.user.email)
    elif role != "referrer":
        name, _, domain = clerk.user.email.partition("@")
        second = make_member(f"{name}+shop@{domain}").user.pk
        side = "referrer" if role == "second account" else "referee"
        Referral.objects.update(**{f"{side}_user_pk": second})

    # when
    payload = review(clerk, referral, verdict, "It is mine")
    by_another = review(merchants.staff(merchants.USERS), referral, verdict, "Seen")

    # then
    assert [(row["field"], row["code"]) for row in payload["errors"]] == [
        ("id", "OWN_ACCOUNT")
    ]
    assert payload["referral"] is None
    assert by_another["errors"] == []
    assert ReferralDecision.objects.count() == 1
