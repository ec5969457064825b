"""Signals weigh what they should, and more of them never weigh less."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleor_rewards.referrals.signals import (
    DEFAULT_WEIGHTS,
    HOUSEHOLD,
    Facts,
    Link,
    Signal,
    verdict_of,
    weigh,
)
from saleor_rewards.referrals.trails import Trail
from saleor_rewards.signal_codes import SignalCode

from .frauds import FRAUDS
from .honest import HONEST
from .people import NOW

DIGESTS = st.frozensets(st.sampled_from("abc"), max_size=2)
TRAILS = st.builds(Trail, DIGESTS, DIGESTS, DIGESTS, DIGESTS)
PKS = st.sampled_from((None, 1, 2))
ALL_FACTS = st.builds(
    Facts,
    at=st.just(NOW),
    referrer_user_pk=PKS,
    referee_user_pk=PKS,
    referrer=TRAILS,
    referee=TRAILS,
    siblings=st.lists(TRAILS, max_size=4),
    strangers=st.lists(TRAILS, max_size=2),
    brought_by=st.lists(st.builds(Link, st.just(NOW), PKS, DIGESTS), max_size=3),
    referrer_joined_at=st.sampled_from((None, NOW, NOW - timedelta(days=1))),
    referrer_orders=st.integers(0, 1),
    orders_of_day=st.integers(1, 7),
    orders_before=st.integers(0, 1),
    referees_paid=st.integers(2, 4),
    referees_returned=st.integers(0, 2),
)


def weight(facts: Facts) -> int:
    return sum(signal.weight for signal in weigh(facts, {}))


def codes(facts: Facts, weights: Any = None) -> list[str]:
    return [signal.code.name for signal in weigh(facts, weights or {})]


def test_every_signal_has_a_weight_and_a_case() -> None:
    # given
    shown = {code for case in [*FRAUDS, *HONEST] for code in case.signals}

    # then
    assert set(DEFAULT_WEIGHTS) == set(SignalCode)
    assert shown == {code.name for code in SignalCode}


def test_nothing_that_a_household_has_in_common_rejects_by_itself() -> None:
    # given: an address, a card and a network in common, and friends there too
    here = Trail(addresses=frozenset("a"), cards=frozenset("c"), ips=frozenset("i"))
    others = [Trail(addresses=frozenset("a"), ips=frozenset("i"))] * 5
    couple = Facts(NOW, referrer=here, referee=here)
    hall = Facts(
        NOW,
        referrer=replace(here, cards=frozenset()),
        referee=replace(here, cards=frozenset()),
        siblings=others,
    )

    # when / then
    assert verdict_of(weigh(couple, {})) == "review"
    assert verdict_of(weigh(hall, {})) == "review"
    assert {signal.code for signal in weigh(hall, {})} <= HOUSEHOLD
    for code in ("SAME_ADDRESS", "SAME_IP"):
        assert DEFAULT_WEIGHTS[SignalCode[code]] < 100


@pytest.mark.parametrize("code", ["SAME_ACCOUNT", "SAME_EMAIL", "NOT_FIRST_ORDER"])
def test_what_leaves_no_doubt_rejects_by_itself(code: str) -> None:
    assert verdict_of(
        [Signal(SignalCode[code], DEFAULT_WEIGHTS[SignalCode[code]])]
    ) == ("reject")


def test_a_shop_can_weigh_as_it_likes() -> None:
    # given: this shop rewards one friend a household
    here = Trail(addresses=frozenset("a"), ips=frozenset("i"))
    facts = Facts(NOW, referrer=here, referee=here)

    # when
    strict = weigh(facts, {"SAME_ADDRESS": 100})
    lenient = weigh(facts, {"SAME_ADDRESS": 0})

    # then
    assert strict == (
        Signal(SignalCode.SAME_ADDRESS, 100),
        Signal(SignalCode.SAME_IP, 12),
    )
    assert lenient == (Signal(SignalCode.SAME_IP, 25),)


@pytest.mark.parametrize(
    ("weights", "expected"),
    [((), "allow"), ((49,), "allow"), ((50,), "review"), ((25, 25), "review")]
    + [((99,), "review"), ((100,), "reject"), ((60, 60), "reject")],
)
def test_a_verdict_is_the_sum_of_the_weights(
    weights: tuple[int, ...], expected: str
) -> None:
    signals = [Signal(SignalCode.BURST, weight) for weight in weights]
    assert verdict_of(signals) == expected


def test_a_shop_can_set_the_weights_of_its_verdicts() -> None:
    # given
    signals = [Signal(SignalCode.BURST, 50)]

    # when / then
    assert verdict_of(signals, review_weight=51, reject_weight=51) == "allow"
    assert verdict_of(signals, review_weight=10, reject_weight=50) == "reject"


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"referrer_joined_at": NOW - timedelta(hours=23)}, "YOUNG_ACCOUNT"),
        ({"referrer_joined_at": NOW - timedelta(days=1)}, None),
        ({"referrer_orders": 0}, "NEVER_ORDERED"),
        ({"orders_of_day": 5}, None),
        ({"orders_of_day": 6}, "BURST"),
        ({"orders_before": 1}, "NOT_FIRST_ORDER"),
        ({"referees_paid": 1, "referees_returned": 1}, None),
        ({"referees_paid": 4, "referees_returned": 2}, "RETURNED_GOODS"),
        ({"referees_paid": 5, "referees_returned": 2}, None),
        ({"referrer_user_pk": 3, "referee_user_pk": 3}, "SAME_ACCOUNT"),
        ({"referrer_user_pk": None, "referee_user_pk": None}, None),
    ],
)
def test_a_count_is_a_signal_from_its_bound_on(values: Any, code: str | None) -> None:
    assert codes(Facts(NOW, **values)) == ([code] if code else [])


@pytest.mark.parametrize(("near", "found"), [(2, []), (3, ["REPEATED_IP"])])
def test_a_few_friends_from_one_network_are_no_signal(near: int, found: Any) -> None:
    # given
    here = Trail(ips=frozenset("i"))

    # when / then
    assert codes(Facts(NOW, referee=here, siblings=[here] * near)) == found
    assert codes(Facts(NOW, referee=here, strangers=[here] * 9)) == []


@pytest.mark.parametrize(
    ("days", "found"),
    [((), []), ((0,), []), ((2, 4), ["CHAIN"]), ((2, 5), []), ((3, 3), [])],
)
def test_a_chain_has_its_links_close_together(days: Any, found: Any) -> None:
    # given
    links = [Link(NOW - timedelta(days=day)) for day in days]

    # when / then
    assert codes(Facts(NOW, brought_by=links)) == found


def test_people_without_account_or_mailbox_close_no_circle() -> None:
    # given
    old = NOW - timedelta(days=90)

    # when / then
    assert codes(Facts(NOW, brought_by=[Link(old)])) == []
    assert codes(Facts(NOW, referee_user_pk=2, brought_by=[Link(old, 2)])) == ["CIRCLE"]


@settings(max_examples=200, deadline=None)
@given(ALL_FACTS, TRAILS)
def test_what_is_found_besides_never_makes_it_weigh_less(
    facts: Facts, more: Trail
) -> None:
    assert weight(replace(facts, referee=facts.referee.joined(more))) >= weight(facts)
    assert weight(replace(facts, siblings=[*facts.siblings, more])) >= weight(facts)


@settings(max_examples=200, deadline=None)
@given(ALL_FACTS)
def test_signals_come_once_each_in_one_order(facts: Facts) -> None:
    # given
    order = [code.name for code in SignalCode]

    # when
    found = codes(facts)

    # then
    assert found == sorted(set(found), key=order.index)
    assert found == codes(replace(facts, siblings=list(reversed(facts.siblings))))


@settings(max_examples=100, deadline=None)
@given(ALL_FACTS, st.sampled_from(SignalCode))
def test_a_signal_without_weight_is_none(facts: Facts, code: SignalCode) -> None:
    assert code.name not in codes(facts, {code.name: 0})
