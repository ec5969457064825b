"""Points for signing up are an account's, and name nobody."""

from __future__ import annotations

import pytest
from django.core.management import call_command

from saleor_rewards.customers.members import welcome
from saleor_rewards.ledger import accounts
from saleor_rewards.ledger.upkeep import merge
from saleor_rewards.models import Entry, EntryKind
from saleor_rewards.points.members import member_account

from .people import available, customer, now
from .world import Shop

pytestmark = pytest.mark.django_db

EMAIL = "ada@example.com"


@pytest.fixture
def welcoming(shop: Shop) -> Shop:
    """A shop that gives 50 points for signing up."""
    shop.points()
    benefit = {"type": "POINTS_FIXED", "points": 50, "occasion": "SIGN_UP"}
    shop.rule("Welcome", benefit, lane="POINTS")
    return shop


def test_who_is_erased_and_comes_back_is_somebody_new(welcoming: Shop) -> None:
    # given somebody who joined today
    user = customer(EMAIL)
    before = member_account(welcoming.program.pk, user)
    call_command("rewards_erase_person", email=EMAIL)

    # when
    after = member_account(welcoming.program.pk, user)

    # then
    assert available(after) == 50
    keys = Entry.objects.filter(kind=EntryKind.EARN).values_list("key", flat=True)
    rule = welcoming.program.rules.get()
    assert set(keys) == {
        f"account:{account.pk}:SIGN_UP:{rule.pk}" for account in (before, after)
    }


def test_a_merged_account_signed_up_already(welcoming: Shop) -> None:
    # given
    user, other = customer(EMAIL), customer("other@example.com")
    first = member_account(welcoming.program.pk, user)
    second = accounts.member(welcoming.program.pk, other.pk, other.email, now())

    # when
    merge(first.pk, second.pk, now())
    welcome(other)

    # then
    assert available(second) == 50
