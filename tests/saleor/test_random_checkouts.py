"""A sample of random carts and rules through real checkouts."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saleor_rewards.models import Receipt, Rule
from saleor_rewards.programs import bump_version

from .world import Cart, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

PRICES = ("0.01", "3.33", "9.99", "10.00", "47.50")

percents = st.integers(1, 100).map(str)
amounts = st.integers(1, 12000).map(lambda cents: f"{Decimal(cents) / 100:.2f}")
caps = st.none() | amounts.map(lambda amount: {"USD": amount})


@st.composite
def ladders(draw: Any) -> dict[str, Any]:
    """A ladder of one to three rising steps."""
    thresholds = draw(
        st.lists(st.integers(1, 200), min_size=1, max_size=3, unique=True)
    )
    steps = []
    for threshold in sorted(thresholds):
        worth = draw(
            st.one_of(
                st.fixed_dictionaries({"percent": percents}),
                st.fixed_dictionaries({"amount": amounts.map(lambda a: {"USD": a})}),
            )
        )
        steps.append({"from": {"USD": f"{threshold}.00"}, **worth})
    return {"type": "LADDER", "steps": steps}


def with_cap(benefit: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    return caps.map(lambda cap: benefit if cap is None else {**benefit, "cap": cap})


benefits = st.one_of(
    ladders(),
    percents.flatmap(lambda p: with_cap({"type": "PERCENT_OFF", "percent": p})),
    amounts.map(lambda a: {"type": "AMOUNT_OFF", "amounts": {"USD": a}}),
    with_cap({"type": "FREE_SHIPPING"}),
    percents.map(lambda p: {"type": "SHIPPING_PERCENT_OFF", "percent": p}),
)

carts = st.lists(
    st.tuples(st.sampled_from(range(len(PRICES))), st.integers(1, 7)),
    min_size=1,
    max_size=4,
    unique_by=lambda item: item[0],
)


@pytest.fixture
def goods(shop: Shop) -> list[Any]:
    """One variant for each price."""
    return [shop.product(price) for price in PRICES]


@pytest.fixture
def post(shop: Shop) -> Any:
    """A way to ship for 9.99."""
    return shop.shipping_method("9.99")


def listed(cart: list[tuple[int, int]]) -> Decimal:
    return sum((Decimal(PRICES[good]) * count for good, count in cart), Decimal(0))


def check(cart: Cart, items: list[tuple[int, int]], shipping: Decimal) -> None:
    """Check that what is promised, taken off and charged is the same money."""
    rewards = cart.node["rewards"]
    savings = rewards["savings"]["amount"]
    assert cart.subtotal == sum(cart.line_totals, Decimal(0))
    assert cart.total == cart.subtotal + cart.shipping
    assert min(*cart.line_totals, cart.shipping, cart.total) >= 0
    assert listed(items) + shipping - cart.total == savings
    applied = [o for o in rewards["offers"] if o["state"] == "APPLIED"]
    assert sum((o["amount"]["amount"] for o in applied), Decimal(0)) == savings


def sampled(examples: int) -> Any:
    """Return a decorator that draws that many carts with their rules."""
    checks = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
    lanes = st.sampled_from(("ITEM", "ORDER"))

    def decorate(test: Any) -> Any:
        drawn = given(
            items=carts,
            rules=st.lists(st.tuples(benefits, lanes), max_size=4),
            more=st.integers(1, 3),
        )(test)
        return settings(
            max_examples=examples, deadline=None, suppress_health_check=checks
        )(drawn)

    return decorate


@sampled(12)
def test_what_is_promised_is_what_is_charged(
    shop: Shop,
    shopper: Shopper,
    goods: list[Any],
    post: Any,
    items: list[tuple[int, int]],
    rules: list[tuple[dict[str, Any], str]],
    more: int,
) -> None:
    put_in_force(shop, rules)
    check_journey(shopper, goods, post, items, more)


@pytest.mark.storm
@sampled(300)
def test_what_is_promised_is_charged_for_many_carts(
    shop: Shop,
    shopper: Shopper,
    goods: list[Any],
    post: Any,
    items: list[tuple[int, int]],
    rules: list[tuple[dict[str, Any], str]],
    more: int,
) -> None:
    put_in_force(shop, rules)
    check_journey(shopper, goods, post, items, more)


def put_in_force(shop: Shop, rules: list[tuple[dict[str, Any], str]]) -> None:
    """Put these rules, and only these, in force."""
    Rule.objects.filter(program=shop.program).update(is_active=False)
    bump_version()
    for number, (benefit, lane) in enumerate(rules):
        lane = "SHIPPING" if "SHIPPING" in benefit["type"] else lane
        shop.rule(f"Rule {number}", benefit, lane=lane)


def check_journey(
    shopper: Shopper,
    goods: list[Any],
    post: Any,
    items: list[tuple[int, int]],
    more: int,
) -> None:
    """Check a cart, its shipping, the cart with more in it, and its order."""
    cart = shopper.cart(*((goods[good], count) for good, count in items))
    check(cart, items, Decimal(0))
    cart = shopper.ship(cart, post)
    check(cart, items, Decimal("9.99"))

    good, count = items[0]
    larger = shopper.put(cart, goods[good], count + more)
    check(larger, [(good, count + more), *items[1:]], Decimal("9.99"))
    assert larger.total - cart.total <= Decimal(PRICES[good]) * more

    Receipt.objects.all().delete()
    order = shopper.buy(larger)
    assert order["total"]["gross"]["amount"] == larger.total
    effects = Receipt.objects.get().effects
    savings = larger.node["rewards"]["savings"]["amount"]
    assert sum(effect["amount"] for effect in effects) == 100 * savings
