"""An index of the rules in one currency, so that rules out of reach cost nothing."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Iterable, Iterator, Mapping, NamedTuple, Sequence, Tuple, Union

from .benefits import Option
from .cart import Cart, ScopeView
from .conditions import Facts, GateCondition
from .kinds import BenefitType, Lane
from .rules import RuleDefinition
from .scope import Key, Scope

#: Conditions that no item can change, and whether the delivery method may wait.
GateKey = Tuple[Tuple[GateCondition, ...], bool]

#: Priority (negative), rule and step.
Rank = Tuple[int, int, int]

#: A subtotal in minor units beyond every amount of a rule.
FAR_AMOUNT = 10**18


@dataclass(frozen=True)
class Opening:
    """An option and what the scope must hold to open it, in minor units.

    `before_amount` reads the subtotal before item discounts, `after_amount` the one
    after them. Openings with the same `option_no` take the same off.

    >>> opening = Opening(Option(amount=500), 0, before_amount=0, after_amount=5000)
    >>> opening.is_open(before_amount=6000, after_amount=4999)
    False
    """

    option: Option
    option_no: int
    before_amount: int
    after_amount: int

    @property
    def threshold(self) -> int:
        """The least subtotal before item discounts that can open it."""
        return max(self.before_amount, self.after_amount)

    def is_open(self, before_amount: int, after_amount: int) -> bool:
        """Tell whether these subtotals open it."""
        return self.before_amount <= before_amount and self.after_amount <= after_amount


@dataclass(frozen=True)
class CompiledRule:
    """A rule in one currency, with its openings by rising threshold.

    >>> from saleor_rewards.engine.benefits import FreeShipping
    >>> rule = RuleDefinition(5, 1, "Free", Lane.SHIPPING, FreeShipping(), priority=2)
    >>> opening = Opening(FreeShipping().options("USD")[0], 0, 0, after_amount=5000)
    >>> compiled = CompiledRule(rule, 0, 0, 0, (opening,))
    >>> compiled.rank, compiled.threshold
    ((-2, 5), 5000)
    """

    rule: RuleDefinition
    scope_no: int
    gate_no: int
    minimum_quantity: int
    openings: tuple[Opening, ...]

    @property
    def rank(self) -> tuple[int, int]:
        """What decides a tie: the smaller one wins."""
        return self.rule.rank

    @property
    def threshold(self) -> int:
        """The least subtotal before item discounts at which it gives anything."""
        return self.openings[0].threshold


@dataclass(frozen=True)
class Way:
    """One opening of one rule; the smaller `rank` wins a tie.

    `least_rank` is above the ranks of just one rule, the first by rank among those
    of this way and of the ways after it in its run.

    >>> [name for name in Way.__annotations__]
    ['rank', 'compiled', 'opening', 'least_rank']
    """

    rank: Rank
    compiled: CompiledRule
    opening: Opening
    least_rank: Rank

    @property
    def strength(self) -> tuple[Fraction | int, Rank]:
        """What ways are sorted by, the strongest first, whatever the cart holds."""
        option = self.opening.option
        rate = option.rate
        if option.points is not None:
            return (-option.points, self.rank)
        if rate is None:
            return (-option.worth(FAR_AMOUNT), self.rank)
        return (-Fraction(rate.numerator, rate.denominator), self.rank)


class Run:
    """Ways of one lane that can be compared, the strongest first.

    All are by a rate, or all by an amount, or all give points in the same way.

    What the caps leave aside, no way takes more off any amount than the ways before
    it: so a search may stop at the first that takes less than what it has.

    >>> Run([]).reached(100)
    ()
    """

    def __init__(self, ways: Iterable[Way]) -> None:
        self._ways = _with_least_ranks(sorted(ways, key=lambda way: way.strength))
        self._places = sorted(
            range(len(self._ways)),
            key=lambda place: self._ways[place].opening.threshold,
        )
        self._thresholds = [
            self._ways[place].opening.threshold for place in self._places
        ]

    def reached(self, amount: int) -> tuple[Way, ...]:
        """Return the ways whose threshold is at most `amount`."""
        count = bisect_right(self._thresholds, amount)
        if count == len(self._ways):
            return self._ways
        return tuple(self._ways[place] for place in sorted(self._places[:count]))


def _with_least_ranks(ways: Sequence[Way]) -> tuple[Way, ...]:
    found: list[Way] = []
    for way in reversed(ways):
        behind = found[-1].least_rank if found else way.least_rank
        found.append(replace(way, least_rank=min(way.least_rank, behind)))
    return tuple(reversed(found))


#: A lane, whether its rules are exclusive, and whether they work by a rate; in the
#: lane of points, how they give them.
RunKey = Tuple[Lane, bool, Union[bool, BenefitType]]


@dataclass(frozen=True)
class Shelf:
    """Rules that share scope, gate and minimum quantity.

    >>> Shelf(0, gate_no=0, minimum_quantity=3, threshold=0, runs={}).runs
    {}
    """

    scope_no: int
    gate_no: int
    minimum_quantity: int
    threshold: int
    runs: Mapping[RunKey, Run]


class Field(NamedTuple):
    """The ways that a cart reaches on one shelf, and the lines they read.

    >>> Field._fields
    ('view', 'ways')
    """

    view: ScopeView
    ways: tuple[Way, ...]


class Gates:
    """Answers each distinct gate of a program once for one cart and moment.

    >>> from datetime import datetime, timezone
    >>> from saleor_rewards.engine.conditions import Countries
    >>> facts = Facts(datetime(2024, 5, 1, tzinfo=timezone.utc), "USD", country="DE")
    >>> Gates([((Countries(frozenset({"PL"})),), False)], facts).is_open(0)
    False
    """

    def __init__(self, gates: Sequence[GateKey], facts: Facts) -> None:
        self._gates = gates
        self._facts = {
            False: facts,
            True: replace(facts, may_choose_method=True),
        }
        self._open: dict[int, bool] = {}

    def is_open(self, gate_no: int) -> bool:
        """Tell whether all conditions of that gate hold."""
        is_open = self._open.get(gate_no)
        if is_open is None:
            conditions, may_choose = self._gates[gate_no]
            facts = self._facts[may_choose]
            is_open = all(condition.check(facts).is_met for condition in conditions)
            self._open[gate_no] = is_open
        return is_open


class CurrencyIndex:
    """Rules in one currency by scope, gate and threshold.

    >>> from datetime import datetime, timezone
    >>> from saleor_rewards.engine.snapshot import Snapshot
    >>> facts = Facts(datetime(2024, 5, 1, tzinfo=timezone.utc), "USD")
    >>> cart = Cart(Snapshot("default", "USD"), [])
    >>> dict(CurrencyIndex([], []).fields(cart, Gates([], facts)))
    {}
    """

    def __init__(self, rules: Iterable[CompiledRule], scopes: Sequence[Scope]) -> None:
        shelves = _shelves(rules)
        broad = [shelf for shelf in shelves if not scopes[shelf.scope_no].is_narrow]
        self._broad = sorted(broad, key=lambda shelf: shelf.threshold)
        self._lowest = [shelf.threshold for shelf in self._broad]
        narrow: dict[Key, list[Shelf]] = defaultdict(list)
        for shelf in shelves:
            for key in scopes[shelf.scope_no].include_keys:
                narrow[key].append(shelf)
        self._narrow = dict(narrow)
        self._narrow_keys = frozenset(narrow)

    def fields(self, cart: Cart, gates: Gates) -> dict[tuple[Lane, bool], list[Field]]:
        """Return what the cart reaches, by lane and whether it is exclusive."""
        found: dict[tuple[Lane, bool], list[Field]] = defaultdict(list)
        for shelf in self._in_reach(cart):
            view = cart.view(shelf.scope_no)
            if view.amount < shelf.threshold or not view.indexes:
                continue
            if view.quantity < shelf.minimum_quantity:
                continue
            if not gates.is_open(shelf.gate_no):
                continue
            for (lane, exclusive, _), run in shelf.runs.items():
                ways = run.reached(view.amount)
                if ways:
                    found[lane, exclusive].append(Field(view, ways))
        return found

    def _in_reach(self, cart: Cart) -> Iterator[Shelf]:
        # No scope holds more than the whole cart.
        yield from self._broad[: bisect_right(self._lowest, cart.subtotal_amount)]
        found: dict[int, Shelf] = {}
        for key in self._narrow_keys & cart.keys:
            for shelf in self._narrow[key]:
                found[id(shelf)] = shelf
        yield from found.values()


def _shelves(rules: Iterable[CompiledRule]) -> list[Shelf]:
    groups: dict[tuple[int, int, int], dict[RunKey, list[Way]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for compiled in _without_twins(rules):
        rule = compiled.rule
        runs = groups[compiled.scope_no, compiled.gate_no, compiled.minimum_quantity]
        for step, opening in enumerate(compiled.openings):
            key = _run_key(rule, opening)
            rank = (*compiled.rank, step)
            last_of_rule = (*compiled.rank, FAR_AMOUNT)
            runs[key].append(Way(rank, compiled, opening, last_of_rule))
    return [
        Shelf(
            scope_no=scope_no,
            gate_no=gate_no,
            minimum_quantity=quantity,
            threshold=min(
                way.opening.threshold for ways in runs.values() for way in ways
            ),
            runs={key: Run(ways) for key, ways in runs.items()},
        )
        for (scope_no, gate_no, quantity), runs in groups.items()
    ]


def _run_key(rule: RuleDefinition, opening: Opening) -> RunKey:
    if rule.lane is Lane.POINTS:
        return (rule.lane, rule.exclusive, rule.benefit.type)
    return (rule.lane, rule.exclusive, opening.option.rate is not None)


def _without_twins(rules: Iterable[CompiledRule]) -> Iterator[CompiledRule]:
    # Of rules that differ in nothing but their rank, only the first can ever win.
    seen = set()
    for compiled in sorted(rules, key=lambda compiled: compiled.rank):
        rule = compiled.rule
        twin = (
            compiled.scope_no,
            compiled.gate_no,
            compiled.minimum_quantity,
            tuple(
                (way.option_no, way.before_amount, way.after_amount)
                for way in compiled.openings
            ),
            _run_key(rule, compiled.openings[0]),
        )
        if twin not in seen:
            seen.add(twin)
            yield compiled
