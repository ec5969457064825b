"""A merchant says how referrals work, and hears which field is wrong."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from saleor_rewards.host.current import host
from saleor_rewards.host.port import PLUGIN_ID
from saleor_rewards.models import Shortage
from saleor_rewards.programs import ProgramError, settings_of, update_referrals
from saleor_rewards.programs.referrals import policy_of
from saleor_rewards.programs.rulebook import rulebook

from .friends import now, switch_on
from .world import Shop

pytestmark = pytest.mark.django_db

LINK = "https://shop.example/?friend={code}"


def wrong(shop: Shop, **changes: Any) -> list[tuple[str, str | None]]:
    """Return the code and the field of each error; nothing was saved."""
    with pytest.raises(ProgramError) as caught:
        update_referrals(shop.program.pk, **changes)
    assert policy_of(shop.program).pk is None
    return [(error.code, error.field) for error in caught.value.errors]


def test_referrals_are_off_until_a_merchant_says_else(shop: Shop) -> None:
    assert not policy_of(shop.program).is_active
    assert settings_of(shop.program)["referrals"] is None


def test_all_of_it_can_be_changed(shop: Shop) -> None:
    # given
    wanted = {
        "is_active": True,
        "link": LINK,
        "allows_own_codes": True,
        "claim_days": 7,
        "hold_days": 0,
        "minimum_amount": Decimal("25.50"),
        "most_per_month": 10,
        "shortage": Shortage.CLAMP.value,
        "review_weight": 40,
        "reject_weight": 90,
        "weights": {"SAME_IP": 0, "SAME_CARD": 80},
        "evidence_days": 60,
    }

    # when
    policy = update_referrals(shop.program.pk, **wanted)

    # then
    assert {name: getattr(policy, name) for name in wanted} == wanted


def test_the_day_of_the_first_start_stays(shop: Shop) -> None:
    # given
    before = now()
    since = switch_on(shop).since
    assert since >= before

    # when
    switch_on(shop, is_active=False)

    # then
    assert switch_on(shop).since == since


def test_a_change_reaches_every_process(shop: Shop) -> None:
    # given
    def book() -> Any:
        plugin = host.loaded_plugin(PLUGIN_ID)
        return rulebook(plugin.rules_version, shop.channel.pk)

    shop.settings(name="Friends")
    assert book().settings["referrals"] is None

    # when
    switch_on(shop, claim_days=9, minimum_amount=Decimal("5.00"))

    # then
    terms = book().settings["referrals"]
    assert (terms["claim_days"], Decimal(terms["minimum_amount"])) == (9, Decimal(5))
    assert book().without_rules().settings["referrals"] is None


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("is_active", "yes", "INVALID_VALUE"),
        ("is_active", None, "REQUIRED"),
        ("allows_own_codes", 1, "INVALID_VALUE"),
        ("claim_days", 0, "OUT_OF_RANGE"),
        ("claim_days", True, "OUT_OF_RANGE"),
        ("hold_days", -1, "OUT_OF_RANGE"),
        ("hold_days", None, "REQUIRED"),
        ("evidence_days", 40_000, "OUT_OF_RANGE"),
        ("most_per_month", 0, "OUT_OF_RANGE"),
        ("review_weight", 0, "OUT_OF_RANGE"),
        ("reject_weight", 1001, "OUT_OF_RANGE"),
        ("minimum_amount", Decimal(0), "OUT_OF_RANGE"),
        ("minimum_amount", Decimal("1.001"), "TOO_MANY_DECIMALS"),
        ("minimum_amount", Decimal("NaN"), "INVALID_VALUE"),
        ("shortage", "never", "INVALID_VALUE"),
        ("link", "https://shop.example/", "INVALID_VALUE"),
        ("link", "https://shop.example/{code}/{code}", "INVALID_VALUE"),
        ("link", "javascript:alert('{code}')", "INVALID_VALUE"),
        ("link", "https://{code}.example/", "INVALID_VALUE"),
        ("link", "https://[/{code}", "INVALID_VALUE"),
        ("link", "//shop.example/{code}", "INVALID_VALUE"),
        ("link", "https://shop.example/\n{code}", "INVALID_VALUE"),
        ("link", "https://shop.example/{code}" + "x" * 500, "TOO_LONG"),
        ("weights", [1], "INVALID_VALUE"),
    ],
)
def test_a_wrong_field_is_named(shop: Shop, field: str, value: Any, code: str) -> None:
    assert wrong(shop, **{field: value}) == [(code, f"referrals.{field}")]


@pytest.mark.parametrize(
    ("weights", "code"),
    [
        ({"SAME_HAT": 10}, "NOT_FOUND"),
        ({"SAME_IP": -1}, "OUT_OF_RANGE"),
        ({"SAME_IP": 1001}, "OUT_OF_RANGE"),
        ({"SAME_IP": "25"}, "OUT_OF_RANGE"),
    ],
)
def test_a_wrong_weight_is_named(
    shop: Shop, weights: dict[str, Any], code: str
) -> None:
    (signal,) = weights
    assert wrong(shop, weights=weights) == [(code, f"referrals.weights.{signal}")]


def test_nothing_is_rejected_that_would_not_be_reviewed(shop: Shop) -> None:
    field = ("OUT_OF_RANGE", "referrals.reject_weight")
    assert wrong(shop, review_weight=80, reject_weight=60) == [field]
    assert wrong(shop, reject_weight=40) == [field]


def test_all_errors_come_at_once(shop: Shop) -> None:
    found = wrong(shop, claim_days=0, link="here", shortage=None)
    assert {field for _, field in found} == {
        "referrals.claim_days",
        "referrals.link",
        "referrals.shortage",
    }


def test_there_has_to_be_a_program(shop: Shop) -> None:
    with pytest.raises(ProgramError):
        update_referrals(404, is_active=True)
