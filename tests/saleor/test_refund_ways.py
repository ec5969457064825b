"""Every way in which money and goods of an order go back takes and gives the same."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from importlib import import_module
from typing import Any, Callable

import pytest

from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.models import Settlement
from saleor_rewards.orders.settling import preview

from .inputs import document
from .limits import needs
from .points import Member, make_member, reconcile_all
from .staff import Staff, pk_of
from .world import HOST, Shop

refunds: Any = None
if capabilities.transactions:
    refunds = import_module(f"{__package__}.refunds")
    from .transactions import PaymentApp

pytestmark = pytest.mark.django_db(transaction=True)

#: An order of 40.00, of which points pay 10.00, and what it earns once it is paid.
PAID, POINTS, EARNED = Decimal("30.00"), 1000, 10 * 25 + 50


@dataclass
class Paid:
    """A paid order, of which staff give something back."""

    member: Member
    staff: Staff
    order: dict[str, Any]

    @property
    def moved(self) -> tuple[int, int]:
        """How many points were taken back, and how many given back."""
        settled = Settlement.objects.get(order_pk=pk_of(self.order))
        available, debt = self.member.sums
        assert available - debt == settled.points_earned + settled.points_returned
        return EARNED - settled.points_earned, settled.points_returned


def placed(shop: Shop, staff: Staff) -> Paid:
    """Let a member buy goods of 35.00, shipped for 5.00."""
    shop.points()
    shop.earning(10)
    shop.rule("Thanks", {"type": "POINTS_FIXED", "points": 50}, lane="POINTS")
    member = make_member(shop, POINTS)
    member.payments = staff.payments
    cart = member.put_aside(shop.product("35.00"), POINTS)
    cart = member.ship(cart, shop.shipping_method("5.00"))
    assert cart.total == PAID
    return Paid(member, staff, member.buy(cart))


Way = Callable[[Paid, str], None]


def on_the_charge(paid: Paid, amount: str) -> None:
    PaymentApp().report(transaction_of(paid), "REFUND_SUCCESS", amount)


def in_two_steps(paid: Paid, amount: str) -> None:
    app, charge, before = PaymentApp(), transaction_of(paid), paid.moved
    app.report(charge, "REFUND_REQUEST", amount, f"psp-{amount}")
    assert paid.moved == before
    app.report(charge, "REFUND_SUCCESS", amount, f"psp-{amount}")


def as_a_transaction_of_its_own(paid: Paid, amount: str) -> None:
    PaymentApp().create(paid.order["id"], amountRefunded=amount)


def by_its_sum_alone(paid: Paid, amount: str) -> None:
    refunded = refunds.transactions_of(paid.order).get().refunded_value
    PaymentApp().correct(
        transaction_of(paid), amountRefunded=refunded + Decimal(amount)
    )


def by_both_sums(paid: Paid, amount: str) -> None:
    item = refunds.transactions_of(paid.order).get()
    PaymentApp().correct(
        transaction_of(paid),
        amountCharged=item.charged_value - Decimal(amount),
        amountRefunded=item.refunded_value + Decimal(amount),
    )


def by_request(paid: Paid, amount: str) -> None:
    with refunds.answering_refunds():
        refunds.request_refund(transaction_of(paid), amount)


def granted(paid: Paid, amount: str) -> None:
    before = paid.moved
    refunds.grant(paid.order, amount)
    assert paid.moved == before
    on_the_charge(paid, amount)


def by_staff(paid: Paid, amount: str) -> None:
    paid.staff.do("refund", paid.order, amount=amount)


def transaction_of(paid: Paid) -> str:
    return str(refunds.id_of(refunds.transactions_of(paid.order).earliest("pk")))


BY_TRANSACTIONS = [
    on_the_charge,
    in_two_steps,
    as_a_transaction_of_its_own,
    by_its_sum_alone,
    by_both_sums,
    by_request,
    granted,
]


def wanted(refunded: Decimal) -> tuple[int, int]:
    """Return what is taken and given back once so much of the money is refunded."""
    share = Fraction(min(PAID, refunded)) / Fraction(PAID)
    return int(EARNED * share), int(POINTS * share)


def assert_each_refund_is_as_previewed(paid: Paid, way: Way, *amounts: str) -> None:
    refunded = Decimal(0)
    for amount in amounts:
        told = preview(pk_of(paid.order), Decimal(amount))
        before = paid.moved
        way(paid, amount)
        refunded += Decimal(amount)
        assert paid.moved == wanted(refunded)
        was_told = told.points_taken_back, told.points_given_back
        moved = [now - then for now, then in zip(paid.moved, before)]
        assert was_told == tuple(moved)
    assert reconcile_all() == 0


@needs("transactions")
@pytest.mark.parametrize("way", BY_TRANSACTIONS)
def test_a_refund_by_transactions_does_what_its_preview_says(
    shop: Shop, staff: Staff, way: Way
) -> None:
    # given
    paid = placed(shop, staff)

    # when / then
    assert_each_refund_is_as_previewed(paid, way, "5.00", "7.77", "17.23")


@needs("legacy payments")
def test_a_refund_by_staff_does_what_its_preview_says(
    shop: Shop, staff: Staff, gateway: Any
) -> None:
    # given
    staff.payments = gateway
    paid = placed(shop, staff)

    # when / then
    assert_each_refund_is_as_previewed(paid, by_staff, "5.00", "7.77", "17.23")


def test_money_is_a_part_of_all_that_paid_beside_the_points(
    shop: Shop, staff: Staff
) -> None:
    # given: goods of 100.00, of which points pay 20.00 and a gift card 70.00
    shop.points()
    shop.earning()
    member = make_member(shop, 2000)
    member.pay_beside_gift_cards()
    staff.payments = member.payments
    HOST.make_gift_card("CARD-0070", "70.00")
    cart = member.put_aside(shop.product("100.00", ships=False), 2000)
    cart = member.promo(cart, "CARD-0070")
    assert cart.total == Decimal("10.00")
    order = member.buy(cart)
    assert member.sums == (80, 0)

    # when / then: a sixteenth, then an eighth of what was not paid in points
    for refunded, earned, returned in (("5.00", 75, 125), ("5.00", 70, 250)):
        told = preview(pk_of(order), Decimal(refunded))
        before = sum(member.sums)
        staff.refund(order, refunded)
        assert member.sums == (earned + returned, 0)
        moved = told.points_given_back - told.points_taken_back
        assert moved == sum(member.sums) - before


@needs("transactions")
@pytest.mark.parametrize("way", [on_the_charge, as_a_transaction_of_its_own])
def test_more_than_was_paid_takes_no_more_than_all(
    shop: Shop, staff: Staff, way: Way
) -> None:
    # given
    paid = placed(shop, staff)

    # when / then
    assert_each_refund_is_as_previewed(paid, way, "20.00", "15.00")


@needs("transactions")
@pytest.mark.parametrize("way", [on_the_charge, as_a_transaction_of_its_own])
def test_money_that_was_paid_twice_and_given_back_once_is_no_refund(
    shop: Shop, staff: Staff, way: Way
) -> None:
    # given
    paid = placed(shop, staff)
    PaymentApp().create(paid.order["id"], amountCharged="10.00")

    # when
    told = preview(pk_of(paid.order), Decimal("12.00"))
    way(paid, "10.00")

    # then
    assert paid.moved == (0, 0)

    # when
    way(paid, "2.00")

    # then
    assert paid.moved == wanted(Decimal("2.00"))
    assert (told.points_taken_back, told.points_given_back) == paid.moved


@needs("transactions")
@pytest.mark.parametrize("way", BY_TRANSACTIONS)
def test_what_is_charged_anew_counts_again(shop: Shop, staff: Staff, way: Way) -> None:
    # given
    paid = placed(shop, staff)
    way(paid, "12.00")
    assert paid.moved == wanted(Decimal("12.00"))

    # when
    PaymentApp().create(paid.order["id"], amountCharged="12.00")

    # then
    assert paid.moved == (0, 0)


@needs("transactions")
def test_one_of_several_transactions_is_refunded_like_the_only_one(
    shop: Shop, staff: Staff
) -> None:
    # given
    paid = placed(shop, staff)
    PaymentApp().correct(transaction_of(paid), amountCharged="12.00")
    PaymentApp().create(paid.order["id"], amountCharged="18.00")
    assert paid.moved == (0, 0)

    # when / then
    assert_each_refund_is_as_previewed(paid, on_the_charge, "4.00", "8.00")


@needs("transactions")
def test_goods_that_come_back_count_without_any_refund(
    shop: Shop, staff: Staff
) -> None:
    # given
    shop.points()
    shop.earning(10)
    member = make_member(shop, POINTS)
    cart = member.cart((shop.product("2.50", ships=False), 4))
    member.do(document("PointsRedeem"), checkoutId=cart.id, points=POINTS)
    order = member.complete(member.look(cart))
    assert member.sums == (0, 0)

    # when / then
    for returned, back in ((1, 250), (2, 750), (1, 1000)):
        refunds.products_back(order, returned)
        assert member.sums == (back, 0)
    assert reconcile_all() == 0


@needs("transactions")
def test_goods_that_are_exchanged_stay_with_their_order_and_earn_once(
    shop: Shop, staff: Staff
) -> None:
    # given
    shop.points()
    shop.earning(10)
    member = make_member(shop, POINTS)
    order = member.spend(shop.product("40.00", ships=False), POINTS)
    assert member.sums == (300, 0)

    # when
    new = refunds.products_back(order, 1, is_exchange=True)["replaceOrder"]
    staff.do("complete", new)
    staff.do("pay", new)

    # then
    assert member.sums == (300, 0)
    assert Settlement.objects.get().order_pk == pk_of(order)
    assert reconcile_all() == 0
