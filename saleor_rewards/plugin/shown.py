"""What a shopper sees of a set of effects: an amount by the offer's name."""

from __future__ import annotations

from decimal import Decimal
from typing import Iterable, Union

from ..engine import LineDiscount, ShippingDiscount, from_minor

Effect = Union[LineDiscount, ShippingDiscount]


def shown_by(effects: Iterable[Effect]) -> dict[str, Decimal]:
    """Return the sum of the effects' amounts by the name of their rule."""
    shown: dict[str, Decimal] = {}
    for effect in effects:
        amount = from_minor(effect.amount, effect.currency)
        shown[effect.rule_name] = shown.get(effect.rule_name, Decimal(0)) + amount
    return shown
