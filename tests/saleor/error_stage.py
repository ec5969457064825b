"""A shop in which every error that the API answers with can be brought about."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Callable, Dict, List

from saleor_rewards.models import Account

from . import merchants
from .friends import switch_on
from .inputs import document
from .members import make_member as make_referrer
from .merchants import Caller
from .points import Member, make_member
from .purses import account_id, earn, open_purse
from .world import Cart, Shop

#: Errors as a payload has them.
Errors = List[Dict[str, Any]]


@dataclass
class Stage:
    """One shop with points and referrals, and those who ask for what cannot be."""

    shop: Shop
    channel: str = field(init=False)
    member: Member = field(init=False)

    def __post_init__(self) -> None:
        self.channel = self.shop.channel.slug
        self.shop.points()
        switch_on(self.shop, allows_own_codes=True)

    @cached_property
    def staff(self) -> Caller:
        """Staff with every permission that a mutation of ours asks for."""
        names = (merchants.DISCOUNTS, merchants.USERS, merchants.ORDERS)
        return merchants.staff(*names)

    def cart(self) -> Cart:
        """Start a cart of 30.00 as a new ``member``, who has 5,000 points."""
        # On Saleor 2 a customer has one cart, which an earlier case may have bound.
        self.member = make_member(self.shop, 5000)
        return self.cart_again()

    def cart_again(self) -> Cart:
        """Start a cart as the same member."""
        return self.member.cart((self.shop.product("30.00", ships=False), 1))

    @cached_property
    def referrer(self) -> Caller:
        """A member of old, who can bring friends."""
        return make_referrer()

    @cached_property
    def purse(self) -> Account:
        """An account with 300 points."""
        account = open_purse(self.shop, merchants.customer())
        earn(account, 300)
        return account

    @property
    def purse_id(self) -> str:
        return account_id(self.purse)

    def ask(self, name: str, who: Any = None, **variables: Any) -> Errors:
        """Send a ready document, as staff unless told otherwise; return the errors."""
        (payload,) = (who or self.staff).ask(document(name), **variables).values()
        errors: Errors = payload["errors"]
        return errors

    def query(self, name: str, **variables: Any) -> Errors:
        """Send a query that is refused; return the error as payloads have them."""
        return self.refused(document(name), **variables)

    def refused(self, text: str, **variables: Any) -> Errors:
        """Return why a query is refused; Saleor 2 tells of no more than the code."""
        _status, answer = self.staff.send(text, **variables)
        found = []
        for error in answer["errors"]:
            code = error["extensions"]["exception"]["code"]
            told = error["extensions"].get("field")
            found.append({"code": code, "field": told, "message": error["message"]})
        return found


@dataclass(frozen=True)
class Case:
    """One way to an error: who answers with which code, about which field.

    ``field`` has N where the input has a number. ``needs`` is what the host must have.
    """

    where: str
    code: str
    field: str
    errors: Callable[[Stage], Errors]
    needs: str = ""

    @property
    def row(self) -> tuple[str, str, str]:
        return self.where, self.code, self.field

    @property
    def is_query(self) -> bool:
        return self.where.startswith("query ")
