"""Any number of postings in any order ends where counting point by point ends."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from itertools import count
from typing import Any

import pytest
from dateutil import tz
from django.db import connection
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from saleor_rewards.ledger import LedgerError, LedgerErrorCode, balance, posting
from saleor_rewards.ledger.upkeep import erase, merge, settle_due
from saleor_rewards.ledger.verify import verify
from saleor_rewards.models import Account, Lot, Shortage

from .build import open_account, rule_version, sums
from .model import ModelAccount, Refused

pytestmark = pytest.mark.django_db

#: The clocks of Warsaw go ahead on 31 March 2024 and back on 27 October.
WARSAW = tz.gettz("Europe/Warsaw")
START = datetime(2024, 2, 27, 23, 30, tzinfo=tz.UTC)
POINTS = st.integers(1, 12)
PICK = st.integers(0, 99)
DAYS = st.sampled_from([0, 1, 2, 14, 30, 60])
STEPS = st.sampled_from(
    [timedelta(hours=1), *(timedelta(days=days) for days in (1, 13, 30, 200))]
)

_numbers = count(1)


class Ledger(RuleBasedStateMachine):
    """The real ledger and the model, told the same."""

    #: The different ways that led to where the two were compared: a posting that
    #: another example made after the same ones before it counts once.
    ways: set[int] = set()

    @initialize()
    def begin(self) -> None:
        # All examples share one transaction, in which nothing else counts the rows.
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE saleor_rewards_account, saleor_rewards_entry")
            cursor.execute("ANALYZE saleor_rewards_entrynote, saleor_rewards_lot")
        self.at = START
        self.version = rule_version()
        self.pairs = [(open_account(at=START), ModelAccount()) for _ in range(2)]
        self.orders: list[tuple[Any, str, int]] = []
        self.holds: list[tuple[Any, Any, Any]] = []
        self.again: Any = None
        self.way: Any = ()

    def key(self) -> str:
        return f"machine:{next(_numbers)}"

    def pick(self, number: int) -> tuple[Account, ModelAccount]:
        return self.pairs[number % len(self.pairs)]

    def of(self, model: ModelAccount) -> Account:
        return next(account for account, one in self.pairs if one is model)

    def post(self, model: ModelAccount, verb: str, *args: Any, **options: Any) -> Any:
        """Post under a new key; settle the model before and not after."""
        options.setdefault("key", self.key())
        model.settle(self.at)

        def again() -> Any:
            with posting(self.of(model).pk, self.at) as book:
                return getattr(book, verb)(*args, **options)

        self.again = (model, again)
        return again()

    @rule(number=PICK, points=POINTS, wait=DAYS, life=DAYS, lapse=DAYS, named=PICK)
    def earn(
        self, number: int, points: int, wait: int, life: int, lapse: int, named: int
    ) -> None:
        _, model = self.pick(number)
        starts = self.at + timedelta(days=wait)
        ends = starts + timedelta(days=life) if life else None
        lapses_at = self.at + timedelta(days=lapse + 30) if lapse > 14 else None
        order = f"machine-order:{next(_numbers)}" if named % 3 else ""
        self.post(
            model,
            "earn",
            points,
            available_from=starts,
            expires_at=ends,
            lapses_at=lapses_at,
            order_pk=order,
            rule_version_pk=self.version if order else None,
        )
        model.earn(points, self.at, starts, ends, order, lapses_at)
        model.settle(self.at)
        if order:
            self.orders.append((model, order, points))

    @precondition(lambda self: self.orders)
    @rule(number=PICK, part=POINTS, owes=st.booleans())
    def reverse(self, number: int, part: int, owes: bool) -> None:
        model, order, earned = self.orders[number % len(self.orders)]
        points = min(part, earned - len(model.taken.get(order, [])))
        if points:
            shortage = Shortage.DEBT if owes else Shortage.CLAMP
            self.post(
                model,
                "reverse",
                points,
                shortage=shortage,
                order_pk=order,
                rule_version_pk=self.version,
            )
            model.reverse(points, order, owes=owes)

    @precondition(lambda self: any(m.taken.get(o) for m, o, _ in self.orders))
    @rule(number=PICK, part=POINTS)
    def restore(self, number: int, part: int) -> None:
        found = [one for one in self.orders if one[0].taken.get(one[1])]
        model, order, _ = found[number % len(found)]
        points = min(part, len(model.taken[order]))
        self.post(
            model,
            "restore",
            points,
            order_pk=order,
            rule_version_pk=self.version,
        )
        model.restore(points, order, self.at)
        model.settle(self.at)

    @rule(number=PICK, points=POINTS)
    def hold(self, number: int, points: int) -> None:
        _, model = self.pick(number)
        token = f"machine:{next(_numbers)}"
        ends = self.at + timedelta(hours=1)
        options = {"checkout_token": token, "expires_at": ends}
        model.settle(self.at)
        try:
            known = model.hold(points)
        except Refused:
            with pytest.raises(LedgerError) as refused:
                self.post(model, "hold", points, **options)
            self.again = None
            assert refused.value.code is LedgerErrorCode.INSUFFICIENT_POINTS
            return
        hold = self.post(model, "hold", points, **options)
        self.holds.append((model, hold, known))

    def open_holds(self) -> list[Any]:
        return [one for one in self.holds if one[2].is_open]

    @precondition(lambda self: self.open_holds())
    @rule(number=PICK)
    def release(self, number: int) -> None:
        found = self.open_holds()
        model, hold, known = found[number % len(found)]
        self.post(model, "release", hold)
        model.release(known)
        model.settle(self.at)

    @precondition(lambda self: self.open_holds())
    @rule(number=PICK, points=POINTS)
    def capture(self, number: int, points: int) -> None:
        found = self.open_holds()
        model, hold, known = found[number % len(found)]
        order = f"machine-order:{next(_numbers)}"
        self.post(model, "capture", hold, points, order_pk=order)
        model.capture(known, points)
        model.settle(self.at)

    @rule(number=PICK, points=POINTS)
    def spend(self, number: int, points: int) -> None:
        _, model = self.pick(number)
        order = f"machine-order:{next(_numbers)}"
        hold = self.post(model, "spend", points, checkout_token="", order_pk=order)
        self.holds.append((model, hold, model.spend(points)))

    @precondition(lambda self: any(one[2].spent for one in self.holds))
    @rule(number=PICK, part=POINTS)
    def give_back(self, number: int, part: int) -> None:
        found = [one for one in self.holds if one[2].spent]
        model, hold, known = found[number % len(found)]
        points = min(part, known.spent)
        self.post(model, "give_back", hold, points)
        model.give_back(known, points, self.at)
        model.settle(self.at)

    def returned(self) -> list[Any]:
        return [
            one for one in self.holds if not one[2].is_open and one[1].points_returned
        ]

    @precondition(lambda self: self.returned())
    @rule(number=PICK, part=POINTS)
    def retake(self, number: int, part: int) -> None:
        found = self.returned()
        model, hold, known = found[number % len(found)]
        points = min(part, hold.points_returned)
        self.post(model, "retake", hold, points)
        model.retake(known, points)

    @rule(number=PICK, points=st.integers(-12, 12).filter(bool), life=DAYS)
    def adjust(self, number: int, points: int, life: int) -> None:
        _, model = self.pick(number)
        ends = self.at + timedelta(days=life) if life else None
        options = {"reason": "r", "author": "a", "expires_at": ends}
        model.settle(self.at)
        try:
            model.adjust(points, self.at, ends)
        except Refused:
            with pytest.raises(LedgerError):
                self.post(model, "adjust", points, **options)
            self.again = None
            return
        self.post_settled("adjust", model, points, options)

    def post_settled(self, verb: str, model: Any, points: int, options: Any) -> None:
        key = self.key()
        with posting(self.of(model).pk, self.at) as book:
            getattr(book, verb)(points, key=key, **options)
        model.settle(self.at)

    @rule(step=STEPS, is_settled=st.booleans())
    def wait(self, step: timedelta, is_settled: bool) -> None:
        """Move the clock, told in Warsaw's time or in UTC; run the task, or not."""
        local = (self.at + step).astimezone(WARSAW)
        self.at = local if local.day % 2 else (self.at + step).astimezone(tz.UTC)
        if is_settled:
            settle_due(self.at, 10_000)

    @precondition(lambda self: len(self.pairs) > 1)
    @rule(number=PICK)
    def merge_two(self, number: int) -> None:
        source, gone = self.pairs.pop(number % len(self.pairs))
        target, model = self.pick(number)
        for one in (gone, model):
            one.settle(self.at)
        merge(source.pk, target.pk, self.at)
        model.merge(gone)
        model.settle(self.at)
        self.orders = [(model if m is gone else m, *rest) for m, *rest in self.orders]
        self.holds = [(model if m is gone else m, *rest) for m, *rest in self.holds]
        self.pairs.append((open_account(at=self.at), ModelAccount()))
        self.again = None
        assert sums(source) == sums(source).__class__()

    @precondition(lambda self: len(self.pairs) > 1)
    @rule(number=PICK, luck=st.integers(0, 4))
    def erase_one(self, number: int, luck: int) -> None:
        if luck:
            return
        account, gone = self.pairs.pop(number % len(self.pairs))
        gone.settle(self.at)
        erase(account.pk, self.at)
        assert sums(account).lifetime == gone.lifetime
        assert verify([account.pk]) == []
        self.orders = [one for one in self.orders if one[0] is not gone]
        self.holds = [one for one in self.holds if one[0] is not gone]
        self.pairs.append((open_account(at=self.at), ModelAccount()))
        self.again = None

    @precondition(lambda self: self.again is not None)
    @rule()
    def post_the_last_again(self) -> None:
        model, again = self.again
        if any(one is model for _, one in self.pairs):
            model.settle(self.at)
            again()

    @invariant()
    def sums_equal_replay_equal_model(self) -> None:
        known = [(one.balance(), one.by_lot_times()) for _, one in self.pairs]
        self.way = hash((self.way, self.at, repr(known)))
        Ledger.ways.add(self.way)
        for account, model in self.pairs:
            row = Account.objects.get(pk=account.pk)
            model.settle(self.at)
            assert balance(row, self.at) == model.balance()
            if row.due_at is None or row.due_at > self.at:
                by_times = _by_times(row)
                if row.lapses_at is None or row.lapses_at > self.at:
                    assert by_times == model.by_lot_times()
        assert verify([account.pk for account, _ in self.pairs]) == []


def _by_times(account: Account) -> dict[Any, list[int]]:
    found: dict[Any, list[int]] = defaultdict(lambda: [0, 0, 0, 0])
    for lot in Lot.objects.filter(account=account):
        parts = [lot.points_pending, lot.points_available, lot.points_held]
        parts.append(lot.points_expired)
        if any(parts):
            known = found[lot.available_from, lot.expires_at]
            known[:] = [one + other for one, other in zip(known, parts)]
    return dict(found)


def _play(examples: int, steps: int, **options: Any) -> None:
    run_state_machine_as_test(
        Ledger,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            **options,
        ),
    )


def test_postings_end_where_counting_point_by_point_ends() -> None:
    _play(examples=10, steps=25)


@pytest.mark.storm
@pytest.mark.parametrize("part", range(8))
def test_a_hundred_thousand_postings_end_where_counting_ends(
    part: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Ledger, "ways", set())
    while len(Ledger.ways) < 100_000 // 8:
        # Whatever the profile: the same examples again would prove nothing more.
        _play(examples=25, steps=100, derandomize=False, database=None)
