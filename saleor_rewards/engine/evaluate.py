"""Evaluates a snapshot: what to take off, and what to tell the shopper."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Mapping, NamedTuple, Sequence

from .apply import effects_of
from .arrangements import Arrangement, arrangements, carry
from .cart import Cart
from .choose import choose
from .combination import Outcome
from .compile import CompiledProgram
from .conditions import Facts
from .earn import Earning
from .effects import Effect, LineDiscount, PointsEarned, ShippingDiscount
from .explain import Explainer
from .host_offers import HostOffer
from .index import Field, Gates
from .kinds import Lane
from .money import Rate
from .offers import Offer
from .redeem import Payment
from .rules import PointsTerms, RuleDefinition
from .snapshot import Snapshot


class Evaluation:
    """What the rules of a program give the cart `snapshot` at one moment.

    `effects` are sorted by lane and line, at most one for each rule and line, none of
    them 0; what points pay comes after them, and what the order earns comes last.
    `offers` are made when they are first asked for. Two evaluations are equal
    when their effects and offers are.

    >>> from datetime import timezone
    >>> from saleor_rewards.engine import ProgramSettings, compile_program
    >>> program = compile_program(ProgramSettings(), [])
    >>> at = datetime(2024, 5, 1, tzinfo=timezone.utc)
    >>> nothing = evaluate(Snapshot("default", "USD"), program, at)
    >>> nothing.effects, nothing.discount_amount, nothing.shipping_amount
    ((), 0, 0)
    """

    def __init__(
        self,
        effects: tuple[Effect, ...],
        explainer: Explainer,
        payment: Payment,
        earning: Earning,
        arranged: Arranged,
    ) -> None:
        self.effects = effects
        self.snapshot = arranged.snapshot
        #: Whether the shopper's own voucher has to make place for what is worth more.
        self.displaces_code = arranged.arrangement.displaces_code
        self._payment = payment
        self._earning = earning
        self._carried = arranged.outcome.applied.carried
        self._explainer = explainer
        self._offers: tuple[Offer, ...] | None = None

    @property
    def discount_amount(self) -> int:
        """What the shopper saves by what rules take off the lines, in minor units."""
        taken = sum(
            effect.amount for effect in self.effects if isinstance(effect, LineDiscount)
        )
        return taken - (self._carried.lost_amount if self._carried else 0)

    @property
    def shipping_amount(self) -> int:
        """The sum taken off the delivery price, in minor units."""
        return sum(
            effect.amount
            for effect in self.effects
            if isinstance(effect, ShippingDiscount)
        )

    @property
    def earned_points(self) -> int:
        """How many points the order earns."""
        return sum(
            effect.points for effect in self.effects if isinstance(effect, PointsEarned)
        )

    @property
    def redeemed_points(self) -> int:
        """How many of the points held for the cart pay for it."""
        return self._payment.points

    @property
    def redeemed_amount(self) -> int:
        """What these points pay of what the shopper pays, in minor units."""
        return self._payment.amount

    @property
    def points_rules(self) -> tuple[RuleDefinition, ...]:
        """The met rules of the points lane, by rank.

        Of those that ask for the same, only the one that gives most is there.
        """
        return self._earning.rules

    @property
    def points_terms(self) -> PointsTerms | None:
        """How points are earned and spent here; None where there are none."""
        return self._payment.terms

    @property
    def stand_ins(self) -> Mapping[str, int]:
        """By how much lines earn on more than is paid for them, by id.

        They stand in for a discount on the delivery price.
        """
        return self._payment.stand_ins

    def most_points(self, available: int) -> int:
        """Return how many of `available` points could pay for this cart at most."""
        return self._payment.most_points(available)

    def worth(self, points: int) -> int:
        """Return what `points` are worth in minor units, rounded down."""
        return self._payment.worth(points)

    @property
    def offers(self) -> tuple[Offer, ...]:
        """One offer for each rule that has not ended, best priority first, then id.

        Rules for other occasions than an order, and those for referrers, are no
        offers of a cart.
        """
        if self._offers is None:
            self._offers = tuple(self._explainer.offers())
        return self._offers

    @property
    def offers_with_ended(self) -> tuple[Offer, ...]:
        """The same with those of rules that ended, for merchants who try their rules."""
        return tuple(self._explainer.offers(with_ended=True))

    def offer(self, rule_id: int) -> Offer:
        """Return the offer of one rule, also of one that ended.

        Raises `KeyError` where the program has no such rule, or not for carts.
        """
        return self._explainer.offer(rule_id)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Evaluation):
            return NotImplemented
        return self.effects == other.effects and self.offers == other.offers

    def __hash__(self) -> int:
        return hash(self.effects)


def evaluate(snapshot: Snapshot, program: CompiledProgram, at: datetime) -> Evaluation:
    """Find what is best for the shopper at `at`, which must be aware.

    One rule a lane wins, lanes add up, and the sum is the largest that the rules
    allow; ties go to the higher priority, then to the lower id, in the order of the
    lanes. Neither an item nor a rule that is added ever lowers the sum. Raises
    `ValueError` where `at` is naive.

    >>> from datetime import timezone
    >>> from saleor_rewards.engine import LineSnapshot, ProgramSettings
    >>> from saleor_rewards.engine import compile_program, parse_rule
    >>> steps = [
    ...     {"from": {"USD": "100.00"}, "percent": "5"},
    ...     {"from": {"USD": "300.00"}, "percent": "10"},
    ... ]
    >>> ladder = {"lane": "ORDER", "benefit": {"type": "LADDER", "steps": steps}}
    >>> rule = parse_rule(ladder, id=5, version=1, name="Spring")
    >>> program = compile_program(ProgramSettings(), [rule])
    >>> line = LineSnapshot("7", "1", "2", 4, list_amount=12000, amount=12000)
    >>> cart = Snapshot("default", "USD", lines=(line,))
    >>> result = evaluate(cart, program, datetime(2024, 5, 1, tzinfo=timezone.utc))
    >>> [(effect.line_id, effect.amount) for effect in result.effects]
    [('7', 600)]
    >>> result.offers[0].code.value, result.offers[0].gap_amount
    ('NEXT_STEP', 18000)
    """
    if at.tzinfo is None or at.utcoffset() is None:
        raise ValueError("at: an aware time is needed")
    facts = _facts(snapshot, program, at)
    index, gates = program.index(snapshot.currency, at), Gates(program.gates, facts)

    def arranged(one: Arrangement) -> Arranged:
        cart = Cart(one.snapshot, program.scopes)
        fields = index.fields(cart, gates)
        outcome = choose(cart, fields, _cap_amount(cart, program), one.room_amount)
        return Arranged(snapshot, one, cart, fields, carry(one, cart, outcome))

    found = [arranged(one) for one in arrangements(snapshot)]
    # Of equal ones the first.
    best = min(found, key=lambda one: one.price)
    unhindered = None if best is found[-1] else found[-1].outcome
    cart, outcome, terms = best.cart, best.outcome, program.settings.points
    given = tuple(effects_of(cart, outcome.applied))
    payment = Payment(cart, given, terms, best.offer, best.arrangement.room_amount)
    reached = best.fields.get((Lane.POINTS, False), ())
    earning = Earning(cart, reached, outcome.applied.remainder, payment)
    explainer = Explainer(
        program, cart, facts, outcome, earning, unhindered, best.arrangement
    )
    effects = (*given, *payment.effects, *earning.effects)
    return Evaluation(effects, explainer, payment, earning, best)


class Arranged(NamedTuple):
    """What one arrangement of a cart comes to."""

    snapshot: Snapshot
    arrangement: Arrangement
    cart: Cart
    fields: Mapping[tuple[Lane, bool], Sequence[Field]]
    outcome: Outcome

    @property
    def price(self) -> Fraction:
        """What the shopper pays for goods and delivery, points left aside."""
        return self.arrangement.price(self.outcome.applied)

    @property
    def offer(self) -> HostOffer | None:
        """Which offer of the shop system stands."""
        return self.arrangement.standing_beside(self.outcome.applied)


def _facts(snapshot: Snapshot, program: CompiledProgram, at: datetime) -> Facts:
    return Facts(
        at=at,
        currency=snapshot.currency,
        zone=program.settings.time_zone,
        country=snapshot.country,
        method_id=None if snapshot.shipping is None else snapshot.shipping.method_id,
        customer=snapshot.customer,
    )


def _cap_amount(cart: Cart, program: CompiledProgram) -> int:
    percent = program.settings.cap_percent
    if percent is None:
        return cart.subtotal_amount
    return Rate.from_percent(percent).floor_of(cart.subtotal_amount)
