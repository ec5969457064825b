"""A cart's rewards, asked for under many names in one query, over GraphQL."""

from __future__ import annotations

from typing import Any, Callable

from tests.saleor.talk import TALK
from tests.saleor.world import Cart, Shop, Shopper, open_shop

from .pairs import Ratio, compare

LINES, RULES = 20, 100

#: As many names as Saleor lets a document have, less a few.
NAMES = 95

REWARDS = "rewards { savings { amount } offers { name state message } }"


class Bench:
    """A guest with a cart of twenty lines, in a shop with a hundred ladders."""

    def __init__(self) -> None:
        shop: Shop = open_shop()
        for number in range(RULES):
            shop.ladder((f"{number + 1}.00", "5"), (f"{number + 900}.00", "10"))
        self.shopper = Shopper()
        variants = [shop.product("10.00") for _ in range(LINES)]
        self.cart: Cart = self.shopper.cart(*((variant, 1) for variant in variants))

    def ask(self, names: int) -> Callable[[], Any]:
        """Return the query of the rewards under so many names."""
        head = TALK.BARE_LOOK.split("{ totalPrice", 1)[0]
        fields = " ".join(f"a{number}: {REWARDS}" for number in range(names))
        variables = TALK.identity(self.cart)
        return lambda: self.shopper.ask(f"{head} {{ {fields} }} }}", **variables)


def many_against_one(bench: Bench) -> Ratio:
    """Return the query under 95 names against the same under one."""
    return compare(bench.ask(NAMES), bench.ask(1), pairs=7)
