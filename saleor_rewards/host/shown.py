"""What a shopper sees of a set of effects: an amount by the offer's name."""

from __future__ import annotations

from decimal import Decimal
from typing import Iterable

from ..engine import (
    Effect,
    LineDiscount,
    PointsDiscount,
    ShippingDiscount,
    from_minor,
)

#: Stands beside what spent points take off, where a rule's name stands for others.
POINTS = "Points"

#: So much of a rule's name fits into that of a voucher, beside what says whose it is.
MAX_SHIPPING_NAME = 246


def name_of(effect: LineDiscount | ShippingDiscount | PointsDiscount) -> str:
    """Return the name under which a shopper finds what the effect takes off."""
    if isinstance(effect, PointsDiscount):
        return POINTS
    if isinstance(effect, ShippingDiscount):
        return effect.rule_name[:MAX_SHIPPING_NAME]
    return effect.rule_name


def shown_by(effects: Iterable[Effect]) -> dict[str, Decimal]:
    """Return the sum of what the effects take off by :func:`name_of`."""
    shown: dict[str, Decimal] = {}
    for effect in effects:
        if isinstance(effect, (LineDiscount, ShippingDiscount, PointsDiscount)):
            name, amount = name_of(effect), from_minor(effect.amount, effect.currency)
            shown[name] = shown.get(name, Decimal(0)) + amount
    return shown
