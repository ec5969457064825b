"""What an evaluation asks the host to do, as data."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Mapping, Union


@dataclass(frozen=True)
class LineDiscount:
    """Take `amount` minor units off one line, on behalf of one rule version.

    `for_shipping` says that it stands in for a discount on the delivery price.

    >>> effect = LineDiscount(5, 2, "Spring", "7", 150, "USD")
    >>> LineDiscount.from_json(effect.to_json()) == effect
    True
    """

    rule_id: int
    rule_version: int
    rule_name: str
    line_id: str
    amount: int
    currency: str
    for_shipping: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return a plain dict whose `type` is `LINE_DISCOUNT`."""
        return {"type": "LINE_DISCOUNT", **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> LineDiscount:
        """Rebuild what `to_json` gave."""
        return cls(**{key: value for key, value in data.items() if key != "type"})


@dataclass(frozen=True)
class ShippingDiscount:
    """Take `amount` minor units off the price of the chosen delivery method.

    It is `percent` of that price, or else `limit_amount`, of which no more than the
    price is taken. A host that carries a rule's terms, and no figures, needs these;
    effects that were stored before have neither.

    >>> effect = ShippingDiscount(6, 1, "Free shipping", "3", 1000, "USD")
    >>> effect_from_json(effect.to_json()) == effect
    True
    """

    rule_id: int
    rule_version: int
    rule_name: str
    method_id: str
    amount: int
    currency: str
    percent: str | None = None
    limit_amount: int | None = None

    def to_json(self) -> dict[str, Any]:
        """Return a plain dict whose `type` is `SHIPPING_DISCOUNT`."""
        return {"type": "SHIPPING_DISCOUNT", **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ShippingDiscount:
        """Rebuild what `to_json` gave."""
        return cls(**{key: value for key, value in data.items() if key != "type"})


@dataclass(frozen=True)
class PointsDiscount:
    """Take `amount` minor units off one line, paid with the points held for the cart.

    >>> effect = PointsDiscount("7", 150, "USD")
    >>> effect_from_json(effect.to_json()) == effect
    True
    """

    line_id: str
    amount: int
    currency: str

    def to_json(self) -> dict[str, Any]:
        """Return a plain dict whose `type` is `POINTS_DISCOUNT`."""
        return {"type": "POINTS_DISCOUNT", **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PointsDiscount:
        """Rebuild what `to_json` gave."""
        return cls(**{key: value for key, value in data.items() if key != "type"})


@dataclass(frozen=True)
class PointsEarned:
    """Give `points` for the order, on behalf of one rule version.

    >>> effect = PointsEarned(8, 1, "One per dollar", 120)
    >>> effect_from_json(effect.to_json()) == effect
    True
    """

    rule_id: int
    rule_version: int
    rule_name: str
    points: int

    def to_json(self) -> dict[str, Any]:
        """Return a plain dict whose `type` is `POINTS_EARNED`."""
        return {"type": "POINTS_EARNED", **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> PointsEarned:
        """Rebuild what `to_json` gave."""
        return cls(**{key: value for key, value in data.items() if key != "type"})


Effect = Union[LineDiscount, ShippingDiscount, PointsDiscount, PointsEarned]

_TYPES: Mapping[str, Any] = {
    "LINE_DISCOUNT": LineDiscount,
    "SHIPPING_DISCOUNT": ShippingDiscount,
    "POINTS_DISCOUNT": PointsDiscount,
    "POINTS_EARNED": PointsEarned,
}


def effect_from_json(data: Mapping[str, Any]) -> Effect:
    """Rebuild any effect from its `to_json`; `ValueError` on an unknown `type`.

    >>> effect_from_json({"type": "NOTHING"})
    Traceback (most recent call last):
    ValueError: type: unknown effect 'NOTHING'
    """
    kind = data.get("type")
    if not isinstance(kind, str) or kind not in _TYPES:
        raise ValueError(f"type: unknown effect {kind!r}")
    effect: Effect = _TYPES[kind].from_json(data)
    return effect
