"""Many processes at once end as if one came after the other."""

from __future__ import annotations

import threading
from typing import Any, Callable

import pytest
from django.db import connection, connections

from saleor_rewards.ledger import LedgerError, LedgerErrorCode, earn, posting
from saleor_rewards.ledger import verify as verify_module
from saleor_rewards.ledger.replay import Replay, replay
from saleor_rewards.ledger.upkeep import merge, settle_due
from saleor_rewards.ledger.verify import verify
from saleor_rewards.models import Account, Entry, Hold, HoldState

from .build import DAY, NOON, Balance, key, open_account, sums
from .build import earn as earned

pytestmark = pytest.mark.django_db(transaction=True)

#: What each spender wants, and how many of them the balance is enough for.
WANTED, WINNERS = 10, 7

Spend = Callable[[int, int, threading.Barrier], bool]


def at_once(count: int, work: Callable[[int], Any]) -> list[Any]:
    """Run ``work`` that many times at once, each on a connection of its own."""
    start = threading.Barrier(count)
    results: list[Any] = [None] * count

    def run(number: int) -> None:
        try:
            connection.ensure_connection()
            start.wait(60)
            results[number] = work(number)
        except Exception as error:
            results[number] = error
            start.abort()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    faults = [result for result in results if isinstance(result, Exception)]
    assert not faults, faults[0]
    return results


def impatiently(work: Callable[[], Any]) -> Any:
    """Do something that fails where it has to wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '1s'")
    return work()


def hold_and_capture(account_pk: int, number: int, _seen: threading.Barrier) -> bool:
    """Spend through the ledger, from a checkout of one's own."""
    token = f"checkout-{number}"
    try:
        with posting(account_pk, NOON) as book:
            hold = book.hold(
                WANTED, key=f"hold:{token}", checkout_token=token, expires_at=NOON
            )
    except LedgerError as error:
        if error.code is LedgerErrorCode.INSUFFICIENT_POINTS:
            return False
        raise
    with posting(account_pk, NOON) as book:
        book.capture(hold, WANTED, key=f"capture:{token}", order_pk=token)
    return True


def check_then_act(account_pk: int, number: int, seen: threading.Barrier) -> bool:
    """Spend as somebody would who had never heard of locks."""
    account = Account.objects.get(pk=account_pk)
    is_enough = account.points_available >= WANTED
    seen.wait(60)
    if is_enough:
        account.points_available -= WANTED
        account.save(update_fields=["points_available"])
    return is_enough


def race(spend: Spend, spenders: int) -> tuple[Account, int]:
    """Let everybody spend one balance at once; return it and how many got points."""
    account = open_account()
    earned(account, WANTED * WINNERS)
    seen = threading.Barrier(spenders)
    got = at_once(spenders, lambda number: spend(account.pk, number, seen))
    spent = sum(got)
    Hold.objects.filter(account=account, state=HoldState.CAPTURED).update(order_pk="")
    return account, spent


def is_exact(account: Account, spent: int) -> bool:
    """Tell whether as many got points as there were points for, and no more."""
    empty = Balance(lifetime=WANTED * WINNERS)
    return spent == WINNERS and sums(account) == empty and not verify([account.pk])


def check_rounds(spenders: int, rounds: int) -> None:
    for number in range(rounds):
        account, spent = race(_named(hold_and_capture, number), spenders)
        assert is_exact(account, spent)


def _named(spend: Spend, round: int) -> Spend:
    return lambda pk, number, seen: spend(pk, 1000 * round + number, seen)


def test_many_spenders_never_spend_a_point_twice() -> None:
    check_rounds(spenders=24, rounds=3)


@pytest.mark.storm
def test_two_hundred_spenders_never_spend_a_point_twice() -> None:
    check_rounds(spenders=200, rounds=50)


def test_the_race_catches_a_spender_that_checks_and_then_acts() -> None:
    account, spent = race(check_then_act, 24)
    assert spent > WINNERS
    assert not is_exact(account, spent)


@pytest.mark.parametrize("is_one_statement", [True, False])
def test_the_same_earning_delivered_fifty_times_at_once_is_one_entry(
    is_one_statement: bool,
) -> None:
    # given
    account = open_account()

    def deliver(_number: int) -> None:
        if is_one_statement:
            earn(account.pk, 5, key="event", at=NOON, available_from=NOON)
        else:
            with posting(account.pk, NOON) as book:
                book.earn(5, key="event", available_from=NOON)

    # when
    at_once(50, deliver)

    # then
    assert Entry.objects.filter(account=account).count() == 1
    assert sums(account) == Balance(available=5, lifetime=5)


def test_a_comparison_neither_waits_for_postings_nor_holds_them_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given an account that somebody works on, and one that somebody wants to
    busy, wanted = open_account(), open_account()
    for account in (busy, wanted):
        earned(account, 10)

    def post_meanwhile(entries: Any) -> Replay:
        for account in found[:]:
            found.remove(account)
            at_once(1, lambda _: impatiently(lambda: earn(account.pk, 5, **terms)))
        return replay(entries)

    found, terms = [wanted], {"key": key(), "at": NOON, "available_from": NOON}
    monkeypatch.setattr(verify_module, "replay", post_meanwhile)

    # when
    with posting(busy.pk, NOON) as book:
        book.earn(5, key=key(), available_from=NOON)
        (told,) = at_once(
            1, lambda _: impatiently(lambda: verify([busy.pk, wanted.pk]))
        )

    # then
    assert told == []
    assert sums(wanted) == Balance(available=15, lifetime=15)
    assert verify([busy.pk, wanted.pk]) == []


def test_earning_spending_and_settling_at_once_lose_nothing() -> None:
    # given
    account = open_account()
    for days in range(1, 9):
        earned(account, 10, available_from=NOON + days * DAY)
    at = NOON + 5 * DAY

    def work(number: int) -> None:
        if number % 3 == 0:
            settle_due(at, 100)
        elif number % 3 == 1:
            earn(account.pk, 5, key=key(), at=at, available_from=at)
        else:
            with posting(account.pk, at) as book:
                book.spend(4, key=key(), checkout_token="", order_pk=str(number))

    # when
    at_once(24, work)

    # then
    expected = Balance(pending=30, available=50 + 40 - 32, lifetime=120)
    assert sums(account) == expected
    assert verify([account.pk]) == []


def test_an_account_that_is_merged_meanwhile_takes_its_postings_along() -> None:
    # given
    source, target = open_account(), open_account()

    def work(number: int) -> None:
        if number in (5, 6):
            merge(source.pk, target.pk, NOON)
        elif number % 2:
            earn(source.pk, 5, key=key(), at=NOON, available_from=NOON)
        else:
            with posting(source.pk, NOON) as book:
                book.earn(5, key=key(), available_from=NOON)

    # when
    at_once(22, work)

    # then
    assert sums(source) == Balance()
    assert sums(target) == Balance(available=100, lifetime=100)
    assert verify([source.pk, target.pk]) == []
