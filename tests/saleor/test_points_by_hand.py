"""Points by hand are never one's own, and one member of staff gives so many a day."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone as clock

from saleor_rewards import tasks
from saleor_rewards.ledger.verify import verify
from saleor_rewards.models import (
    Entry,
    PointsAdjustment,
    StaffAllowance,
)

from . import merchants
from .by_hand import BOUND, clerk_of, codes_of, decide, give, listed, waiting
from .inputs import document, node_id
from .merchants import DISCOUNTS, STAFF, USERS, Caller
from .people import available
from .purses import account_id, days, open_guest_purse, open_purse
from .world import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(shop: Shop) -> Caller:
    """Somebody who may give points, 100 a day."""
    shop.points(max_staff_points_per_day=BOUND)
    return clerk_of()


@pytest.mark.parametrize("permission", [USERS, DISCOUNTS])
@pytest.mark.parametrize("make", [merchants.staff, merchants.app])
def test_one_of_both_permissions_is_not_enough_to_give_points(
    shop: Shop, make: Any, permission: str
) -> None:
    # given
    shop.points()
    caller = make(permission)
    guest = open_guest_purse(shop, "guest@example.com")
    wanted = {"accountId": account_id(guest), "points": 5, "reason": "Sorry"}

    # when
    _status, answer = caller.send(document("PointsAdjust"), input=wanted)

    # then
    (error,) = answer["errors"]
    assert error["extensions"]["exception"]["code"] == "PermissionDenied"
    assert {"MANAGE_USERS", "MANAGE_DISCOUNTS"} <= set(
        error["message"].replace(",", "").rstrip(".").split()
    )
    assert caller.is_refused(
        document("BalancesImport"), channel=shop.channel.slug, csv="", dryRun=True
    )
    assert caller.is_refused(document("PointsAdjustments"))
    assert not Entry.objects.exists()


@pytest.mark.parametrize("points", [5, -5])
@pytest.mark.parametrize("by", ["accountId", "userId", "email"])
def test_nobody_changes_points_of_their_own(
    shop: Shop, clerk: Caller, by: str, points: int
) -> None:
    # given
    mine = open_purse(shop, clerk)
    names = {
        "accountId": account_id(mine),
        "userId": node_id("User", clerk.user.pk),
        "email": clerk.user.email.upper(),
    }
    channel = None if by == "accountId" else shop.channel.slug

    # when
    payload = clerk.do(
        document("PointsAdjust"),
        input={by: names[by], "channel": channel, "points": points, "reason": "Me"},
    )

    # then
    assert codes_of(payload) == [(by, "OWN_ACCOUNT")]
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    "written", ["adal+points@gmail.com", '"ada.l"@gmail.com', '"a\\dal+x"@gmail.com']
)
def test_an_address_of_ones_own_is_ones_own_as_a_guest_too(
    shop: Shop, clerk: Caller, written: str
) -> None:
    # given
    clerk.user.email = "ada.l@gmail.com"
    clerk.user.save()
    clerk.authorization = f"JWT {merchants.ACCESS.access_token(clerk.user)}"
    guest = open_guest_purse(shop, written)

    # when
    payload = give(clerk, guest, 5)

    # then
    assert codes_of(payload) == [("accountId", "OWN_ACCOUNT")]
    assert not Entry.objects.exists()


def test_what_is_beyond_the_day_of_one_waits_for_another_who_approves_it(
    shop: Shop, clerk: Caller
) -> None:
    # given
    guest, other = (open_guest_purse(shop, f"{one}@example.com") for one in "ab")
    assert give(clerk, guest, 60)["entry"]["points"] == 60

    # when
    payload = give(clerk, other, 41, expiresAt=(clock.now() + days(9)).isoformat())

    # then it waits
    assert (payload["errors"], payload["entry"]) == ([], None)
    assert payload["account"]["available"] == 0
    (row,) = listed(merchants.app(USERS, DISCOUNTS))
    assert row == payload["adjustment"]
    assert (row["points"], row["reason"]) == (41, "Sorry")
    assert row["author"] == f"User:{clerk.user.pk}"
    assert row["account"] == {"id": account_id(other), "email": "b@example.com"}

    # when
    colleague = clerk_of()
    approved = decide(colleague, "Approve", row["id"])

    # then it is posted as it was entered
    assert approved["errors"] == []
    (done,) = approved["adjustments"]
    assert (done["state"], done["decisionReason"]) == ("APPROVED", "It is right")
    assert done["decidedBy"] == f"User:{colleague.user.pk}"
    entry = Entry.objects.select_related("note").get(account=other)
    assert (entry.points_available, entry.note.author) == (41, row["author"])
    assert entry.note.reason == "Sorry"
    assert other.lots.get().expires_at is not None
    assert listed(clerk) == []
    assert [one["id"] for one in listed(clerk, filter={"state": "APPROVED"})] == [
        row["id"]
    ]
    assert verify(None) == []


def test_what_fits_into_the_day_is_posted_though_something_waits(
    shop: Shop, clerk: Caller
) -> None:
    # given
    guest = open_guest_purse(shop, "guest@example.com")
    waiting(clerk, guest)

    # then
    assert give(clerk, guest, BOUND)["entry"]["points"] == BOUND
    assert give(clerk, guest, 1)["adjustment"]["points"] == 1
    assert give(clerk_of(), guest, 1)["entry"]["points"] == 1


def test_what_is_taken_away_neither_counts_nor_makes_room(
    shop: Shop, clerk: Caller
) -> None:
    # given
    guest = open_guest_purse(shop, "guest@example.com")
    give(clerk, guest, BOUND)

    # when
    taken = give(clerk, guest, -BOUND)
    again = give(clerk, guest, 1)

    # then
    assert taken["entry"]["points"] == -BOUND
    assert again["adjustment"]["state"] == "WAITING"


def test_a_new_day_in_the_programs_time_zone_begins_at_nothing(
    shop: Shop, clerk: Caller
) -> None:
    # given
    guest = open_guest_purse(shop, "guest@example.com")
    give(clerk, guest, BOUND)
    StaffAllowance.objects.update(day=StaffAllowance.objects.get().day - days(1))

    # then
    assert give(clerk, guest, BOUND)["entry"]["points"] == BOUND


def test_an_app_is_bounded_as_a_person_is(shop: Shop, clerk: Caller) -> None:
    # given
    app = merchants.app(USERS, DISCOUNTS)
    guest = open_guest_purse(shop, "guest@example.com")

    # then
    assert give(app, guest, BOUND)["entry"]["points"] == BOUND
    assert give(app, guest, 1)["adjustment"]["state"] == "WAITING"


@pytest.mark.parametrize("points", [1, 10**6])
def test_without_a_bound_anything_is_posted_and_with_zero_nothing_is(
    shop: Shop, points: int
) -> None:
    # given
    clerk, guest = clerk_of(), open_guest_purse(shop, "guest@example.com")

    # then
    shop.points()
    assert give(clerk, guest, points)["entry"]["points"] == points
    shop.points(max_staff_points_per_day=0)
    assert give(clerk, guest, points)["adjustment"]["points"] == points


def test_a_change_sent_twice_waits_once_and_is_posted_once(
    shop: Shop, clerk: Caller
) -> None:
    # given
    guest = open_guest_purse(shop, "guest@example.com")
    first = give(clerk, guest, BOUND + 1, key="case 7")

    # then
    again = give(clerk, guest, BOUND + 1, key="case 7")
    assert again["adjustment"] == first["adjustment"]
    assert codes_of(give(clerk, guest, BOUND + 2, key="case 7")) == [
        ("key", "KEY_CONFLICT")
    ]
    decide(clerk_of(), "Approve", first["adjustment"]["id"])
    posted = give(clerk, guest, BOUND + 1, key="case 7")
    assert posted["adjustment"]["state"] == "APPROVED"
    assert available(guest) == BOUND + 1


def test_a_key_that_waits_stands_for_no_points_taken_away(
    shop: Shop, clerk: Caller
) -> None:
    # given
    guest = open_guest_purse(shop, "guest@example.com")
    give(clerk, guest, BOUND)
    waits = give(clerk, guest, BOUND, key="case 7")["adjustment"]["id"]

    # when
    payload = give(clerk, guest, -BOUND, key="case 7")

    # then
    assert codes_of(payload) == [("key", "KEY_CONFLICT")]
    assert decide(clerk_of(), "Approve", waits)["errors"] == []
    assert available(guest) == 2 * BOUND


def test_a_change_sent_again_is_the_same_one_once_the_guest_is_a_member(
    shop: Shop, clerk: Caller
) -> None:
    # given
    guest = open_guest_purse(shop, "guest@example.com")
    posted, waits = (
        {"key": key, "points": points}
        for key, points in (("case 7", 60), ("case 8", BOUND))
    )
    to_the_guest = {"accountId": None, "channel": shop.channel.slug}
    to_the_guest["email"] = guest.email
    for one in (posted, waits):
        assert give(clerk, guest, **to_the_guest, **one)["errors"] == []

    # when
    ada = merchants.customer(guest.email)
    again = [give(clerk, guest, **to_the_guest, **one) for one in (posted, waits)]

    # then
    mine = open_purse(shop, ada)
    assert [one["account"]["id"] for one in again] == [account_id(mine)] * 2
    assert [bool(one["entry"]) for one in again] == [True, False]
    assert available(mine) == 60
    assert PointsAdjustment.objects.count() == 1


def test_a_change_that_was_posted_counts_once_however_often_it_is_sent(
    shop: Shop, clerk: Caller
) -> None:
    # given
    guest = open_guest_purse(shop, "guest@example.com")

    # when
    for _ in range(3):
        assert give(clerk, guest, 60, key="case 7")["entry"]["points"] == 60

    # then
    assert StaffAllowance.objects.get().points_given == 60


def test_what_was_declined_stays_so_when_the_bound_is_lifted(
    shop: Shop, clerk: Caller
) -> None:
    # given
    guest = open_guest_purse(shop, "guest@example.com")
    first = give(clerk, guest, BOUND + 1, key="case 7")
    decide(clerk_of(), "Decline", first["adjustment"]["id"])

    # when
    shop.points(max_staff_points_per_day=None)
    again = give(clerk, guest, BOUND + 1, key="case 7")

    # then
    assert again["adjustment"]["state"] == "DECLINED"
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    ("permissions", "wanted", "is_lifted"),
    [
        ((USERS, DISCOUNTS), BOUND + 1, False),
        ((USERS, DISCOUNTS), None, False),
        ((USERS, DISCOUNTS), BOUND, True),
        ((USERS, DISCOUNTS), 0, True),
        ((DISCOUNTS, STAFF), BOUND + 1, True),
        ((DISCOUNTS, STAFF), None, True),
    ],
)
def test_whoever_is_bounded_does_not_lift_the_bound(
    shop: Shop,
    clerk: Caller,
    permissions: tuple[str, ...],
    wanted: int | None,
    is_lifted: bool,
) -> None:
    # when
    payload = merchants.staff(*permissions).do(
        document("ProgramUpdate"),
        channel=shop.channel.slug,
        input={"points": {"maxStaffPointsPerDay": wanted}},
    )

    # then
    field = "points.maxStaffPointsPerDay"
    expected = [] if is_lifted else [(field, "PERMISSION_REQUIRED")]
    assert codes_of(payload) == expected
    shop.program.points_policy.refresh_from_db()
    bound = shop.program.points_policy.max_staff_points_per_day
    assert bound == (wanted if is_lifted else BOUND)


@pytest.mark.parametrize("bound", [BOUND, None])
@pytest.mark.parametrize(
    ("permissions", "zone"),
    [
        ((USERS, DISCOUNTS), "Pacific/Kiritimati"),
        ((USERS, DISCOUNTS), "UTC"),
        ((DISCOUNTS, STAFF), "Pacific/Kiritimati"),
    ],
)
def test_whoever_is_bounded_by_the_day_does_not_choose_where_it_begins(
    shop: Shop, clerk: Caller, permissions: tuple[str, ...], zone: str, bound: Any
) -> None:
    # given
    shop.points(max_staff_points_per_day=bound)

    # when
    payload = merchants.staff(*permissions).do(
        document("ProgramUpdate"), channel=shop.channel.slug, input={"timeZone": zone}
    )

    # then
    is_free = STAFF in permissions or zone == "UTC" or bound is None
    expected = [] if is_free else [("timeZone", "PERMISSION_REQUIRED")]
    assert codes_of(payload) == expected
    assert shop.program.time_zone == (zone if is_free else "UTC")


def test_counts_of_days_that_are_over_are_deleted(shop: Shop, clerk: Caller) -> None:
    # given
    give(clerk, open_guest_purse(shop, "guest@example.com"), 5)
    tasks.forget_evidence()
    assert StaffAllowance.objects.exists()

    # when
    StaffAllowance.objects.update(day=StaffAllowance.objects.get().day - days(9))
    tasks.forget_evidence()

    # then
    assert not StaffAllowance.objects.exists()
