"""Benefits of a rule: what a met rule takes off, as options in one currency."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import ClassVar, Iterator, Union

from .kinds import (
    BenefitType,
    Lane,
    Occasion,
    PointsCounting,
    ReferralKind,
    SubtotalBase,
)
from .money import Amounts, Rate

GOODS_LANES = (Lane.ITEM, Lane.ORDER)
SHIPPING_LANES = (Lane.SHIPPING,)
POINTS_LANES = (Lane.POINTS,)
REFERRAL_LANES = (Lane.REFERRAL,)
HUNDRED_PERCENT = Decimal(100)

#: Saleor keeps the percentage of a voucher no finer than this.
VOUCHER_PERCENT_UNIT = Decimal("0.001")


@dataclass(frozen=True)
class Option:
    """One way to take something off, in one currency: a percentage or an amount.

    `from_amount` is the subtotal that opens it, `cap` the most that it gives; all
    amounts are minor units. `percent` and `rate` say the same, or are both None. One
    that gives points takes nothing off: `points` is then how many it gives for each
    minor unit or for the order, or by how much it multiplies. With a `step_amount`
    only each full one of it counts.

    >>> tenth = Option.percent_off(Decimal("10"), from_amount=10000, cap=1500)
    >>> tenth.worth(10000), tenth.worth(20000)
    (1000, 1500)
    >>> Option(amount=500).worth(300)
    300
    """

    from_amount: int = 0
    percent: Decimal | None = None
    rate: Rate | None = None
    amount: int = 0
    cap: int | None = None
    points: Fraction | None = None
    step_amount: int | None = None

    @classmethod
    def percent_off(
        cls, percent: Decimal, cap: int | None, from_amount: int = 0
    ) -> Option:
        """Build the option that takes a percentage off."""
        return cls(from_amount, percent, Rate.from_percent(percent), 0, cap)

    def limit(self, target_amount: int) -> int:
        """Return what a percentage would take off without its cap."""
        if self.rate is None:
            return self.worth(target_amount)
        return self.rate.of(target_amount)

    def worth(self, target_amount: int) -> int:
        """Return what is taken off `target_amount`, never more than it."""
        rate = self.rate
        value = self.amount if rate is None else rate.of(target_amount)
        if self.cap is not None and value > self.cap:
            value = self.cap
        return min(value, target_amount)


class _Benefit:
    """What all benefits share: their money and the question of currencies."""

    def amounts_by_field(self) -> Iterator[tuple[str, Amounts]]:
        """Yield each configured money with its path inside the benefit."""
        cap: Amounts | None = getattr(self, "cap", None)
        if cap is not None:
            yield "cap", cap

    def is_configured(self, currency: str) -> bool:
        """Tell whether every money of this benefit has an entry for `currency`."""
        return all(
            amounts.of(currency) is not None for _, amounts in self.amounts_by_field()
        )

    def _cap_amount(self, currency: str) -> int | None:
        cap: Amounts | None = getattr(self, "cap", None)
        return None if cap is None else cap.of(currency)


@dataclass(frozen=True)
class LadderStep:
    """One step of a ladder: `percent` or `amounts` off, from a subtotal on.

    >>> step = LadderStep(Amounts.from_dict({"USD": 10000}), percent=Decimal("5"))
    >>> step.option("USD", cap=None).worth(20000)
    1000
    """

    from_amounts: Amounts
    percent: Decimal | None = None
    amounts: Amounts | None = None

    def option(self, currency: str, cap: int | None) -> Option:
        """Return this step in `currency`, which must be configured."""
        from_amount = self.from_amounts.of(currency) or 0
        if self.percent is not None:
            return Option.percent_off(self.percent, cap, from_amount)
        amount = (self.amounts.of(currency) if self.amounts else None) or 0
        return Option(from_amount, amount=amount, cap=cap)


@dataclass(frozen=True)
class Ladder(_Benefit):
    """A spend ladder: the more is in the scope, the more is taken off.

    The thresholds read the scope's lines through `base`. Of the steps reached, the
    one that is worth most counts, so that no step ever takes anything away.

    >>> five = LadderStep(Amounts.from_dict({"USD": 10000}), Decimal("5"))
    >>> ten = LadderStep(Amounts.from_dict({"USD": 30000}), Decimal("10"))
    >>> [option.from_amount for option in Ladder((five, ten)).options("USD")]
    [10000, 30000]
    >>> Ladder((five, ten)).is_configured("EUR")
    False
    """

    type: ClassVar[BenefitType] = BenefitType.LADDER
    lanes: ClassVar[tuple[Lane, ...]] = GOODS_LANES

    steps: tuple[LadderStep, ...]
    base: SubtotalBase = SubtotalBase.AFTER_ITEM_DISCOUNTS
    cap: Amounts | None = None

    def amounts_by_field(self) -> Iterator[tuple[str, Amounts]]:
        """Yield each configured money with its path inside the benefit."""
        for number, step in enumerate(self.steps):
            yield f"steps.{number}.from", step.from_amounts
            if step.amounts is not None:
                yield f"steps.{number}.amount", step.amounts
        yield from super().amounts_by_field()

    def options(self, currency: str) -> tuple[Option, ...]:
        """Return the steps in `currency`, which must be configured."""
        cap = self._cap_amount(currency)
        return tuple(step.option(currency, cap) for step in self.steps)


@dataclass(frozen=True)
class PercentOff(_Benefit):
    """A percentage off the scope's lines, at most `cap`.

    >>> tenth = PercentOff(Decimal("10"), cap=Amounts.from_dict({"USD": 5000}))
    >>> tenth.options("USD")[0].worth(80000)
    5000
    """

    type: ClassVar[BenefitType] = BenefitType.PERCENT_OFF
    lanes: ClassVar[tuple[Lane, ...]] = GOODS_LANES

    percent: Decimal
    cap: Amounts | None = None

    def options(self, currency: str) -> tuple[Option, ...]:
        """Return the one option in `currency`, which must be configured."""
        return (Option.percent_off(self.percent, self._cap_amount(currency)),)


@dataclass(frozen=True)
class AmountOff(_Benefit):
    """An amount off the scope's lines together, never more than they cost.

    >>> AmountOff(Amounts.from_dict({"USD": 500})).options("USD")[0].worth(2000)
    500
    """

    type: ClassVar[BenefitType] = BenefitType.AMOUNT_OFF
    lanes: ClassVar[tuple[Lane, ...]] = GOODS_LANES

    amounts: Amounts

    def amounts_by_field(self) -> Iterator[tuple[str, Amounts]]:
        """Yield each configured money with its path inside the benefit."""
        yield "amounts", self.amounts

    def options(self, currency: str) -> tuple[Option, ...]:
        """Return the one option in `currency`, which must be configured."""
        return (Option(amount=self.amounts.of(currency) or 0),)


@dataclass(frozen=True)
class FreeShipping(_Benefit):
    """The delivery price off, at most `cap`.

    >>> FreeShipping().options("USD")[0].worth(1000)
    1000
    """

    type: ClassVar[BenefitType] = BenefitType.FREE_SHIPPING
    lanes: ClassVar[tuple[Lane, ...]] = SHIPPING_LANES

    cap: Amounts | None = None

    def options(self, currency: str) -> tuple[Option, ...]:
        """Return the one option in `currency`, which must be configured."""
        return (Option.percent_off(HUNDRED_PERCENT, self._cap_amount(currency)),)


@dataclass(frozen=True)
class ShippingPercentOff(PercentOff):
    """A percentage off the delivery price, at most `cap`.

    A voucher of Saleor's may carry it, so it is as fine as that and no finer.

    >>> ShippingPercentOff(Decimal("50")).options("USD")[0].worth(1000)
    500
    >>> ShippingPercentOff(Decimal("33.3335")).options("USD")[0].percent
    Decimal('33.334')
    """

    type: ClassVar[BenefitType] = BenefitType.SHIPPING_PERCENT_OFF
    lanes: ClassVar[tuple[Lane, ...]] = SHIPPING_LANES

    def options(self, currency: str) -> tuple[Option, ...]:
        """Return the one option in `currency`, which must be configured."""
        coarse = self.percent.quantize(VOUCHER_PERCENT_UNIT, ROUND_HALF_UP)
        percent = self.percent if self.percent == coarse else coarse
        return (Option.percent_off(percent, self._cap_amount(currency)),)


@dataclass(frozen=True)
class ShippingAmountOff(AmountOff):
    """An amount off the delivery price, never more than it.

    >>> cheaper = ShippingAmountOff(Amounts.from_dict({"USD": 300}))
    >>> cheaper.options("USD")[0].worth(1000)
    300
    """

    type: ClassVar[BenefitType] = BenefitType.SHIPPING_AMOUNT_OFF
    lanes: ClassVar[tuple[Lane, ...]] = SHIPPING_LANES


@dataclass(frozen=True)
class PointsPerAmount(_Benefit):
    """`points` for each `per` that is paid for the scope's lines.

    In proportion, ten for each 10.00 are one for 1.50 of goods, and 15 for 15.00. By
    full steps they are none and ten.

    >>> per = Amounts.from_dict({"USD": 100})
    >>> PointsPerAmount(1, per).options("USD")[0].points
    Fraction(1, 100)
    >>> full = PointsPerAmount(1, per, PointsCounting.FULL_STEPS)
    >>> full.options("USD")[0].step_amount
    100
    """

    type: ClassVar[BenefitType] = BenefitType.POINTS_PER_AMOUNT
    lanes: ClassVar[tuple[Lane, ...]] = POINTS_LANES

    points: int
    per: Amounts
    counting: PointsCounting = PointsCounting.IN_PROPORTION

    def amounts_by_field(self) -> Iterator[tuple[str, Amounts]]:
        """Yield each configured money with its path inside the benefit."""
        yield "per", self.per

    def options(self, currency: str) -> tuple[Option, ...]:
        """Return the one option in `currency`, which must be configured."""
        per = self.per.of(currency) or 1
        is_stepped = self.counting is PointsCounting.FULL_STEPS
        points = Fraction(self.points, per)
        return (Option(points=points, step_amount=per if is_stepped else None),)


@dataclass(frozen=True)
class PointsMultiplier(_Benefit):
    """`factor` times the points that are paid for the scope's lines.

    >>> PointsMultiplier(Decimal("1.5")).options("USD")[0].points
    Fraction(3, 2)
    """

    type: ClassVar[BenefitType] = BenefitType.POINTS_MULTIPLIER
    lanes: ClassVar[tuple[Lane, ...]] = POINTS_LANES

    factor: Decimal

    def options(self, currency: str) -> tuple[Option, ...]:
        """Return the one option, the same in every currency."""
        return (Option(points=Fraction(self.factor)),)


@dataclass(frozen=True)
class PointsFixed(_Benefit):
    """A number of points, once for an order or for another occasion.

    >>> PointsFixed(100).options("USD")[0].points
    Fraction(100, 1)
    """

    type: ClassVar[BenefitType] = BenefitType.POINTS_FIXED
    lanes: ClassVar[tuple[Lane, ...]] = POINTS_LANES

    points: int
    occasion: Occasion = Occasion.ORDER

    def options(self, currency: str) -> tuple[Option, ...]:
        """Return the one option, the same in every currency."""
        return (Option(points=Fraction(self.points)),)


@dataclass(frozen=True)
class ReferralPoints(_Benefit):
    """A number of points for a referrer.

    >>> ReferralPoints(500).worth("USD")
    500
    """

    type: ClassVar[BenefitType] = BenefitType.REFERRAL_POINTS
    lanes: ClassVar[tuple[Lane, ...]] = REFERRAL_LANES
    kind: ClassVar[ReferralKind] = ReferralKind.POINTS
    valid_days: ClassVar[None] = None

    points: int

    def worth(self, currency: str) -> int:
        """Return how many points it is, the same in every currency."""
        return self.points

    def options(self, currency: str) -> tuple[Option, ...]:
        """Return nothing: it takes nothing off a cart."""
        return ()


@dataclass(frozen=True)
class ReferralVoucher(_Benefit):
    """A voucher for a referrer, `valid_days` long; without an end where None.

    >>> ReferralVoucher(Amounts.from_dict({"USD": 1000}), 90).worth("USD")
    1000
    """

    type: ClassVar[BenefitType] = BenefitType.REFERRAL_VOUCHER
    lanes: ClassVar[tuple[Lane, ...]] = REFERRAL_LANES
    kind: ClassVar[ReferralKind] = ReferralKind.VOUCHER

    amounts: Amounts
    valid_days: int | None = None

    def amounts_by_field(self) -> Iterator[tuple[str, Amounts]]:
        """Yield each configured money with its path inside the benefit."""
        yield "amounts", self.amounts

    def worth(self, currency: str) -> int:
        """Return its worth in minor units of `currency`, which must be configured."""
        return self.amounts.of(currency) or 0

    def options(self, currency: str) -> tuple[Option, ...]:
        """Return nothing: it takes nothing off a cart."""
        return ()


@dataclass(frozen=True)
class ReferralGiftCard(ReferralVoucher):
    """A gift card for a referrer, `valid_days` long; without an end where None.

    >>> ReferralGiftCard(Amounts.from_dict({"USD": 1000})).kind.value
    'GIFT_CARD'
    """

    type: ClassVar[BenefitType] = BenefitType.REFERRAL_GIFT_CARD
    kind: ClassVar[ReferralKind] = ReferralKind.GIFT_CARD


ReferralBenefit = Union[ReferralPoints, ReferralVoucher, ReferralGiftCard]
Benefit = Union[
    Ladder,
    PercentOff,
    AmountOff,
    FreeShipping,
    ShippingPercentOff,
    ShippingAmountOff,
    PointsPerAmount,
    PointsMultiplier,
    PointsFixed,
    ReferralBenefit,
]
