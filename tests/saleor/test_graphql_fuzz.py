"""Bad input is answered in words: every field of every input, every odd value.

The fields are read from the schema, so a field that is added later is tried too.
"""

from __future__ import annotations

import json
from typing import Any

import graphene
import pytest
from graphql import get_named_type
from saleor.graphql.api import schema

from saleor_rewards.engine import parse_rule
from saleor_rewards.models import RuleVersion, Tier

from . import merchants
from .fuzzing import TEXTS, check_answer, doubled, ids, paths, replaced, values
from .inputs import POINTS, REFERRALS, dollars
from .merchants import Caller
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db

BENEFITS: dict[str, tuple[str, dict[str, Any]]] = {
    "ladder": (
        "ORDER",
        {
            "steps": [
                {"from": dollars(100), "percent": 5},
                {"from": dollars(300), "amount": dollars(40)},
            ],
            "base": "AFTER_ITEM_DISCOUNTS",
            "cap": dollars(50),
        },
    ),
    "percentOff": ("ITEM", {"percent": 5, "cap": dollars(50)}),
    "amountOff": ("ORDER", {"amounts": dollars(5)}),
    "freeShipping": ("SHIPPING", {"cap": dollars(5)}),
    "shippingPercentOff": ("SHIPPING", {"percent": 50, "cap": dollars(5)}),
    "shippingAmountOff": ("SHIPPING", {"amounts": dollars(5)}),
    "pointsPerAmount": (
        "POINTS",
        {"points": 2, "per": dollars(1), "counting": "FULL_STEPS"},
    ),
    "pointsMultiplier": ("POINTS", {"factor": 2}),
    "pointsFixed": ("POINTS", {"points": 50, "occasion": "ORDER"}),
    "referralPoints": ("REFERRAL", {"points": 50}),
    "referralVoucher": ("REFERRAL", {"amounts": dollars(5), "validDays": 30}),
    "referralGiftCard": ("REFERRAL", {"amounts": dollars(5), "validDays": 30}),
}


#: What no rule for carts can ask.
OF_REFERRERS = {"nthFriend": {"number": 3, "repeats": True}}


def conditions(shop: Shop) -> dict[str, Any]:
    """Return every condition that a rule for carts can have."""
    product = shop.product().product_id
    category, _inner = shop.categories("Fruit", "Apples")

    def only(type_name: str, pk: Any) -> dict[str, Any]:
        return {"include": [graphene.Node.to_global_id(type_name, pk)]}

    tier = Tier.objects.create(program=shop.program, name="Gold", threshold=500)
    method = graphene.Node.to_global_id("ShippingMethod", shop.shipping_method().pk)
    return {
        "minimumSubtotal": {"amounts": dollars(5), "base": "BEFORE_ITEM_DISCOUNTS"},
        "minimumQuantity": 2,
        "products": only("Product", product),
        "collections": only("Collection", shop.collection("Summer").pk),
        "categories": {"exclude": only("Category", category.pk)["include"]},
        "excludeSaleItems": True,
        "excludeNonShippableItems": True,
        "countries": ["PL"],
        "shippingMethods": [method],
        "firstOrder": True,
        "nthOrder": {"number": 1, "repeats": True},
        "tiers": [graphene.Node.to_global_id("RewardsTier", tier.pk)],
        "hasReferral": True,
        "weeklyWindows": [{"weekday": "MONDAY", "start": "09:00", "end": "17:00"}],
    }


CREATE = """
mutation($channel: String!, $input: RewardsRuleInput!) {
  rewardsRuleCreate(channel: $channel, input: $input) {
    rule { name conditions { minimumQuantity } benefit { type percent } startsAt }
    warnings { code } errors { field code message }
  }
}
"""


def body_of(document: str, **variables: Any) -> str:
    return json.dumps({"query": document, "variables": variables})


def try_all(caller: Caller, channel: str, fine: dict[str, Any]) -> tuple[int, int]:
    """Try every odd value at every path; return how many were saved and refused."""
    first = check_answer(caller, body_of(CREATE, channel=channel, input=fine))
    assert first is not None
    assert first["errors"] == []
    saved = refused = 0
    for path, kind in paths("RewardsRuleInput", fine):
        tries = [replaced(fine, path, value) for value in values(kind)]
        tries += [twice] if (twice := doubled(fine, path)) else []
        for odd in tries:
            payload = check_answer(caller, body_of(CREATE, channel=channel, input=odd))
            if payload is None or payload["errors"]:
                refused += 1
                assert payload is None or payload["rule"] is None
            else:
                saved += 1
                assert payload["rule"]["benefit"]["type"]
    return saved, refused


def assert_every_saved_rule_can_be_read() -> None:
    for version in RuleVersion.objects.all():
        parse_rule(
            version.definition,
            id=version.rule_id,
            version=version.number,
            name=version.name,
            currencies={"USD"},
        )


@pytest.mark.parametrize("kind", BENEFITS)
def test_odd_values_in_a_benefit_are_answered_in_words(shop: Shop, kind: str) -> None:
    # given
    caller = merchants.merchant()
    lane, benefit = BENEFITS[kind]
    fine = {
        "name": "Rule",
        "isActive": True,
        "lane": lane,
        "priority": 3,
        "exclusive": False,
        "startsAt": "2030-01-01T00:00:00Z",
        "endsAt": "2031-01-01T00:00:00Z",
        "conditions": OF_REFERRERS if lane == "REFERRAL" else {},
        "benefit": {kind: benefit},
    }

    # when
    saved, refused = try_all(caller, shop.channel.slug, fine)

    # then
    assert refused > saved > 0
    assert_every_saved_rule_can_be_read()


def test_odd_values_in_the_conditions_are_answered_in_words(shop: Shop) -> None:
    # given
    caller = merchants.merchant()
    fine = {
        "name": "Rule",
        "lane": "ORDER",
        "benefit": {"percentOff": {"percent": 5}},
        "conditions": conditions(shop),
    }

    # when
    saved, refused = try_all(caller, shop.channel.slug, fine)

    # then
    assert refused > saved > 0
    assert_every_saved_rule_can_be_read()


def test_the_inputs_that_are_tried_fill_in_every_field_of_the_schema(
    shop: Shop,
) -> None:
    # given
    tried = {
        "RewardsRuleInput": {"name", "isActive", "lane", "priority", "exclusive",
                             "startsAt", "endsAt", "benefit", "conditions"},
        "RewardsBenefitInput": set(BENEFITS),
        "RewardsConditionsInput": {*conditions(shop), *OF_REFERRERS},
    }  # fmt: skip
    for kind, (_lane, benefit) in BENEFITS.items():
        field = schema.get_type("RewardsBenefitInput").fields[kind]
        tried[get_named_type(field.type).name] = set(benefit)

    # then
    for type_name, fields in tried.items():
        assert fields == set(schema.get_type(type_name).fields), type_name


PROGRAM = """
mutation($channel: String!, $input: RewardsProgramInput!) {
  rewardsProgramUpdate(channel: $channel, input: $input) {
    program { name capPercent timeZone voucherSlot guests isActive }
    errors { field code message }
  }
}
"""


def tier_id(shop: Shop) -> str:
    tier = Tier.objects.create(program=shop.program, name="Gold", threshold=5)
    return graphene.Node.to_global_id("RewardsTier", tier.pk)


def test_odd_values_in_a_programs_settings_are_answered_in_words(shop: Shop) -> None:
    # given
    caller = merchants.merchant()
    fine = {
        "name": "Main",
        "isActive": True,
        "capPercent": 30,
        "timeZone": "Europe/Warsaw",
        "voucherSlot": "WITHHOLD",
        "guests": "SIGNED_IN",
        "points": POINTS,
        "referrals": REFERRALS,
        "tiers": [{"id": tier_id(shop), "name": "Gold", "threshold": 5}],
    }
    for type_name, tried in (
        ("RewardsProgramInput", fine),
        ("RewardsPointsInput", POINTS),
        ("RewardsTierInput", fine["tiers"][0]),
    ):
        assert set(tried) == set(schema.get_type(type_name).fields)

    # when
    for path, kind in paths("RewardsProgramInput", fine):
        # The settings of referrals have a test of their own.
        within_referrals = path[0] == "referrals" and len(path) > 1
        for value in () if within_referrals else values(kind):
            odd = replaced(fine, path, value)
            body = body_of(PROGRAM, channel=shop.channel.slug, input=odd)
            payload = check_answer(caller, body)

            # then
            assert payload is None or bool(payload["errors"]) is (
                payload["program"] is None
            )


TRY = """
mutation($input: RewardsRuleTestInput!) {
  rewardsRuleTest(input: $input) {
    rewards { savings { amount } offers { message state } }
    errors { field code message }
  }
}
"""


def test_odd_values_in_a_trial_are_answered_in_words(
    shop: Shop, shopper: Shopper
) -> None:
    # given
    caller = merchants.merchant()
    rule = shop.ladder(("30.00", "10"))
    fine = {
        "checkoutId": shopper.cart((shop.product(), 4)).id,
        "at": "2030-01-01T00:00:00Z",
        "ruleId": graphene.Node.to_global_id("RewardsRule", rule.pk),
        "rule": {"name": "Draft"},
    }

    # when
    for path, kind in paths("RewardsRuleTestInput", fine):
        for value in values(kind):
            odd = replaced(fine, path, value)
            payload = check_answer(caller, body_of(TRY, input=odd))

            # then
            assert payload is None or bool(payload["errors"]) is (
                payload["rewards"] is None
            )
    for value in ids():
        order = {"orderId": value}
        payload = check_answer(caller, body_of(TRY, input=order))
        assert payload is None or payload["errors"]


@pytest.mark.parametrize(
    "number",
    ["NaN", "Infinity", "-Infinity", "1e400", "1" * 5000, "1e-400", "-0"],
    ids=lambda number: number[:10],
)
def test_numbers_that_json_knows_and_money_does_not_are_answered_in_words(
    shop: Shop, number: str
) -> None:
    # given
    caller = merchants.merchant()
    rule = {
        "name": "Rule",
        "lane": "ORDER",
        "benefit": {"amountOff": {"amounts": dollars(12345)}},
    }
    body = body_of(CREATE, channel=shop.channel.slug, input=rule)

    # when
    payload = check_answer(caller, body.replace("12345", number))

    # then
    assert payload is None or payload["errors"]


@pytest.mark.parametrize(
    "number",
    ["1e400", "1" * 5000, "-1", "0", '"NaN"', "NaN"],
    ids=lambda number: number[:10],
)
def test_numbers_inside_a_document_are_answered_in_words(
    shop: Shop, number: str
) -> None:
    # given
    document = (
        f'mutation {{ rewardsRuleCreate(channel: "{shop.channel.slug}", input: {{'
        'name: "Rule", lane: ORDER, benefit: {amountOff: {amounts: [{'
        f'currency: "USD", amount: {number}}}]}}}}}}) '
        "{ rule { name } errors { field code message } } }"
    )

    # when
    payload = check_answer(merchants.merchant(), body_of(document))

    # then
    assert payload is None or payload["errors"]


@pytest.mark.parametrize(
    "text", [text for text in TEXTS if text], ids=lambda text: ascii(text)[:12]
)
def test_odd_channels_and_searches_find_nothing(shop: Shop, text: str) -> None:
    # given
    caller = merchants.merchant()
    shop.ladder(("30.00", "10"))

    # when
    found = caller.ask(
        "query($text: String!) { rewardsProgram(channel: $text) { id } "
        "rewardsRules(first: 1, filter: {channel: $text}) { totalCount } }",
        text=text,
    )
    searched = caller.ask(
        "query($text: String!) "
        "{ rewardsRules(first: 1, filter: {search: $text}) { totalCount } }",
        text=text,
    )

    # then
    assert found == {"rewardsProgram": None, "rewardsRules": {"totalCount": 0}}
    assert searched["rewardsRules"]["totalCount"] in (0, 1)


def test_a_list_of_ten_thousand_ids_is_answered_in_words(shop: Shop) -> None:
    # given
    made = [graphene.Node.to_global_id("Product", pk) for pk in range(10_000)]
    rule = {
        "name": "Rule",
        "lane": "ORDER",
        "benefit": {"percentOff": {"percent": 5}},
        "conditions": {"products": {"include": made}},
    }
    body = body_of(CREATE, channel=shop.channel.slug, input=rule)

    # when
    payload = check_answer(merchants.merchant(), body)

    # then
    assert payload is not None
    assert {error["code"] for error in payload["errors"]} == {"NOT_FOUND"}
