"""One order, paid by any mix, of which money and goods go back and forth at random."""

from __future__ import annotations

import random
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

import pytest
from saleor.giftcard.models import GiftCard
from saleor.order.models import Order

from saleor_rewards.host.capabilities import capabilities

from .inputs import document
from .legacy import DummyGateway
from .limits import GIFT_CARDS_COUNT, needs
from .points import make_member, reconcile_all
from .staff import Staff, pk_of
from .test_refund_ways import refunds
from .world import HOST, Shop

if capabilities.transactions:
    from .transactions import PaymentApp

pytestmark = pytest.mark.django_db(transaction=True)

START = 5000
#: Points for each unit of the currency.
RATE = 10
CENT = Decimal("0.01")


@dataclass
class Transaction:
    """One of the order's transactions, and what the shop has of it."""

    id: str
    kept: Decimal

    def refund(self, _order: dict[str, Any], amount: str) -> None:
        PaymentApp().report(self.id, "REFUND_SUCCESS", amount)

    def refund_by_request(self, _order: dict[str, Any], amount: str) -> None:
        with refunds.answering_refunds():
            refunds.request_refund(self.id, amount)

    def refund_as_granted(self, order: dict[str, Any], amount: str) -> None:
        refunds.grant(order, amount, self.id)
        self.refund(order, amount)


class Story:
    """An order and its books: what its payment, and its goods, have come to."""

    def __init__(self, shop: Shop, staff: Staff, seed: int, *, is_legacy: bool) -> None:
        self.dice = random.Random(seed)
        self.staff = staff
        self.is_legacy = is_legacy
        shop.points()
        shop.earning(RATE)
        self.member = make_member(shop, START)
        if is_legacy:
            self.member.payments = staff.payments = DummyGateway()
        self.spent = 0
        node = self._buy(shop)
        self.order = Order.objects.get(pk=pk_of(node))
        self.node = node
        cards = GiftCard.objects.all()
        self.cards = sum(
            (one.initial_balance_amount - one.current_balance_amount for one in cards),
            Decimal(0),
        )
        self.total = self.order.total_gross_amount
        self.charged, self.given = self.total, Decimal(0)
        self.returned = 0
        self.transactions: list[Transaction] = []
        if self.total and not is_legacy:
            only = refunds.transactions_of(node).get()
            self.transactions.append(Transaction(refunds.id_of(only), self.total))
        shipping = self.order.shipping_price_gross_amount
        self.earned = int(RATE * (self.total + self.cards - shipping))

    def _buy(self, shop: Shop) -> dict[str, Any]:
        # Saleor 2.10 keeps prices of units alone, which loses cents of several.
        most = 4 if capabilities.stored_discounts else 1
        goods = [
            (shop.product(price, ships=False), self.dice.randint(1, most))
            for price in self.dice.sample(["3.33", "7.00", "12.49", "25.00"], 2)
        ]
        cart = self.member.cart(*goods)
        if self.dice.random() < 0.4:
            HOST.make_voucher("TEN", "10")
            cart = self.member.promo(cart, "TEN")
        if self.dice.random() < 0.6:
            # A gateway is asked for something in any case.
            most = cart.total * (50 if self.is_legacy else 100)
            self.spent = self.dice.randint(1, int(most))
            redeem = {"checkoutId": cart.id, "points": self.spent}
            self.member.do(document("PointsRedeem"), **redeem)
        has_card = self.dice.random() < 0.4
        if has_card and (self.is_legacy or GIFT_CARDS_COUNT):
            amounts = ["2"] if self.is_legacy else ["5", "20", "500"]
            HOST.make_gift_card("CARD", self.dice.choice(amounts))
            cart = self.member.promo(cart, "CARD")
        cart = self.member.look(cart)
        if not cart.total and capabilities.transactions:
            return self.member.complete(cart)
        return self.member.buy(cart)

    @property
    def share(self) -> Fraction:
        """Which part of the order is the shop's no more."""
        back = min(max(self.total - (self.charged - self.given), 0), self.given)
        money = Fraction(back) / (Fraction(self.total + self.cards) or 1)
        return max(money, self._goods)

    @property
    def _goods(self) -> Fraction:
        if not self.returned:
            return Fraction(0)
        lines = list(self.order.lines.order_by("created_at", "pk"))
        worths = [
            line.total_price_gross_amount
            + sum(row.amount_value for row in line.discounts.filter(name="Points"))
            for line in lines
        ]
        back = Fraction(worths[0]) * self.returned / lines[0].quantity
        return back / (Fraction(sum(worths)) or 1)

    def refund(self) -> None:
        """Give some of the money back that the shop has, in any way."""
        if self.is_legacy:
            amount = self._some(self.charged - self.given)
            if amount:
                self.staff.do("refund", self.node, amount=str(amount))
        else:
            amount = self._refund_a_transaction()
        self.given += amount

    def _refund_a_transaction(self) -> Decimal:
        one = self.dice.choice(self.transactions or [None])
        amount = self._some(one.kept) if one else Decimal(0)
        if one and amount:
            one.kept -= amount
            ways = [one.refund, one.refund_by_request, one.refund_as_granted]
            if one.kept:
                # Nothing says of which one a transaction gives back.
                ways.append(partial(self._refund_beside, one))
            self.dice.choice(ways)(self.node, str(amount))
        return amount

    def _refund_beside(self, _one: Any, node: dict[str, Any], amount: str) -> None:
        PaymentApp().create(node["id"], amountRefunded=amount)

    def _some(self, most: Decimal) -> Decimal:
        cents = int(most * 100)
        return self.dice.randint(1, cents) * CENT if cents > 0 else Decimal(0)

    def charge(self) -> None:
        """Take money for it again, in a transaction of its own."""
        amount = self._some(Decimal(15))
        made = PaymentApp().create(self.node["id"], amountCharged=str(amount))
        self.transactions.append(Transaction(made, amount))
        self.charged += amount

    def send_back(self) -> None:
        """Let one of the first line's goods come back."""
        line = self.order.lines.order_by("created_at", "pk")[0]
        if self.returned < line.quantity:
            refunds.products_back(self.node, 1)
            self.returned += 1

    def check(self) -> None:
        """Compare the ledger with these books, to the point."""
        taken, back = int(self.earned * self.share), int(self.spent * self.share)
        told = (self.share, self.total, self.cards, self.charged, self.given)
        assert self.member.sums == (
            START - self.spent + self.earned - taken + back,
            0,
        ), told


def play(story: Story, *steps: Any) -> None:
    story.check()
    for _ in range(6):
        story.dice.choice(steps)()
        story.check()
    assert reconcile_all() == 0


@needs("transactions")
@pytest.mark.parametrize("seed", range(20))
def test_an_order_paid_by_transactions_ends_where_its_books_end(
    shop: Shop, staff: Staff, seed: int
) -> None:
    # given
    story = Story(shop, staff, seed, is_legacy=False)

    # when / then
    play(story, story.refund, story.refund, story.charge, story.send_back)


@needs("legacy payments")
@pytest.mark.parametrize("seed", range(20, 40))
def test_an_order_paid_by_a_gateway_ends_where_its_books_end(
    shop: Shop, staff: Staff, gateway: DummyGateway, seed: int
) -> None:
    # given
    story = Story(shop, staff, seed, is_legacy=True)

    # when / then
    play(story, story.refund)
