"""How many SQL queries the plugin adds to a mutation; times are never tested."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from saleor_rewards.models import NetworkLimit, Rule, RuleVersion, TypedAddress
from saleor_rewards.programs import bump_version
from saleor_rewards.referrals import claim_rates

from .friends import code_for, referrer, switch_on, try_code
from .inputs import document
from .points import make_member
from .world import HOST, Cart, Refused, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

#: Opening and closing a transaction, its settings and its lock read or write nothing.
NOT_A_QUERY = re.compile(
    r"\s*(BEGIN|COMMIT|SAVEPOINT|RELEASE|ROLLBACK|SET|SHOW|WITH bounded)\b",
    re.IGNORECASE,
)

GUEST_UNCHANGED, CUSTOMER_UNCHANGED, OFFERS_CHANGE = 2, 3, 6
ADDRESS_NOTED = 4

#: All that an anonymous claim sends beyond the bound, and one whose code is none; of one
#: that counts what touches our tables, as Saleor computes its cart's prices anew.
CLAIM_BOUNDED, CLAIM_REFUSED, CLAIM_ACCEPTED = 2, 30, 40

every_size = pytest.mark.parametrize(
    ("lines", "rules"), [(1, 1), (1, 1000), (100, 1), (100, 1000)]
)


def many_rules(shop: Shop, count: int, **definition: Any) -> None:
    """Save many ladders at once, the first step of each far away."""
    rules = Rule.objects.bulk_create(Rule(program=shop.program) for _ in range(count))
    versions = RuleVersion.objects.bulk_create(
        RuleVersion(
            rule=rule,
            number=1,
            name=f"Ladder {number}",
            definition={
                "lane": "ORDER",
                "benefit": {
                    "type": "LADDER",
                    "steps": [
                        {"from": {"USD": f"{90000 + number}.00"}, "percent": "5"}
                    ],
                },
                **definition,
            },
        )
        for number, rule in enumerate(rules)
    )
    for rule, version in zip(rules, versions):
        rule.current = version
    Rule.objects.bulk_update(rules, ["current"])
    bump_version()


def queries(work: Any) -> list[str]:
    """Return the statements that ``work`` runs."""
    with CaptureQueriesContext(connection) as captured:
        work()
    return [
        query["sql"]
        for query in captured.captured_queries
        if not NOT_A_QUERY.match(query["sql"])
    ]


def big_cart(shop: Shop, shopper: Shopper, lines: int) -> tuple[Cart, Any]:
    """Return a cart of that many lines and the variant of its first line."""
    variants = [shop.product("1.00") for _ in range(lines)]
    return shopper.cart(*((variant, 1) for variant in variants)), variants[0]


def added(shop: Shop, mutate: Any) -> int:
    """Return how many queries more ``mutate`` takes with the plugin on."""
    shop.plugin(active=False)
    for quantity in (3, 2):
        mutate(quantity)
    without = queries(lambda: mutate(3))
    shop.plugin()
    # The first time compiles the rules and makes what they need.
    for quantity in (3, 2):
        mutate(quantity)
    return len(queries(lambda: mutate(3))) - len(without)


@every_size
def test_a_guests_cart_that_gets_nothing_new_costs_two_queries(
    shop: Shop, shopper: Shopper, lines: int, rules: int
) -> None:
    # given
    many_rules(shop, rules)
    cart, variant = big_cart(shop, shopper, lines)

    # when
    extra = added(shop, lambda quantity: shopper.bare_put(cart, variant, quantity))

    # then
    assert extra <= GUEST_UNCHANGED


@pytest.mark.parametrize("is_asked", [True, False])
def test_an_address_that_a_guest_gives_costs_four_queries_where_offers_go_by_it(
    shop: Shop, is_asked: bool
) -> None:
    # given
    shop.ladder(("1.00", "5"), conditions={"first_order": is_asked})
    shopper = Shopper(client=Client(REMOTE_ADDR="203.0.113.7"))
    cart, _variant = big_cart(shop, shopper, 1)
    shopper.mutate("email", cart=cart, email="ada@example.com")

    # when
    sent = queries(lambda: shopper.mutate("email", cart=cart, email="b@example.com"))

    # then
    tables = {NetworkLimit._meta.db_table, TypedAddress._meta.db_table}
    noted = [one for one in sent if _first_table(one) in tables]
    assert len(noted) == (ADDRESS_NOTED if is_asked else 0)


def test_what_an_anonymous_claim_costs_is_bounded(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    switch_on(shop)
    shop.ladder(("1.00", "5"), conditions={"has_referral": True})
    code = code_for(shop, referrer()).code
    stranger = Shopper(client=Client(REMOTE_ADDR="203.0.113.7"))
    goods = shop.product("1.00")
    carts = [
        stranger.cart((goods, 1), email=f"person{number}@example.com")
        for number in range(3)
    ]

    def sent(cart: Cart, code: str) -> tuple[int, int]:
        """Return how many statements a claim sends, and how many touch our tables."""
        with CaptureQueriesContext(connection) as captured:
            with suppress(Refused):
                stranger.do(document("ReferralClaim"), checkoutId=cart.id, code=code)
        statements = [query["sql"] for query in captured.captured_queries]
        return len(statements), sum("saleor_rewards_" in one for one in statements)

    sent(carts[0], code)

    # then
    assert sent(carts[1], "NO-SUCH-CODE")[0] <= CLAIM_REFUSED
    assert sent(carts[2], code)[1] <= CLAIM_ACCEPTED

    # when
    monkeypatch.setattr(claim_rates, "MOST_OF_ADDRESS", 3)

    # then
    total, ours = sent(carts[2], code)
    assert (ours, total <= CLAIM_BOUNDED) == (1, True)


def _first_table(statement: str) -> str:
    found = re.search(r'(?:FROM|UPDATE|INTO) "(\w+)"', statement)
    return found[1] if found else ""


@every_size
def test_a_known_customers_cart_that_gets_nothing_new_costs_three_queries(
    shop: Shop, lines: int, rules: int
) -> None:
    # given
    shopper = Shopper(token=HOST.sign_up("ada@example.com"))
    many_rules(shop, rules, conditions={"first_order": True})
    cart, variant = big_cart(shop, shopper, lines)

    # when
    extra = added(shop, lambda quantity: shopper.bare_put(cart, variant, quantity))

    # then
    assert extra <= CUSTOMER_UNCHANGED


@every_size
def test_whether_a_friend_was_brought_costs_no_query(
    shop: Shop, shopper: Shopper, lines: int, rules: int
) -> None:
    # given
    many_rules(shop, rules, conditions={"has_referral": True})
    cart, variant = big_cart(shop, shopper, lines)
    switch_on(shop)
    try_code(cart, code_for(shop, referrer()).code)

    # when
    extra = added(shop, lambda quantity: shopper.bare_put(cart, variant, quantity))

    # then
    assert extra <= GUEST_UNCHANGED


@every_size
def test_a_cart_whose_offers_change_costs_six_queries(
    shop: Shop, shopper: Shopper, lines: int, rules: int
) -> None:
    # given
    cart, variant = big_cart(shop, shopper, lines)
    many_rules(shop, rules)
    shop.ladder((f"{lines + 1}.50", "10"))

    # when
    extra = added(shop, lambda quantity: shopper.bare_put(cart, variant, quantity))

    # then
    assert extra <= OFFERS_CHANGE


@pytest.mark.parametrize("lines", [1, 100])
def test_points_that_a_cart_earns_cost_no_query(
    shop: Shop, shopper: Shopper, lines: int
) -> None:
    # given
    shop.points()
    shop.earning()
    cart, variant = big_cart(shop, shopper, lines)

    # when
    extra = added(shop, lambda quantity: shopper.bare_put(cart, variant, quantity))

    # then
    assert extra <= GUEST_UNCHANGED


@pytest.mark.parametrize("lines", [1, 100])
def test_points_that_pay_cost_six_queries(shop: Shop, lines: int) -> None:
    # given
    shop.points()
    shop.earning()
    shopper = make_member(shop, 50)
    cart, variant = big_cart(shop, shopper, lines)
    shopper.do(document("PointsRedeem"), checkoutId=cart.id, points=50)

    # when
    extra = added(shop, lambda quantity: shopper.bare_put(cart, variant, quantity))

    # then
    assert extra <= OFFERS_CHANGE


@pytest.mark.parametrize("lines", [1, 100])
def test_free_shipping_costs_six_queries_more_than_a_voucher_of_the_merchants(
    shop: Shop, shopper: Shopper, lines: int
) -> None:
    # given
    cart, variant = big_cart(shop, shopper, lines)
    shop.free_shipping(f"{lines + 1}.50")
    cart = shopper.ship(cart, shop.shipping_method("5.00"))
    shop.voucher("SHIPFREE", "100", shipping=True)
    twin, other = big_cart(shop, shopper, lines)
    twin = shopper.ship(twin, shop.shipping_method("5.00"))

    # when
    shop.plugin(active=False)
    shopper.promo(twin, "SHIPFREE")
    shopper.bare_put(twin, other, 2)
    voucher = queries(lambda: shopper.bare_put(twin, other, 3))
    shop.plugin()
    for quantity in (3, 2):
        shopper.bare_put(cart, variant, quantity)
    offer = queries(lambda: shopper.bare_put(cart, variant, 3))

    # then
    assert len(offer) - len(voucher) <= OFFERS_CHANGE
