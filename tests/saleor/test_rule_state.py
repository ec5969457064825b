"""Rules that do less than they say, since something around them is gone."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from saleor_rewards.models import Program, Rule, Tier

from .inputs import create, document, ladder, node_id
from .merchants import Caller, merchant
from .stored_rules import GONE, percent_off, stored
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(shop: Shop) -> Caller:
    """Somebody who may change the rules of the shop."""
    return merchant()


def of(node: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(warning["code"], warning["field"]) for warning in node["warnings"]]


def single(caller: Caller, rule: Rule) -> list[tuple[str, str | None]]:
    """Return the warnings of one rule, read by its id."""
    query = "query($id: ID!) { rewardsRule(id: $id) { warnings { code field } } }"
    return of(caller.ask(query, id=node_id("RewardsRule", rule.pk))["rewardsRule"])


def listed(caller: Caller) -> list[list[tuple[str, str | None]]]:
    """Return the warnings of all rules, read as a page."""
    query = (
        "{ rewardsRules(first: 50) { edges { node { warnings { code field message } } "
        "} } }"
    )
    return [of(edge["node"]) for edge in caller.ask(query)["rewardsRules"]["edges"]]


def test_whatever_went_since_a_rule_was_saved_is_told_where_it_is_named(
    shop: Shop, boss: Caller
) -> None:
    # given
    products = [shop.product().product for _ in range(2)]
    collection = shop.collection("Summer")
    outer, inner = shop.categories("Fruit", "Apples")
    method = shop.shipping_method()
    gold = Tier.objects.create(program=shop.program, name="Gold", threshold=500)
    conditions = {
        "products": {"include": [node_id("Product", one.pk) for one in products]},
        "collections": {"exclude": [node_id("Collection", collection.pk)]},
        "categories": {"exclude": [node_id("Category", inner.pk)]},
        "shippingMethods": [node_id("ShippingMethod", method.pk)],
        "tiers": [node_id("RewardsTier", gold.pk)],
    }
    payload = create(boss, shop, conditions=conditions)
    assert (payload["errors"], payload["warnings"]) == ([], [])
    rule = Rule.objects.get()
    assert single(boss, rule) == []

    # when
    read = payload["rule"]["conditions"]["products"]["include"]
    gone = read.index(node_id("Product", products[1].pk))
    for row in (products[1], collection, inner, method):
        row.delete()
    Tier.objects.update(deleted_at="2026-01-01T00:00:00Z")

    # then: in the places where they are read
    expected = [
        ("REFERENCE_GONE", f"conditions.products.include.{gone}"),
        ("EXCLUDES_NOTHING", "conditions.collections.exclude.0"),
        ("EXCLUDES_NOTHING", "conditions.categories.exclude.0"),
        ("REFERENCE_GONE", "conditions.shippingMethods.0"),
        ("TIER_GONE", "conditions.tiers.0"),
        ("APPLIES_TO_NOTHING", "conditions.shippingMethods"),
        ("APPLIES_TO_NOTHING", "conditions.tiers"),
    ]
    assert single(boss, rule) == expected
    assert listed(boss) == [expected]


def test_a_rule_of_which_all_goods_are_gone_applies_to_nothing(
    shop: Shop, boss: Caller
) -> None:
    # given: one that has goods left, and one that has none
    product = shop.product().product
    some = {"products": {"include": [*GONE, str(product.pk)]}}
    none = {"products": {"include": GONE[:1]}, "categories": {"include": GONE[1:]}}
    left = stored(shop.program, percent_off(conditions=some))
    dead = stored(shop.program, percent_off(conditions=none))

    # when / then
    assert ("APPLIES_TO_NOTHING", "conditions") not in single(boss, left)
    assert single(boss, dead) == [
        ("REFERENCE_GONE", "conditions.products.include.0"),
        ("REFERENCE_GONE", "conditions.categories.include.0"),
        ("APPLIES_TO_NOTHING", "conditions"),
    ]


def test_a_rule_without_its_channel_or_its_currency_says_so(
    shop: Shop, boss: Caller
) -> None:
    # given
    amounts = {"type": "AMOUNT_OFF", "amounts": {"EUR": "5.00"}}
    stored(shop.program, percent_off(benefit=amounts))
    stored(Program.objects.create(channel_pk=999_999), percent_off())

    # when / then
    assert listed(boss) == [
        [("CURRENCY_MISMATCH", "benefit.amounts")],
        [("CHANNEL_GONE", None)],
    ]


def test_a_rule_that_cannot_be_read_says_so_among_the_others(
    shop: Shop, boss: Caller
) -> None:
    # given
    stored(shop.program, percent_off(benefit={"type": "LOTTERY"}))
    stored(shop.program, percent_off())

    # when
    pages = boss.ask(document("Rules"), first=9)["rewardsRules"]["edges"]

    # then
    assert listed(boss) == [[("UNREADABLE", "benefit.type")], []]
    assert [page["node"]["name"] for page in pages] == ["Old", "Old"]
    assert [page["node"]["benefit"] is None for page in pages] == [True, False]


def test_a_rule_that_cannot_be_read_can_be_switched_off_and_said_anew(
    shop: Shop, boss: Caller
) -> None:
    # given
    rule = stored(shop.program, percent_off(benefit={"type": "LOTTERY"}))
    id = node_id("RewardsRule", rule.pk)

    # when
    renamed = boss.do(document("RuleUpdate"), id=id, input={"name": "New"})
    off = boss.do(document("RuleUpdate"), id=id, input={"isActive": False})
    mended = boss.do(
        document("RuleUpdate"), id=id, input={"benefit": {"percentOff": {"percent": 5}}}
    )

    # then
    assert [error["code"] for error in renamed["errors"]] == ["UNKNOWN_TYPE"]
    assert (off["errors"], off["rule"]["isActive"]) == ([], False)
    assert of(off) == [("UNREADABLE", "benefit.type")]
    assert (mended["errors"], mended["warnings"]) == ([], [])
    assert mended["rule"]["version"] == 2


def test_a_page_of_rules_asks_for_all_that_they_name_at_once(
    shop: Shop, boss: Caller
) -> None:
    # given
    def add(count: int) -> None:
        for _ in range(count):
            conditions = {
                "products": {"include": GONE},
                "collections": {"exclude": GONE},
                "categories": {"exclude": GONE},
                "shipping_methods": GONE,
                "tiers": GONE,
            }
            stored(shop.program, percent_off(conditions=conditions))

    def statements() -> int:
        with CaptureQueriesContext(connection) as seen:
            pages = listed(boss)
        assert all(len(page) > 5 for page in pages)
        return len(seen)

    # when
    add(2)
    # What Saleor keeps from a first request on.
    statements()
    few = statements()
    add(18)

    # then
    assert statements() == few


def test_a_rule_with_something_gone_is_saved_again_as_it_was_read(
    shop: Shop, boss: Caller
) -> None:
    # given
    conditions = {
        "products": {"include": GONE[:1], "exclude": GONE[1:]},
        "shipping_methods": GONE,
        "tiers": GONE,
    }
    rule = stored(shop.program, percent_off(conditions=conditions))
    id = node_id("RewardsRule", rule.pk)
    found = boss.ask(document("Rule"), id=id)["rewardsRule"]["conditions"]
    kept = ("products", "shippingMethods", "tiers")
    input = {
        "name": "New name",
        "conditions": {key: found[key] for key in kept},
        "benefit": {"percentOff": {"percent": 10}},
    }

    # when
    payload = boss.do(document("RuleUpdate"), id=id, input=input)

    # then: what is gone is told again, and stored as it was
    assert payload["errors"] == []
    assert ("EXCLUDES_NOTHING", "conditions.products.exclude.0") in of(payload)
    rule.refresh_from_db()
    assert rule.current.number == 2
    assert rule.current.definition == percent_off(conditions=conditions)

    # when: it is saved without any change
    again = boss.do(document("RuleUpdate"), id=id, input=input)

    # then
    assert again["errors"] == []
    assert again["rule"]["version"] == 2


def test_what_is_gone_is_refused_where_it_was_not_named_before(
    shop: Shop, boss: Caller
) -> None:
    # given
    rule = stored(
        shop.program, percent_off(conditions={"products": {"include": GONE[:1]}})
    )
    old, new = (node_id("Product", pk) for pk in GONE)
    changes = [
        {"products": {"include": [old, new]}},
        {"products": {"exclude": [old]}},
    ]

    # when
    payloads = [
        boss.do(
            document("RuleUpdate"),
            id=node_id("RewardsRule", rule.pk),
            input={"conditions": conditions},
        )
        for conditions in changes
    ]
    payloads.append(create(boss, shop, conditions={"products": {"include": [old]}}))

    # then
    assert [
        [(error["code"], error["field"]) for error in payload["errors"]]
        for payload in payloads
    ] == [
        [("NOT_FOUND", "conditions.products.include.1")],
        [("NOT_FOUND", "conditions.products.exclude.0")],
        [("NOT_FOUND", "conditions.products.include.0")],
    ]


def test_a_rule_in_another_currency_is_renamed_and_not_changed_otherwise(
    shop: Shop, boss: Caller
) -> None:
    # given
    amounts = {"type": "AMOUNT_OFF", "amounts": {"EUR": "5.00"}}
    rule = stored(shop.program, percent_off(benefit=amounts))

    def save(amount: Any) -> dict[str, Any]:
        euros = [{"currency": "EUR", "amount": amount}]
        return boss.do(
            document("RuleUpdate"),
            id=node_id("RewardsRule", rule.pk),
            input={"name": "Renamed", "benefit": {"amountOff": {"amounts": euros}}},
        )

    # when
    same, other = save(5), save(6)

    # then
    assert (same["errors"], same["rule"]["name"]) == ([], "Renamed")
    assert of(same) == [("CURRENCY_MISMATCH", "benefit.amountOff.amounts")]
    assert [error["code"] for error in other["errors"]] == ["MISSING_CURRENCY"]


def test_a_rule_of_a_channel_that_is_gone_is_switched_off(
    shop: Shop, boss: Caller
) -> None:
    # given
    rule = stored(Program.objects.create(channel_pk=999_999), percent_off())

    # when
    payload = boss.do(
        document("RuleUpdate"),
        id=node_id("RewardsRule", rule.pk),
        input={"isActive": False},
    )

    # then
    assert payload["errors"] == []
    assert payload["rule"]["isActive"] is False


def test_a_draft_that_changes_such_a_rule_is_tried_with_its_warnings(
    shop: Shop, shopper: Shopper, boss: Caller
) -> None:
    # given
    rule = stored(shop.program, percent_off(conditions={"products": {"exclude": GONE}}))
    cart = shopper.cart((shop.product("50.00"), 1))

    # when
    payload = boss.do(
        document("RuleTest"),
        input={"checkoutId": cart.id, "ruleId": node_id("RewardsRule", rule.pk)},
    )

    # then
    assert payload["errors"] == []
    assert [warning["code"] for warning in payload["warnings"]] == [
        "EXCLUDES_NOTHING",
        "EXCLUDES_NOTHING",
    ]


def test_goods_of_an_excluded_collection_that_is_gone_count_for_the_rule(
    shop: Shop, shopper: Shopper, boss: Caller
) -> None:
    # given
    collection = shop.collection("Summer")
    variant = shop.product("50.00", collection=collection)
    excluded = {"collections": {"exclude": [node_id("Collection", collection.pk)]}}
    create(boss, shop, conditions=excluded, benefit=ladder((30, 10)))
    assert shopper.cart((variant, 1)).total == 50

    # when
    collection.delete()

    # then: which goods were in it nobody knows any more, so staff are warned
    assert shopper.cart((variant, 1)).total == 45
    assert single(boss, Rule.objects.get()) == [
        ("EXCLUDES_NOTHING", "conditions.collections.exclude.0")
    ]


def test_a_ladder_that_is_odd_says_so_in_lists_too(shop: Shop, boss: Caller) -> None:
    # given: the lint's own warnings go on
    payload = create(boss, shop, benefit=ladder((100, 10), (300, 5)))

    # then
    assert of(payload) == [("DEAD_STEP", "benefit.ladder.steps.1")]
    assert listed(boss) == [[("DEAD_STEP", "benefit.steps.1")]]
