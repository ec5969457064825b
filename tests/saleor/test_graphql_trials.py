"""Merchants try a rule on a cart or an order before shoppers meet it."""

from __future__ import annotations

from typing import Any

import graphene
import pytest

from saleor_rewards.models import Program, Receipt, Rule, RuleVersion
from saleor_rewards.programs import update_rule

from . import merchants
from .inputs import document, dollars, ladder, order_rule
from .merchants import Caller
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def boss(shop: Shop) -> Caller:
    """Somebody who may change the rules of the shop."""
    return merchants.merchant()


def try_out(caller: Caller, **input: Any) -> dict[str, Any]:
    return caller.do(document("RuleTest"), input=input)


def rule_id(rule: Rule) -> str:
    return graphene.Node.to_global_id("RewardsRule", rule.pk)


def written() -> list[int]:
    return [model.objects.count() for model in (Program, Rule, RuleVersion, Receipt)]


def test_a_draft_is_tried_on_a_cart_and_nothing_is_written(
    shop: Shop, shopper: Shopper, boss: Caller
) -> None:
    # given
    cart = shopper.cart((shop.product("50.00"), 4))
    before = written()

    # when
    payload = try_out(boss, checkoutId=cart.id, rule=order_rule())

    # then
    assert payload["errors"] == []
    assert payload["rewards"]["savings"] == {"amount": 10, "currency": "USD"}
    (offer,) = payload["rewards"]["offers"]
    assert offer["ruleId"] == payload["ruleId"]
    assert (offer["state"], offer["gap"]["amount"]) == ("APPLIED", 100)
    assert written() == before
    assert shopper.look(cart).total == cart.total == 200


def test_a_saved_rule_is_tried_at_a_date_of_its_own(
    shop: Shop, shopper: Shopper, boss: Caller
) -> None:
    # given
    rule = shop.ladder(("30.00", "10"), starts_at="2090-01-01T00:00:00Z")
    cart = shopper.cart((shop.product("50.00"), 1))

    # when
    now = try_out(boss, checkoutId=cart.id, ruleId=rule_id(rule))
    then = try_out(
        boss, checkoutId=cart.id, ruleId=rule_id(rule), at="2090-06-01T00:00:00Z"
    )

    # then
    assert [offer["code"] for offer in now["rewards"]["offers"]] == ["NOT_STARTED"]
    assert [offer["code"] for offer in then["rewards"]["offers"]] == ["APPLIED"]
    assert then["ruleId"] == rule_id(rule)
    assert then["rewards"]["savings"]["amount"] == 5


def test_a_rule_that_is_off_is_tried_as_if_it_were_on(
    shop: Shop, shopper: Shopper, boss: Caller
) -> None:
    # given
    rule = shop.ladder(("30.00", "10"))
    update_rule(rule.pk, is_active=False)
    cart = shopper.cart((shop.product("50.00"), 1))

    # when
    without = try_out(boss, checkoutId=cart.id)
    tried = try_out(boss, checkoutId=cart.id, ruleId=rule_id(rule))

    # then
    assert without["rewards"]["offers"] == []
    assert without["ruleId"] is None
    assert tried["rewards"]["savings"]["amount"] == 5


def test_a_draft_stands_in_for_the_rule_that_it_changes(
    shop: Shop, shopper: Shopper, boss: Caller
) -> None:
    # given
    rule = shop.ladder(("30.00", "10"))
    cart = shopper.cart((shop.product("50.00"), 1))

    # when
    payload = try_out(
        boss,
        checkoutId=cart.id,
        ruleId=rule_id(rule),
        rule={"benefit": ladder((30, 20))},
    )

    # then
    (offer,) = payload["rewards"]["offers"]
    assert offer["ruleId"] == rule_id(rule)
    assert payload["rewards"]["savings"]["amount"] == 10
    assert Rule.objects.get().current.number == 1


def test_a_draft_is_tried_on_an_order_as_its_receipt_has_it(
    shop: Shop, shopper: Shopper, boss: Caller
) -> None:
    # given
    shop.ladder(("30.00", "10"))
    cart = shopper.ship(
        shopper.cart((shop.product("50.00"), 1)), shop.shipping_method("5.00")
    )
    order = shopper.buy(cart)
    shipping = {
        "name": "Free",
        "lane": "SHIPPING",
        "benefit": {"freeShipping": {"cap": dollars(4)}},
    }

    # when
    payload = try_out(boss, orderId=order["id"], rule=shipping)

    # then
    assert payload["errors"] == []
    assert payload["rewards"]["savings"]["amount"] == 9
    assert payload["rewards"]["shippingSavings"]["amount"] == 4


def test_a_shipping_rule_is_tried_on_downloads_in_a_cart_and_in_its_order(
    shop: Shop, shopper: Shopper, boss: Caller
) -> None:
    # given
    shop.ladder(("30.00", "10"))
    cart = shopper.cart((shop.product("50.00", ships=False), 1))
    rule = {"name": "Free", "lane": "SHIPPING", "benefit": {"freeShipping": {}}}
    tried = [try_out(boss, checkoutId=cart.id, rule=rule)]

    # when
    order = shopper.buy(cart)
    tried.append(try_out(boss, orderId=order["id"], rule=rule))

    # then
    for payload in tried:
        _ladder, offer = payload["rewards"]["offers"]
        assert offer["ruleId"] == payload["ruleId"]
        assert (offer["state"], offer["code"]) == ("BLOCKED", "SHIPPING_NOT_REQUIRED")
        assert payload["rewards"]["freeShipping"] is False


def test_a_rule_that_is_over_says_so_to_merchants_and_nothing_to_shoppers(
    shop: Shop, shopper: Shopper, boss: Caller
) -> None:
    # given
    rule = shop.ladder(("30.00", "10"), ends_at="2020-01-01T00:00:00Z")
    cart = shopper.cart((shop.product("50.00"), 1))

    # when
    tried = [
        try_out(boss, checkoutId=cart.id),
        try_out(boss, checkoutId=cart.id, ruleId=rule_id(rule)),
    ]
    before = try_out(boss, checkoutId=cart.id, at="2019-06-01T02:00:00+02:00")

    # then
    for payload in tried:
        (offer,) = payload["rewards"]["offers"]
        assert (offer["ruleId"], offer["state"]) == (rule_id(rule), "BLOCKED")
        assert (offer["code"], offer["message"]) == ("ENDED", "This offer has ended.")
        assert payload["rewards"]["savings"]["amount"] == 0
    assert [offer["code"] for offer in before["rewards"]["offers"]] == ["APPLIED"]
    assert shopper.look(cart).node["rewards"]["offers"] == []


def test_a_time_without_its_offset_is_refused_where_it_stands(
    shop: Shop, shopper: Shopper, boss: Caller
) -> None:
    # given
    cart = shopper.cart((shop.product("50.00"), 1))
    naive = "2030-05-01T09:00:00"

    # when
    at = try_out(boss, checkoutId=cart.id, at=naive)
    rule = try_out(
        boss, checkoutId=cart.id, rule=order_rule(startsAt=naive, endsAt=naive)
    )

    # then
    fields = [error["field"] for error in at["errors"] + rule["errors"]]
    assert fields == ["at", "rule.startsAt", "rule.endsAt"]
    for error in at["errors"] + rule["errors"]:
        assert error["code"] == "INVALID_VALUE"
        assert "with its offset" in error["message"]


@pytest.mark.parametrize(
    ("input", "field", "code"),
    [
        ({}, "checkoutId", "REQUIRED"),
        ({"checkoutId": "x", "orderId": "y"}, "checkoutId", "REQUIRED"),
        ({"checkoutId": "x"}, "checkoutId", "NOT_FOUND"),
        ({"orderId": "T3JkZXI6MQ=="}, "orderId", "NOT_FOUND"),
    ],
)
def test_a_trial_on_nothing_is_refused(
    shop: Shop, boss: Caller, input: dict[str, Any], field: str, code: str
) -> None:
    # when
    payload = try_out(boss, **input)

    # then
    assert payload["rewards"] is None
    assert [(error["field"], error["code"]) for error in payload["errors"]] == [
        (field, code)
    ]


def test_a_wrong_draft_is_refused_with_its_fields(
    shop: Shop, shopper: Shopper, boss: Caller
) -> None:
    # given
    cart = shopper.cart((shop.product(), 1))

    # when
    payload = try_out(boss, checkoutId=cart.id, rule=order_rule(benefit={}))

    # then
    assert [(error["field"], error["code"]) for error in payload["errors"]] == [
        ("rule.benefit", "REQUIRED")
    ]
