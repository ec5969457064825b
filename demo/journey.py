"""One shopper's visits to the shop, and what staff do about the orders."""

from __future__ import annotations

from dataclasses import replace
from decimal import ROUND_DOWN, Decimal
from typing import Callable

from . import documents
from .account import Account, Refund, account_of
from .checks import Order, check_account, check_refund, check_settled
from .client import Client
from .program import give_days_to_return, sign_in
from .shoppers import ADA, Shopper
from .visit import Sides, Step, Variant, Visit, variants_of

DAYS_TO_RETURN = 14
CENT = Decimal("0.01")


class Journey:
    """Plays the way of a shopper, from opening an account to a refund.

    Everything goes over HTTP GraphQL. Two shops run over the same database, one of
    them without the plugin.

    :param sides: the shop as somebody who is not signed in, and all others.
    :param tell: called with every step of a visit as soon as it is done.
    :param shopper: who it is.
    """

    def __init__(
        self, sides: Sides, tell: Callable[[Step], None], shopper: Shopper = ADA
    ) -> None:
        self.sides = sides
        self.tell = tell
        self.shopper = shopper
        self.differences: list[str] = []
        self.variants: list[Variant] = []
        self.account = Account()
        self.last: Step | None = None
        #: What was refunded so far, by order.
        self.refunded: dict[str, Decimal] = {}

    @property
    def shop(self) -> Client:
        return self.sides.shop

    def browse(self) -> list[Variant]:
        """Look at everything; what cannot be bought is left out."""
        where = {"channel": self.sides.channel.slug, "country": self.shopper.country}
        everything = variants_of(self.shop.ask(self.shop.talk.PRODUCTS, **where))
        self.variants = [variant for variant in everything if variant.available]
        return self.variants

    def open_account(self) -> None:
        """Open an account and sign in."""
        credentials = self.shopper.credentials
        self.shop.ask(self.shop.talk.REGISTER, input=credentials)
        signed_in = sign_in(self.shop, credentials)
        self.sides = replace(self.sides, shop=signed_in)
        self.look_at_account()

    def look_at_account(self) -> Account:
        """Ask for the balance and all of its postings, and compare the two."""
        me = self.shop.ask(documents.ACCOUNT, channel=self.sides.channel.slug)["me"]
        self.account = account_of(me["rewards"]["account"])
        self.differences += check_account(self.account)
        return self.account

    def first_visit(self) -> Order:
        """Go all the way, from an empty cart to a paid order."""
        visit = self.visit()
        visit.go_to_delivery()
        visit.close_gap("FREE_SHIPPING")
        visit.close_gap("LADDER")
        last = visit.close_gap("LADDER")
        visit.change(last, -1)
        visit.change(last, +1)
        return self.pay(visit)

    def second_visit(self) -> Order:
        """Let a part of the points that the first visit earned pay for another.

        Meanwhile the shop gives its customers some days to return things, so what
        this order earns stays pending.
        """
        self.browse()
        self.give_days_to_return(DAYS_TO_RETURN)
        visit = self.visit()
        visit.go_to_delivery()
        visit.close_gap("LADDER")
        visit.spend(visit.shown.points.part(1))
        visit.take_points_back()
        visit.spend(visit.shown.points.part(2))
        return self.pay(visit)

    def visit_by_invitation(self, code: str) -> Order:
        """Come by a friend's link, open an account, and buy for the first time."""
        self.browse()
        self.open_account()
        visit = self.visit()
        visit.accept(code)
        visit.go_to_delivery()
        visit.close_gap("AMOUNT_OFF")
        visit.close_gap("FREE_SHIPPING")
        return self.pay(visit)

    def visit_elsewhere(self) -> Order:
        """Buy in another channel, by its own program and in its own currency."""
        self.browse()
        self.open_account()
        visit = self.visit()
        visit.go_to_delivery()
        visit.close_gap("FREE_SHIPPING")
        visit.close_gap("LADDER")
        return self.pay(visit)

    def visit(self) -> Visit:
        return Visit(
            self.sides, self.variants, self.shopper, self.account.tier, self.tell
        )

    def pay(self, visit: Visit) -> Order:
        """Pay, and compare the order with what it did to the account."""
        order = visit.pay()
        self.last = visit.steps[-1]
        self.differences += visit.differences
        self.differences += check_settled(order, self.look_at_account())
        return order

    def refund(self, order: Order, share: int) -> Refund:
        """Let staff give back one part in ``share`` of what is left of an order."""
        before = self.refunded.get(order.number, Decimal(0))
        amount = ((order.total - before) / share).quantize(CENT, ROUND_DOWN)
        asked = {"order": order.id, "amount": amount}
        told = self.sides.staff.ask(documents.PREVIEW, **asked)["rewardsRefundPreview"]
        refund = Refund(
            order.number,
            amount,
            told["pointsTakenBack"],
            told["pointsGivenBack"],
            before,
        )
        earlier = self.account
        self.shop.talk.refund(self.sides.bank, order.id, amount)
        self.refunded[order.number] = before + amount
        account = self.look_at_account()
        self.differences += check_refund(refund, order, account, earlier)
        return refund

    def give_days_to_return(self, days: int) -> None:
        """Let the shop give its customers so many days from now on."""
        give_days_to_return(self.sides.staff, self.sides.channel, days)

    def leave(self) -> None:
        """Put the program back as it was, so that points can be spent at once."""
        self.give_days_to_return(0)
