"""What claims tell of whoever owns the address that a guest typed in."""

from __future__ import annotations

from typing import Any

import pytest
from saleor.account.models import User

from saleor_rewards.checkout.claiming import checkout_referral
from saleor_rewards.host.guests import MOST_ADDRESSES
from saleor_rewards.models import Guests, Referral, ReferralState
from saleor_rewards.referrals.errors import ReferralErrorCode
from saleor_rewards.referrals.member_codes import invite
from saleor_rewards.referrals.reasons import Reason, is_noted

from .friends import (
    checkout_of,
    code_for,
    friend_cart,
    give_half,
    now,
    referrer,
    refused,
    switch_on,
    try_code,
)
from .inputs import document
from .points import reconcile_all
from .strangers import NETWORK, customers, from_network, retype
from .talk import TALK
from .world import HOST, Cart, Refused, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

BOB = "bob@example.com"


@pytest.fixture
def ann(shop: Shop) -> User:
    """A member of a shop that rewards referrals, with an offer for friends."""
    switch_on(shop)
    return referrer("ann@example.com")


@pytest.fixture
def friends(shop: Shop, ann: User) -> Any:
    """The rule that friends of members get a discount."""
    return give_half(shop)


def buy(shop: Shop, cart: Cart) -> None:
    shopper = Shopper()
    shopper.buy(shopper.ship(cart, shop.shipping_method()))
    reconcile_all()


def said(shopper: Shopper, cart: Cart, code: str | None) -> str:
    """Return why a claim is refused, over the API."""
    with pytest.raises(Refused) as refusal:
        shopper.do(document("ReferralClaim"), checkoutId=cart.id, code=code)
    (error,) = refusal.value.errors
    return str(error["code"])


def test_beyond_the_limit_no_claim_tells_who_is_new(
    shop: Shop, ann: User, friends: Any
) -> None:
    # given
    code = code_for(shop, ann).code
    customers([BOB])
    stranger = from_network()
    within = [
        friend_cart(shop, f"person{number}@example.com", stranger)
        for number in range(MOST_ADDRESSES)
    ]
    stranger.do(document("ReferralClaim"), checkoutId=within[-1].id, code=code)

    # then: of nobody, whether they are new or not
    for email in (BOB, "new@example.com"):
        cart = friend_cart(shop, email, stranger)
        for tried in (code, "NO-SUCH-CODE", None):
            assert said(stranger, cart, tried) == "TOO_MANY_ATTEMPTS"


def test_beyond_the_limit_no_cart_tells_who_ordered_before(
    shop: Shop, ann: User, friends: Any
) -> None:
    # given: a cart with a claim, and a network that was told of enough addresses
    customers([BOB])
    stranger = from_network(NETWORK)
    cart = friend_cart(shop, "person@example.com", stranger)
    claimed = try_code(cart, code_for(shop, ann).code)
    for number in range(MOST_ADDRESSES):
        friend_cart(shop, f"person{number}@example.com", stranger)

    # then: of nobody, whether they are new or not
    for email in (BOB, "new@example.com"):
        cart = retype(stranger, cart, email)
        assert cart.offer(friends)["code"] == "CUSTOMER_UNKNOWN"
        assert checkout_referral(checkout_of(cart)) == claimed
    # and elsewhere they know themselves
    elsewhere = from_network("198.51.100.4")
    for email, code in ((BOB, "NO_REFERRAL"), ("new@example.com", "APPLIED")):
        again = elsewhere.cart((shop.product("10.00"), 1), email="a@example.com")
        try_code(again, code_for(shop, ann).code)
        assert retype(elsewhere, again, email).offer(friends)["code"] == code


class TestWhereGuestsSignInFirst:
    @pytest.fixture(autouse=True)
    def _signed_in(self, shop: Shop) -> None:
        shop.settings(guests=Guests.SIGNED_IN.value)

    def test_a_claim_tells_nothing_and_the_order_decides(
        self, shop: Shop, ann: User
    ) -> None:
        # given
        code = code_for(shop, ann).code
        customers([BOB])
        old, new = friend_cart(shop, BOB), friend_cart(shop, "new@example.com")

        # when
        claims = [try_code(cart, code) for cart in (old, new)]
        for cart in (old, new):
            buy(shop, cart)

        # then
        for claim in claims:
            claim.refresh_from_db()
        assert [claim.order_pk != "" for claim in claims] == [False, True]
        assert claims[1].state == ReferralState.PAID
        assert is_noted(claims[0], Reason.NOT_FIRST_ORDER)

    def test_a_claim_binds_no_other_cart_of_the_address(
        self, shop: Shop, ann: User, friends: Any
    ) -> None:
        # given: a stranger claims for an address
        try_code(friend_cart(shop, BOB), code_for(shop, ann).code)
        other = referrer()

        # then
        cart = friend_cart(shop, BOB)
        assert checkout_referral(checkout_of(cart)) is None
        assert cart.offer(friends)["code"] == "CUSTOMER_UNKNOWN"
        claimed = try_code(cart, code_for(shop, other).code)
        assert claimed.referrer_user_pk == other.pk
        assert checkout_referral(checkout_of(cart)) == claimed

    def test_a_friend_who_signs_in_gets_the_friends_offer(
        self, shop: Shop, ann: User, friends: Any
    ) -> None:
        # given
        cart = friend_cart(shop, BOB)
        try_code(cart, code_for(shop, ann).code)
        assert Shopper().look(cart).offer(friends)["code"] == "CUSTOMER_UNKNOWN"

        # when
        bob = Shopper(token=HOST.sign_up(BOB))
        bob.mutate("attach", cart=cart)

        # then
        assert bob.look(cart).offer(friends)["code"] == "APPLIED"

    def test_nobody_learns_who_was_named(self, shop: Shop, ann: User) -> None:
        # given
        invite(shop.program.pk, ann, BOB, now())

        # then
        for email in (BOB, "new@example.com"):
            cart = friend_cart(shop, email)
            assert refused(cart, None) is ReferralErrorCode.CUSTOMER_UNKNOWN
        assert not Referral.objects.exists()

        # when
        bob = Shopper(token=HOST.sign_up(BOB))
        own = friend_cart(shop, BOB, bob)

        # then
        assert try_code(own, None).referrer_user_pk == ann.pk


def test_claims_are_limited_where_no_offer_goes_by_the_address(
    shop: Shop, ann: User
) -> None:
    # given
    code = code_for(shop, ann).code
    stranger = from_network()
    emails = [f"person{number}@example.com" for number in range(MOST_ADDRESSES + 1)]
    carts = [friend_cart(shop, email, stranger) for email in emails]
    customers(emails)

    # when: each cart is one try of its own
    told = [said(stranger, cart, code) for cart in carts]

    # then
    assert told == ["NOT_NEW"] * MOST_ADDRESSES + ["TOO_MANY_ATTEMPTS"]


def test_no_cart_shows_an_invitation_of_its_addresss_owner(
    shop: Shop, ann: User
) -> None:
    # given: no offer goes by the address, and every owner of one has an invitation
    look = TALK.LOOK.replace("freeShipping", "freeShipping referral { state }")
    stranger = from_network()
    emails = [f"person{number}@example.com" for number in range(3)]
    for email in emails:
        invitee = friend_cart(shop, email)
        try_code(invitee, code_for(shop, referrer()).code)
    carts = [friend_cart(shop, email, stranger) for email in emails]

    # when
    seen = [
        stranger.ask(look, **TALK.identity(cart))["checkout"]["rewards"]["referral"]
        for cart in carts
    ]

    # then
    assert seen == [None] * 3
