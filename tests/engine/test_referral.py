"""Rewards of referrers: rules that no cart meets, and what they give for a friend."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleor_rewards.engine import (
    CustomerSnapshot,
    ReferralKind,
    Snapshot,
    dump_rule,
    lint_rule,
    referral_grants,
)

from .build import (
    NOW,
    cart,
    definition,
    earn,
    fixed,
    line,
    per_amount,
    percent_off,
    referral,
    rule,
    rules,
    run,
    utc,
)
from .strategies import parsed, referral_definitions, situations
from .test_parse import FULL, errors

THIRD = {"number": 3}
WELCOME = {"has_referral": True, "first_order": True}


def granted(*definitions: Any, **values: Any) -> list[tuple[int, str, int]]:
    """Return rule, kind and worth of what a referrer gets for a first friend."""
    asked = {"number": 1, "at": NOW, "tier_id": None, "currency": "USD", **values}
    return [
        (grant.rule_id, grant.kind.name, grant.worth)
        for grant in referral_grants(rules(*definitions), **asked)
    ]


@pytest.mark.parametrize(
    ("found", "code", "field"),
    [
        (referral("POINTS", 0), "OUT_OF_RANGE", "benefit.points"),
        (referral("POINTS", "5"), "WRONG_TYPE", "benefit.points"),
        (referral("POINTS", None), "REQUIRED", "benefit.points"),
        (referral("VOUCHER", "0.00"), "OUT_OF_RANGE", "benefit.amounts.USD"),
        (referral("VOUCHER", "5.001"), "TOO_MANY_DECIMALS", "benefit.amounts.USD"),
        (referral("VOUCHER", "5.00", 0), "OUT_OF_RANGE", "benefit.valid_days"),
        (referral("VOUCHER", "5.00", 36501), "OUT_OF_RANGE", "benefit.valid_days"),
        (referral("GIFT_CARD", "5.00", True), "WRONG_TYPE", "benefit.valid_days"),
        (referral("POINTS", 5, exclusive=True), "LANE_MISMATCH", "exclusive"),
        (
            referral("POINTS", 5, nth_friend={"number": 0}),
            "OUT_OF_RANGE",
            "conditions.nth_friend.number",
        ),
        (referral("POINTS", 5, nth_friend=3), "WRONG_TYPE", "conditions.nth_friend"),
        (
            referral("POINTS", 5, nth_friend={"repeats": True}),
            "REQUIRED",
            "conditions.nth_friend.number",
        ),
    ],
)
def test_each_mistake_in_a_referrers_reward_has_its_code_and_field(
    found: Any, code: str, field: str
) -> None:
    assert errors(found) == [(code, field)]


def test_a_voucher_needs_an_amount_in_every_currency() -> None:
    # given
    bare = {"lane": "REFERRAL", "benefit": {"type": "REFERRAL_VOUCHER"}}

    # when / then
    assert errors(bare) == [("REQUIRED", "benefit.amounts")]
    assert errors(referral("GIFT_CARD", "5.00"), currencies=["PLN"]) == [
        ("MISSING_CURRENCY", "benefit.amounts.PLN")
    ]


def test_a_referrers_reward_can_ask_for_dates_tiers_and_the_friend_alone() -> None:
    # given
    asked = dict(FULL["conditions"])
    allowed = {"tiers": asked.pop("tiers"), "ends_at": FULL["ends_at"]}

    # when / then
    fine = referral("POINTS", 5, nth_friend=THIRD, first_order=False, **allowed)
    assert rule(fine).conditions.tiers
    for key, value in asked.items():
        expected = [("LANE_MISMATCH", f"conditions.{key}")]
        assert errors(referral("POINTS", 5, **{key: value}), currencies=()) == expected


@pytest.mark.parametrize("lane", ["ITEM", "ORDER", "SHIPPING", "POINTS"])
def test_no_rule_for_carts_can_ask_which_friend_it_is(lane: str) -> None:
    # given
    found = fixed(5) if lane == "POINTS" else percent_off("5", lane=lane)
    if lane == "SHIPPING":
        found["benefit"] = {"type": "FREE_SHIPPING"}

    # when / then
    found["conditions"]["nth_friend"] = THIRD
    assert errors(found) == [("LANE_MISMATCH", "conditions.nth_friend")]


@pytest.mark.parametrize(
    "found",
    [
        {"benefit": {"type": "REFERRAL_POINTS", "points": 500}},
        {
            "conditions": {"tiers": ["3"], "nth_friend": {"number": 3}},
            "benefit": {
                "type": "REFERRAL_VOUCHER",
                "amounts": {"JPY": "900", "USD": "9.00"},
                "valid_days": 90,
            },
        },
        {
            "conditions": {"nth_friend": {"number": 5, "repeats": True}},
            "benefit": {"type": "REFERRAL_GIFT_CARD", "amounts": {"USD": "9.00"}},
        },
    ],
)
def test_a_referrers_reward_comes_back_as_it_went(found: Any) -> None:
    # given
    stored = {"lane": "REFERRAL", **found}

    # when / then
    assert dump_rule(rule(stored)) == stored
    assert lint_rule(rule(stored)) == ()


def test_of_each_kind_a_referrer_gets_the_reward_that_is_worth_most() -> None:
    # given
    found = (
        referral("GIFT_CARD", "5.00", 365),
        referral("POINTS", 100),
        referral("VOUCHER", "10.00", 90),
        referral("POINTS", 300),
        referral("VOUCHER", "9.99"),
    )

    # when
    grants = referral_grants(
        rules(*found), number=1, at=NOW, tier_id=None, currency="USD"
    )

    # then
    assert [(grant.kind, grant.worth, grant.valid_days) for grant in grants] == [
        (ReferralKind.POINTS, 300, None),
        (ReferralKind.VOUCHER, 1000, 90),
        (ReferralKind.GIFT_CARD, 500, 365),
    ]
    assert [(grant.rule_id, grant.rule_version) for grant in grants] == [
        (4, 1),
        (3, 1),
        (1, 1),
    ]
    assert grants[0].rule_name == "Rule 4"


def test_a_tie_goes_to_the_higher_priority_and_then_to_the_older_rule() -> None:
    # given
    two = referral("POINTS", 100), referral("POINTS", 100)
    raised = referral("POINTS", 100), referral("POINTS", 100, priority=1)

    # when / then
    assert granted(*two) == [(1, "POINTS", 100)]
    assert granted(*raised) == [(2, "POINTS", 100)]


@pytest.mark.parametrize(
    ("number", "once", "each"), [(1, 0, 0), (2, 0, 0), (3, 1, 1), (4, 0, 0), (6, 0, 1)]
)
def test_a_reward_can_be_for_the_third_friend_or_for_each_third_one(
    number: int, once: int, each: int
) -> None:
    # given
    repeating = {**THIRD, "repeats": True}

    # when / then
    assert len(granted(referral("POINTS", 5, nth_friend=THIRD), number=number)) == once
    found = referral("POINTS", 5, nth_friend=repeating)
    assert len(granted(found, number=number)) == each


def test_a_reward_runs_between_its_dates() -> None:
    # given
    found = referral(
        "POINTS", 5, starts_at="2024-05-01T00:00:00Z", ends_at="2024-06-01T00:00:00Z"
    )

    # when / then
    assert granted(found, at=utc(2024, 4, 30, 23, 59)) == []
    assert len(granted(found, at=utc(2024, 5, 1))) == 1
    assert granted(found, at=utc(2024, 6, 1)) == []


def test_a_reward_can_be_for_referrers_on_a_tier() -> None:
    # given
    found = referral("POINTS", 5, tiers=["3"])

    # when / then
    assert [len(granted(found, tier_id=tier)) for tier in (None, "2", "3")] == [0, 0, 1]


def test_money_in_another_currency_is_no_reward_and_points_have_no_currency() -> None:
    # given
    found = referral("VOUCHER", "10.00"), referral("POINTS", 5)

    # when / then
    assert granted(*found, currency="EUR") == [(2, "POINTS", 5)]


def test_rules_for_carts_give_referrers_nothing() -> None:
    assert granted(percent_off("5"), per_amount(), fixed(50, "SIGN_UP")) == []


def test_a_cart_never_sees_a_referrers_reward() -> None:
    # given
    friend = CustomerSnapshot(True, order_count=0, has_referral=True)
    snapshot = cart(line("a", 1000), customer=friend)
    found = referral("POINTS", 500), referral("VOUCHER", "10.00"), percent_off("10")

    # when
    evaluation = earn(snapshot, *found)

    # then
    assert [effect.rule_id for effect in evaluation.effects] == [3]
    assert [offer.rule_id for offer in evaluation.offers] == [3]
    assert evaluation.points_rules == ()
    with pytest.raises(KeyError):
        evaluation.offer(1)


@pytest.mark.parametrize(
    "welcome",
    [
        percent_off("10", **WELCOME),
        definition("SHIPPING", "FREE_SHIPPING", **WELCOME),
        fixed(50, **WELCOME),
    ],
    ids=["discount", "free shipping", "points"],
)
def test_a_referee_gets_what_nobody_else_gets(welcome: Any) -> None:
    # when
    effects = [
        len(earn(_cart_of(has_referral), welcome).effects)
        for has_referral in (None, False, True)
    ]

    # then
    assert effects == [0, 0, 1]


def _cart_of(has_referral: bool | None) -> Snapshot:
    customer = CustomerSnapshot(True, order_count=0, has_referral=has_referral)
    return cart(line("a", 1000), shipping=900, customer=customer)


@settings(max_examples=50, deadline=None)
@given(situations(), st.lists(referral_definitions(), max_size=3))
def test_referrers_rewards_change_nothing_in_any_cart(
    situation: Any, definitions: Any
) -> None:
    # given
    snapshot, program_settings, found = situation
    values = {"cap_percent": program_settings.cap_percent}
    asked = [dump_rule(rule) for rule in found]

    # when
    without = run(snapshot, *asked, **values)
    beside = run(snapshot, *asked, *definitions, **values)

    # then
    assert beside == without


@settings(max_examples=100, deadline=None)
@given(
    st.lists(referral_definitions(), max_size=6),
    st.integers(1, 6),
    st.sampled_from((None, "3")),
    st.randoms(use_true_random=False),
)
def test_no_running_rule_is_worth_more_than_what_is_granted(
    definitions: Any, number: int, tier_id: str | None, random: Any
) -> None:
    # given
    found = parsed(definitions)
    asked: Any = {"number": number, "at": NOW, "tier_id": tier_id, "currency": "USD"}

    # when
    grants = referral_grants(found, **asked)
    shuffled = random.sample(found, len(found))

    # then
    assert referral_grants(shuffled, **asked) == grants
    kinds = [grant.kind for grant in grants]
    assert len(set(kinds)) == len(kinds)
    most = {grant.kind: grant.worth for grant in grants}
    for one in found:
        for grant in referral_grants([one], **asked):
            assert grant.worth <= most[grant.kind]
