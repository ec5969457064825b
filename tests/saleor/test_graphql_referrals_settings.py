"""Merchants set up how members bring friends."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from saleor_rewards.models import ReferralPolicy
from saleor_rewards.referrals.signals import DEFAULT_WEIGHTS
from saleor_rewards.signal_codes import SignalCode

from .inputs import REFERRALS, document
from .merchants import Caller, merchant
from .test_graphql_points_settings import errors_of, update
from .world import Shop

pytestmark = pytest.mark.django_db

LINK = REFERRALS["link"]

#: But for the weights, which come back with all the others.
SETTINGS = {name: value for name, value in REFERRALS.items() if name != "weights"}


@pytest.fixture
def boss(shop: Shop) -> Caller:
    """Somebody who may change the program of the shop."""
    return merchant()


def weights_of(referrals: dict[str, Any]) -> dict[str, int]:
    return {row["code"]: row["weight"] for row in referrals["weights"]}


def test_a_program_says_how_its_referrals_work_before_anybody_chose(
    shop: Shop, boss: Caller
) -> None:
    # given
    assert shop.program

    # when
    program = boss.ask(document("ProgramOfChannel"), channel=shop.channel.slug)

    # then
    referrals = program["rewardsProgram"]["referrals"]
    assert (referrals["isActive"], referrals["since"]) == (False, None)
    assert (referrals["link"], referrals["minimumAmount"]) == ("", None)
    assert weights_of(referrals) == {
        code.name: weight for code, weight in DEFAULT_WEIGHTS.items()
    }
    assert ReferralPolicy.objects.count() == 0


def test_every_setting_of_referrals_is_kept_and_shown(shop: Shop, boss: Caller) -> None:
    # when
    payload = update(boss, shop, referrals=SETTINGS)

    # then
    assert payload["errors"] == []
    shown = payload["program"]["referrals"]
    assert shown.pop("since") is not None
    assert shown.pop("weights")
    assert shown == {
        **SETTINGS,
        "minimumAmount": {"amount": Decimal("25.5"), "currency": "USD"},
    }


def test_referrals_begin_when_they_are_first_switched_on(
    shop: Shop, boss: Caller
) -> None:
    # given
    update(boss, shop, referrals={"isActive": True})
    since = ReferralPolicy.objects.get().since

    # when
    update(boss, shop, referrals={"isActive": False})
    update(boss, shop, referrals={"isActive": True})

    # then
    assert ReferralPolicy.objects.get().since == since


def test_what_is_not_given_stays(shop: Shop, boss: Caller) -> None:
    # given
    before = update(boss, shop, referrals=SETTINGS)["program"]

    # when
    after = update(boss, shop, referrals={"holdDays": 30})["program"]

    # then
    assert after["referrals"] == {**before["referrals"], "holdDays": 30}
    assert after["version"] > before["version"]


def test_weights_are_given_by_signal_and_an_empty_list_takes_them_back(
    shop: Shop, boss: Caller
) -> None:
    # when
    own = [{"code": "SAME_IP", "weight": 0}, {"code": "BURST", "weight": 70}]
    changed = update(boss, shop, referrals={"weights": own})["program"]["referrals"]
    back = update(boss, shop, referrals={"weights": []})["program"]["referrals"]

    # then
    by_default = {code.name: DEFAULT_WEIGHTS[code] for code in SignalCode}
    assert weights_of(changed) == {**by_default, "SAME_IP": 0, "BURST": 70}
    assert weights_of(back) == by_default


@pytest.mark.parametrize(
    ("referrals", "field", "code"),
    [
        ({"isActive": None}, "isActive", "REQUIRED"),
        ({"allowsOwnCodes": None}, "allowsOwnCodes", "REQUIRED"),
        ({"link": "shop.example/{code}"}, "link", "INVALID_VALUE"),
        ({"link": "https://shop.example/"}, "link", "INVALID_VALUE"),
        ({"link": "https://{code}.example/"}, "link", "INVALID_VALUE"),
        ({"link": f"https://{'x' * 500}/{{code}}"}, "link", "TOO_LONG"),
        ({"claimDays": 0}, "claimDays", "OUT_OF_RANGE"),
        ({"holdDays": -1}, "holdDays", "OUT_OF_RANGE"),
        ({"minimumAmount": 0}, "minimumAmount", "OUT_OF_RANGE"),
        ({"minimumAmount": 1.234}, "minimumAmount", "TOO_MANY_DECIMALS"),
        ({"mostPerMonth": 0}, "mostPerMonth", "OUT_OF_RANGE"),
        ({"shortage": None}, "shortage", "REQUIRED"),
        ({"reviewWeight": 0}, "reviewWeight", "OUT_OF_RANGE"),
        ({"reviewWeight": 101}, "rejectWeight", "OUT_OF_RANGE"),
        ({"rejectWeight": 49}, "rejectWeight", "OUT_OF_RANGE"),
        ({"evidenceDays": None}, "evidenceDays", "REQUIRED"),
        ({"weights": None}, "weights", "REQUIRED"),
        (
            {"weights": [{"code": "CHAIN", "weight": 5}] * 2},
            "weights.1.code",
            "DUPLICATE",
        ),
        (
            {
                "weights": [
                    {"code": "CHAIN", "weight": 5},
                    {"code": "CIRCLE", "weight": -5},
                ]
            },
            "weights.1.weight",
            "OUT_OF_RANGE",
        ),
    ],
)
def test_what_cannot_be_is_told_with_its_field(
    shop: Shop, boss: Caller, referrals: dict[str, Any], field: str, code: str
) -> None:
    # when
    payload = update(boss, shop, referrals=referrals)

    # then
    assert errors_of(payload) == [(f"referrals.{field}", code)]
    assert payload["program"] is None
    assert ReferralPolicy.objects.count() == 0


def test_all_parts_are_changed_together_or_not_at_all(shop: Shop, boss: Caller) -> None:
    # when
    payload = update(
        boss,
        shop,
        name="Mine",
        points={"returnDays": -1},
        referrals={"isActive": True, "holdDays": -1},
    )

    # then
    assert errors_of(payload) == [
        ("points.returnDays", "OUT_OF_RANGE"),
        ("referrals.holdDays", "OUT_OF_RANGE"),
    ]
    assert shop.program.name == ""
    assert ReferralPolicy.objects.count() == 0
