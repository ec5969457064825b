"""Takes the effects' amounts off the prices that pass through the plugin chain."""

from __future__ import annotations

from prices import Money, TaxedMoney
from saleor.core.taxes import quantize_price

from ...engine import (
    Evaluation,
    LineDiscount,
    PointsDiscount,
    ShippingDiscount,
    from_minor,
)


def line_total(line_id: str, price: TaxedMoney, now: Evaluation) -> TaxedMoney:
    """Return a line's price less what the effects take off it."""
    taken = sum(
        effect.amount
        for effect in now.effects
        if isinstance(effect, (LineDiscount, PointsDiscount))
        and effect.line_id == line_id
    )
    whole = sum(line.amount for line in now.snapshot.lines if line.id == line_id)
    return reduced(price, taken, whole, now.snapshot.currency)


def shipping_price(price: TaxedMoney, now: Evaluation) -> TaxedMoney:
    """Return the shipping price less what the effects take off it."""
    taken = sum(
        effect.amount for effect in now.effects if isinstance(effect, ShippingDiscount)
    )
    whole = now.snapshot.shipping.amount if now.snapshot.shipping else 0
    return reduced(price, taken, whole, now.snapshot.currency)


def reduced(price: TaxedMoney, taken: int, whole: int, currency: str) -> TaxedMoney:
    """Return ``price`` less ``taken`` of ``whole`` minor units.

    The side that prices are entered in, gross or net, loses exactly ``taken``;
    the other side loses the same share, so that the tax rate stays.

    >>> ten = Money("10.00", "USD")
    >>> reduced(TaxedMoney(net=ten, gross=ten), 250, 1000, "USD").gross
    Money('7.50', 'USD')
    """
    if not taken:
        return price
    return TaxedMoney(
        net=_side(price.net, taken, whole, currency),
        gross=_side(price.gross, taken, whole, currency),
    )


def _side(side: Money, taken: int, whole: int, currency: str) -> Money:
    if side.amount == from_minor(whole, currency):
        return Money(from_minor(whole - taken, currency), currency)
    return quantize_price(side * (whole - taken) / whole, currency)
