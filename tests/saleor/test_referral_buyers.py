"""Whoever orders decides what a claim is worth, and the last code before the order."""

from __future__ import annotations

from typing import Any

import pytest
from saleor.account.models import User
from saleor.checkout.models import Checkout
from saleor.order.models import Order

from saleor_rewards.checkout.claiming import checkout_referral
from saleor_rewards.models import Referral, ReferralState, Verdict
from saleor_rewards.referrals.errors import ReferralErrorCode
from saleor_rewards.referrals.reasons import Reason, is_noted

from .friends import (
    checkout_of,
    code_for,
    give_half,
    on_another_device,
    referrer,
    refused,
    switch_on,
    try_code,
    user_pk_of,
)
from .limits import needs
from .points import reconcile_all
from .staff import money, pk_of
from .strangers import retype
from .world import HOST, Refused, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

OLD, NEW = "old@example.com", "new@example.com"
FULL, HALF = money("40.00"), money("20.00")


@pytest.fixture
def ann(shop: Shop) -> User:
    """A member of a shop that rewards referrals."""
    switch_on(shop)
    return referrer("ann@example.com")


@pytest.fixture
def friends(shop: Shop, ann: User) -> Any:
    """The rule that friends of members get half off, and nothing else."""
    return give_half(shop)


@pytest.fixture
def goods(shop: Shop, friends: Any) -> Any:
    """Goods of 40.00 that need no shipping."""
    return shop.product("40.00", ships=False)


@pytest.fixture
def old(goods: Any) -> str:
    """The address of somebody who bought something before."""
    Shopper().buy(Shopper().cart((goods, 1), email=OLD))
    return OLD


def total(order: dict[str, Any]) -> Any:
    return money(str(order["total"]["gross"]["amount"]))


def test_a_cart_that_becomes_an_old_customers_pays_in_full_before_the_order(
    shop: Shop, ann: User, friends: Any, goods: Any, old: str
) -> None:
    # given
    code = code_for(shop, ann).code
    totals = []

    for number in range(2):
        shopper = Shopper()
        cart = shopper.cart((goods, 1), email=f"fresh{number}@example.com")
        claimed = try_code(cart, code, ip="")
        assert shopper.look(cart).total == HALF

        # when
        cart = retype(shopper, cart, old.upper())

        # then
        assert (cart.total, cart.offer(friends)["code"]) == (FULL, "NO_REFERRAL")
        assert checkout_referral(checkout_of(cart)) is None
        totals.append(total(shopper.buy(cart)))
        reconcile_all()
        claimed.refresh_from_db()
        assert (claimed.order_pk, claimed.state) == ("", ReferralState.CLAIMED)
        assert is_noted(claimed, Reason.NOT_FIRST_ORDER)

    assert totals == [FULL, FULL]


def test_a_typing_error_costs_a_new_customer_nothing(
    shop: Shop, ann: User, goods: Any, old: str
) -> None:
    # given
    shopper = Shopper()
    cart = shopper.cart((goods, 1), email=NEW)
    claimed = try_code(cart, code_for(shop, ann).code)

    # when
    assert retype(shopper, cart, old).total == FULL
    cart = retype(shopper, cart, "newer@example.com")

    # then
    assert cart.total == HALF
    assert total(shopper.buy(cart)) == HALF
    reconcile_all()
    claimed.refresh_from_db()
    assert claimed.state == ReferralState.PAID


@needs("legacy payments")
def test_the_gate_lets_no_old_customer_through_at_a_friends_price(
    shop: Shop, ann: User, goods: Any, old: str
) -> None:
    # given
    HOST.open_gateway()
    shopper = Shopper()
    shopper.pay_beside_gift_cards()
    cart = shopper.cart((goods, 1), email=NEW)
    try_code(cart, code_for(shop, ann).code)
    cart = shopper.look(cart)
    shopper.pay(cart, cart.total)

    # when: an address changes without anybody telling
    Checkout.objects.filter(pk=cart.pk).update(email=old)
    with pytest.raises(Refused):
        shopper.complete(cart)

    # then
    assert shopper.look(cart).total == FULL
    assert not Order.objects.filter(total_gross_amount=HALF).exists()


def test_a_member_who_ordered_before_gets_nothing_by_a_guests_claim(
    shop: Shop, ann: User, goods: Any
) -> None:
    # given
    bob = Shopper(token=HOST.sign_up("bob@example.com"))
    bob.buy(bob.cart((goods, 1)))
    guest = Shopper()
    cart = guest.cart((goods, 1), email=NEW)
    try_code(cart, code_for(shop, ann).code)
    assert guest.look(cart).total == HALF

    # when
    bob.mutate("attach", cart=cart)

    # then
    assert bob.look(cart).total == FULL
    assert checkout_referral(checkout_of(cart)) is None


def test_a_member_who_takes_over_a_cart_is_not_brought_by_themselves(
    shop: Shop, ann: User, goods: Any
) -> None:
    # given: their own code, as a guest with a fresh address
    bob = Shopper(token=HOST.sign_up("bob@example.com"))
    switch_on(shop, weights={"YOUNG_ACCOUNT": 0})
    own = code_for(shop, User.objects.get(email="bob@example.com")).code
    guest = Shopper()
    cart = guest.cart((goods, 1), email=NEW)
    claimed = try_code(cart, own, ip="")
    assert guest.look(cart).total == HALF

    # when
    bob.mutate("attach", cart=cart)

    # then
    assert bob.look(cart).total == FULL
    assert checkout_referral(checkout_of(cart)) is None
    assert total(bob.buy(bob.look(cart))) == FULL
    reconcile_all()
    claimed.refresh_from_db()
    assert claimed.verdict == Verdict.REJECT


def test_of_two_carts_of_one_guest_one_gets_the_friends_price(
    shop: Shop, ann: User, goods: Any
) -> None:
    # given
    code = code_for(shop, ann).code
    shopper = Shopper()
    carts = [shopper.cart((goods, 1), email=NEW) for _ in range(2)]
    claims = [try_code(cart, code, ip="") for cart in carts]

    # when
    assert total(shopper.buy(shopper.look(carts[0]))) == HALF
    reconcile_all()

    # then
    assert shopper.look(carts[1]).total == FULL
    assert total(shopper.buy(shopper.look(carts[1]))) == FULL
    reconcile_all()
    assert [Referral.objects.get(pk=one.pk).order_pk != "" for one in claims] == [
        True,
        False,
    ]


@needs("transactions")
def test_a_claim_is_used_up_by_an_order_that_waits_for_its_money(
    shop: Shop, ann: User, goods: Any
) -> None:
    # given
    HOST.allow_unpaid_orders()
    bob = Shopper(token=HOST.sign_up("bob@example.com"))
    first = bob.cart((goods, 1))
    claimed = try_code(
        first, code_for(shop, ann).code, user_pk=user_pk_of("bob@example.com")
    )
    second = bob.cart((goods, 1))
    assert bob.look(second).total == HALF

    # when
    order = bob.complete(bob.look(first))
    reconcile_all()

    # then
    claimed.refresh_from_db()
    assert (claimed.state, claimed.order_pk) == (ReferralState.ORDERED, pk_of(order))
    assert bob.look(second).total == FULL
    other = code_for(shop, referrer()).code
    answer = refused(second, other, user_pk=claimed.referee_user_pk)
    assert answer is ReferralErrorCode.ALREADY_CLAIMED


def test_the_last_code_before_the_order_counts(
    shop: Shop, ann: User, goods: Any
) -> None:
    # given
    other = referrer()
    shopper = Shopper()
    cart = shopper.cart((goods, 1), email=NEW)

    # when
    first = try_code(cart, code_for(shop, ann).code)
    last = try_code(cart, code_for(shop, other).code)
    order = shopper.buy(shopper.look(cart))
    reconcile_all()

    # then
    first.refresh_from_db()
    last.refresh_from_db()
    assert (first.state, first.order_pk) == (ReferralState.LAPSED, "")
    assert is_noted(first, Reason.OTHER_CLAIM)
    assert (last.order_pk, last.referrer_user_pk) == (pk_of(order), other.pk)
    assert total(order) == HALF


def test_a_code_that_does_not_count_takes_no_place(
    shop: Shop, ann: User, goods: Any
) -> None:
    # given
    cart = Shopper().cart((goods, 1), email="b.ob@gmail.com")
    claimed = try_code(cart, code_for(shop, ann).code)
    own = code_for(shop, referrer("bob@gmail.com")).code

    # then: whether or not there is such a code
    assert refused(cart, own) is ReferralErrorCode.NOT_ACCEPTED
    assert refused(cart, "NO-SUCH-CODE") is ReferralErrorCode.NOT_ACCEPTED
    assert Referral.objects.get() == claimed
    assert checkout_referral(checkout_of(cart)) == claimed


def test_a_guest_who_signs_in_keeps_the_cart_and_takes_the_claim_along(
    shop: Shop, ann: User, goods: Any
) -> None:
    # given
    code = code_for(shop, ann).code
    guest = Shopper()
    cart = guest.cart((goods, 1), email=NEW)
    claimed = try_code(cart, code)
    bob = Shopper(token=HOST.sign_up("bob@example.com"))
    bob.mutate("attach", cart=cart)
    other = Shopper().cart((goods, 1), email="bob@example.com")
    other = on_another_device(other, "bob@example.com")
    assert (bob.look(cart).total, bob.look(other).total) == (HALF, FULL)

    # when: the storefront claims again, now that they are signed in
    again = try_code(cart, code, user_pk=user_pk_of("bob@example.com"))

    # then
    assert again == claimed
    assert bob.look(other).total == HALF
    bob.buy(bob.look(other))
    reconcile_all()
    claimed.refresh_from_db()
    assert claimed.state == ReferralState.PAID


def test_a_cart_that_somebody_takes_over_brings_them_nothing(
    shop: Shop, ann: User, goods: Any
) -> None:
    # given
    bob = Shopper(token=HOST.sign_up("bob@example.com"))
    bob_pk = user_pk_of("bob@example.com")
    cart = bob.cart((goods, 1))
    claimed = try_code(cart, code_for(shop, ann).code, user_pk=bob_pk)
    assert bob.look(cart).total == HALF

    # when
    bob.mutate("detach", cart=cart)
    cyd = Shopper(token=HOST.sign_up("cyd@example.com"))
    cyd.mutate("attach", cart=cart)

    # then
    assert cyd.look(cart).total == FULL
    assert checkout_referral(checkout_of(cart)) is None
    own = try_code(
        cart, code_for(shop, referrer()).code, user_pk=user_pk_of("cyd@example.com")
    )
    assert cyd.look(cart).total == HALF
    cyd.buy(cyd.look(cart))
    reconcile_all()
    own.refresh_from_db()
    claimed.refresh_from_db()
    assert own.state == ReferralState.PAID
    # and whose claim it was still has it
    assert (claimed.state, claimed.referee_user_pk) == (ReferralState.CLAIMED, bob_pk)
    assert bob.look(bob.cart((goods, 1))).total == HALF
