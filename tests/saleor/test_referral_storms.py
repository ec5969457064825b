"""Whatever happens to a friend's order, in every order: one grant, one revocation."""

from __future__ import annotations

import itertools
import random
import threading
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Callable

import pytest
from django.db import connections, transaction
from django.utils import timezone

from saleor_rewards import guard
from saleor_rewards.host.current import host
from saleor_rewards.models import (
    Entry,
    EntryKind,
    Referral,
    ReferralReward,
    StripeDispute,
)
from saleor_rewards.orders.settling import settle_order
from saleor_rewards.referrals import courses, grants
from saleor_rewards.referrals.rewarding import due_referrals, settle_referral

from .crash import die_at, in_child
from .points import no_hooks, reconcile_all, written
from .rewarded import (
    WORTH,
    Bank,
    Friend,
    Referrer,
    bring,
    make_friend,
    make_referrer,
    pay_out,
    promise,
    switch_on,
)
from .staff import Staff, pk_of
from .world import Shop

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)

#: What a friend's order costs, in cents.
PRICE = 5000

#: Rounds: few in every run, many in a storm.
ROUNDS = [1, pytest.param(20, marks=pytest.mark.storm)]

#: The statements that granting and taking back run at most.
MOST_STATEMENTS = 60

#: In chunks as large as a shop's own, since a storm leaves many orders.
reconcile_shop = partial(reconcile_all, limit=100)


@pytest.fixture
def promised(shop: Shop) -> Shop:
    """A shop that gives 500 points, a voucher and a gift card for each friend."""
    switch_on(shop)
    for kind in WORTH:
        promise(shop, kind)
    return shop


def left(taken: int, worth: int) -> int:
    """Return what is left of a reward once so much of the order is gone."""
    return worth - worth * min(taken, PRICE) // PRICE


def in_hand(reward: ReferralReward) -> int:
    """Return what Saleor lets the referrer spend, in cents."""
    with transaction.atomic():
        return host.payout_left(reward.kind, reward.saleor_pk) or 0


class Together:
    """Work that runs at the same time on connections of its own."""

    def __init__(self) -> None:
        self.threads: list[threading.Thread] = []

    def start(self, *works: Callable[[], Any]) -> None:
        for work in works:
            thread = threading.Thread(target=partial(self._run, work))
            self.threads.append(thread)
            thread.start()

    def wait(self) -> None:
        for thread in self.threads:
            thread.join()

    @staticmethod
    def _run(work: Callable[[], Any]) -> None:
        try:
            # Whoever waits too long gives up, and reconciling comes later.
            guard.guarded("REWARDS_SETTLE_ORDER", None, work)
        finally:
            connections.close_all()


@pytest.mark.parametrize("rounds", ROUNDS)
def test_events_in_every_order_twice_and_at_once_grant_and_revoke_once(
    promised: Shop, staff: Staff, monkeypatch: pytest.MonkeyPatch, rounds: int
) -> None:
    # given
    revoked: list[int] = []
    tell = courses.tell_revoked

    def note(referral_pk: int) -> None:
        transaction.on_commit(lambda: revoked.append(referral_pk))
        tell(referral_pk)

    monkeypatch.setattr(courses, "tell_revoked", note)
    dice = random.Random(rounds)

    for _ in range(rounds):
        for names in itertools.permutations(("paid", "refunded", "disputed")):
            referrer = make_referrer()
            friend, cart = make_friend(promised, referrer)
            with no_hooks():
                order = friend.order(cart)

            # when
            granted = happen(order, names, staff, dice)
            reconcile_shop()

            # then
            assert written(reconcile_shop) == []
            assert_all_taken(referrer, friend)
            assert len(referrer.rewards) in granted
            # Each of them that came after the payment takes once, or both in one step.
            least, most = bool(referrer.rewards), 2 - names.index("paid")
            assert least <= revoked.count(friend.referral_pk) <= most


def happen(
    order: dict[str, Any], names: tuple[str, ...], staff: Staff, dice: random.Random
) -> tuple[int, ...]:
    """Let all of it happen to an order, and the shop hear of each of it twice.

    Return how many rewards there may be: none where nothing was left of the order when
    it was paid, all where the shop had the time to grant them before.
    """
    bank = Bank(order)
    works = {
        "paid": lambda: staff.capture(order, "50.00"),
        "refunded": lambda: bank.refund("20.00"),
        "disputed": lambda: bank.dispute("30.00"),
    }
    deliver = partial(settle_order, pk_of(order))
    grant = partial(due_referrals, 0, 10, timezone.now() + DAY)
    together = Together()
    granted: tuple[int, ...] = (0,) if names[-1] == "paid" else (0, 3)
    for name in names:
        with no_hooks():
            works[name]()
        heard = [deliver, deliver, grant]
        dice.shuffle(heard)
        together.start(*heard)
        # What is paid first has time always, so that some are granted in every run.
        if name == names[0] == "paid" or dice.random() < 0.5:
            together.wait()
            if name == "paid" != names[-1]:
                deliver()
                grant()
                granted = (3,)
    together.wait()
    return granted


def assert_all_taken(referrer: Referrer, friend: Friend) -> None:
    """Check that at most one grant was made, and all of it taken back again."""
    source = f"referral:{friend.referral_pk}"
    entries = Entry.objects.filter(order_pk=source)
    assert entries.filter(kind=EntryKind.EARN).count() <= 1
    assert not entries.filter(kind=EntryKind.RESTORE).exists()
    assert sum(entries.values_list("points_lifetime", flat=True)) == 0
    assert referrer.points == 0
    rewards = referrer.rewards
    assert friend.state == ("revoked" if rewards else "lapsed")
    for kind, reward in rewards.items():
        assert reward.worth_kept == reward.worth_owed == reward.worth_waived == 0
        if kind != "points":
            assert in_hand(reward) == 0


#: What may happen to an order: a dispute is decided once it is open.
EVENTS = ("refund 11.11", "open", "close", "refund 7.77", "spend")
ORDERS = [
    names
    for names in itertools.permutations(EVENTS)
    if names.index("open") < names.index("close")
]


@pytest.mark.parametrize("shortage", ["debt", "clamp"])
@pytest.mark.parametrize(
    "count", [3, pytest.param(len(ORDERS), marks=pytest.mark.storm)]
)
def test_disputes_between_refunds_take_no_more_than_was_granted(
    promised: Shop, staff: Staff, shortage: str, count: int
) -> None:
    # given
    switch_on(promised, shortage=shortage)
    dice = random.Random(f"{shortage} {count}")

    for names in dice.sample(ORDERS, count):
        for outcome in ("won", "lost"):
            referrer = make_referrer()
            _friend, order = bring(promised, referrer)
            story = Story(promised, referrer, order, staff, outcome)

            # then
            for name in names:
                story.happen(name)
                story.check(shortage)
            assert written(reconcile_shop) == []


class Story:
    """What happens to one order and to the rewards for it, and what should be left."""

    def __init__(
        self,
        shop: Shop,
        referrer: Referrer,
        order: dict[str, Any],
        staff: Staff,
        outcome: str,
    ) -> None:
        self.shop = shop
        self.referrer = referrer
        self.order = order
        self.staff = staff
        self.outcome = outcome
        self.bank = Bank(order)
        self.dispute: StripeDispute | None = None
        self.refunded = 0
        self.disputed = 0
        self.spent = {"points": 0, "voucher": 0, "gift_card": 0}

    def happen(self, name: str) -> None:
        if name.startswith("refund"):
            amount = name.split()[1]
            self.staff.refund(self.order, amount)
            self.refunded += int(Decimal(amount) * 100)
        elif name == "open":
            self.dispute = self.bank.dispute("22.22")
            self.disputed = 2222
        elif name == "close":
            self.bank.close(self.dispute, self.outcome)
            self.disputed = 0 if self.outcome == "won" else 2222
        else:
            self._spend()
        self.bank.tell()
        self.bank.tell()

    def _spend(self) -> None:
        """Let the referrer pay with all that they have, for something dear."""
        rewards = self.referrer.rewards
        points = self.referrer.points
        variant = self.shop.product("90.00", ships=False)
        cart = self.referrer.put_aside(variant, points)
        for kind in ("voucher", "gift_card"):
            self.spent[kind] = in_hand(rewards[kind])
            cart = self.referrer.promo(cart, rewards[kind].code)
        self.referrer.pay_beside_gift_cards()
        self.referrer.buy(cart)
        self.spent["points"] = points

    def check(self, shortage: str) -> None:
        """Check that the referrer has what the order earns, less what they spent."""
        taken = self.refunded + self.disputed
        owes = shortage == "debt"
        for kind, reward in self.referrer.rewards.items():
            kept = left(taken, WORTH[kind])
            missing = max(0, self.spent[kind] - kept)
            assert reward.worth_kept == kept
            assert reward.worth_waived == (0 if owes else missing)
            if kind == "points":
                rest = kept - self.spent[kind]
                assert self.referrer.points == (rest if owes else max(0, rest))
            else:
                assert reward.worth_owed == (missing if owes else 0)
                assert in_hand(reward) == max(0, kept - self.spent[kind])


def test_many_friends_at_once_are_numbered_and_limited_one_by_one(
    promised: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    referrer = make_referrer()

    # when
    grant_at_once(promised, referrer, monkeypatch, patience=0.2)

    # then
    numbers = Referral.objects.filter(state="rewarded").order_by("number")
    assert list(numbers.values_list("number", flat=True)) == [1, 2]
    assert referrer.points == 1000


def test_the_same_test_catches_a_twin_that_does_not_lock(
    promised: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    referrer = make_referrer()
    monkeypatch.setattr(grants, "lock_referrer", lambda *_: None)
    monkeypatch.setattr(grants, "first_free_number", lambda one: one.pk)

    # when
    grant_at_once(promised, referrer, monkeypatch, patience=30)

    # then
    assert Referral.objects.filter(state="rewarded").count() > 2


def grant_at_once(
    shop: Shop,
    referrer: Referrer,
    monkeypatch: pytest.MonkeyPatch,
    patience: float,
) -> None:
    """Let four friends' rewards be due at once, where a month has room for two.

    Each waits so many seconds for the others to have looked as well. Where one waits
    for the other's lock they never come.
    """
    switch_on(shop, most_per_month=2, hold_days=1)
    friends = [bring(shop, referrer)[0] for _ in range(4)]
    is_full, met = grants._is_full, threading.Barrier(4)

    def look(case: Any, at: Any) -> bool:
        found = is_full(case, at)
        with suppress(threading.BrokenBarrierError):
            met.wait(patience)
        return found

    monkeypatch.setattr(grants, "_is_full", look)
    together = Together()
    at = timezone.now() + 2 * DAY
    together.start(
        *(partial(settle_referral, friend.referral_pk, at) for friend in friends)
    )
    together.wait()
    pay_out(2 * DAY)


@pytest.mark.parametrize("deaths", [4, pytest.param(60, marks=pytest.mark.storm)])
def test_a_worker_killed_while_it_grants_or_takes_back_loses_nothing(
    promised: Shop, staff: Staff, deaths: int
) -> None:
    # given
    switch_on(promised, hold_days=1)
    dice = random.Random(deaths)

    for _ in range(deaths):
        referrer = make_referrer()
        friend, order = bring(promised, referrer)

        # when
        statements = dice.randrange(MOST_STATEMENTS)
        died = in_child(partial(_dying, statements, partial(pay_out, 2 * DAY)))
        assert len(referrer.rewards) == (0 if died else 3)
        pay_out(2 * DAY)

        # then
        assert {k: one.worth_kept for k, one in referrer.rewards.items()} == WORTH
        assert referrer.points == 500

        # when
        with no_hooks():
            staff.refund(order, "25.00")
        statements = dice.randrange(MOST_STATEMENTS)
        in_child(partial(_dying, statements, partial(settle_order, pk_of(order))))
        reconcile_shop()

        # then
        for kind, reward in referrer.rewards.items():
            assert reward.worth_kept == WORTH[kind] // 2
            assert kind == "points" or in_hand(reward) == 500
        assert referrer.points == 250


def _dying(statements: int, work: Callable[[], Any]) -> None:
    die_at(statements)
    work()
