"""A cart shows the invitation that was accepted on it, or by its member, until it is used.

Whoever types somebody's address into a cart sees neither invitation nor discount.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from saleor.checkout.models import Checkout

from saleor_rewards.models import Referral, ReferralState

from . import merchants
from .friends import friend_cart, switch_on
from .inputs import document
from .members import claim, errors_of, make_member, mine
from .merchants import STAFF, USERS, Caller
from .staff import Staff, pk_of
from .world import Cart, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

FRIEND = "bob@example.com"

#: Every state of a claim, with every verdict, in time and after.
COURSES = [
    (state, verdict, is_over)
    for state in ReferralState.values
    for verdict in ("allow", "review", "reject")
    for is_over in (False, True)
]

SHOWN = {"allow": "ACCEPTED", "review": "IN_REVIEW", "reject": "NOT_ACCEPTED"}


@pytest.fixture
def ann(shop: Shop) -> Caller:
    """A member of a shop that gives friends a tenth off their first order."""
    switch_on(shop)
    shop.rule(
        "Welcome",
        {"type": "PERCENT_OFF", "percent": "10"},
        conditions={"has_referral": True, "first_order": True},
    )
    return make_member("ann@example.com")


@pytest.fixture
def viewers(ann: Caller) -> dict[str, Caller]:
    """All who might look at a cart of which they know the token."""
    return {
        "anonymous": merchants.anonymous(),
        "another member": merchants.customer(),
        "the referrer": ann,
        "staff": merchants.staff(STAFF),
        "trusted staff": merchants.staff(USERS),
    }


def seen(cart: Cart, viewer: Caller | None = None) -> str | None:
    """Return the state that a cart shows of its invitation."""
    caller = viewer or merchants.anonymous()
    data = caller.ask(document("CheckoutReferral"), token=cart.pk)
    shown = data["checkout"]["rewards"]["referral"]
    return shown and shown["state"]


def of_member(shop: Shop, member: Caller) -> Cart:
    """Return a cart that a member is logged in on."""
    cart = friend_cart(shop, "elsewhere@example.com")
    Checkout.objects.filter(pk=cart.pk).update(user=member.user)
    return cart


def put(state: str, verdict: str, *, is_over: bool) -> None:
    """Let the one claim be in a state."""
    change = timedelta(seconds=-1) if is_over else timedelta(days=1)
    Referral.objects.update(
        state=state, verdict=verdict, ends_at=timezone.now() + change
    )


def test_who_typed_an_address_sees_nothing_of_its_owners_invitation(
    shop: Shop, ann: Caller
) -> None:
    # given
    shopper, goods = Shopper(), shop.product("10.00")
    own = shopper.cart((goods, 1), email=FRIEND)
    claim(own, mine(ann, shop)["code"])
    stranger = shopper.cart((goods, 1), email=FRIEND)

    for number, (state, verdict, is_over) in enumerate(COURSES):
        # when
        put(state, verdict, is_over=is_over)
        quantity = 2 + number % 2
        totals = [shopper.put(one, goods, quantity).subtotal for one in (own, stranger)]

        # then
        is_live = state == "claimed" and verdict == "allow" and not is_over
        assert [total < 10 * quantity for total in totals] == [is_live, False]
        assert seen(stranger) is None


@pytest.mark.parametrize("whose", ["claiming cart", "member's cart"])
def test_the_friend_sees_how_an_invitation_stands_until_it_is_used(
    shop: Shop, ann: Caller, whose: str
) -> None:
    # given
    bob = make_member(FRIEND)
    cart = friend_cart(shop, "elsewhere@example.com")
    claim(cart, mine(ann, shop)["code"], who=bob)
    if whose == "member's cart":
        cart = of_member(shop, bob)

    for state, verdict, is_over in COURSES:
        # when
        put(state, verdict, is_over=is_over)

        # then
        is_open = state == "claimed" and not is_over
        assert seen(cart, bob) == (SHOWN[verdict] if is_open else None)


def test_nobody_else_sees_more_of_an_invitation_whoever_they_are(
    shop: Shop, ann: Caller, viewers: dict[str, Caller]
) -> None:
    # given
    own = friend_cart(shop, FRIEND)
    claim(own, mine(ann, shop)["code"])
    typed, empty = friend_cart(shop, FRIEND), friend_cart(shop)
    other = viewers["another member"]

    def all_see(cart: Cart) -> set[str | None]:
        return {seen(cart, viewer) for viewer in viewers.values()}

    # then
    assert all_see(own) == {"ACCEPTED"}
    assert (
        all_see(typed)
        == all_see(empty)
        == {seen(of_member(shop, other), other)}
        == {None}
    )

    # when
    Referral.objects.update(verdict="review")

    # then
    assert (all_see(typed), all_see(own)) == ({None}, {"IN_REVIEW"})

    # when
    Referral.objects.update(verdict="allow", state="paid")

    # then
    assert all_see(typed) == all_see(own) == {None}


def test_after_the_friends_first_order_no_cart_says_that_there_was_an_invitation(
    shop: Shop, ann: Caller, viewers: dict[str, Caller], staff: Staff
) -> None:
    # given
    friend = Shopper()
    cart = friend.cart((shop.product("50.00", ships=False), 1), email=FRIEND)
    claim(cart, mine(ann, shop)["code"])
    assert seen(cart) == "ACCEPTED"

    # when
    order = friend.buy(friend.look(cart))

    # then
    assert Referral.objects.get().order_pk == pk_of(order)
    next_cart = friend_cart(shop, FRIEND)
    assert {seen(next_cart, viewer) for viewer in viewers.values()} == {None}


def test_the_code_again_on_another_device_is_a_claim_of_that_cart(
    shop: Shop, ann: Caller
) -> None:
    # given
    switch_on(shop, review_weight=1, weights={"NEVER_ORDERED": 1})
    code = mine(ann, shop)["code"]
    claim(friend_cart(shop, FRIEND), code)

    # when
    with_code = claim(friend_cart(shop, FRIEND), code)
    without = claim(friend_cart(shop, FRIEND), None)

    # then
    assert errors_of(with_code) == []
    assert with_code["referral"]["state"] == "IN_REVIEW"
    assert errors_of(without) == [("code", "NOT_ACCEPTED")]


def test_an_invitation_that_is_over_makes_way_for_another_one(
    shop: Shop, ann: Caller
) -> None:
    # given
    cart = friend_cart(shop, FRIEND)
    claim(cart, mine(ann, shop)["code"])
    put("claimed", "allow", is_over=True)
    assert seen(cart) is None
    other = make_member()

    # when
    payload = claim(cart, mine(other, shop)["code"])

    # then
    assert payload["errors"] == []
    assert seen(cart) == "ACCEPTED"
