"""Friends claim through the API what members promised them."""

from __future__ import annotations

from typing import Any

import pytest

from saleor_rewards.models import ClaimLimit, Referral, Verdict

from . import merchants
from .friends import checkout_of, friend_cart, switch_on
from .inputs import document, node_id
from .members import claim, errors_of, make_member, mine
from .merchants import Caller
from .world import Cart, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ann(shop: Shop) -> Caller:
    """A member of a shop that takes friends."""
    switch_on(shop)
    return make_member("ann@example.com")


def seen(cart: Cart, language: str = "en") -> Any:
    """Return what a cart shows of its invitation."""
    data = Shopper(language=language).ask(document("CheckoutReferral"), token=cart.pk)
    return data["checkout"]["rewards"]["referral"]


def test_a_friends_price_falls_in_the_answer_of_the_claim(
    shop: Shop, ann: Caller
) -> None:
    # given
    shop.rule(
        "Welcome",
        {"type": "PERCENT_OFF", "percent": "10"},
        conditions={"has_referral": True},
    )
    cart = friend_cart(shop)
    assert seen(cart) is None

    # when
    payload = claim(cart, mine(ann, shop)["code"])

    # then
    assert payload["errors"] == []
    assert payload["referral"] == {
        "state": "ACCEPTED",
        "message": "Your invitation counts.",
    }
    assert payload["checkout"]["totalPrice"]["gross"]["amount"] == 9
    assert seen(cart) == payload["referral"]


def test_a_claim_that_waits_for_staff_says_so(shop: Shop, ann: Caller) -> None:
    # given
    switch_on(shop, review_weight=1, weights={"NEVER_ORDERED": 1})
    cart = friend_cart(shop)

    # when
    payload = claim(cart, mine(ann, shop)["code"])

    # then
    assert payload["errors"] == []
    assert payload["referral"]["state"] == "IN_REVIEW"
    assert seen(cart, "zh-hans")["message"] == "我们正在审核您的邀请，通过后即可生效。"


def test_a_claim_that_staff_rejected_is_told_without_a_reason(
    shop: Shop, ann: Caller
) -> None:
    # given
    cart = friend_cart(shop)
    claim(cart, mine(ann, shop)["code"])

    # when
    Referral.objects.update(verdict=Verdict.REJECT)

    # then
    assert seen(cart)["state"] == "NOT_ACCEPTED"
    assert "ask us for a review" in seen(cart)["message"]


def test_no_answer_tells_whether_there_is_such_a_code(shop: Shop, ann: Caller) -> None:
    # given
    code = mine(ann, shop)["code"]
    own = friend_cart(shop, "ann@example.com")
    unknown = friend_cart(shop)

    # when
    of_own = claim(own, code)
    of_unknown = claim(unknown, "AAAA-AAAA")

    # then
    assert of_own["errors"] == of_unknown["errors"]
    assert errors_of(of_own) == [("code", "NOT_ACCEPTED")]
    assert seen(own) == seen(unknown) is None


def test_wrong_tries_are_counted_though_they_are_refused(
    shop: Shop, ann: Caller
) -> None:
    # given
    cart = friend_cart(shop)
    codes: list[str] = []

    # when
    while "TOO_MANY_ATTEMPTS" not in codes and len(codes) < 30:
        codes += [code for _field, code in errors_of(claim(cart, "AAAA-AAAA"))]

    # then
    assert set(codes) == {"NOT_ACCEPTED", "TOO_MANY_ATTEMPTS"}
    assert ClaimLimit.objects.exists()
    assert errors_of(claim(cart, mine(ann, shop)["code"])) == [
        ("code", "TOO_MANY_ATTEMPTS")
    ]


@pytest.mark.parametrize("name", ["ReferralClaim", "ReferralReviewRequest"])
def test_a_cart_that_is_not_there_is_named(shop: Shop, ann: Caller, name: str) -> None:
    # given
    cart = friend_cart(shop)
    checkout_of(cart).delete()

    # when
    for wrong in (cart.id, node_id("Order", 1), "", "x"):
        more = {"code": "X"} if name == "ReferralClaim" else {}
        payload = merchants.anonymous().do(document(name), checkoutId=wrong, **more)

        # then
        assert errors_of(payload) == [("checkoutId", "NOT_FOUND")]


def test_the_same_is_answered_to_everybody_who_asks_for_a_review(
    shop: Shop, ann: Caller
) -> None:
    # given
    rejected = friend_cart(shop, "ann@example.com")
    claim(rejected, mine(ann, shop)["code"])
    nothing = friend_cart(shop)

    # when
    answers = [
        merchants.anonymous().do(document("ReferralReviewRequest"), checkoutId=cart.id)
        for cart in (rejected, rejected, nothing)
    ]

    # then
    assert answers == [{"errors": []}] * 3
    assert Referral.objects.get().review_asked_at is not None


def test_a_claim_on_a_logged_in_customers_cart_is_that_customers(
    shop: Shop, ann: Caller
) -> None:
    # given
    bob = make_member("bob@example.com")
    cart = friend_cart(shop, "other@example.com")

    # when
    payload = claim(cart, mine(ann, shop)["code"], who=bob)

    # then
    assert payload["errors"] == []
    assert Referral.objects.get().referee_user_pk == bob.user.pk


def test_trials_of_a_rule_have_no_invitation(shop: Shop, ann: Caller) -> None:
    # given
    cart = friend_cart(shop)
    claim(cart, mine(ann, shop)["code"])

    # when
    payload = merchants.merchant().do(
        "mutation($id: ID!) { rewardsRuleTest(input: {checkoutId: $id}) "
        "{ rewards { referral { state } } } }",
        id=cart.id,
    )

    # then
    assert payload == {"rewards": {"referral": None}}
