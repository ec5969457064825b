"""What an evaluation asks the host to do, as data."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any, Mapping, Union


@dataclass(frozen=True)
class LineDiscount:
    """Take `amount` minor units off one line, on behalf of one rule version.

    >>> effect = LineDiscount(5, 2, "Spring", "7", 150, "USD")
    >>> effect.reverse().amount
    -150
    >>> effect.reverse().reverse() == effect
    True
    >>> LineDiscount.from_json(effect.to_json()) == effect
    True
    """

    rule_id: int
    rule_version: int
    rule_name: str
    line_id: str
    amount: int
    currency: str

    def reverse(self) -> LineDiscount:
        """Return the effect that undoes this one."""
        return replace(self, amount=-self.amount)

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

    >>> effect = ShippingDiscount(6, 1, "Free shipping", "3", 1000, "USD")
    >>> effect.reverse().amount
    -1000
    >>> effect_from_json(effect.to_json()) == effect
    True
    """

    rule_id: int
    rule_version: int
    rule_name: str
    method_id: str
    amount: int
    currency: str

    def reverse(self) -> ShippingDiscount:
        """Return the effect that undoes this one."""
        return replace(self, amount=-self.amount)

    def to_json(self) -> dict[str, Any]:
        """Return a plain dict whose `type` is `SHIPPING_DISCOUNT`."""
        return {"type": "SHIPPING_DISCOUNT", **asdict(self)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ShippingDiscount:
        """Rebuild what `to_json` gave."""
        return cls(**{key: value for key, value in data.items() if key != "type"})


Effect = Union[LineDiscount, ShippingDiscount]


def effect_from_json(data: Mapping[str, Any]) -> Effect:
    """Rebuild any effect from its `to_json`; `ValueError` on an unknown `type`.

    >>> effect_from_json({"type": "NOTHING"})
    Traceback (most recent call last):
    ValueError: type: unknown effect 'NOTHING'
    """
    kind = data.get("type")
    if kind == "LINE_DISCOUNT":
        return LineDiscount.from_json(data)
    if kind == "SHIPPING_DISCOUNT":
        return ShippingDiscount.from_json(data)
    raise ValueError(f"type: unknown effect {kind!r}")
