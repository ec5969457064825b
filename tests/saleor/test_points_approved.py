"""Points beyond what one member of staff may give a day: another one decides."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone as clock

from saleor_rewards.ledger.privacy import export_person
from saleor_rewards.ledger.upkeep import erase, merge
from saleor_rewards.models import (
    AdjustmentState,
    Entry,
    PointsAdjustment,
)

from . import merchants
from .by_hand import BOUND, clerk_of, codes_of, decide, give, listed, waiting
from .inputs import node_id
from .merchants import DISCOUNTS, USERS, Caller
from .people import available
from .purses import open_guest_purse, open_purse
from .world import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(shop: Shop) -> Caller:
    """Somebody who may give points, 100 a day."""
    shop.points(max_staff_points_per_day=BOUND)
    return clerk_of()


def test_whoever_entered_points_an_app_and_their_owner_do_not_approve_them(
    shop: Shop, clerk: Caller
) -> None:
    # given
    owner = clerk_of()
    id = waiting(clerk, open_purse(shop, owner))

    # then
    refused = [("ids.0", "SECOND_PERSON_REQUIRED")]
    assert codes_of(decide(clerk, "Approve", id)) == refused
    assert codes_of(decide(merchants.app(USERS, DISCOUNTS), "Approve", id)) == refused
    assert codes_of(decide(owner, "Approve", id)) == [("ids.0", "OWN_ACCOUNT")]
    assert not Entry.objects.exists()
    assert decide(clerk_of(), "Approve", id)["errors"] == []


def test_what_is_declined_is_never_posted(shop: Shop, clerk: Caller) -> None:
    # given
    guest = open_guest_purse(shop, "guest@example.com")
    first, second = waiting(clerk, guest), waiting(clerk, guest)

    # when
    declined = decide(clerk_of(), "Decline", first, reason="Too much")
    withdrawn = decide(clerk, "Decline", second, reason="My mistake")

    # then
    assert (declined["errors"], withdrawn["errors"]) == ([], [])
    assert declined["adjustments"][0]["decisionReason"] == "Too much"
    decided = [("ids.0", "ALREADY_DECIDED")]
    assert codes_of(decide(clerk_of(), "Approve", first)) == decided
    assert codes_of(decide(clerk_of(), "Decline", second)) == decided
    assert not Entry.objects.exists()


def test_of_several_all_are_approved_or_none(shop: Shop, clerk: Caller) -> None:
    # given
    guest = open_guest_purse(shop, "guest@example.com")
    ids = [waiting(clerk, guest) for _ in range(3)]
    gone = node_id("RewardsPointsAdjustment", 999_999)
    colleague = clerk_of()

    # when
    payload = decide(colleague, "Approve", ids[0], gone, ids[1])

    # then
    assert codes_of(payload) == [("ids.1", "NOT_FOUND")]
    assert payload["adjustments"] == []
    assert not Entry.objects.exists()
    assert decide(colleague, "Approve", *ids, ids[0])["errors"] == []
    assert available(guest) == 3 * (BOUND + 1)


@pytest.mark.parametrize(
    ("ids", "reason", "expected"),
    [
        ([], "Right", ("ids", "OUT_OF_RANGE")),
        (["x"] * 101, "Right", ("ids", "OUT_OF_RANGE")),
        (["x"], "Right", ("ids.0", "INVALID_ID")),
        (None, " ", ("reason", "REQUIRED")),
        (None, "a\nb", ("reason", "INVALID_VALUE")),
        (None, "x" * 1001, ("reason", "TOO_LONG")),
    ],
)
@pytest.mark.parametrize("how", ["Approve", "Decline"])
def test_a_wrong_decision_is_refused_by_name(
    shop: Shop,
    clerk: Caller,
    how: str,
    ids: list[str] | None,
    reason: str,
    expected: tuple[str, str],
) -> None:
    # given
    known = [waiting(clerk, open_guest_purse(shop, "guest@example.com"))]

    # when
    wanted = known if ids is None else ids
    payload = decide(clerk_of(), how, *wanted, reason=reason)

    # then
    assert codes_of(payload)[0] == expected
    assert PointsAdjustment.objects.get().state == AdjustmentState.WAITING


def test_an_account_that_was_erased_meanwhile_is_given_nothing(
    shop: Shop, clerk: Caller
) -> None:
    # given
    guest = open_guest_purse(shop, "guest@example.com")
    id = waiting(clerk, guest)

    # when
    erase(guest.pk, clock.now())

    # then nothing that was written of the person is left
    row = PointsAdjustment.objects.get()
    assert (row.state, row.reason) == (AdjustmentState.ERASED, "")
    assert listed(clerk) == []
    assert codes_of(decide(clerk_of(), "Approve", id)) == [("ids.0", "NOT_FOUND")]
    assert codes_of(decide(clerk_of(), "Decline", id)) == [("ids.0", "NOT_FOUND")]
    assert codes_of(give(clerk, guest, BOUND + 1)) == [("accountId", "NOT_FOUND")]


def test_the_export_of_a_person_holds_what_waits_for_them(
    shop: Shop, clerk: Caller
) -> None:
    # given
    guest = open_guest_purse(shop, "guest@example.com")
    waiting(clerk, guest)

    # when
    (account,) = export_person(None, guest.email)["accounts"]

    # then
    (row,) = account["adjustments"]
    assert (row["points"], row["state"]) == (BOUND + 1, "waiting")
    assert (row["reason"], row["author"]) == ("Sorry", f"User:{clerk.user.pk}")


def test_reasons_of_what_was_decided_go_with_the_person(
    shop: Shop, clerk: Caller
) -> None:
    # given
    guest = open_guest_purse(shop, "guest@example.com")
    decide(clerk_of(), "Approve", waiting(clerk, guest))

    # when
    erase(guest.pk, clock.now())

    # then
    row = PointsAdjustment.objects.get()
    assert row.state == AdjustmentState.APPROVED
    assert (row.reason, row.decision_reason) == ("", "")


def test_points_that_would_have_expired_meanwhile_are_not_posted(
    shop: Shop, clerk: Caller
) -> None:
    # given
    guest = open_guest_purse(shop, "guest@example.com")
    id = waiting(clerk, guest)
    PointsAdjustment.objects.update(expires_at=clock.now() - timedelta(seconds=1))

    # then
    assert codes_of(decide(clerk_of(), "Approve", id)) == [("ids.0", "INVALID_VALUE")]
    assert decide(clerk_of(), "Decline", id)["errors"] == []


def test_points_of_a_guest_who_became_a_member_meanwhile_are_the_members(
    shop: Shop, clerk: Caller
) -> None:
    # given
    guest = open_guest_purse(shop, "guest@example.com")
    mine = open_purse(shop, merchants.customer())
    owner = clerk_of()
    theirs = open_purse(shop, owner)
    first, second = waiting(clerk, guest), waiting(clerk, guest)
    merge(guest.pk, mine.pk, clock.now())

    # then
    assert decide(owner, "Approve", first)["errors"] == []
    assert available(mine) == BOUND + 1
    merge(mine.pk, theirs.pk, clock.now())
    assert codes_of(decide(owner, "Approve", second)) == [("ids.0", "OWN_ACCOUNT")]


def test_what_became_the_account_of_who_entered_the_points_is_given_none(
    shop: Shop, clerk: Caller
) -> None:
    # given
    guest = open_guest_purse(shop, "second@example.com")
    id = waiting(clerk, guest)
    merge(guest.pk, open_purse(shop, clerk).pk, clock.now())

    # when
    payload = decide(clerk_of(), "Approve", id)

    # then
    assert codes_of(payload) == [("ids.0", "OWN_ACCOUNT")]
    assert not Entry.objects.filter(points_available__gt=0).exists()
    assert decide(clerk_of(), "Decline", id)["errors"] == []
