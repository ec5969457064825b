"""What was agreed with somebody who promised to pay ends when the money does not come."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Callable

import pytest
from django.db.models import F
from django.utils import timezone
from saleor.checkout.models import CheckoutLine
from saleor.order.models import Order
from saleor.payment.models import Payment

from saleor_rewards.host.current import host
from saleor_rewards.host.port import PLUGIN_ID
from saleor_rewards.models import Hold, PriceAgreement, Rule
from saleor_rewards.programs import update_rule
from saleor_rewards.tasks import end_stale_pledges, release_holds

from .inputs import document
from .limits import GIFT_CARDS_COUNT, needs
from .points import Member, make_member, reconcile_all
from .world import HOST, Cart, Refused, Shop

pytestmark = [pytest.mark.django_db(transaction=True), needs("transactions")]

numbers = count(1)


class Promise:
    """Money that a payment app was asked for and does not have yet."""

    def __init__(self, member: Member, cart: Cart, amount: str) -> None:
        self.payments, self.amount = member.payments, amount
        self.reference = f"promise-{next(numbers)}"
        self.transaction = self.payments.create(cart.id, self.reference)
        self.report("CHARGE_REQUEST")
        assert PriceAgreement.objects.filter(checkout_token=cart.pk).exists()

    def report(self, kind: str) -> None:
        """Tell what became of it."""
        self.payments.report(self.transaction, kind, self.amount, self.reference)

    def fail(self) -> None:
        """Tell that the money does not come."""
        self.report("CHARGE_FAILURE")


def release(member: Member, cart: Cart) -> None:
    member.do(document("PointsRelease"), checkoutId=cart.id)


def is_ordered(member: Member, cart: Cart) -> bool:
    try:
        member.complete(cart)
    except Refused:
        return False
    return True


class Points:
    """1,000 points, worth 10.00, and two carts of 40.00."""

    def __init__(self, shop: Shop) -> None:
        shop.points()
        self.member: Member = make_member(shop, 1000)
        goods = shop.product("40.00", ships=False)
        self.first = self.member.put_aside(goods, 1000)
        self.second = self.member.cart((goods, 1))

    def lapse_by_a_promise(self) -> None:
        """Let the first cart's money be promised, and not come."""
        Promise(self.member, self.first, "30.00").fail()

    def lapse_by_a_gift_card(self) -> None:
        """Let the first cart's gift card be spent elsewhere."""
        card = HOST.make_gift_card("CARD", "29.00")
        self.first = self.member.promo(self.first, "CARD")
        self.member.pay(self.first, Decimal("1.00"))
        assert PriceAgreement.objects.exists()
        card.current_balance_amount = 0
        card.save()


def all_points_go_elsewhere(points: Points) -> None:
    release(points.member, points.first)
    points.member.do(document("PointsRedeem"), checkoutId=points.second.id, points=1000)


def most_points_go_elsewhere(points: Points) -> None:
    member = points.member
    member.do(document("PointsRedeem"), checkoutId=points.first.id, points=100)
    member.do(document("PointsRedeem"), checkoutId=points.second.id, points=900)


@pytest.mark.parametrize("move", [all_points_go_elsewhere, most_points_go_elsewhere])
@pytest.mark.parametrize(
    "lapse", [Points.lapse_by_a_promise, Points.lapse_by_a_gift_card]
)
def test_points_are_spent_once_after_the_money_did_not_come(
    shop: Shop,
    lapse: Callable[[Points], None],
    move: Callable[[Points], None],
) -> None:
    # given
    points = Points(shop)
    if GIFT_CARDS_COUNT or lapse is not Points.lapse_by_a_gift_card:
        lapse(points)

    # when
    move(points)
    points.member.payments.create(points.first.id, "late", amountCharged="30.00")
    for cart in (points.first, points.second):
        if not is_ordered(points.member, cart):
            points.member.payments.create(cart.id, "rest", amountCharged="31.00")
            points.member.complete(cart)
    reconcile_all()

    # then: of 80.00 points paid 10.00, and no more
    totals = [order.total_gross_amount for order in Order.objects.all()]
    assert sum(totals) == Decimal("70.00")
    assert points.member.sums == (0, 0)


def test_an_offer_that_ended_is_not_brought_back_by_late_money(shop: Shop) -> None:
    # given
    rule = shop.ladder(("30.00", "25"))
    member = make_member(shop, 100)
    cart = member.cart((shop.product("40.00", ships=False), 1))
    Promise(member, cart, "30.00").fail()

    # when
    update_rule(rule.pk, is_active=False)
    Rule.objects.update(switched_at=timezone.now() - timedelta(days=20))
    member.payments.create(cart.id, "late", amountCharged="30.00")

    # then
    assert not is_ordered(member, cart)
    assert member.look(cart).total == Decimal("40.00")


def test_a_promise_that_was_never_kept_ends_by_itself(shop: Shop) -> None:
    # given
    rule = shop.ladder(("30.00", "25"))
    member = make_member(shop, 100)
    cart = member.cart((shop.product("40.00", ships=False), 1))
    money = Promise(member, cart, "30.00")
    update_rule(rule.pk, is_active=False)
    Rule.objects.update(switched_at=timezone.now() - timedelta(days=1))
    PriceAgreement.objects.update(created_at=F("created_at") - timedelta(hours=6))

    # when
    end_stale_pledges()
    money.report("CHARGE_SUCCESS")

    # then
    assert not is_ordered(member, cart)


def test_promises_make_no_second_first_order(shop: Shop) -> None:
    # given
    shop.ladder(("30.00", "25"), conditions={"first_order": True})
    member = make_member(shop, 100)
    goods = shop.product("40.00", ships=False)
    carts = [member.cart((goods, 1)) for _ in range(2)]
    for cart in carts:
        Promise(member, cart, "30.00").fail()

    # when
    for number, cart in enumerate(carts):
        member.payments.create(cart.id, f"late-{number}", amountCharged="30.00")

    # then
    assert [is_ordered(member, cart) for cart in carts] == [True, False]


def test_another_card_that_is_declined_ends_nothing(shop: Shop) -> None:
    # given: it was tried after the first one had paid
    rule = shop.ladder(("30.00", "25"))
    member = make_member(shop, 100)
    cart = member.cart((shop.product("40.00", ships=False), 1))
    member.pay(cart, cart.total)
    other = member.payments.create(cart.id, "other")
    member.payments.report(other, "CHARGE_FAILURE", "30.00", "other")

    # when
    update_rule(rule.pk, is_active=False)

    # then
    assert is_ordered(member, cart)
    assert not Payment.objects.exists()


@pytest.mark.parametrize("kind", ["CHARGE_ACTION_REQUIRED", "CHARGE_REQUEST"])
def test_a_card_that_was_left_before_fails_and_what_another_one_paid_stays(
    shop: Shop, kind: str
) -> None:
    # given: points and a rule, both over by now
    shop.points()
    rule = shop.ladder(("30.00", "25"))
    member = make_member(shop, 1000)
    cart = member.put_aside(shop.product("40.00", ships=False), 1000)
    payments = member.payments
    left = payments.create(cart.id, "left")
    payments.report(left, kind, "20.00", "left")
    payments.create(cart.id, "paid", amountCharged="20.00")
    update_rule(rule.pk, is_active=False)
    long_ago = timezone.now() - timedelta(days=1)
    Rule.objects.update(switched_at=long_ago)
    Hold.objects.update(expires_at=long_ago)

    # when
    payments.report(left, "CHARGE_FAILURE", "20.00", "left")
    release_holds()

    # then
    assert member.look(cart).total == Decimal("20.00")
    assert is_ordered(member, cart)
    reconcile_all()
    assert member.sums == (0, 0)


def test_gifts_of_saleors_own_change_nothing_about_what_was_agreed(
    shop: Shop,
) -> None:
    # given
    member = make_member(shop, 100)
    goods = shop.product("40.00", ships=False)
    cart = member.cart((goods, 1))
    checkout = host.checkout(cart.pk)
    assert checkout is not None

    def fingerprint() -> str:
        book = host.loaded_plugin(PLUGIN_ID).book(checkout)
        reading = host.read(checkout, book)
        assert reading is not None
        return reading.binding.fingerprint

    before = fingerprint()

    # when
    CheckoutLine.objects.create(
        checkout=checkout, variant=goods, quantity=1, is_gift=True, currency="USD"
    )

    # then
    assert fingerprint() == before
