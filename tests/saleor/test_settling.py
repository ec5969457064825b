"""Points follow an order through everything that staff can do to it."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone
from saleor.account.models import User

from saleor_rewards.ledger import balance
from saleor_rewards.ledger.upkeep import merge
from saleor_rewards.models import Account, Entry, Receipt, Settlement
from saleor_rewards.orders.settling import preview, settle_order
from saleor_rewards.programs import recompute, update_rule

from .points import (
    available,
    earned,
    earning_cart,
    make_member,
    no_hooks,
    reconcile_all,
    rows,
    sums,
)
from .staff import Staff, pk_of
from .stored_rules import stored
from .world import HOST, Cart, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def cart(shop: Shop, shopper: Shopper) -> Cart:
    """A cart of 40.00, shipped for 10.00, that earns 40 points and 50 more."""
    return earning_cart(shop, shopper)


def test_a_paid_order_earns_on_its_goods(cart: Cart, shopper: Shopper) -> None:
    # when
    order = shopper.buy(cart)

    # then
    assert order["total"]["gross"]["amount"] == Decimal("50.00")
    assert available() == earned() == 90
    settlement = Settlement.objects.get()
    assert (settlement.order_pk, settlement.points_earned) == (pk_of(order), 90)
    assert (settlement.spend_amount, settlement.is_counted) == (5000, True)
    assert Account.objects.get().email == "guest@example.com"


def test_points_wait_for_the_return_window(
    shop: Shop, cart: Cart, shopper: Shopper
) -> None:
    # given
    shop.points(return_days=14)

    # when
    shopper.buy(cart)

    # then
    later = timezone.now() + timedelta(days=14)
    assert sums() == (90, 0, 0)
    assert balance(Account.objects.get(), later).available == 90


@pytest.mark.usefixtures("each_way_to_pay")
def test_an_order_earns_when_its_money_comes(
    cart: Cart, shopper: Shopper, staff: Staff
) -> None:
    # when
    order = shopper.order(cart)

    # then
    assert not Entry.objects.exists()

    # when
    staff.capture(order, "50.00")

    # then
    assert available() == 90


def test_points_for_fulfilled_orders_come_and_go_with_the_goods(
    shop: Shop, cart: Cart, shopper: Shopper, staff: Staff
) -> None:
    # given
    shop.points(earn_on="fulfilled")
    order = shopper.buy(cart)
    assert not Entry.objects.exists()

    # then
    for work, points in (
        (staff.fulfill, 90),
        (staff.unfulfill, 0),
        (staff.fulfill, 90),
    ):
        work(order)
        assert available() == points
    kinds = Entry.objects.values_list("kind", flat=True)
    assert sorted(kinds) == ["earn", "earn", "restore", "restore", "reverse", "reverse"]


@pytest.mark.usefixtures("each_way_to_pay")
def test_refunds_take_back_their_share(
    cart: Cart, shopper: Shopper, staff: Staff
) -> None:
    # given
    order = shopper.buy(cart)
    refunded = Decimal(0)

    # then
    for amount in ("0.01", "3.33", "16.66", "10.00", "19.99", "0.01"):
        staff.refund(order, amount)
        refunded += Decimal(amount)
        assert available() == earned(str(refunded))
        assert Settlement.objects.get().spend_amount == (50 - refunded) * 100
    assert available() == 0


@pytest.mark.usefixtures("each_way_to_pay")
@pytest.mark.parametrize("refund", [None, "12.34", "50.00"])
def test_a_cancelled_order_keeps_nothing(
    cart: Cart, shopper: Shopper, staff: Staff, refund: str | None
) -> None:
    # given
    order = shopper.buy(cart)
    if refund is not None:
        staff.refund(order, refund)

    # when
    staff.do("cancel", order)

    # then
    assert available() == 0
    settlement = Settlement.objects.get()
    assert (settlement.points_earned, settlement.is_counted) == (0, False)


def test_a_refund_after_the_cancellation_changes_nothing_more(
    cart: Cart, shopper: Shopper, staff: Staff
) -> None:
    # given
    order = shopper.buy(cart)
    staff.do("cancel", order)
    entries = Entry.objects.count()

    # when
    staff.refund(order, "50.00")

    # then
    assert available() == 0
    assert Entry.objects.count() == entries


def test_the_rules_of_the_receipt_count_and_not_those_of_today(
    shop: Shop, cart: Cart, shopper: Shopper, staff: Staff
) -> None:
    # given
    with no_hooks():
        order = shopper.buy(cart)
    for rule in shop.program.rules.all():
        definition = {**rule.current.definition}
        definition["conditions"] = {"minimum_quantity": 100}
        update_rule(rule.pk, definition=definition)
    shop.points(earn_on="fulfilled", is_active=False)

    # when
    settle_order(pk_of(order))
    staff.refund(order, "25.00")

    # then
    assert available() == earned("25")


def test_points_stay_where_the_receipt_is_lost_and_cannot_be_made_again(
    shop: Shop, cart: Cart, shopper: Shopper, staff: Staff
) -> None:
    # given
    order = shopper.buy(cart)
    staff.refund(order, "25.00")
    Receipt.objects.all().delete()
    shop.points(is_active=False)

    # when
    staff.refund(order, "10.00")

    # then
    assert available() == earned("25")
    assert reconcile_all() == 0


def test_an_order_that_staff_made_gets_a_receipt_of_its_own(
    shop: Shop, cart: Cart, staff: Staff
) -> None:
    # given
    variant = shop.product("20.00", ships=False)

    # when
    order = staff.draft((variant, 2), email="ann@example.com", channel=shop.channel)
    assert not Settlement.objects.exists()
    staff.do("pay", order)

    # then
    receipt = Receipt.objects.get()
    assert (receipt.order_pk, receipt.checkout_token) == (pk_of(order), None)
    assert available() == 90
    effects = [effect.to_json() for effect in recompute(receipt).effects]
    assert effects == receipt.effects
    assert sum(effect["points"] for effect in effects) == 90


def test_a_rule_that_cannot_be_read_keeps_no_order_that_staff_made_from_earning(
    shop: Shop, cart: Cart, staff: Staff
) -> None:
    # given
    lottery = {"lane": "POINTS", "benefit": {"type": "LOTTERY"}, "starts_at": "soon"}
    stored(shop.program, lottery)
    variant = shop.product("20.00", ships=False)

    # when
    order = staff.draft((variant, 2), email="ann@example.com", channel=shop.channel)
    staff.do("pay", order)

    # then
    assert available() == 90


def test_nothing_is_agreed_on_anew_while_the_kill_switch_is_on(
    cart: Cart, shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.plugin(killed=True)
    with no_hooks():
        shopper.buy(shopper.look(cart))
    Receipt.objects.all().delete()

    # when
    reconcile_all()

    # then
    assert not Account.objects.exists()


def test_orders_from_before_points_were_switched_on_never_earn(
    shop: Shop, shopper: Shopper, staff: Staff
) -> None:
    # given
    shop.earning()
    product = shop.product(ships=False)
    bought = shopper.buy(shopper.cart((product, 1)))
    made = staff.draft((product, 1), email="ann@example.com", channel=shop.channel)

    # when
    shop.points()
    staff.do("pay", made)
    settle_order(pk_of(bought))
    reconcile_all()

    # then
    assert not Entry.objects.exists()
    assert not Settlement.objects.exists()


@pytest.mark.parametrize("refund", ["0.01", "7.77", "25.00", "49.99", "50.00"])
def test_a_preview_says_what_a_refund_then_does(
    cart: Cart, shopper: Shopper, staff: Staff, refund: str
) -> None:
    # given
    order = shopper.buy(cart)
    before = rows()

    # when
    told = preview(pk_of(order), Decimal(refund))
    assert rows() == before
    staff.refund(order, refund)

    # then
    assert available() == 90 - told.points_taken_back
    assert told.points_given_back == told.points_debt == 0


def test_a_preview_of_more_than_is_left_is_one_of_what_is_left(
    cart: Cart, shopper: Shopper, staff: Staff
) -> None:
    # given
    order = shopper.buy(cart)
    staff.refund(order, "25.00")

    # then
    assert preview(pk_of(order), Decimal("99.00")).points_taken_back == earned("25")


def test_a_guest_who_gets_an_account_keeps_the_order_in_one_place(
    cart: Cart, shopper: Shopper, staff: Staff
) -> None:
    # given
    order = shopper.buy(cart)
    account = Account.objects.get()
    user = User.objects.create(email="ann@example.com", is_active=True)
    HOST.give_order(pk_of(order), user)

    # when
    staff.refund(order, "25.00")

    # then
    assert Settlement.objects.get().account == account == Account.objects.get()
    assert available() == earned("25")


def test_an_order_follows_its_account_into_another(
    shop: Shop, cart: Cart, shopper: Shopper, staff: Staff
) -> None:
    # given
    order = shopper.buy(cart)
    guest = Account.objects.get()
    ann = make_member(shop, 5)

    # when
    merge(guest.pk, ann.account.pk, timezone.now())
    told = preview(pk_of(order), Decimal("25.00"))
    staff.refund(order, "25.00")

    # then
    assert ann.sums == (5 + earned("25"), 0)
    assert told.points_taken_back == 90 - earned("25")
    assert Settlement.objects.get().account == ann.account


def test_an_order_of_nobody_is_left_out(
    cart: Cart, shopper: Shopper, staff: Staff
) -> None:
    # given
    with no_hooks():
        order = shopper.buy(cart)
    HOST.forget_email(pk_of(order))

    # when
    settle_order(pk_of(order))

    # then
    assert reconcile_all() == 0
    assert not Account.objects.exists()
