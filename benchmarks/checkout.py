"""One line changed in a real checkout, over GraphQL, on the host at hand."""

from __future__ import annotations

from itertools import cycle
from typing import Any, Callable

from saleor.plugins.models import PluginConfiguration

from saleor_rewards.host.port import PLUGIN_ID
from saleor_rewards.models import Rule, RuleVersion
from saleor_rewards.programs import bump_version
from tests.saleor.world import Cart, Shop, Shopper, open_shop

from .engine import ladder
from .pairs import Ratio, compare

#: First steps that a cart of some 50.00 never and always reaches.
NONE_MATCH, ALL_MATCH = "90000", "1"


class Bench:
    """A shop, a cart of five lines and a shopper who changes one of them."""

    def __init__(self) -> None:
        self.shop: Shop = open_shop()
        self.shopper = Shopper()
        variants = [self.shop.product("10.00") for _ in range(5)]
        self.variant = variants[0]
        self.cart: Cart = self.shopper.cart(*((variant, 1) for variant in variants))
        self.quantities = cycle((2, 3))

    def mutate(self) -> None:
        """Change the quantity of one line and read the new total."""
        self.shopper.bare_put(self.cart, self.variant, next(self.quantities))

    def rules(self, count: int, first: str) -> Callable[[], None]:
        """Save that many ladders; return what puts them, and only them, in force."""
        rules = [self._rule(ladder(number, first)) for number in range(count)]
        pks = [rule.pk for rule in rules]

        def in_force() -> None:
            Rule.objects.exclude(pk__in=pks).update(is_active=False)
            Rule.objects.filter(pk__in=pks).update(is_active=True)
            bump_version()
            switch(on=True)
            # The first request after a change compiles the rules.
            self.mutate()

        return in_force

    def _rule(self, definition: dict[str, Any]) -> Rule:
        rule = Rule.objects.create(program=self.shop.program, is_active=False)
        rule.current = RuleVersion.objects.create(
            rule=rule, number=1, name=f"Ladder {rule.pk}", definition=definition
        )
        rule.save()
        return rule


def switch(*, on: bool) -> None:
    """Switch the plugin on or off without touching any checkout."""
    PluginConfiguration.objects.filter(identifier=PLUGIN_ID).update(active=on)


def against_off(bench: Bench, first: str) -> Ratio:
    """Return the mutation with 20 active rules against the plugin off."""
    in_force = bench.rules(20, first)

    def off() -> None:
        switch(on=False)
        bench.mutate()

    return compare(bench.mutate, bench.mutate, before_one=in_force, before_other=off)


def many_against_few(bench: Bench, first: str) -> Ratio:
    """Return the mutation with 1,000 active rules against 10."""
    return compare(
        bench.mutate,
        bench.mutate,
        before_one=bench.rules(1000, first),
        before_other=bench.rules(10, first),
    )
