"""Tiers of accounts in the database: what counts, and what is written."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any

import pytest

from saleor_rewards.ledger import accounts, posting
from saleor_rewards.ledger.membership import (
    progress,
    review_due_tiers,
    review_tier,
)
from saleor_rewards.ledger.upkeep import merge
from saleor_rewards.models import (
    Account,
    PointsPolicy,
    Program,
    Settlement,
    Shortage,
    Tier,
    TierChange,
)

NOON = datetime(2024, 2, 29, 12, tzinfo=timezone.utc)
DAY = timedelta(days=1)

numbers = count(1)


class Club:
    """A program with silver from 100 and gold from 500."""

    def __init__(self, **policy: Any) -> None:
        self.program = Program.objects.create(channel_pk=1)
        self.policy = PointsPolicy.objects.create(
            program=self.program, is_active=True, since=NOON, **policy
        )
        self.silver = self.tier("Silver", 100)
        self.gold = self.tier("Gold", 500)

    def tier(self, name: str, threshold: int) -> Tier:
        return Tier.objects.create(program=self.program, name=name, threshold=threshold)

    def member(self, at: datetime = NOON) -> Account:
        number = next(numbers)
        return accounts.member(self.program.pk, number, f"p{number}@example.com", at)

    def change(self, **changes: Any) -> None:
        PointsPolicy.objects.filter(pk=self.policy.pk).update(**changes)


def earn(account: Account, points: int, at: datetime, order: str = "") -> None:
    with posting(account.pk, at) as book:
        key = f"earn:{next(numbers)}"
        book.earn(points, key=key, available_from=at, order_pk=order)


def take_back(account: Account, points: int, at: datetime, order: str) -> None:
    with posting(account.pk, at) as book:
        book.reverse(
            points,
            key=f"reverse:{next(numbers)}",
            shortage=Shortage.DEBT,
            order_pk=order,
        )


def ordered(account: Account, at: datetime, amount: int, **fields: Any) -> None:
    Settlement.objects.create(
        order_pk=f"order-{next(numbers)}",
        account=account,
        currency="USD",
        spend_amount=amount,
        ordered_at=at,
        **{"is_counted": True, **fields},
    )


def tier_of(account: Account) -> str | None:
    account = Account.objects.get(pk=account.pk)
    return account.tier.name if account.tier else None


def history(account: Account) -> list[tuple[str | None, str]]:
    changes = TierChange.objects.filter(account=account).order_by("pk")
    return [
        (change.tier.name if change.tier else None, change.reason) for change in changes
    ]


@pytest.mark.django_db
def test_a_member_rises_at_once_and_the_history_says_when() -> None:
    # given
    club = Club()
    ada = club.member()
    earn(ada, 99, NOON)
    assert review_tier(ada.pk, NOON) is None

    # when
    earn(ada, 1, NOON + DAY)
    change = review_tier(ada.pk, NOON + DAY)

    # then
    assert (change.tier, change.at) == (club.silver, NOON + DAY)
    assert history(ada) == [("Silver", "reached")]
    ada.refresh_from_db()
    assert ada.tier_since == NOON + DAY


@pytest.mark.django_db
def test_reviewing_again_writes_nothing() -> None:
    # given
    club = Club()
    ada = club.member()
    earn(ada, 100, NOON)
    review_tier(ada.pk, NOON)

    # then
    assert review_tier(ada.pk, NOON) is None
    assert len(history(ada)) == 1


@pytest.mark.django_db
def test_points_count_net_of_what_was_taken_back() -> None:
    # given
    club = Club()
    ada = club.member()
    earn(ada, 150, NOON, order="a")
    review_tier(ada.pk, NOON)

    # when
    take_back(ada, 51, NOON + DAY, order="a")
    review_tier(ada.pk, NOON + DAY)

    # then
    assert history(ada) == [("Silver", "reached"), (None, "downgraded")]


@pytest.mark.django_db
def test_an_order_out_of_the_window_takes_nothing_back_from_those_in_it() -> None:
    # given
    club = Club(tier_window_days=30)
    ada = club.member()
    earn(ada, 80, NOON, order="old")
    earn(ada, 100, NOON + 20 * DAY, order="new")

    # when
    take_back(ada, 80, NOON + 31 * DAY, order="old")
    review_tier(ada.pk, NOON + 31 * DAY)

    # then
    assert tier_of(ada) == "Silver"


@pytest.mark.django_db
def test_staffs_gifts_count_and_their_corrections_do_not() -> None:
    # given
    club = Club()
    ada = club.member()

    # when
    with posting(ada.pk, NOON) as book:
        book.adjust(120, key="plus", reason="Sorry", author="staff:1")
        book.adjust(-50, key="minus", reason="Oops", author="staff:1")
    review_tier(ada.pk, NOON)

    # then
    assert tier_of(ada) == "Silver"


@pytest.mark.django_db
def test_the_window_lets_a_tier_go_to_the_second_after_the_grace() -> None:
    # given
    club = Club(tier_window_days=365, tier_grace_days=30)
    ada = club.member()
    earn(ada, 100, NOON)
    review_tier(ada.pk, NOON)
    ada.refresh_from_db()
    assert ada.tier_due_at == NOON + 365 * DAY

    # when the task is a day late
    assert review_due_tiers(NOON + 366 * DAY, 10) == 1
    ada.refresh_from_db()

    # then the grace began when the points left the window
    assert ada.tier_below_since == NOON + 365 * DAY
    assert ada.tier_due_at == NOON + 395 * DAY
    assert review_due_tiers(NOON + 395 * DAY - timedelta(seconds=1), 10) == 0
    assert tier_of(ada) == "Silver"
    assert review_due_tiers(NOON + 395 * DAY, 10) == 1
    assert history(ada) == [("Silver", "reached"), (None, "downgraded")]


@pytest.mark.django_db
def test_spend_and_orders_count_what_is_settled_and_counted() -> None:
    # given
    club = Club(tier_measure="spend", tier_window_days=30)
    ada = club.member()
    ordered(ada, NOON, 60)
    ordered(ada, NOON, 60)
    ordered(ada, NOON, 900, is_counted=False)
    ordered(ada, NOON - 30 * DAY, 900)

    # when
    review_tier(ada.pk, NOON)
    by_spend = tier_of(ada)
    club.change(tier_measure="orders")
    Tier.objects.filter(pk=club.silver.pk).update(threshold=3)
    review_tier(ada.pk, NOON)

    # then
    assert (by_spend, tier_of(ada)) == ("Silver", None)
    assert progress(Account.objects.get(pk=ada.pk), NOON).value == 2


@pytest.mark.django_db
def test_tenure_rises_by_itself_on_its_day() -> None:
    # given
    club = Club(tier_measure="tenure")
    ada = club.member()
    review_tier(ada.pk, NOON)

    # when
    early = review_due_tiers(NOON + 100 * DAY - timedelta(seconds=1), 10)
    due = review_due_tiers(NOON + 100 * DAY, 10)

    # then
    assert (early, due, tier_of(ada)) == (0, 1, "Silver")


@pytest.mark.django_db
def test_a_guest_has_no_tier_and_brings_what_counts_when_claimed() -> None:
    # given
    club = Club()
    guest = accounts.guest(club.program.pk, "ada@example.com", NOON)
    earn(guest, 450, NOON, order="a")
    assert review_tier(guest.pk, NOON) is None
    ada = club.member()
    earn(ada, 50, NOON, order="b")

    # when
    merge(guest.pk, ada.pk, NOON)
    review_tier(guest.pk, NOON)

    # then
    assert tier_of(ada) == "Gold"
    assert progress(Account.objects.get(pk=ada.pk), NOON).value == 500


@pytest.mark.django_db
def test_a_deleted_tier_gives_way_to_the_next_one() -> None:
    # given
    club = Club()
    ada = club.member()
    earn(ada, 600, NOON)
    review_tier(ada.pk, NOON)

    # when
    Tier.objects.filter(pk=club.gold.pk).update(deleted_at=NOON)
    review_tier(ada.pk, NOON)

    # then
    assert history(ada) == [("Gold", "reached"), ("Silver", "changed")]


@pytest.mark.django_db
def test_progress_says_what_is_missing_and_how_long_the_grace_is() -> None:
    # given
    club = Club(tier_grace_days=30)
    ada = club.member()
    earn(ada, 520, NOON, order="a")
    review_tier(ada.pk, NOON)

    # when
    take_back(ada, 40, NOON, order="a")
    review_tier(ada.pk, NOON)
    found = progress(Account.objects.get(pk=ada.pk), NOON)

    # then
    assert (found.tier, found.next_tier, found.missing) == (club.gold, None, 0)
    assert (found.value, found.grace_until) == (480, NOON + 30 * DAY)
    bob = progress(club.member(), NOON)
    assert (bob.tier, bob.next_tier, bob.missing) == (None, club.silver, 100)


@pytest.mark.django_db
def test_there_is_no_progress_without_tiers_or_for_a_guest() -> None:
    # given
    club = Club()
    ada = club.member()
    guest = accounts.guest(club.program.pk, "ada@example.com", NOON)

    # then
    assert progress(guest, NOON) is None
    Tier.objects.update(deleted_at=NOON)
    assert progress(ada, NOON) is None


@pytest.mark.django_db
def test_nothing_moves_while_points_are_off() -> None:
    # given
    club = Club()
    ada = club.member()
    earn(ada, 100, NOON)
    Account.objects.update(tier_due_at=NOON)
    club.change(is_active=False)

    # then
    assert review_tier(ada.pk, NOON) is None
    assert review_due_tiers(NOON, 10) == 0
    club.change(is_active=True)
    assert review_due_tiers(NOON, 10) == 1
    assert tier_of(ada) == "Silver"


@pytest.mark.django_db
def test_due_reviews_come_in_chunks_the_longest_due_first() -> None:
    # given
    club = Club()
    people = [club.member() for _ in range(5)]
    for number, person in enumerate(people):
        earn(person, 100, NOON)
        Account.objects.filter(pk=person.pk).update(tier_due_at=NOON - number * DAY)

    # then
    assert review_due_tiers(NOON, 2) == 2
    assert [tier_of(person) for person in people] == [None] * 3 + ["Silver"] * 2
    assert [review_due_tiers(NOON, 2) for _ in range(3)] == [2, 1, 0]
