"""Merchants set up how points work, and the tiers of their members."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from saleor_rewards.models import (
    Account,
    PointsPolicy,
    Program,
    Rule,
    RuleVersion,
    Tier,
)

from .inputs import POINTS, document, node_id
from .merchants import Caller, merchant
from .world import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def boss(shop: Shop) -> Caller:
    """Somebody who may change the program of the shop."""
    return merchant()


def update(caller: Caller, shop: Shop, **input: Any) -> dict[str, Any]:
    return caller.do(document("ProgramUpdate"), channel=shop.channel.slug, input=input)


def errors_of(payload: dict[str, Any]) -> list[tuple[str, str]]:
    return [(error["field"], error["code"]) for error in payload["errors"]]


def tier(name: str, threshold: Any, **more: Any) -> dict[str, Any]:
    return {"name": name, "threshold": threshold, **more}


def tiers_of(payload: dict[str, Any]) -> list[tuple[str, Decimal]]:
    return [
        (row["name"], Decimal(row["threshold"])) for row in payload["program"]["tiers"]
    ]


def test_a_program_says_how_its_points_work_before_anybody_chose(
    shop: Shop, boss: Caller
) -> None:
    # given
    assert shop.program

    # when
    program = boss.ask(document("ProgramOfChannel"), channel=shop.channel.slug)

    # then
    points = program["rewardsProgram"]["points"]
    assert (points["isActive"], points["since"]) == (False, None)
    assert (points["redeemPoints"], points["redeemAmount"]) == (None, None)
    assert program["rewardsProgram"]["tiers"] == []
    assert PointsPolicy.objects.count() == 0


def test_every_setting_of_points_is_kept_and_shown(shop: Shop, boss: Caller) -> None:
    # when
    payload = update(boss, shop, points=POINTS)

    # then
    assert payload["errors"] == []
    shown = payload["program"]["points"]
    since = shown.pop("since")
    assert since is not None
    assert shown == {
        **POINTS,
        "redeemAmount": {"amount": Decimal("1.5"), "currency": "USD"},
        "mostPercent": Decimal("50.5"),
    }


def test_points_begin_when_they_are_first_switched_on(shop: Shop, boss: Caller) -> None:
    # given
    update(boss, shop, points={"isActive": True})
    since = PointsPolicy.objects.get().since

    # when
    update(boss, shop, points={"isActive": False})
    update(boss, shop, points={"isActive": True})

    # then
    assert PointsPolicy.objects.get().since == since


def test_what_is_not_given_stays(shop: Shop, boss: Caller) -> None:
    # given
    before = update(boss, shop, points=POINTS)["program"]

    # when
    after = update(boss, shop, points={"returnDays": 7})["program"]

    # then
    assert after["points"] == {**before["points"], "returnDays": 7}
    assert after["version"] > before["version"]


@pytest.mark.parametrize(
    ("points", "field", "code"),
    [
        ({"isActive": None}, "points.isActive", "REQUIRED"),
        ({"earnOn": None}, "points.earnOn", "REQUIRED"),
        ({"returnDays": -1}, "points.returnDays", "OUT_OF_RANGE"),
        ({"returnDays": None}, "points.returnDays", "REQUIRED"),
        ({"expiryDays": 0}, "points.expiryDays", "OUT_OF_RANGE"),
        ({"expiryDays": 2**31 - 1}, "points.expiryDays", "OUT_OF_RANGE"),
        ({"noticeDays": -5}, "points.noticeDays", "OUT_OF_RANGE"),
        ({"redeemPoints": 100}, "points.redeemAmount", "REQUIRED"),
        ({"redeemAmount": 1}, "points.redeemPoints", "REQUIRED"),
        (
            {"redeemPoints": 100, "redeemAmount": 0},
            "points.redeemAmount",
            "OUT_OF_RANGE",
        ),
        (
            {"redeemPoints": 100, "redeemAmount": 0.005},
            "points.redeemAmount",
            "TOO_MANY_DECIMALS",
        ),
        (
            {"redeemPoints": 100, "redeemAmount": 1e14},
            "points.redeemAmount",
            "OUT_OF_RANGE",
        ),
        (
            {"redeemPoints": 0, "redeemAmount": 1},
            "points.redeemPoints",
            "OUT_OF_RANGE",
        ),
        ({"minimumPoints": 0}, "points.minimumPoints", "OUT_OF_RANGE"),
        ({"stepPoints": 0}, "points.stepPoints", "OUT_OF_RANGE"),
        ({"mostPercent": 0}, "points.mostPercent", "OUT_OF_RANGE"),
        ({"mostPercent": 100.01}, "points.mostPercent", "OUT_OF_RANGE"),
        ({"mostPercent": 33.333}, "points.mostPercent", "TOO_MANY_DECIMALS"),
        ({"holdMinutes": 0}, "points.holdMinutes", "OUT_OF_RANGE"),
        ({"birthdayKey": "x" * 65}, "points.birthdayKey", "TOO_LONG"),
        ({"birthdayKey": "a\0b"}, "points.birthdayKey", "INVALID_VALUE"),
        ({"tierWindowDays": 0}, "points.tierWindowDays", "OUT_OF_RANGE"),
        ({"tierGraceDays": -1}, "points.tierGraceDays", "OUT_OF_RANGE"),
        (
            {"maxStaffPointsPerDay": -1},
            "points.maxStaffPointsPerDay",
            "OUT_OF_RANGE",
        ),
    ],
)
def test_a_wrong_setting_of_points_is_refused_by_name(
    shop: Shop, boss: Caller, points: dict[str, Any], field: str, code: str
) -> None:
    # when
    payload = update(boss, shop, points=points)

    # then
    assert errors_of(payload) == [(field, code)]
    assert payload["program"] is None
    assert PointsPolicy.objects.count() == 0


def test_points_can_be_made_worth_nothing_again(shop: Shop, boss: Caller) -> None:
    # given
    update(boss, shop, points=POINTS)

    # when
    payload = update(boss, shop, points={"redeemPoints": None, "redeemAmount": None})

    # then
    assert payload["errors"] == []
    assert payload["program"]["points"]["redeemAmount"] is None


def test_all_parts_are_changed_or_none(shop: Shop, boss: Caller) -> None:
    # when
    payload = update(
        boss,
        shop,
        name="Main",
        capPercent=101,
        points={"isActive": True, "returnDays": -1},
        tiers=[tier(" ", 1.5), tier("Gold", "500")],
    )

    # then
    assert errors_of(payload) == [
        ("capPercent", "OUT_OF_RANGE"),
        ("points.returnDays", "OUT_OF_RANGE"),
        ("tiers.0.name", "REQUIRED"),
        ("tiers.0.threshold", "TOO_MANY_DECIMALS"),
    ]
    assert list(Program.objects.values_list("name", flat=True)) in ([], [""])
    assert Tier.objects.count() == PointsPolicy.objects.count() == 0


def test_tiers_are_made_changed_and_taken_away_as_a_whole(
    shop: Shop, boss: Caller
) -> None:
    # given
    made = update(boss, shop, tiers=[tier("Gold", 500), tier("Silver", 100)])
    silver, gold = made["program"]["tiers"]
    assert tiers_of(made) == [("Silver", 100), ("Gold", 500)]

    # when: two of them change places, one is new
    payload = update(
        boss,
        shop,
        tiers=[
            tier("Silver", 500, id=silver["id"]),
            tier("Golden", 100, id=gold["id"]),
            tier("Platinum", 900),
        ],
    )

    # then
    assert payload["errors"] == []
    assert [row["id"] for row in payload["program"]["tiers"]][:2] == [
        gold["id"],
        silver["id"],
    ]
    assert tiers_of(payload) == [("Golden", 100), ("Silver", 500), ("Platinum", 900)]
    none = update(boss, shop, tiers=[])
    assert none["program"]["tiers"] == []
    assert Tier.objects.exclude(deleted_at=None).count() == 3


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([tier("A", 5), tier("B", "5.0")], [("tiers.1.threshold", "DUPLICATE")]),
        ([tier("A", -1)], [("tiers.0.threshold", "OUT_OF_RANGE")]),
        ([tier("A", 2**31)], [("tiers.0.threshold", "OUT_OF_RANGE")]),
        ([tier("A\0", 5)], [("tiers.0.name", "INVALID_VALUE")]),
        ([tier("A", 5, id="x")], [("tiers.0.id", "INVALID_ID")]),
        (
            [tier("A", 5, id=node_id("RewardsTier", 999_999))],
            [("tiers.0.id", "NOT_FOUND")],
        ),
        ([tier("A", number) for number in range(51)], [("tiers", "TOO_LONG")]),
    ],
)
def test_wrong_tiers_are_refused_by_name(
    shop: Shop,
    boss: Caller,
    rows: list[dict[str, Any]],
    expected: list[tuple[str, str]],
) -> None:
    # when
    payload = update(boss, shop, tiers=rows)

    # then
    assert errors_of(payload) == expected
    assert Tier.objects.count() == 0


def test_a_tier_is_named_once_in_a_list(shop: Shop, boss: Caller) -> None:
    # given
    (silver,) = update(boss, shop, tiers=[tier("Silver", 5)])["program"]["tiers"]

    # when
    payload = update(
        boss,
        shop,
        tiers=[tier("Silver", 5, id=silver["id"]), tier("Gold", 6, id=silver["id"])],
    )

    # then
    assert errors_of(payload) == [("tiers.1.id", "DUPLICATE")]


def test_thresholds_of_spend_are_money(shop: Shop, boss: Caller) -> None:
    # when
    payload = update(
        boss, shop, points={"tierMeasure": "SPEND"}, tiers=[tier("Gold", "99.50")]
    )

    # then
    assert tiers_of(payload) == [("Gold", Decimal("99.5"))]
    assert Tier.objects.get().threshold == 9950
    finer = update(boss, shop, tiers=[tier("Gold", "99.505")])
    assert errors_of(finer) == [("tiers.0.threshold", "TOO_MANY_DECIMALS")]


def test_another_measure_takes_other_thresholds(shop: Shop, boss: Caller) -> None:
    # given
    update(boss, shop, tiers=[tier("Gold", 500)])

    # when
    alone = update(boss, shop, points={"tierMeasure": "SPEND"})
    together = update(
        boss, shop, points={"tierMeasure": "SPEND"}, tiers=[tier("Gold", 500)]
    )

    # then
    assert errors_of(alone) == [("points.tierMeasure", "INVALID_VALUE")]
    assert together["errors"] == []
    assert Tier.objects.get(deleted_at=None).threshold == 50000


def test_a_tier_that_a_rule_in_force_asks_for_stays(shop: Shop, boss: Caller) -> None:
    # given
    made = update(boss, shop, tiers=[tier("Silver", 100), tier("Gold", 500)])
    silver, gold = made["program"]["tiers"]
    pk = Tier.objects.get(name="Gold").pk
    rule = Rule.objects.create(program=shop.program)
    rule.current = RuleVersion.objects.create(
        rule=rule,
        number=1,
        name="Double points",
        definition={
            "lane": "POINTS",
            "conditions": {"tiers": [str(pk)]},
            "benefit": {"type": "POINTS_FIXED", "points": 10},
        },
    )
    rule.save()

    # when
    payload = update(boss, shop, tiers=[tier("Silver", 100, id=silver["id"])])

    # then
    assert errors_of(payload) == [("tiers", "IN_USE")]
    (error,) = payload["errors"]
    assert "Gold" in error["message"]
    assert "Double points" in error["message"]
    Rule.objects.update(is_active=False)
    freed = update(boss, shop, tiers=[tier("Silver", 100, id=silver["id"])])
    assert freed["errors"] == []
    assert gold["id"] not in [row["id"] for row in freed["program"]["tiers"]]


@pytest.mark.django_db(transaction=True)
def test_new_tiers_have_every_member_looked_at_again(shop: Shop, boss: Caller) -> None:
    # given
    now = timezone.now()
    program = shop.program
    due, later, never = (
        Account.objects.create(
            program=program, user_pk=pk, joined_at=now, tier_due_at=tier_due_at
        )
        for pk, tier_due_at in enumerate(
            (now - timedelta(days=1), now + timedelta(days=9), None), start=1
        )
    )

    # when
    update(boss, shop, tiers=[tier("Gold", 500)])

    # then
    for account in (later, never):
        account.refresh_from_db()
        assert account.tier_due_at is not None
        assert account.tier_due_at <= timezone.now()
    due.refresh_from_db()
    assert due.tier_due_at == now - timedelta(days=1)
