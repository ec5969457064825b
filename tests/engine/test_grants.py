"""Points without a cart: for the lines of an order, a sign-up or a birthday."""

from __future__ import annotations

from dataclasses import replace

from saleor_rewards.engine import Occasion, grant_points, occasion_points

from .build import NOW, fixed, line, multiplier, per_amount, percent_off, rules, utc
from .test_points import only


def test_points_can_be_granted_for_the_lines_of_an_order() -> None:
    # given: the dates and the minimum are no longer asked for
    found = rules(
        per_amount(ends_at="2020-01-01T00:00:00Z", products=only("a")),
        multiplier("2", minimum_quantity=9),
        fixed(50),
        fixed(500, "SIGN_UP"),
        percent_off("10"),
    )

    # when
    granted = grant_points([line("a", 1000), line("b", 9000)], found, "USD")

    # then
    assert [(effect.rule_id, effect.points) for effect in granted] == [
        (1, 10),
        (2, 10),
        (3, 50),
    ]
    assert grant_points([], found, "USD") == ()


def test_rules_in_another_currency_grant_nothing() -> None:
    # given
    found = rules(per_amount(), multiplier("2"), fixed(50))

    # when
    granted = grant_points([line("a", 1000)], found, "EUR")

    # then: a fixed number has no currency
    assert [(effect.rule_id, effect.points) for effect in granted] == [(3, 50)]


def test_a_sign_up_gives_what_its_best_running_rule_gives() -> None:
    # given
    found = rules(
        fixed(50, "SIGN_UP"),
        fixed(90, "SIGN_UP", ends_at="2024-05-01T00:00:00Z"),
        fixed(70, "SIGN_UP", starts_at="2024-05-01T00:00:00Z"),
        fixed(80, "BIRTHDAY"),
        fixed(99),
    )

    # when
    given = occasion_points(found, Occasion.SIGN_UP, NOW, tier_id=None)
    before = occasion_points(found, Occasion.SIGN_UP, utc(2024, 4, 1), tier_id=None)

    # then
    assert [(effect.rule_id, effect.points) for effect in given] == [(3, 70)]
    assert [(effect.rule_id, effect.points) for effect in before] == [(2, 90)]


def test_a_birthday_gives_more_to_members_of_a_tier() -> None:
    # given
    found = rules(fixed(50, "BIRTHDAY"), fixed(200, "BIRTHDAY", tiers=["3"]))

    def points(tier_id: str | None) -> list[int]:
        given = occasion_points(found, Occasion.BIRTHDAY, NOW, tier_id)
        return [effect.points for effect in given]

    # when / then
    assert (points("3"), points("2"), points(None)) == ([200], [50], [50])
    assert occasion_points(found, Occasion.SIGN_UP, NOW, "3") == ()


def test_a_tie_between_occasions_goes_to_the_higher_priority_and_then_to_the_id() -> (
    None
):
    # given
    found = rules(fixed(50, "SIGN_UP"), fixed(50, "SIGN_UP"))
    raised = [found[0], replace(found[1], priority=1)]

    # when / then
    assert occasion_points(found, Occasion.SIGN_UP, NOW, None)[0].rule_id == 1
    assert occasion_points(raised, Occasion.SIGN_UP, NOW, None)[0].rule_id == 2
