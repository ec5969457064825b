"""What an order should have earned, spent and given back, from how it stands."""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from saleor_rewards.engine import LineSnapshot, PointsBase, parse_rule
from saleor_rewards.ledger.facts import OrderFacts, OrderLineFacts
from saleor_rewards.ledger.settle import (
    Agreement,
    Targets,
    Terms,
    available_from,
    earned_at,
    expires_at,
    grant_of,
    lapses_at,
    targets,
)
from saleor_rewards.models import EarnOn, PointsExpiry

NOON = datetime(2026, 3, 1, 12, tzinfo=timezone.utc)
HOUR = timedelta(hours=1)
PER_DOLLAR, DOUBLE, FIXED = "31", "32", "33"


def rule(pk: int, benefit: dict[str, Any], **conditions: Any) -> Any:
    definition = {"lane": "POINTS", "benefit": benefit, "conditions": conditions}
    return parse_rule(definition, id=pk, version=1, name=f"Rule {pk}")


per_dollar = rule(1, {"type": "POINTS_PER_AMOUNT", "points": 1, "per": {"USD": "1.00"}})
double = rule(
    2, {"type": "POINTS_MULTIPLIER", "factor": "2"}, categories={"include": ["9"]}
)
fixed = rule(3, {"type": "POINTS_FIXED", "points": 50})


@dataclass(frozen=True)
class Promise:
    """What a cart was shown of its points, before there was an order."""

    rules: tuple[Any, ...]
    terms: Terms
    points: int = 0
    lines: tuple[LineSnapshot, ...] = ()

    def agreement(self, facts: OrderFacts) -> Agreement:
        """Return what is kept of it when the order is first settled."""
        pks = {(1, 1): 31, (2, 1): 32, (3, 1): 33}
        grant = grant_of(facts, self.terms, self.rules, pks, self.lines, {})
        return Agreement(self.terms, grant, self.points)


def agreed(*rules: Any, points: int = 0, **terms: Any) -> Promise:
    return Promise(rules, Terms(**terms), points)


def reached(facts: OrderFacts, promise: Promise) -> Targets:
    """Return where the ledger should be with an order of which so much was promised."""
    return targets(facts, promise.agreement(facts))


def line(pk: str = "1", gross: int = 10000, **facts: Any) -> OrderLineFacts:
    net = facts.pop("net", gross)
    return OrderLineFacts(pk, f"p{pk}", f"v{pk}", 1, net, gross, **facts)


def order(*lines: OrderLineFacts, **facts: Any) -> OrderFacts:
    """An order of 100.00 that is paid an hour after it was placed."""
    lines = lines or (line(),)
    known = {
        "total_amount": sum(line.gross_amount for line in lines),
        "is_paid": True,
        "paid_at": NOON + HOUR,
    }
    return OrderFacts(
        order_pk="7",
        channel_pk=1,
        channel="main",
        currency="USD",
        email="ann@example.com",
        ordered_at=NOON,
        lines=lines,
        **{**known, **facts},
    )


#: What may happen to an order, as what it says afterwards.
EVENTS: dict[str, dict[str, Any]] = {
    "paid": {"is_paid": True, "paid_at": NOON + HOUR},
    "confirmed": {"is_confirmed": True},
    "fulfilled": {"is_fulfilled": True, "fulfilled_at": NOON + 2 * HOUR},
    "refunded 3.33": {"refunded_amount": 333},
    "refunded 30.00": {"refunded_amount": 3000},
    "cancelled": {"is_cancelled": True},
}


def after(events: Any) -> OrderFacts:
    """The order as it stands after some events."""
    facts = order(is_paid=False, paid_at=None, is_confirmed=False)
    returned = 0
    for event in events:
        change = dict(EVENTS[event])
        returned += change.pop("refunded_amount", 0)
        facts = replace(facts, refunded_amount=returned, **change)
    return facts


@pytest.mark.parametrize("earn_on", EarnOn)
def test_what_happened_to_an_order_says_what_it_earns(earn_on: EarnOn) -> None:
    # given
    agreement = agreed(per_dollar, fixed, points=41, earn_on=earn_on)

    # then
    for count in range(len(EVENTS) + 1):
        for happened in combinations(EVENTS, count):
            found = reached(after(happened), agreement)
            wanted = expected(set(happened), earn_on)
            assert (found.points_earned, found.points_returned) == wanted, happened


def expected(happened: set[str], earn_on: EarnOn) -> tuple[int, int]:
    """Return what was earned and given back, in the words of the rules."""
    refunded = 333 * ("refunded 3.33" in happened)
    refunded += 3000 * ("refunded 30.00" in happened)
    if "cancelled" in happened:
        return 0, 41
    needed = {"paid", "confirmed"}
    if earn_on == EarnOn.FULFILLED:
        needed.add("fulfilled")
    earned = 150 - 150 * refunded // 10000 if needed <= happened else 0
    return earned, 41 * refunded // 10000


def test_disputes_take_what_refunds_left() -> None:
    # given
    agreement = agreed(per_dollar, fixed, points=41)

    # then
    for refunded, disputed in product((0, 333, 3000, 3333, 10000), (0, 6000, 13777)):
        facts = order(refunded_amount=refunded, disputed_amount=disputed)
        found = reached(facts, agreement)
        gone = min(10000, refunded + disputed)
        assert found.points_earned == 150 - 150 * gone // 10000
        assert found.points_returned == 41 * refunded // 10000
        assert found.spend_amount == 10000 - gone
        assert found.is_counted == (gone < 10000)


def test_a_dispute_of_all_leaves_nothing_earned_but_gives_no_points_back() -> None:
    # when
    found = reached(order(disputed_amount=10000), agreed(per_dollar, fixed, points=40))

    # then
    assert (found.points_earned, found.points_returned) == (0, 0)
    assert (found.spend_amount, found.is_counted) == (0, False)


def test_a_larger_refund_never_takes_less_back_of_any_rule() -> None:
    # given
    agreement = agreed(per_dollar, double, fixed)
    facts = order(line("1", 3333, category_ids=("9",)), line("2", 6667))

    # when
    steps = [
        reached(replace(facts, refunded_amount=refunded), agreement).points_by_version
        for refunded in range(0, 10001, 7)
    ]

    # then
    for before, after in zip(steps, steps[1:]):
        assert all(points <= before[version] for version, points in after.items())


@pytest.mark.parametrize("seed", range(20))
def test_refunds_in_parts_take_what_they_should_and_never_give_back(seed: int) -> None:
    # given
    agreement = agreed(per_dollar, double, fixed, points=77)
    facts = order(line("1", 3333, category_ids=("9",)), line("2", 6667))
    whole = {PER_DOLLAR: 100, DOUBLE: 33, FIXED: 50}
    dice = random.Random(seed)
    cuts = sorted(dice.choices(range(10000), k=12))

    # when
    steps = [reached(replace(facts, refunded_amount=cut), agreement) for cut in cuts]

    # then
    for cut, found in zip(cuts, steps):
        assert found.points_earned == 183 - 183 * cut // 10000
        assert found.points_returned == 77 * cut // 10000
        for version, points in whole.items():
            left = found.points_by_version.get(version, 0)
            assert abs(10000 * left - points * (10000 - cut)) < 15000
    for earlier, later in zip(steps, steps[1:]):
        for version, points in later.points_by_version.items():
            assert points <= earlier.points_by_version[version]


def test_points_go_to_the_versions_of_the_rules_that_gave_them() -> None:
    # given
    facts = order(line("1", 2000, category_ids=("9",)), line("2", 8000))

    # when
    found = reached(facts, agreed(per_dollar, double, fixed))

    # then
    assert found.points_by_version == {PER_DOLLAR: 100, DOUBLE: 20, FIXED: 50}
    assert found.points_earned == 170
    assert (found.spend_amount, found.is_counted) == (10000, True)


def test_the_share_that_a_refund_takes_is_rounded_down() -> None:
    # given
    agreement = agreed(per_dollar, points=3)

    # when
    found = reached(order(refunded_amount=9999), agreement)

    # then
    assert found.points_by_version == {PER_DOLLAR: 1}
    assert found.points_returned == 2
    assert found.spend_amount == 1


@pytest.mark.parametrize(
    "facts",
    [
        {"is_cancelled": True},
        {"refunded_amount": 10000},
        {"refunded_amount": 2500, "is_cancelled": True},
    ],
)
def test_an_order_that_is_undone_gives_back_all_and_keeps_nothing(
    facts: dict[str, Any],
) -> None:
    # when
    found = reached(order(**facts), agreed(per_dollar, fixed, points=40))

    # then
    assert found.points_by_version == {}
    assert (found.points_spent, found.points_returned) == (40, 40)
    assert (found.spend_amount, found.is_counted) == (0, False)


def test_points_that_paid_all_of_an_order_come_back_only_when_it_is_cancelled() -> None:
    # given
    facts = order(line("1", 0), total_amount=0)

    # then
    assert reached(facts, agreed(per_dollar, points=40)).points_returned == 0
    cancelled = reached(replace(facts, is_cancelled=True), agreed(points=40))
    assert cancelled.points_returned == 40


def test_an_order_that_waits_for_consent_or_money_spends_but_earns_nothing() -> None:
    for facts in (order(is_confirmed=False), order(is_paid=False, paid_at=None)):
        found = reached(facts, agreed(per_dollar, points=40))
        assert (found.points_earned, found.points_spent) == (0, 40)
        assert not found.is_counted


def test_points_for_fulfilled_orders_wait_for_the_money_too() -> None:
    # given
    terms = Terms(earn_on=EarnOn.FULFILLED)
    sent = {"is_fulfilled": True, "fulfilled_at": NOON - HOUR}

    # then
    assert earned_at(order(is_paid=False, **sent), terms) is None
    assert earned_at(order(), terms) is None
    assert earned_at(order(**sent), terms) == NOON + HOUR


def test_buying_a_gift_card_or_getting_a_gift_earns_nothing() -> None:
    # given
    facts = order(line("1"), line("2", is_gift_card=True), line("3", is_gift=True))

    # then
    assert reached(facts, agreed(per_dollar)).points_earned == 100


def test_goods_that_are_not_shipped_earn_nothing_where_the_rule_leaves_them_out() -> (
    None
):
    # given
    benefit = {"type": "POINTS_PER_AMOUNT", "points": 1, "per": {"USD": "1.00"}}
    shipped = rule(1, benefit, exclude_non_shippable_items=True)
    download = LineSnapshot("c2", "p2", "v2", 1, 10000, 10000, is_shippable=False)
    facts = order(line("1"), line("2", is_shippable=False))
    known = order(line("1"), line("2"))

    # then
    assert reached(facts, agreed(shipped)).points_earned == 100
    agreement = replace(agreed(shipped), lines=(download,))
    assert reached(known, agreement).points_earned == 100


def test_the_base_is_the_price_with_or_without_tax() -> None:
    # given
    facts = order(line(gross=12300, net=10000))

    # then
    assert reached(facts, agreed(per_dollar)).points_earned == 123
    net = agreed(per_dollar, base=PointsBase.NET)
    assert reached(facts, net).points_earned == 100


def test_what_the_receipt_says_of_a_product_outlives_the_catalogue() -> None:
    # given
    known = LineSnapshot("c1", "p1", "v1", 1, 10000, 10000, category_ids=("9",))
    agreement = replace(agreed(per_dollar, double), lines=(known,))
    moved = order(line("1", category_ids=("4",)))
    gone = order(OrderLineFacts("1", "", "", 1, 10000, 10000))

    # then
    for facts in (moved, gone):
        assert reached(facts, agreement).points_earned == 200


def test_times_come_from_the_order_and_the_terms() -> None:
    # given
    terms = Terms(return_days=14, expiry=PointsExpiry.AFTER_EARNING, expiry_days=365)

    # then
    assert available_from(NOON, terms) == NOON + timedelta(days=14)
    assert expires_at(NOON, terms) == NOON + timedelta(days=14 + 365)
    assert lapses_at(order(), terms) is None
    idle = replace(terms, expiry=PointsExpiry.AFTER_INACTIVITY)
    assert expires_at(NOON, idle) is None
    assert lapses_at(order(), idle) == NOON + timedelta(days=365)


def test_an_order_from_before_points_were_switched_on_is_left_alone() -> None:
    found = targets(order(), Agreement())
    assert (found.points_earned, found.points_spent, found.is_counted) == (0, 0, False)


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    amounts=st.lists(st.integers(0, 10**7), min_size=1, max_size=5),
    points=st.integers(0, 10**6),
    share=st.integers(0, 10**9),
    disputed=st.integers(0, 10**8),
    flags=st.tuples(st.booleans(), st.booleans(), st.booleans()),
)
def test_nothing_goes_below_zero_or_beyond_what_there_was(
    amounts: list[int],
    points: int,
    share: int,
    disputed: int,
    flags: tuple[bool, bool, bool],
) -> None:
    # given
    lines = [line(str(number), amount) for number, amount in enumerate(amounts)]
    paid, confirmed, cancelled = flags
    facts = order(*lines, is_paid=paid, is_confirmed=confirmed, is_cancelled=cancelled)
    refunded = facts.total_amount * share // 10**9
    facts = replace(facts, refunded_amount=refunded, disputed_amount=disputed)

    # when
    found = reached(facts, agreed(per_dollar, points=points))

    # then
    assert 0 <= found.points_returned <= found.points_spent == points
    assert 0 <= found.points_earned <= sum(amounts) // 100
    assert all(found.points_by_version.values())
    assert 0 <= found.spend_amount <= facts.total_amount
