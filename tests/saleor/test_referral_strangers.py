"""A claim with somebody else's address binds the cart it was made on, and nobody else."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from saleor.account.models import User
from saleor.order.models import Order

from saleor_rewards.checkout.claiming import checkout_referral
from saleor_rewards.models import Guests, Referral, ReferralState, Verdict
from saleor_rewards.orders.settling import settle_order
from saleor_rewards.referrals.errors import ReferralErrorCode
from saleor_rewards.referrals.member_codes import invite
from saleor_rewards.referrals.reviews import decide

from .friends import (
    checkout_of,
    code_for,
    friend_cart,
    give_half,
    now,
    on_another_device,
    referrer,
    refused,
    switch_on,
    try_code,
)
from .limits import needs
from .people import confirm, register
from .points import reconcile_all
from .staff import money, pk_of
from .world import HOST, Cart, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

BOB = "bob@example.com"
#: How many friends of one member order within a day before that stands out.
FEW = 5


@pytest.fixture
def ann(shop: Shop) -> User:
    """A member of a shop that gives friends half off."""
    switch_on(shop)
    give_half(shop)
    return referrer("ann@example.com")


@pytest.fixture
def mallory(shop: Shop, ann: User) -> User:
    """A member with a list of other people's addresses."""
    return referrer("mallory@example.com")


def buy(shop: Shop, shopper: Shopper, cart: Cart) -> str:
    """Place the order of a cart; return its key."""
    order = shopper.buy(shopper.ship(cart, shop.shipping_method("5.00")))
    reconcile_all()
    return pk_of(order)


def test_the_owner_of_the_address_is_brought_by_their_own_friend(
    shop: Shop, ann: User, mallory: User
) -> None:
    # given: an attacker claims with a stranger's address, in a cart of his own
    attacker = friend_cart(shop, BOB)
    typed = try_code(attacker, code_for(shop, mallory).code, ip="")
    bob = Shopper()
    own = friend_cart(shop, BOB, bob)

    # then: the stranger's cart is as it was
    assert checkout_referral(checkout_of(own)) is None
    assert bob.look(own).subtotal == money("10.00")

    # when
    claimed = try_code(own, code_for(shop, ann).code)

    # then
    assert claimed.verdict == Verdict.ALLOW
    assert bob.look(own).subtotal == money("5.00")

    # when
    order_pk = buy(shop, bob, own)

    # then
    claimed.refresh_from_db()
    typed.refresh_from_db()
    assert (claimed.order_pk, claimed.referrer_user_pk) == (order_pk, ann.pk)
    assert (typed.order_pk, typed.state) == ("", ReferralState.CLAIMED)
    assert Shopper().look(attacker).subtotal == money("10.00")


def test_an_order_without_a_code_pays_nobody_who_typed_its_address(
    shop: Shop, mallory: User
) -> None:
    # given
    typed = try_code(friend_cart(shop, BOB), code_for(shop, mallory).code)
    bob = Shopper()

    # when
    order_pk = buy(shop, bob, friend_cart(shop, BOB, bob))

    # then
    typed.refresh_from_db()
    assert (typed.order_pk, typed.state) == ("", ReferralState.CLAIMED)
    assert Order.objects.get(pk=order_pk).total_gross_amount == 15


def test_what_was_claimed_with_an_address_is_not_its_owners_account(
    shop: Shop, ann: User, mallory: User
) -> None:
    # given
    typed = try_code(friend_cart(shop, BOB), code_for(shop, mallory).code)

    # when
    bob = confirm(register(BOB))

    # then
    typed.refresh_from_db()
    assert typed.referee_user_pk is None
    shopper = Shopper(token=HOST.sign_up("another@example.com"))
    other = User.objects.get(email="another@example.com")
    claimed = try_code(
        friend_cart(shop, "", shopper), code_for(shop, ann).code, user_pk=other.pk
    )
    assert claimed.referee_user_pk == other.pk != bob.pk


def test_six_made_up_claims_hold_up_nobody(shop: Shop, ann: User) -> None:
    # given: a rival claims with her code, again and again
    code = code_for(shop, ann).code
    for _ in range(FEW + 1):
        try_code(friend_cart(shop), code, ip="198.51.100.9")
    bob = Shopper()
    own = friend_cart(shop, BOB, bob)

    # when
    claimed = try_code(own, code, ip="198.51.100.9")
    buy(shop, bob, own)

    # then
    claimed.refresh_from_db()
    assert claimed.verdict == Verdict.ALLOW
    assert not {"BURST", "REPEATED_IP", "REPEATED_EMAIL"} & set(dict(claimed.signals))
    assert claimed.state == ReferralState.PAID


def test_six_friends_who_ordered_and_paid_within_a_day_stand_out(
    shop: Shop, ann: User
) -> None:
    # given
    switch_on(shop, weights={"REPEATED_ADDRESS": 0, "NEVER_ORDERED": 0})
    code = code_for(shop, ann).code
    claims = []

    # when
    for _ in range(FEW + 1):
        shopper = Shopper()
        cart = friend_cart(shop, "", shopper)
        claims.append(try_code(cart, code, ip=""))
        buy(shop, shopper, cart)

    # then
    verdicts = []
    for claimed in claims:
        claimed.refresh_from_db()
        verdicts.append(claimed.verdict)
    assert verdicts == [Verdict.ALLOW] * FEW + [Verdict.REVIEW]
    assert "BURST" in dict(claims[-1].signals)


def test_orders_that_staff_mark_as_paid_together_are_no_burst(
    shop: Shop, ann: User
) -> None:
    # given: friends who ordered on other days, and were paid for on one
    for number in range(FEW + 1):
        at = timezone.now() - timedelta(days=2 + number)
        Referral.objects.create(
            program=shop.program,
            referrer_user_pk=ann.pk,
            order_pk=str(number),
            state=ReferralState.PAID,
            verdict=Verdict.ALLOW,
            claimed_at=at,
            ends_at=at,
            ordered_at=at,
            paid_at=timezone.now(),
        )

    # when
    claimed = try_code(friend_cart(shop), code_for(shop, ann).code)

    # then
    assert "BURST" not in dict(claimed.signals)


def test_a_mailbox_that_others_merely_claimed_with_speaks_against_nobody(
    shop: Shop, ann: User, mallory: User
) -> None:
    # given
    for _ in range(3):
        try_code(friend_cart(shop, BOB), code_for(shop, mallory).code, ip="")

    # when
    claimed = try_code(friend_cart(shop, BOB), code_for(shop, ann).code, ip="")

    # then
    assert "REPEATED_EMAIL" not in dict(claimed.signals)
    assert claimed.verdict == Verdict.ALLOW


def test_nobody_is_drawn_into_a_circle_by_who_types_their_address(
    shop: Shop, ann: User, mallory: User
) -> None:
    # given: her friend's code, claimed with her address by somebody else
    bob = referrer(BOB)
    try_code(friend_cart(shop, ann.email), code_for(shop, bob).code, ip="")

    # when
    cart = friend_cart(shop, BOB)
    claimed = try_code(cart, code_for(shop, ann).code, ip="", user_pk=bob.pk)

    # then
    assert "CIRCLE" not in dict(claimed.signals)


@needs("transactions")
def test_an_order_that_nobody_paid_makes_nobody_an_old_customer(
    shop: Shop, ann: User
) -> None:
    # given: a stranger orders under the address, and pays nothing
    HOST.allow_unpaid_orders()
    stranger = Shopper()
    cart = friend_cart(shop, BOB, stranger)
    stranger.complete(stranger.ship(cart, shop.shipping_method("5.00")))

    # then
    claimed = try_code(friend_cart(shop, BOB), code_for(shop, ann).code)
    assert claimed.verdict == Verdict.ALLOW


def test_an_invitation_waits_on_every_device_and_can_be_passed_over(
    shop: Shop, ann: User, mallory: User
) -> None:
    # given
    invite(shop.program.pk, mallory, BOB, now())
    carts = [friend_cart(shop, BOB) for _ in range(2)]

    # when
    invited = [try_code(cart, None) for cart in carts]
    claimed = try_code(carts[1], code_for(shop, ann).code)

    # then
    assert {one.referrer_user_pk for one in invited} == {mallory.pk}
    assert claimed.referrer_user_pk == ann.pk
    assert checkout_referral(checkout_of(carts[0])) == invited[0]
    assert checkout_referral(checkout_of(carts[1])) == claimed
    # and without a code nothing takes its place
    assert try_code(carts[1], None) == claimed


def test_whom_staff_refused_a_member_is_refused_on_every_cart(
    shop: Shop, ann: User, mallory: User
) -> None:
    # given
    code = code_for(shop, mallory).code
    first = try_code(friend_cart(shop, BOB), code)
    decide(first.pk, "reject", "A trick", "User:7", timezone.now())

    # then
    again = friend_cart(shop, BOB)
    assert refused(again, code) is ReferralErrorCode.NOT_ACCEPTED
    # but not another member, nor somebody else
    assert try_code(again, code_for(shop, ann).code).referrer_user_pk == ann.pk
    assert try_code(friend_cart(shop), code).referrer_user_pk == mallory.pk


def test_who_orders_is_the_friend_whatever_was_typed_before(
    shop: Shop, ann: User
) -> None:
    # given
    shopper = Shopper()
    cart = friend_cart(shop, "typo@example.com", shopper)
    claimed = try_code(cart, code_for(shop, ann).code)
    cart = Cart(shopper.mutate("email", cart=cart, email="Bob@Example.com"))

    # when
    order_pk = buy(shop, shopper, cart)

    # then
    claimed.refresh_from_db()
    assert (claimed.order_pk, claimed.referee_email) == (order_pk, BOB)


def test_who_signs_in_claims_for_their_account_and_not_for_the_carts(
    shop: Shop, ann: User, mallory: User
) -> None:
    # given
    bob = Shopper(token=HOST.sign_up(BOB))
    bob_pk = User.objects.get(email=BOB).pk
    cart = friend_cart(shop, "", bob)

    # when: the cart's token is the right to the cart, not to the account
    nobody = try_code(cart, code_for(shop, mallory).code)
    stranger = try_code(cart, code_for(shop, mallory).code, user_pk=mallory.pk)

    # then
    assert (nobody.referee_user_pk, stranger) == (None, nobody)
    elsewhere = on_another_device(friend_cart(shop, "elsewhere@example.com"), BOB)
    assert checkout_referral(checkout_of(elsewhere)) is None

    # when
    own = try_code(cart, code_for(shop, ann).code, user_pk=bob_pk)

    # then
    assert own.referee_user_pk == bob_pk
    assert checkout_referral(checkout_of(elsewhere)) == own
    assert bob.look(elsewhere).subtotal == money("5.00")


def test_where_guests_sign_in_first_a_claim_asks_nobody_who_has_the_address(
    shop: Shop, ann: User
) -> None:
    # given
    shop.settings(guests=Guests.SIGNED_IN.value)
    cart = friend_cart(shop, BOB)

    # when
    claimed = try_code(cart, code_for(shop, ann).code)

    # then
    assert claimed.referee_email == ""
    assert checkout_referral(checkout_of(cart)) == claimed


def test_a_referral_is_settled_once_however_often_the_order_is_looked_at(
    shop: Shop, ann: User, mallory: User
) -> None:
    # given: a cart with a claim of its own, of a member with another one
    bob = Shopper(token=HOST.sign_up(BOB))
    bob_pk = User.objects.get(email=BOB).pk
    cart = friend_cart(shop, "", bob)
    elsewhere = on_another_device(friend_cart(shop), BOB)
    first = try_code(elsewhere, code_for(shop, ann).code, user_pk=bob_pk)
    last = try_code(cart, code_for(shop, mallory).code)

    # when
    order_pk = buy(shop, bob, cart)
    again: list[Any] = [settle_order(order_pk), reconcile_all()]

    # then
    first.refresh_from_db()
    last.refresh_from_db()
    assert (last.order_pk, last.referee_user_pk) == (order_pk, bob_pk)
    assert (first.order_pk, first.state) == ("", ReferralState.LAPSED)
    assert again[1] == 0
