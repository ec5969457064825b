"""Points that staff give and approve at once are bounded, and posted once."""

from __future__ import annotations

from typing import Any, Sequence

import pytest

from saleor_rewards.models import (
    Entry,
    PointsAdjustment,
    StaffAllowance,
)
from saleor_rewards.programs import adjustments

from . import merchants
from .friends import now
from .inputs import document, node_id
from .merchants import DISCOUNTS, USERS
from .purses import account_id, open_guest_purse
from .racing import at_once, meeting_before
from .world import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def give_at_once(shop: Shop, patch: pytest.MonkeyPatch) -> list[int]:
    """Give 60 points twice at once where 100 a day are allowed; return all given."""
    shop.points(max_staff_points_per_day=100)
    clerk = merchants.staff(USERS, DISCOUNTS)
    guests = [open_guest_purse(shop, f"guest{one}@example.com") for one in range(2)]
    StaffAllowance.objects.create(
        program=shop.program, author=f"User:{clerk.user.pk}", day=now().date()
    )

    def give(account: Any) -> None:
        wanted = {"accountId": account_id(account), "points": 60, "reason": "Sorry"}
        payload = clerk.do(document("PointsAdjust"), input=wanted)
        assert payload["errors"] == []

    with meeting_before(patch, adjustments, "_post"):
        at_once([lambda one=one: give(one) for one in guests])
    return list(Entry.objects.values_list("points_available", flat=True))


def test_two_gifts_at_once_do_not_pass_what_staff_may_give_a_day(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # when
    given = give_at_once(shop, monkeypatch)

    # then
    assert given == [60]
    assert PointsAdjustment.objects.get().points == 60
    assert StaffAllowance.objects.get().points_given == 60


def test_the_same_test_catches_gifts_without_a_lock(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setattr(
        adjustments, "_allowance", lambda *_: StaffAllowance.objects.get()
    )

    # then
    assert give_at_once(shop, monkeypatch) == [60, 60]


def approve_at_once(shop: Shop, patch: pytest.MonkeyPatch) -> list[list[str]]:
    """Let two members of staff approve one adjustment at once; return their errors."""
    shop.points(max_staff_points_per_day=0)
    guest = open_guest_purse(shop, "guest@example.com")
    wanted = {"accountId": account_id(guest), "points": 60, "reason": "Sorry"}
    merchants.staff(USERS, DISCOUNTS).do(document("PointsAdjust"), input=wanted)
    id = node_id("RewardsPointsAdjustment", PointsAdjustment.objects.get().pk)
    colleagues = [merchants.staff(USERS, DISCOUNTS) for _ in range(2)]

    def approve(caller: Any) -> list[str]:
        payload = caller.do(document("PointsAdjustApprove"), ids=[id], reason="Right")
        return [error["code"] for error in payload["errors"]]

    with meeting_before(patch, adjustments, "_post"):
        return at_once([lambda one=one: approve(one) for one in colleagues])


def test_two_who_approve_at_once_post_once_and_the_later_one_is_told(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # when
    errors = approve_at_once(shop, monkeypatch)

    # then
    assert sorted(errors) == [[], ["ALREADY_DECIDED"]]
    assert Entry.objects.get().points_available == 60


def test_the_same_test_catches_approvals_without_a_lock(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    def read(pks: Sequence[int]) -> dict[int, PointsAdjustment]:
        return {row.pk: row for row in PointsAdjustment.objects.filter(pk__in=pks)}

    monkeypatch.setattr(adjustments, "_locked", read)

    # then the ledger posts one key once, and nobody is told
    assert approve_at_once(shop, monkeypatch) == [[], []]
    assert Entry.objects.get().points_available == 60
