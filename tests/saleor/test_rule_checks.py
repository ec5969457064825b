"""The system check lists stored rules that are not what they were."""

from __future__ import annotations

from typing import Any

import django
import pytest
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.db import connection

from saleor_rewards import checks
from saleor_rewards.programs import update_rule

from .stored_rules import GONE, percent_off, stored
from .world import Shop

pytestmark = pytest.mark.django_db


def messages() -> list[Any]:
    """Return what the check of rules says, called as the running Django calls it."""
    named = {} if django.VERSION < (3, 1) else {"databases": ["default"]}
    found = run_checks(tags=[Tags.database], **named)
    return [one for one in found if one.id in (checks.W006, checks.W007)]


def test_a_check_lists_rules_that_cannot_be_read_and_rules_with_something_gone(
    shop: Shop,
) -> None:
    # given: a rule that is fine, one that is off, and two that are not what they were
    shop.ladder(("30.00", "10"))
    gone = percent_off(conditions={"products": {"include": GONE[:1]}})
    update_rule(stored(shop.program, gone, "Off").pk, is_active=False)
    unread = stored(shop.program, percent_off(benefit={"type": "LOTTERY"}), "Lottery")
    dead = stored(shop.program, gone, "Summer")

    # when
    first, second = messages()

    # then
    assert first.id == "saleor_rewards.W006"
    assert f"Rule {unread.pk} (Lottery) cannot be read" in first.msg
    assert "benefit.type" in first.msg
    assert second.id == "saleor_rewards.W007"
    assert f"Rule {dead.pk} (Summer)" in second.msg
    assert f"The product {GONE[0]} is gone." in second.msg


def test_nothing_is_listed_of_rules_that_are_deleted_or_fine(shop: Shop) -> None:
    # given
    rule = stored(shop.program, percent_off(benefit={"type": "LOTTERY"}))
    rule.deleted_at = rule.created_at
    rule.save()
    shop.ladder(("30.00", "10"))

    # when / then
    assert messages() == []


def test_a_check_without_a_database_asks_none(
    shop: Shop, django_assert_num_queries: Any
) -> None:
    # given
    stored(shop.program, percent_off(benefit={"type": "LOTTERY"}))

    # when / then
    with django_assert_num_queries(0):
        call_command("check")


def test_the_check_lets_a_database_be_migrated_first(shop: Shop) -> None:
    # given
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE saleor_rewards_rule RENAME TO gone_rules")

    # when / then
    assert messages() == []
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE gone_rules RENAME TO saleor_rewards_rule")
