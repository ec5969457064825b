"""A cart that is paid becomes an order at the price that its shopper was shown."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, Callable

import pytest
from django.utils import timezone
from saleor.checkout.models import Checkout
from saleor.order.models import Order
from saleor.payment import models as payment

from saleor_rewards.checkout.service import refresh_checkout
from saleor_rewards.host.bindings import CheckoutMoney
from saleor_rewards.models import Hold, PriceAgreement, Receipt, Settlement
from saleor_rewards.programs import recompute, update_rule
from saleor_rewards.tasks import end_stale_pledges, release_holds

from .inputs import document, node_id
from .limits import needs
from .merchants import app
from .points import Member, make_member, reconcile_all
from .talk import TALK
from .world import HOST, Cart, Shop, Shopper

pytestmark = [pytest.mark.django_db(transaction=True), needs("transactions")]

CREATE_ORDER = """
mutation($id: ID!) {
  orderCreateFromCheckout(id: $id) {
    order { id } errors { field message code }
  }
}
"""

REWARDS_ALONE = """
query($id: ID!) { checkout(id: $id) { rewards { savings { amount } } } }
"""


@pytest.fixture
def member(shop: Shop) -> Member:
    """A customer with 1,000 points, worth 10.00."""
    shop.points()
    return make_member(shop, 1000)


class PaidCart:
    """A cart of 40.00, of which a rule takes 10.00 and points take 10.00."""

    def __init__(self, shop: Shop, member: Member) -> None:
        self.shop, self.member = shop, member
        self.rule = shop.ladder(("30.00", "25"))
        cart = member.put_aside(shop.product("40.00", ships=False), 1000)
        self.cart = cart
        assert cart.total == Decimal("20.00")
        member.pay(cart, cart.total)

    def end_rule(self) -> None:
        update_rule(self.rule.pk, is_active=False)

    def run_out(self) -> None:
        Hold.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
        release_holds()


def its_points_run_out(paid: PaidCart) -> None:
    paid.run_out()


def read_rewards_alone(paid: PaidCart) -> None:
    """Ask for nothing that would compute the cart's prices before."""
    paid.member.ask(REWARDS_ALONE, **TALK.identity(paid.cart))
    assert paid.member.bare_total(paid.cart) == Decimal("20.00")


def its_rule_ends_and_somebody_reads(paid: PaidCart) -> None:
    paid.end_rule()
    read_rewards_alone(paid)


def its_rule_ends_unseen(paid: PaidCart) -> None:
    paid.end_rule()


def another_rule_begins(paid: PaidCart) -> None:
    paid.shop.ladder(("30.00", "50"))
    read_rewards_alone(paid)


def everything_ends_but_the_plugin(paid: PaidCart) -> None:
    paid.end_rule()
    paid.run_out()
    paid.shop.plugin(killed=True)


@pytest.fixture
def paid(shop: Shop, member: Member) -> PaidCart:
    return PaidCart(shop, member)


def assert_order_at_20(member: Member) -> None:
    """Check that order, receipt and ledger say the same."""
    order = Order.objects.get()
    assert order.total_gross_amount == Decimal("20.00")
    receipt = Receipt.objects.get()
    assert receipt.order_pk == str(order.pk)
    assert (receipt.points_redeemed, receipt.is_corrected) == (1000, False)
    assert sum(effect["amount"] for effect in receipt.effects) == 2000
    effects = [effect.to_json() for effect in recompute(receipt).effects]
    assert effects == receipt.effects
    reconcile_all()
    assert Settlement.objects.get().points_spent == 1000
    assert member.sums == (0, 0)
    assert not PriceAgreement.objects.exists()


@pytest.mark.parametrize(
    "strand",
    [
        its_points_run_out,
        its_rule_ends_and_somebody_reads,
        its_rule_ends_unseen,
        another_rule_begins,
        everything_ends_but_the_plugin,
    ],
)
def test_a_paid_cart_keeps_its_price(
    member: Member, paid: PaidCart, strand: Callable[[PaidCart], None]
) -> None:
    # given
    strand(paid)

    # when
    member.complete(paid.cart)

    # then
    assert_order_at_20(member)


def completed_by_saleor(paid: PaidCart) -> None:
    """Let Saleor's own task place the order."""
    # Saleor 2 has none.
    from saleor.channel.models import Channel
    from saleor.checkout.tasks import automatic_checkout_completion_task

    Channel.objects.update(automatically_complete_fully_paid_checkouts=True)
    automatic_checkout_completion_task(paid.cart.pk, None, None)


def completed_by_an_app(paid: PaidCart) -> None:
    payload = app("handle_checkouts").do(CREATE_ORDER, id=paid.cart.id)
    assert payload["errors"] == []


@pytest.mark.parametrize("complete", [completed_by_saleor, completed_by_an_app])
def test_a_paid_cart_keeps_its_price_whoever_places_the_order(
    member: Member, paid: PaidCart, complete: Callable[[PaidCart], None]
) -> None:
    # given
    paid.end_rule()
    paid.run_out()

    # when
    complete(paid)

    # then
    assert_order_at_20(member)


class HalfPaidCart:
    """A cart of two at 20.00 and of which 10.00 are paid, until it is worth as much."""

    def __init__(self, shop: Shop, member: Member) -> None:
        self.shop, self.member = shop, member
        self.variant = shop.product("20.00", ships=False)
        self.cart = member.cart((self.variant, 2))
        member.pay(self.cart, Decimal("10.00"))

    def spend(self) -> None:
        self.member.do(document("PointsRedeem"), checkoutId=self.cart.id, points=1000)


def goods_are_taken_out(one: HalfPaidCart) -> None:
    one.spend()
    one.member.bare_put(one.cart, one.variant, 1)


def points_are_spent(one: HalfPaidCart) -> None:
    one.member.bare_put(one.cart, one.variant, 1)
    one.spend()


def an_offer_begins(one: HalfPaidCart) -> None:
    one.spend()
    one.shop.ladder(("30.00", "50"))
    one.member.bare_put(one.cart, one.variant, 2)


@pytest.mark.parametrize(
    "cheapen", [goods_are_taken_out, points_are_spent, an_offer_begins]
)
def test_a_total_that_falls_to_what_was_paid_is_agreed_on_unseen(
    shop: Shop, member: Member, cheapen: Callable[[HalfPaidCart], None]
) -> None:
    # given
    one = HalfPaidCart(shop, member)
    assert not PriceAgreement.objects.exists()

    # when
    cheapen(one)

    # then
    assert PriceAgreement.objects.get().total_amount == 1000

    # when
    shop.plugin(killed=True)
    Hold.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    release_holds()
    order = member.complete(one.cart)

    # then
    assert Decimal(str(order["total"]["gross"]["amount"])) == Decimal("10.00")
    assert member.sums == (0, 0)


class UnpaidCart:
    """A cart of 40.00 as above that somebody makes look paid."""

    def __init__(self, shop: Shop, member: Member) -> None:
        self.shop, self.member = shop, member
        self.rule = shop.ladder(("30.00", "25"))
        self.variant = shop.product("40.00", ships=False)
        self.cart = member.put_aside(self.variant, 1000)

    def touch(self) -> None:
        """Refresh the cart while its prices hold: then a price can be agreed on."""
        self.member.look(self.cart)
        refresh_checkout(self.cart.pk)


def pays_a_cent(one: UnpaidCart) -> None:
    one.member.payments.pay(one.member, one.cart, Decimal("0.01"), is_taken=False)
    one.touch()


def promises_without_paying(one: UnpaidCart) -> None:
    payments = one.member.payments
    transaction = payments.create(one.cart.id, "pending")
    payments.report(transaction, "CHARGE_REQUEST", "20.00", "pending")


def has_a_promise_that_is_old(one: UnpaidCart) -> None:
    promises_without_paying(one)
    before = timezone.now() - timedelta(hours=7)
    payment.TransactionItem.objects.update(modified_at=before)
    payment.TransactionEvent.objects.update(created_at=before)
    one.touch()


def has_a_gift_card(one: UnpaidCart) -> None:
    HOST.make_gift_card("CARD", "100.00")
    one.cart = one.member.promo(one.cart, "CARD")


def has_a_gift_card_that_is_switched_off(one: UnpaidCart) -> None:
    card = HOST.make_gift_card("CARD", "15.00")
    one.member.promo(one.cart, "CARD")
    card.is_active = False
    card.save()
    one.member.payments.pay(one.member, one.cart, Decimal("5.00"))
    one.touch()


def swaps_the_goods_after_paying(one: UnpaidCart) -> None:
    one.member.pay(one.cart, one.cart.total)
    other = one.shop.product("40.00", ships=False)
    update_rule(one.rule.pk, is_active=False)
    one.member.add(one.cart, other, 1)
    one.member.put(one.cart, one.variant, 0)


def swaps_the_goods_there_and_back(one: UnpaidCart) -> None:
    one.member.pay(one.cart, one.cart.total)
    update_rule(one.rule.pk, is_active=False)
    one.member.put(one.cart, one.variant, 2)
    one.member.put(one.cart, one.variant, 1)


def takes_the_money_back(one: UnpaidCart) -> None:
    one.member.pay(one.cart, one.cart.total)
    refunded = {"amountCharged": "0.00", "amountRefunded": "20.00"}
    transaction = node_id(
        "TransactionItem", payment.TransactionItem.objects.get().token
    )
    one.member.payments.correct(transaction, **refunded)


NOT_PAID = [
    pays_a_cent,
    has_a_promise_that_is_old,
    has_a_gift_card,
    has_a_gift_card_that_is_switched_off,
    swaps_the_goods_after_paying,
    swaps_the_goods_there_and_back,
    takes_the_money_back,
]


@pytest.mark.parametrize("trick", NOT_PAID)
def test_a_cart_that_is_not_paid_keeps_neither_offer_nor_points(
    shop: Shop, member: Member, trick: Callable[[UnpaidCart], None]
) -> None:
    # given
    one = UnpaidCart(shop, member)
    trick(one)

    # when
    update_rule(one.rule.pk, is_active=False)
    Hold.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    end_stale_pledges()
    release_holds()

    # then
    member.look(one.cart)
    assert stored_price(one.cart) == Decimal("40.00")
    assert not PriceAgreement.objects.exists()
    assert member.sums == (1000, 0)


def test_the_test_above_sees_a_price_that_any_money_keeps(
    shop: Shop, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    for name in ("covers", "suffices"):
        monkeypatch.setattr(CheckoutMoney, name, lambda *_: True)
    one = UnpaidCart(shop, member)
    pays_a_cent(one)

    # when
    update_rule(one.rule.pk, is_active=False)

    # then
    assert member.look(one.cart).total == Decimal("20.00")


def stored_price(cart: Cart) -> Decimal:
    """Return what the cart costs, gift cards not taken off."""
    Shopper().bare_total(cart)
    return Decimal(Checkout.objects.get(pk=cart.pk).total_gross_amount)


def test_money_that_is_on_its_way_keeps_the_price_for_six_hours(
    shop: Shop, member: Member
) -> None:
    # given
    one = UnpaidCart(shop, member)
    promises_without_paying(one)
    member.look(one.cart)

    # when
    update_rule(one.rule.pk, is_active=False)

    # then
    assert member.look(one.cart).total == Decimal("20.00")


def test_a_total_of_nothing_is_not_paid(shop: Shop, member: Member) -> None:
    # given
    cart = member.put_aside(shop.product("10.00", ships=False), 1000)
    assert cart.total == 0

    # when
    Hold.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    release_holds()

    # then
    assert member.look(cart).total == Decimal("10.00")
    assert not PriceAgreement.objects.exists()
    assert member.sums == (1000, 0)


def test_points_of_a_paid_cart_stay_where_they_are(
    member: Member, paid: PaidCart
) -> None:
    # when
    payload: dict[str, Any] = member.ask(
        document("PointsRelease"), checkoutId=paid.cart.id
    )
    (answer,) = payload.values()

    # then
    assert [error["code"] for error in answer["errors"]] == ["CART_IS_PAID"]
    assert member.look(paid.cart).total == Decimal("20.00")
