"""Reads the benefit of a rule's definition, or says all that is wrong with it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Callable, Mapping

from .benefits import (
    AmountOff,
    Benefit,
    FreeShipping,
    Ladder,
    LadderStep,
    PercentOff,
    PointsFixed,
    PointsMultiplier,
    PointsPerAmount,
    ReferralGiftCard,
    ReferralPoints,
    ReferralVoucher,
    ShippingAmountOff,
    ShippingPercentOff,
)
from .errors import RuleErrorCode
from .kinds import BenefitType, Lane, Occasion, PointsCounting, SubtotalBase
from .money import to_minor
from .reader import MAX_POINTS, Reader, join

BENEFIT_KEYS = {
    BenefitType.LADDER: ("type", "steps", "base", "cap"),
    BenefitType.PERCENT_OFF: ("type", "percent", "cap"),
    BenefitType.AMOUNT_OFF: ("type", "amounts"),
    BenefitType.FREE_SHIPPING: ("type", "cap"),
    BenefitType.SHIPPING_PERCENT_OFF: ("type", "percent", "cap"),
    BenefitType.SHIPPING_AMOUNT_OFF: ("type", "amounts"),
    BenefitType.POINTS_PER_AMOUNT: ("type", "points", "per", "counting"),
    BenefitType.POINTS_MULTIPLIER: ("type", "factor"),
    BenefitType.POINTS_FIXED: ("type", "points", "occasion"),
    BenefitType.REFERRAL_POINTS: ("type", "points"),
    BenefitType.REFERRAL_VOUCHER: ("type", "amounts", "valid_days"),
    BenefitType.REFERRAL_GIFT_CARD: ("type", "amounts", "valid_days"),
}
#: A hundred years; what is given with a later end is meant to have none.
MOST_DAYS = 36500
#: What every Saleor has room for in a voucher or gift card is below it.
PAYOUT_LIMIT = 10**9


def read_benefit(reader: Reader, value: object, lane: Lane | None) -> Benefit | None:
    """Read the benefit of a rule in `lane`; None where it cannot be read.

    >>> reader = Reader()
    >>> read_benefit(reader, {"type": "FREE_SHIPPING"}, Lane.SHIPPING)
    FreeShipping(cap=None)
    >>> read_benefit(reader, {"type": "FREE_SHIPPING", "percent": "5"}, Lane.SHIPPING)
    FreeShipping(cap=None)
    >>> [error.field for error in reader.errors]
    ['benefit.percent']
    """
    if value is None:
        return None
    if not isinstance(value, dict):
        reader.fail(RuleErrorCode.WRONG_TYPE, "benefit", "An object is needed.")
        return None
    reader.require(value.get("type"), "benefit.type")
    kind = reader.choice(
        value.get("type"), "benefit.type", BenefitType, RuleErrorCode.UNKNOWN_TYPE
    )
    if kind is None:
        return None
    reader.mapping(value, "benefit", BENEFIT_KEYS[kind])
    benefit = BENEFIT_READERS[kind](reader, value)
    if benefit is not None and lane is not None and lane not in benefit.lanes:
        names = " or ".join(choice.value for choice in benefit.lanes)
        message = f"{kind.value} works in lane {names}."
        reader.fail(RuleErrorCode.LANE_MISMATCH, "benefit.type", message)
    return benefit


def read_base(reader: Reader, data: Mapping[str, Any], field: str) -> SubtotalBase:
    """Read which subtotal a threshold at `field` is about.

    >>> read_base(Reader(), {}, "benefit").name
    'AFTER_ITEM_DISCOUNTS'
    """
    base = reader.choice(data.get("base"), f"{field}.base", SubtotalBase)
    return base or SubtotalBase.AFTER_ITEM_DISCOUNTS


def _ladder(reader: Reader, data: Mapping[str, Any]) -> Ladder | None:
    field = "benefit.steps"
    reader.require(data.get("steps"), field)
    items = reader.items(data.get("steps"), field)
    steps = [
        _step(reader, item, join(field, number))
        for number, item in enumerate(items or ())
    ]
    cap = reader.amounts(data.get("cap"), "benefit.cap")
    base = read_base(reader, data, "benefit")
    found = tuple(step for step in steps if step is not None)
    if not found or len(found) < len(steps):
        return None
    _check_ascending(reader, found, field)
    return Ladder(found, base, cap)


def _step(reader: Reader, value: object, field: str) -> LadderStep | None:
    reader.require(value, field)
    data = reader.mapping(value, field, ("from", "percent", "amount"), ("from",))
    if data is None:
        return None
    from_amounts = reader.amounts(data.get("from"), f"{field}.from", may_be_zero=True)
    percent = reader.percent(data.get("percent"), f"{field}.percent")
    amounts = reader.amounts(data.get("amount"), f"{field}.amount")
    given = [key for key in ("percent", "amount") if data.get(key) is not None]
    if len(given) != 1:
        code = RuleErrorCode.DUPLICATE if given else RuleErrorCode.REQUIRED
        reader.fail(
            code, f"{field}.percent", "Either a percent or an amount is needed."
        )
    if from_amounts is None or (percent is None) == (amounts is None):
        return None
    return LadderStep(from_amounts, percent, amounts)


def _check_ascending(reader: Reader, steps: tuple[LadderStep, ...], field: str) -> None:
    for number, (lower, upper) in enumerate(zip(steps, steps[1:]), start=1):
        for currency, amount in upper.from_amounts.entries:
            before = lower.from_amounts.of(currency)
            path = f"{field}.{number}.from.{currency}"
            if before == amount:
                message = "The step before starts at the same amount."
                reader.fail(RuleErrorCode.STEPS_OVERLAP, path, message)
            elif before is not None and before > amount:
                message = "The step before starts at a higher amount."
                reader.fail(RuleErrorCode.STEPS_NOT_ASCENDING, path, message)


def _percent_off(reader: Reader, data: Mapping[str, Any]) -> PercentOff | None:
    reader.require(data.get("percent"), "benefit.percent")
    percent = reader.percent(data.get("percent"), "benefit.percent")
    cap = reader.amounts(data.get("cap"), "benefit.cap")
    if percent is None:
        return None
    if data["type"] == BenefitType.SHIPPING_PERCENT_OFF.value:
        return ShippingPercentOff(percent, cap)
    return PercentOff(percent, cap)


def _amount_off(reader: Reader, data: Mapping[str, Any]) -> AmountOff | None:
    reader.require(data.get("amounts"), "benefit.amounts")
    amounts = reader.amounts(data.get("amounts"), "benefit.amounts")
    if amounts is None:
        return None
    if data["type"] == BenefitType.SHIPPING_AMOUNT_OFF.value:
        return ShippingAmountOff(amounts)
    return AmountOff(amounts)


def _free_shipping(reader: Reader, data: Mapping[str, Any]) -> FreeShipping:
    return FreeShipping(reader.amounts(data.get("cap"), "benefit.cap"))


def _points_per_amount(
    reader: Reader, data: Mapping[str, Any]
) -> PointsPerAmount | None:
    points = _points(reader, data)
    reader.require(data.get("per"), "benefit.per")
    per = reader.amounts(data.get("per"), "benefit.per")
    counting = reader.choice(data.get("counting"), "benefit.counting", PointsCounting)
    if points is None or per is None:
        return None
    return PointsPerAmount(points, per, counting or PointsCounting.IN_PROPORTION)


def _points_multiplier(
    reader: Reader, data: Mapping[str, Any]
) -> PointsMultiplier | None:
    reader.require(data.get("factor"), "benefit.factor")
    factor = reader.factor(data.get("factor"), "benefit.factor")
    return None if factor is None else PointsMultiplier(factor)


def _points_fixed(reader: Reader, data: Mapping[str, Any]) -> PointsFixed | None:
    points = _points(reader, data)
    occasion = reader.choice(data.get("occasion"), "benefit.occasion", Occasion)
    return None if points is None else PointsFixed(points, occasion or Occasion.ORDER)


def _referral_points(reader: Reader, data: Mapping[str, Any]) -> ReferralPoints | None:
    points = _points(reader, data)
    return None if points is None else ReferralPoints(points)


def _referral_voucher(
    reader: Reader, data: Mapping[str, Any]
) -> ReferralVoucher | None:
    reader.require(data.get("amounts"), "benefit.amounts")
    amounts = reader.amounts(data.get("amounts"), "benefit.amounts")
    days = reader.whole(data.get("valid_days"), "benefit.valid_days", 1, MOST_DAYS)
    if amounts is None:
        return None
    for currency, amount in amounts.entries:
        if amount >= to_minor(Decimal(PAYOUT_LIMIT), currency):
            field = join("benefit.amounts", currency)
            message = f"It must be below {PAYOUT_LIMIT:,}."
            reader.fail(RuleErrorCode.OUT_OF_RANGE, field, message)
    if data["type"] == BenefitType.REFERRAL_GIFT_CARD.value:
        return ReferralGiftCard(amounts, days)
    return ReferralVoucher(amounts, days)


def _points(reader: Reader, data: Mapping[str, Any]) -> int | None:
    reader.require(data.get("points"), "benefit.points")
    return reader.whole(data.get("points"), "benefit.points", 1, MAX_POINTS)


BENEFIT_READERS: Mapping[
    BenefitType, Callable[[Reader, Mapping[str, Any]], Benefit | None]
] = {
    BenefitType.LADDER: _ladder,
    BenefitType.PERCENT_OFF: _percent_off,
    BenefitType.AMOUNT_OFF: _amount_off,
    BenefitType.FREE_SHIPPING: _free_shipping,
    BenefitType.SHIPPING_PERCENT_OFF: _percent_off,
    BenefitType.SHIPPING_AMOUNT_OFF: _amount_off,
    BenefitType.POINTS_PER_AMOUNT: _points_per_amount,
    BenefitType.POINTS_MULTIPLIER: _points_multiplier,
    BenefitType.POINTS_FIXED: _points_fixed,
    BenefitType.REFERRAL_POINTS: _referral_points,
    BenefitType.REFERRAL_VOUCHER: _referral_voucher,
    BenefitType.REFERRAL_GIFT_CARD: _referral_voucher,
}
