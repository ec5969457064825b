"""Points that paid for an order are of whoever put them aside, whatever it says."""

from __future__ import annotations

from contextlib import nullcontext
from decimal import Decimal
from typing import Any, Callable

import pytest
from django.utils import timezone
from saleor.account.models import User
from saleor.checkout.models import Checkout
from saleor.order.models import Order

from saleor_rewards import guard, tasks
from saleor_rewards.checkout import redeeming, withdrawing
from saleor_rewards.host.current import host
from saleor_rewards.models import Account, Receipt, Settlement
from saleor_rewards.points.members import member_account
from saleor_rewards.reservations import pledge
from saleor_rewards.tasks import end_stale_pledges, release_holds

from .elsewhere import queued_behind_the_gate
from .inputs import document
from .limits import needs
from .points import (
    Member,
    let_completions_end,
    make_member,
    no_hooks,
    reconcile_all,
)
from .staff import Staff
from .world import HOST, Cart, Refused, Shop, Shopper

pytestmark = [pytest.mark.django_db(transaction=True), needs("transactions")]

DETACH = """
mutation($id: ID!) {
  checkoutCustomerDetach(id: $id) { checkout { id } errors { code } }
}
"""
EMAIL = """
mutation($id: ID!, $email: String!) {
  checkoutEmailUpdate(id: $id, email: $email) { checkout { id } errors { code } }
}
"""


class Theft:
    """A cart of a thief's, with a victim's address; points pay 10.00 of 40.00."""

    def __init__(self, shop: Shop) -> None:
        shop.points()
        self.thief, self.victim = make_member(shop, 1000), make_member(shop, 1000)
        self.program = shop.program
        variant = shop.product("40.00", ships=False)
        self.cart = self.thief.cart((variant, 1), email=self.victim.email)
        self.thief.do(document("PointsRedeem"), checkoutId=self.cart.id, points=1000)
        self.cart = self.thief.look(self.cart)
        assert self.cart.total == Decimal("30.00")

    def leave(self) -> None:
        self.thief.ask(DETACH, id=self.cart.id)

    def settle(self) -> None:
        """Let everything run that could move points, the victim's own look last."""
        reconcile_all()
        let_completions_end()
        end_stale_pledges()
        release_holds()
        reconcile_all()
        member_account(self.program.pk, User.objects.get(email=self.victim.email))

    def assert_thief_pays(self) -> None:
        """Check that the thief's points are gone if they took something off, or not."""
        total = Order.objects.get().total_gross_amount
        # The cart without its owner may have lost them before it was an order.
        taken = {Decimal("30.00"): 1000, Decimal("40.00"): 0}[total]
        assert Receipt.objects.get().points_redeemed == taken
        assert self.victim.sums == (1000, 0)
        assert self.thief.sums == (1000 - taken, 0)
        assert not Account.objects.filter(points_debt__gt=0).exists()


def paid(theft: Theft) -> None:
    theft.thief.pay(theft.cart, theft.cart.total)


def unpaid(_theft: Theft) -> None:
    HOST.allow_unpaid_orders()


@pytest.mark.parametrize("prepare", [paid, unpaid])
@pytest.mark.parametrize("is_guest", [False, True])
def test_a_cart_that_leaves_its_owner_behind_the_gate_is_paid_by_them(
    shop: Shop,
    monkeypatch: pytest.MonkeyPatch,
    prepare: Callable[[Theft], None],
    is_guest: bool,
) -> None:
    # given
    theft = Theft(shop)
    prepare(theft)

    # when
    with queued_behind_the_gate(monkeypatch, theft.leave):
        (Shopper() if is_guest else theft.thief).complete(theft.cart)
    theft.settle()

    # then
    theft.assert_thief_pays()


@pytest.mark.parametrize("is_on_again", [True, False])
def test_a_cart_that_leaves_its_owner_while_we_are_off_is_paid_by_them(
    shop: Shop, is_on_again: bool
) -> None:
    # given
    theft = Theft(shop)
    paid(theft)
    shop.plugin(active=False)

    # when
    theft.leave()
    theft.thief.ask(EMAIL, id=theft.cart.id, email=theft.victim.email)
    theft.thief.mutate("complete", cart=theft.cart)
    if is_on_again:
        shop.plugin()
    theft.settle()

    # then
    theft.assert_thief_pays()


def test_whoever_takes_over_a_cart_that_is_being_ordered_frees_no_points(
    shop: Shop,
) -> None:
    # given
    theft = Theft(shop)
    pledge(theft.cart.pk, timezone.now())
    taker = User.objects.get(email=theft.victim.email)
    Checkout.objects.filter(pk=theft.cart.pk).update(user=taker)

    # when
    with pytest.raises(Refused) as refused:
        theft.victim.do(document("PointsRedeem"), checkoutId=theft.cart.id, points=1000)

    # then
    assert refused.value.errors[0]["code"] == "ORDER_IN_PROGRESS"
    assert theft.thief.account.points_held == 1000


@pytest.mark.parametrize("is_there", [True, False])
def test_whoever_takes_over_a_cart_that_is_an_order_frees_no_points(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, is_there: bool
) -> None:
    # given: the order has not taken its points yet
    theft = Theft(shop)
    unpaid(theft)
    guard.faults.clear()
    with no_hooks():
        theft.thief.complete(theft.cart)
    taker = User.objects.get(email=theft.victim.email)
    checkout = Checkout(pk=theft.cart.pk, user=taker)

    # when
    if is_there:
        monkeypatch.setattr(host, "locked", lambda _token: nullcontext(True))
    redeeming._release_stray(checkout, timezone.now())

    # then
    assert theft.thief.account.points_held == 1000
    assert not guard.faults
    theft.settle()
    theft.assert_thief_pays()


class LeftOn:
    """A cart of 40.00 with points worth 10.00 whose prices carry offers still."""

    def __init__(self, shop: Shop, patch: pytest.MonkeyPatch) -> None:
        shop.points()
        shop.ladder(("30.00", "25"))
        self.member: Member = make_member(shop, 1000)
        variant = shop.product("40.00", ships=False)
        self.cart: Cart = self.member.put_aside(variant, 1000)
        # The task that takes the offers off has to wait for others, and Saleor's own,
        # which completes paid carts, asks nobody.
        patch.setattr(tasks.withdraw_offers, "apply_async", lambda *_, **__: None)
        patch.setattr(withdrawing, "refused_while_off", lambda *_: None)


@pytest.mark.parametrize("is_on_again", [True, False])
@pytest.mark.parametrize("is_paid", [True, False])
def test_an_order_that_passed_no_gate_takes_the_points_that_paid_for_it(
    shop: Shop,
    staff: Staff,
    monkeypatch: pytest.MonkeyPatch,
    is_paid: bool,
    is_on_again: bool,
) -> None:
    # given
    left = LeftOn(shop, monkeypatch)
    if is_paid:
        left.member.pay(left.cart, left.cart.total)
    HOST.allow_unpaid_orders()
    shop.plugin(active=False)

    # when
    order: dict[str, Any] = left.member.mutate("complete", cart=left.cart)
    if is_on_again:
        shop.plugin()
    reconcile_all()
    release_holds()
    end_stale_pledges()
    reconcile_all()

    # then
    assert order["total"]["gross"]["amount"] == Decimal("20.00")
    assert left.member.sums == (0, 0)

    # when
    staff.do("cancel", order)
    reconcile_all()

    # then
    assert left.member.sums == (1000, 0)
    assert Settlement.objects.get().points_returned == 1000
