"""Whatever the ledger sees of an order on the way, it ends where the order stands."""

from __future__ import annotations

import random
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from itertools import chain, combinations
from typing import Any, Callable, Iterable, Iterator

import pytest
from django.db import transaction
from django.utils import timezone

from saleor_rewards.host.current import host
from saleor_rewards.ledger import Balance, balance, posting
from saleor_rewards.ledger.facts import OrderFacts
from saleor_rewards.ledger.verify import verify
from saleor_rewards.models import Account, Entry, Hold, Lot, Settlement
from saleor_rewards.orders.settling import settle_order

from .points import Member, make_member
from .staff import pk_of
from .world import Shop

pytestmark = pytest.mark.django_db

#: What a part of the order's money that goes back first comes to, in cents.
PART = 999

#: What may happen to an order. The two refunds together are all of its money.
EVENTS = ("paid", "confirmed", "fulfilled", "refund", "other refund", "cancel")
EARNED = frozenset({"paid", "confirmed", "fulfilled"})

Happened = frozenset  # of EVENTS
#: Which events happen before anybody looks again, one set for each way to go on.
Choice = Callable[[Happened], Iterable[Happened]]


def every_way(rest: Happened) -> Iterable[Happened]:
    """Go on in every way there is.

    The events of one set come in any order, as the ledger sees only what they lead to.
    So this is each of the 720 orders of the events, whichever of them go unnoticed.
    """
    counts = range(1, len(rest) + 1)
    found = chain.from_iterable(combinations(sorted(rest), count) for count in counts)
    return map(frozenset, found)


def few_ways(seed: str) -> Choice:
    """Return a choice of two ways at each turn, mostly with one event at a time.

    An order that earns first of all, as most do, is always among them.
    """
    dice = random.Random(seed)

    def pick(rest: Happened) -> Iterable[Happened]:
        sizes = [min(len(rest), dice.choice([1, 1, 1, 2, 3])) for _ in range(2)]
        ways = [frozenset(dice.sample(sorted(rest), size)) for size in sizes]
        # In the same order in every run, unlike those of a set.
        return dict.fromkeys([*ways, EARNED] if rest == set(EVENTS) else ways)

    return pick


@contextmanager
def undone() -> Iterator[None]:
    """Undo in the end all that the block writes."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


class Placed:
    """An order of a member's, of whose row tests say what else has happened to it."""

    def __init__(
        self, shop: Shop, points: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        shop.earning(10)
        shop.rule("Thanks", {"type": "POINTS_FIXED", "points": 50}, lane="POINTS")
        member: Member = make_member(shop, 1000)
        goods = shop.product("39.99", ships=False)
        order = member.spend(goods, points) if points else _bought(member, goods)
        self.points = points
        self.order_pk = pk_of(order)
        self.account_pk = member.account.pk
        (self.row,) = host.orders([self.order_pk]).values()
        self.facts = self.row
        self.ends: dict[Any, tuple[Any, Balance]] = {}
        monkeypatch.setattr(host, "orders", lambda _pks: {self.order_pk: self.facts})

    def stands(self, happened: Happened, refunded: int = 0, disputed: int = 0) -> bool:
        """Let the order stand so, and settle it; return whether that wrote."""
        facts = self.after(happened, refunded)
        self.facts = replace(facts, disputed_amount=disputed)
        return settle_order(self.order_pk)

    def after(self, happened: Happened, refunded: int) -> OrderFacts:
        total = self.row.total_amount
        refunded += PART * ("refund" in happened)
        refunded += (total - PART) * ("other refund" in happened)
        at = self.row.ordered_at
        return replace(
            self.row,
            is_paid="paid" in happened,
            paid_at=at if "paid" in happened else None,
            is_confirmed="confirmed" in happened,
            is_fulfilled="fulfilled" in happened,
            fulfilled_at=at if "fulfilled" in happened else None,
            is_cancelled="cancel" in happened,
            refunded_amount=refunded,
        )

    def spend_all(self) -> int:
        """Spend all that is available on something else; return how much it was."""
        points = self.balance.available
        with posting(self.account_pk, timezone.now()) as book:
            book.spend(points, key="else", checkout_token="", order_pk="else")
        return points

    @property
    def full(self) -> int:
        """What the order earns if nothing of it goes back: 10 a dollar, and 50."""
        return sum(line.gross_amount for line in self.row.lines) // 10 + 50

    @property
    def has_earned(self) -> bool:
        return Settlement.objects.filter(points_earned__gt=0).exists()

    @property
    def balance(self) -> Balance:
        return balance(Account.objects.get(pk=self.account_pk), timezone.now())

    def settled(self) -> Any:
        """Return what the ledger says of the order, in all."""
        wanted = ("points_by_version", "points_earned", "points_spent")
        wanted += ("points_returned", "spend_amount", "is_counted")
        rows = Settlement.objects.filter(order_pk=self.order_pk).values(*wanted)
        lifetime: Counter[Any] = Counter()
        for entry in Entry.objects.filter(order_pk=self.order_pk):
            lifetime[entry.rule_version_id] += entry.points_lifetime
        # Who heard of it when nothing had come of it yet has a settlement of nothing.
        known = rows[0] if rows else {**dict.fromkeys(wanted, 0), wanted[0]: {}}
        return known, {pk: points for pk, points in lifetime.items() if points}

    def left(self) -> Any:
        """Return what is left in lots, and what the order has of what it took."""
        parts = ("points_pending", "points_available", "points_held", "points_expired")
        lots = Counter(Lot.objects.values_list("order_pk", "rule_version", *parts))
        sums: Counter[Any] = Counter()
        for entry in Entry.objects.filter(order_pk=self.order_pk):
            for column in ("pending", "available", "held", "debt", "waived"):
                points = getattr(entry, f"points_{column}")
                sums[entry.rule_version_id, column] += points
        holds = list(Hold.objects.values_list("points_captured", "points_returned"))
        open_lots = {key: times for key, times in lots.items() if any(key[2:])}
        return open_lots, {key: points for key, points in sums.items() if points}, holds

    def learn(self, happened: Happened, refunded: int = 0) -> None:
        """Note where the account ends that sees nothing but how the order stands.

        It must have seen nothing yet.
        """
        with undone():
            self.stands(happened, refunded)
            found = self.settled(), self.balance, self.left()
            self.ends[happened, refunded] = found


def _bought(member: Member, goods: Any) -> dict[str, Any]:
    return member.buy(member.cart((goods, 1)))


@pytest.fixture(params=["debt", "clamp"])
def shortage(request: Any) -> str:
    return str(request.param)


@pytest.fixture(params=[0, 300], ids=["money", "points"])
def placed(
    request: Any, shop: Shop, shortage: str, monkeypatch: pytest.MonkeyPatch
) -> Placed:
    """An order of 39.99 that earns once it is paid, confirmed and fulfilled."""
    shop.points(earn_on="fulfilled", shortage=shortage)
    return Placed(shop, request.param, monkeypatch)


class Check:
    """Compares with where the order stands, whatever else the member spent."""

    def __init__(self, placed: Placed, shortage: str) -> None:
        self.placed = placed
        self.owes = shortage == "debt"
        self.looks = self.shortages = 0

    def __call__(self, happened: Happened, spent: int, refunded: int = 0) -> None:
        placed = self.placed
        settled, straight, left = placed.ends[happened, refunded]
        rest = straight.available - spent
        debt = max(0, -rest) if self.owes else 0
        assert placed.settled() == settled
        # Who lets points go has lost no more of them by any way than by the shortest.
        assert placed.balance == replace(straight, available=max(0, rest), debt=debt)
        # Of points that are spent elsewhere each lot pays what it has at that time.
        assert spent or placed.left() == left
        assert verify([placed.account_pk]) == []
        entries = Entry.objects.count()
        assert not placed.stands(happened, refunded)
        assert Entry.objects.count() == entries
        self.looks += 1
        self.shortages += rest < 0


def tree(choose: Choice, happened: Happened = frozenset()) -> dict[Happened, Any]:
    """Return what has happened when somebody looks, and then when they look again."""
    rest = frozenset(EVENTS) - happened
    seen = [happened | more for more in choose(rest)] if rest else []
    return {one: tree(choose, one) for one in seen}


def looks(ways: dict[Happened, Any]) -> Iterator[Happened]:
    """Yield what has happened at every look of a tree."""
    for happened, later in ways.items():
        yield happened
        yield from looks(later)


def go(
    check: Check, ways: dict[Happened, Any], dice: random.Random, spent: int = 0
) -> None:
    """Go all ways of a tree, each after what came before and nothing else.

    As soon as the order earned, some members spend all they have.
    """
    placed = check.placed
    for happened, later in ways.items():
        with undone():
            placed.stands(happened)
            check(happened, spent)
            spends = not spent and placed.has_earned and dice.random() < 0.6
            go(check, later, dice, placed.spend_all() if spends else spent)


@pytest.mark.parametrize("ways", ["few", pytest.param("all", marks=pytest.mark.storm)])
def test_events_in_any_order_end_where_the_order_stands(
    placed: Placed, shortage: str, ways: str
) -> None:
    # given
    check = Check(placed, shortage)
    trees = tree(every_way if ways == "all" else few_ways("three"))
    for happened in {EARNED, *looks(trees)}:
        placed.learn(happened)

    # then
    go(check, trees, random.Random(ways))
    assert check.looks == len(list(looks(trees)))
    # Otherwise all of this could pass on an order that never earned.
    assert placed.ends[EARNED, 0][1].lifetime == 1000 + placed.full
    assert check.shortages


@pytest.mark.parametrize("ways", [20, pytest.param(400, marks=pytest.mark.storm)])
def test_all_ways_to_split_a_refund_end_where_it_ends_at_once(
    placed: Placed, shortage: str, ways: int
) -> None:
    # given
    check = Check(placed, shortage)
    wholes = (placed.row.total_amount, placed.row.total_amount * 7 // 10)
    for whole in wholes:
        placed.learn(EARNED, whole)
    placed.stands(EARNED)
    assert placed.balance.lifetime == 1000 + placed.full

    # then
    for seed in range(ways):
        dice = random.Random(seed)
        whole = wholes[seed // 2 % 2]
        cuts = sorted(dice.sample(range(1, whole), dice.randint(1, 5)))
        spends_before = dice.randrange(len(cuts) + 1) if seed % 2 else None
        with undone():
            disputes = [0, len(cuts)] if seed % 3 == 0 else []
            spent = refund(placed, [*cuts, whole], spends_before, disputes)
            check(EARNED, spent, whole)
    assert check.shortages


def refund(
    placed: Placed, cuts: list[int], spends_before: int | None, disputes: list[int]
) -> int:
    """Refund in parts up to each cut; return what was spent before one of them.

    Some parts are disputed first, which takes what they earned and gives nothing back.
    """
    spent = before = 0
    for number, cut in enumerate(cuts):
        if number == spends_before:
            spent = placed.spend_all()
        if number in disputes:
            placed.stands(EARNED, before, cut - before)
        placed.stands(EARNED, cut)
        before = cut
    return spent
