"""A key is posted once; what the ledger refuses, it refuses with a code."""

from __future__ import annotations

from typing import Any, Callable

import pytest

from saleor_rewards.ledger import (
    Book,
    LedgerError,
    LedgerErrorCode,
    earn,
    guest,
    posting,
)
from saleor_rewards.ledger.upkeep import erase, merge
from saleor_rewards.models import Account, Entry, Hold, Program, Shortage

from .build import DAY, NOON, Balance, key, open_account, rule_version, sums
from .build import earn as earned

pytestmark = pytest.mark.django_db

Post = Callable[[Book, int], Any]


def _posts() -> dict[str, Post]:
    """Return every verb with fixed arguments but for the number of points."""
    order = {"order_pk": "1"}
    return {
        "earn": lambda book, n: book.earn(n, key="k", available_from=NOON),
        "reverse": lambda book, n: book.reverse(
            n, key="k", shortage=Shortage.DEBT, **order
        ),
        "restore": lambda book, n: book.restore(n, key="k", **order),
        "adjust": lambda book, n: book.adjust(n, key="k", reason="r", author="a"),
        "take": lambda book, n: book.adjust(-n, key="k", reason="r", author="a"),
        "hold": lambda book, n: book.hold(
            n, key="k", checkout_token="new", expires_at=NOON
        ),
        "capture": lambda book, n: book.capture(
            _hold(book, "open"), n, key="k", order_pk="3"
        ),
        "spend": lambda book, n: book.spend(
            n, key="k", checkout_token="", order_pk="3"
        ),
        "give_back": lambda book, n: book.give_back(_hold(book, "spent"), n, key="k"),
        "retake": lambda book, n: book.retake(_hold(book, "spent"), n, key="k"),
    }


def _hold(book: Book, token: str) -> Hold:
    return Hold.objects.get(account=book.account, checkout_token=token)


def _rich() -> Account:
    """An account to which every verb can be posted twice."""
    account = open_account()
    earned(account, 50, order_pk="1")
    with posting(account.pk, NOON) as book:
        book.hold(10, key=key(), checkout_token="open", expires_at=NOON + DAY)
        hold = book.spend(10, key=key(), checkout_token="spent", order_pk="2")
        book.give_back(hold, 5, key=key())
        book.reverse(8, key=key(), shortage=Shortage.DEBT, order_pk="1")
    return account


@pytest.mark.parametrize("verb", _posts())
def test_the_same_key_posts_once(verb: str) -> None:
    # given
    account, post = _rich(), _posts()[verb]
    with posting(account.pk, NOON) as book:
        first = post(book, 3)
    before, entries = sums(account), Entry.objects.count()

    # when
    with posting(account.pk, NOON + DAY / 2) as book:
        again = post(book, 3)

    # then
    assert (sums(account), Entry.objects.count()) == (before, entries)
    assert again == first


@pytest.mark.parametrize("verb", _posts())
def test_the_same_key_with_other_arguments_is_refused(verb: str) -> None:
    # given
    account, post = _rich(), _posts()[verb]
    with posting(account.pk, NOON) as book:
        post(book, 3)
    before = sums(account)

    # when
    with posting(account.pk, NOON) as book, pytest.raises(LedgerError) as refused:
        post(book, 4)

    # then
    assert refused.value.code is LedgerErrorCode.KEY_CONFLICT
    assert sums(account) == before


def test_a_key_of_another_account_is_refused() -> None:
    # given
    one, other = open_account(), open_account()
    earned(one, 5, key="k")

    # when
    with posting(other.pk, NOON) as book, pytest.raises(LedgerError) as refused:
        book.earn(5, key="k", available_from=NOON)

    # then
    assert refused.value.code is LedgerErrorCode.KEY_CONFLICT


def test_a_key_stays_known_when_its_account_is_merged() -> None:
    # given
    one, other = open_account(), open_account()
    earned(one, 5, key="k")
    merge(one.pk, other.pk, NOON)

    # when
    earned(one, 5, key="k")

    # then
    assert sums(other) == Balance(available=5, lifetime=5)


@pytest.mark.parametrize("points", [0, -3])
@pytest.mark.parametrize("verb", sorted(set(_posts()) - {"adjust", "take"}))
def test_no_points_cannot_be_posted(verb: str, points: int) -> None:
    with posting(_rich().pk, NOON) as book, pytest.raises(LedgerError) as refused:
        _posts()[verb](book, points)
    assert refused.value.code is LedgerErrorCode.NOT_POSITIVE


@pytest.mark.parametrize(
    ("verb", "points", "code"),
    [
        ("adjust", 0, LedgerErrorCode.NOT_POSITIVE),
        ("adjust", 2**31, LedgerErrorCode.TOO_MANY_POINTS),
        ("take", 28, LedgerErrorCode.INSUFFICIENT_POINTS),
        ("hold", 28, LedgerErrorCode.INSUFFICIENT_POINTS),
        ("reverse", 43, LedgerErrorCode.BELOW_ZERO),
        ("restore", 9, LedgerErrorCode.TOO_MANY_POINTS),
        ("give_back", 6, LedgerErrorCode.TOO_MANY_POINTS),
        ("retake", 6, LedgerErrorCode.TOO_MANY_POINTS),
    ],
)
def test_what_cannot_be_is_refused_and_posts_nothing(
    verb: str, points: int, code: LedgerErrorCode
) -> None:
    # given
    account = _rich()
    before, entries = sums(account), Entry.objects.count()

    # when
    with pytest.raises(LedgerError) as refused:
        _post(account, _posts()[verb], points)

    # then
    assert refused.value.code is code
    assert (sums(account), Entry.objects.count()) == (before, entries)


def _post(account: Account, post: Post, points: int) -> None:
    with posting(account.pk, NOON) as book:
        post(book, points)


@pytest.mark.parametrize("verb", ["release", "capture"])
def test_a_spent_hold_is_closed(verb: str) -> None:
    # given
    account = _rich()
    hold = Hold.objects.get(checkout_token="spent", account=account)
    more = {"points": 1, "order_pk": "9"} if verb == "capture" else {}

    # when
    with posting(account.pk, NOON) as book, pytest.raises(LedgerError) as refused:
        getattr(book, verb)(hold, key=key(), **more)

    # then
    assert refused.value.code is LedgerErrorCode.HOLD_CLOSED


def test_a_hold_that_is_closed_cannot_be_kept_longer() -> None:
    account = _rich()
    hold = Hold.objects.get(checkout_token="spent", account=account)
    with posting(account.pk, NOON) as book, pytest.raises(LedgerError) as refused:
        book.touch(hold, NOON + DAY)
    assert refused.value.code is LedgerErrorCode.HOLD_CLOSED


def test_somebody_elses_hold_is_unknown() -> None:
    hold = Hold.objects.get(checkout_token="open", account=_rich())
    with posting(open_account().pk, NOON) as book:
        with pytest.raises(LedgerError) as refused:
            book.release(hold, key=key())
    assert refused.value.code is LedgerErrorCode.HOLD_UNKNOWN


def test_a_checkout_takes_points_from_one_account_at_a_time() -> None:
    # given
    _rich()
    other = open_account()
    earned(other, 5)

    # when
    with posting(other.pk, NOON) as book, pytest.raises(LedgerError) as refused:
        book.hold(5, key=key(), checkout_token="open", expires_at=NOON)

    # then
    assert refused.value.code is LedgerErrorCode.HOLD_ELSEWHERE


def test_an_account_that_is_not_there_or_erased_takes_no_posting() -> None:
    account = open_account()
    erase(account.pk, NOON)
    for pk, code in ((0, "ACCOUNT_UNKNOWN"), (account.pk, "ACCOUNT_CLOSED")):
        for post in (
            lambda pk=pk: posting(pk, NOON).__enter__(),
            lambda pk=pk: earn(pk, 1, key="k", at=NOON, available_from=NOON),
        ):
            with pytest.raises(LedgerError) as refused:
                post()
            assert refused.value.code.name == code


def test_accounts_of_two_programs_are_not_merged() -> None:
    program = Program.objects.create(channel_pk=2)
    with pytest.raises(LedgerError) as refused:
        merge(guest(program.pk, "a@b.c", NOON).pk, open_account().pk, NOON)
    assert refused.value.code is LedgerErrorCode.OTHER_PROGRAM


def _owing(account: Account) -> None:
    with posting(account.pk, NOON) as book:
        book.spend(4, key=key(), checkout_token="", order_pk="o")


def _due(account: Account) -> None:
    earned(account, 4, expires_at=NOON + DAY)


def _nothing(account: Account) -> None:
    pass


@pytest.mark.parametrize("before", [_nothing, _owing, _due])
@pytest.mark.parametrize("wait", [0, 5])
@pytest.mark.parametrize("life", [None, 0, 9])
def test_one_statement_earns_what_a_posting_earns(
    before: Callable[[Account], None], wait: int, life: int | None
) -> None:
    # given
    at = NOON + 2 * DAY
    options = {
        "available_from": at + wait * DAY,
        "expires_at": None if life is None else at + life * DAY,
        "order_pk": "1",
        "rule_version_pk": rule_version(),
        "lapses_at": at + 50 * DAY,
    }
    one, other = open_account(), open_account()
    before(one)
    _clear_order()
    before(other)

    # when
    for _ in range(2):
        earn(one.pk, 7, key="one", at=at, **options)
    with posting(other.pk, at) as book:
        book.earn(7, key="other", **options)

    # then
    assert _told(one) == _told(other)


def _clear_order() -> None:
    Hold.objects.filter(order_pk="o").update(order_pk="")


def _told(account: Account) -> Any:
    row = Account.objects.get(pk=account.pk)
    names = ("kind", "fingerprint", "points_pending", "points_available", "order_pk")
    entries = Entry.objects.filter(account=account).order_by("pk").values_list(*names)
    lots = row.lots.order_by("pk").values_list(
        "points_pending", "points_available", "available_from", "expires_at"
    )
    return (
        sums(account),
        (row.due_at, row.lapses_at, row.active_at),
        list(entries),
        list(lots),
    )
