"""However often a request asks for the same, it is worked out once, and told afresh."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import pytest
from graphql import parse
from saleor.graphql.api import schema

from saleor_rewards.graphql import offers, receipts
from saleor_rewards.graphql.looks import _is_asked
from saleor_rewards.models import Receipt
from saleor_rewards.programs import replace_tiers

from .friends import code_for, referrer, switch_on, try_code
from .limits import needs
from .merchants import USERS, staff
from .points import make_member
from .talk import TALK
from .test_sql_counts import queries
from .world import Cart, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

#: As many names for one field as Saleor lets a document have, less a few.
ALIASES = 95

REWARDS = "rewards { savings { amount } offers { code message } referral { state } }"


def many(count: int, field: str) -> str:
    return " ".join(f"a{number}: {field}" for number in range(count))


def looking(fields: str) -> str:
    """Return the query of a checkout with these fields."""
    return re.sub(
        r"\{ [^{}]*\bid token.*", f"{{ {fields} }} }}", TALK.LOOK, flags=re.DOTALL
    )


def in_reach(shop: Shop, shopper: Shopper) -> Cart:
    shop.ladder(("1.00", "10"), ("90.00", "20"))
    switch_on(shop)
    cart = shopper.cart((shop.product("10.00"), 2))
    try_code(cart, code_for(shop, referrer()).code)
    return cart


def asked(shopper: Shopper, query: str, cart: Cart) -> int:
    """Return how many statements a query takes once it was asked before."""
    variables = TALK.identity(cart)
    shopper.ask(query, **variables)
    return len(queries(lambda: shopper.ask(query, **variables)))


def test_a_carts_rewards_under_many_names_cost_the_statements_of_one(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    cart = in_reach(shop, shopper)

    # when
    once = asked(shopper, looking(many(1, REWARDS)), cart)
    often = asked(shopper, looking(many(ALIASES, REWARDS)), cart)

    # then
    assert often == once


def test_a_cart_under_many_names_is_evaluated_once(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    cart = in_reach(shop, shopper)
    whole = looking(REWARDS)
    head, field = whole.split("{", 1)[0], whole.split("{", 1)[1].rsplit("}", 1)[0]
    bare = field.replace(REWARDS, "id")

    def document(count: int, field: str) -> str:
        return f"{head} {{ {many(count, field.strip())} }}"

    # when
    added = [
        asked(shopper, document(count, field), cart)
        - asked(shopper, document(count, bare), cart)
        for count in (1, 20)
    ]

    # then what Saleor itself reads for each name may grow, and ours does not
    assert added[1] <= added[0]


def test_each_mutation_of_a_request_answers_with_what_is_so_after_it(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    shop.ladder(("1.00", "10"), ("90.00", "20"))
    variant = shop.product("10.00")
    cart = shopper.cart((variant, 1))
    one, _ = TALK.MUTATIONS["put"]
    head = re.match(r"mutation\((.*?), \$lines: (\S+)\)", one)
    call = re.search(r"checkoutLinesUpdate\((.*?), lines: \$lines\)", one)
    assert head
    assert call
    fields = "checkout { rewards { savings { amount } } }"
    document = (
        f"mutation({head[1]}, $few: {head[2]}, $many: {head[2]}) {{ "
        f"few: checkoutLinesUpdate({call[1]}, lines: $few) {{ {fields} }} "
        f"many: checkoutLinesUpdate({call[1]}, lines: $many) {{ {fields} }} "
        f"again: checkoutLinesUpdate({call[1]}, lines: $few) {{ {fields} }} }}"
    )
    few, lot = (
        TALK.variables("put", {"cart": cart, "items": [(variant, quantity)]})["lines"]
        for quantity in (2, 10)
    )

    # when
    told = shopper.ask(document, id=cart.id, few=few, many=lot)

    # then
    amounts = {
        name: payload["checkout"]["rewards"]["savings"]["amount"]
        for name, payload in told.items()
    }
    assert amounts == {"few": 2, "many": 20, "again": 2}


def test_points_are_told_afresh_by_each_mutation_of_a_request(shop: Shop) -> None:
    # given
    shop.points()
    member = make_member(shop, 300)
    cart = member.cart((shop.product("40.00"), 1))
    fields = (
        "points { redeemed available } "
        "checkout { user { rewards { accounts { available held } } } }"
    )
    document = (
        "mutation($id: ID!) { "
        f"a: rewardsPointsRedeem(checkoutId: $id, points: 100) {{ {fields} }} "
        f"b: rewardsPointsRelease(checkoutId: $id) {{ {fields} }} "
        f"c: rewardsPointsRedeem(checkoutId: $id, points: 200) {{ {fields} }} }}"
    )

    # when
    told = member.ask(document, id=cart.id)

    # then
    def sums(payload: dict[str, Any]) -> tuple[int, ...]:
        (account,) = payload["checkout"]["user"]["rewards"]["accounts"]
        points = payload["points"]
        return (
            points["redeemed"],
            points["available"],
            account["available"],
            account["held"],
        )

    assert [sums(told[name]) for name in "abc"] == [
        (100, 300, 200, 100),
        (0, 300, 300, 0),
        (200, 300, 100, 200),
    ]


def test_what_counts_for_a_tier_is_read_once_under_many_names(shop: Shop) -> None:
    # given
    shop.points()
    replace_tiers(shop.program.pk, [{"name": "Gold", "threshold": Decimal(500)}])
    member = make_member(shop, 300)

    def document(count: int) -> str:
        progress = many(count, "tierProgress { missing }")
        return f"{{ me {{ rewards {{ accounts {{ {progress} }} }} }} }}"

    # when
    member.ask(document(1))
    once = queries(lambda: member.ask(document(1)))
    often = queries(lambda: member.ask(document(ALIASES)))

    # then
    assert len(often) == len(once)


def test_what_a_shop_owes_is_summed_once_under_many_names(shop: Shop) -> None:
    # given
    shop.points()
    make_member(shop, 300)
    clerk = staff(USERS)

    def document(count: int) -> str:
        owed = many(count, "rewardsLiability { months { available } }")
        return f"{{ {owed} }}"

    # when
    clerk.ask(document(1))
    sums = [
        sql
        for sql in queries(lambda: clerk.ask(document(20)))
        if "saleor_rewards_lot" in sql
    ]

    # then
    assert len(sums) == 1


def counting(patch: pytest.MonkeyPatch, module: Any, name: str) -> list[Any]:
    """Note each call of a function of a module, which does what it did."""
    work, calls = getattr(module, name), []

    def noted(*arguments: Any) -> Any:
        calls.append(arguments)
        return work(*arguments)

    patch.setattr(module, name, noted)
    return calls


def test_an_offer_is_put_into_words_once_for_each_language(
    shop: Shop, shopper: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    cart = in_reach(shop, shopper)
    languages = ("EN", "ZH_HANS")
    names = [
        f"{language}{number}: message(languageCode: {language})"
        for language in languages
        for number in range(ALIASES // 2)
    ]
    query = looking(f"rewards {{ offers {{ name {' '.join(names)} }} }}")
    calls = counting(monkeypatch, offers, "offer_message")

    # when
    told = shopper.ask(query, **TALK.identity(cart))["checkout"]["rewards"]["offers"]

    # then
    assert len(calls) == len(told) * len(languages)
    for offer in told:
        assert len(set(offer.values()) - {offer["name"]}) == len(languages)


def test_a_receipt_is_read_once_under_many_names(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    shop.points(minimum_points=1)
    member = make_member(shop, 300)
    order = member.spend(shop.product("40.00", ships=False), 100)
    worth = many(ALIASES, "pointsWorth { amount } savings { amount }")
    order_by_token = f"orderByToken(token: $token) {{ rewards {{ {worth} }} }}"
    query = f"query($token: UUID!) {{ {order_by_token} }}"
    calls = counting(monkeypatch, receipts, "effect_from_json")

    # when
    told = member.ask(query, token=order["token"])["orderByToken"]["rewards"]

    # then
    assert {row["amount"] for row in told.values()} == {1, 0}
    assert len(calls) == len(Receipt.objects.get().effects)


def test_fragments_that_spread_each_other_are_looked_through_once() -> None:
    # given a document in which each of many fragments spreads the next one twice
    depth = 60
    spreads = [
        f"fragment F{number} on Checkout {{ ...F{number + 1} ...F{number + 1} }}"
        for number in range(depth)
    ]
    whole = f"{{ ...F0 }} {' '.join(spreads)} fragment F{depth} on Checkout {{ id }}"
    query, *named = parse(whole).definitions
    fragments = {one.name.value: one for one in named}

    # then
    assert not _is_asked(query.selection_set, fragments, set())


def holds(first: int) -> str:
    page = f"holds(first: {first}) {{ edges {{ node {{ points }} }} }}"
    return f"{{ me {{ rewards {{ accounts {{ {page} }} }} }} }}"


@needs("channels")
def test_the_declared_cost_grows_with_what_is_asked_for() -> None:
    from saleor.graphql.core.validators.query_cost import validate_query_cost
    from saleor.graphql.query_cost_map import COST_MAP

    def cost(query: str) -> int:
        class Document:
            document_ast = parse(query)

        found, errors = validate_query_cost(schema, Document, {}, COST_MAP, 50_000)
        assert not errors
        return int(found)

    # when
    cart = 'checkout(id: "x")'
    once = cost(f"{{ {cart} {{ {REWARDS} }} }}")
    often = cost(f"{{ {cart} {{ {many(ALIASES, REWARDS)} }} }}")
    page = cost(
        "{ me { checkouts(first: 100) { edges { node { " + REWARDS + " } } } } }"
    )

    # then
    fixed = cost(f"{{ {cart} {{ id }} }}")
    assert once - fixed >= 50
    assert often - fixed == ALIASES * (once - fixed)
    assert page > 99 * (once - fixed)
    assert cost(holds(100)) - cost(holds(10)) == 90
