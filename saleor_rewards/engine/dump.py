"""Turns a rule back into the definition that `parse_rule` reads."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from .benefits import (
    AmountOff,
    FreeShipping,
    Ladder,
    LadderStep,
    PercentOff,
    PointsFixed,
    PointsMultiplier,
    PointsPerAmount,
    ReferralPoints,
    ReferralVoucher,
)
from .conditions import MinimumSubtotal, NthFriend, NthOrder, Window
from .kinds import PointsCounting
from .money import Amounts, from_minor
from .rules import Conditions, RuleDefinition
from .scope import IdFilter, Scope


def dump_rule(rule: RuleDefinition) -> dict[str, Any]:
    """Return the definition of `rule`, without what is left at its default.

    The inverse of `parse_rule`: parsing the answer with the same id, version and name
    gives an equal rule. Lists come sorted, amounts with all decimals of their
    currency.

    >>> from saleor_rewards.engine.parse import parse_rule
    >>> definition = {
    ...     "lane": "ORDER",
    ...     "starts_at": "2024-05-01T09:00:00+00:00",
    ...     "conditions": {"countries": ["DE", "PL"]},
    ...     "benefit": {"type": "AMOUNT_OFF", "amounts": {"USD": "5.00"}},
    ... }
    >>> dump_rule(parse_rule(definition, id=5, version=1, name="May")) == definition
    True
    """
    return _without_defaults(
        {
            "lane": rule.lane.value,
            "priority": rule.priority,
            "exclusive": rule.exclusive,
            "starts_at": _time(rule.starts_at),
            "ends_at": _time(rule.ends_at),
            "conditions": _conditions(rule.conditions),
            "benefit": _benefit(rule),
        }
    )


def _without_defaults(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if value not in (None, 0, {})}


def _time(value: datetime | None) -> str | None:
    return None if value is None else value.isoformat()


def _decimal(value: Decimal | None) -> str | None:
    return None if value is None else format(value.normalize(), "f")


def _amounts(amounts: Amounts | None) -> dict[str, str] | None:
    if amounts is None:
        return None
    return {
        currency: format(from_minor(amount, currency), "f")
        for currency, amount in amounts.entries
    }


def _conditions(conditions: Conditions) -> dict[str, Any]:
    quantity = conditions.minimum_quantity
    countries = conditions.countries
    methods = conditions.shipping_methods
    windows = conditions.weekly_windows
    return _without_defaults(
        {
            "minimum_subtotal": _minimum_subtotal(conditions.minimum_subtotal),
            "minimum_quantity": quantity and quantity.quantity,
            **_scope(conditions.scope),
            "countries": countries and sorted(countries.codes),
            "shipping_methods": methods and sorted(methods.ids),
            "first_order": conditions.first_order is not None,
            "nth_order": _nth(conditions.nth_order),
            "tiers": conditions.tiers and sorted(conditions.tiers.ids),
            "has_referral": conditions.has_referral is not None,
            "nth_friend": _nth(conditions.nth_friend),
            "weekly_windows": windows and [_window(item) for item in windows.windows],
        }
    )


def _minimum_subtotal(condition: MinimumSubtotal | None) -> dict[str, Any] | None:
    if condition is None:
        return None
    return {"amounts": _amounts(condition.amounts), "base": condition.base.value}


def _nth(condition: NthOrder | NthFriend | None) -> dict[str, Any] | None:
    if condition is None:
        return None
    data = {"number": condition.number, "repeats": condition.repeats}
    return _without_defaults(data)


def _scope(scope: Scope) -> dict[str, Any]:
    return {
        "products": _id_filter(scope.products),
        "collections": _id_filter(scope.collections),
        "categories": _id_filter(scope.categories),
        "exclude_sale_items": scope.exclude_sale_items,
        "exclude_non_shippable_items": scope.exclude_non_shippable_items,
    }


def _id_filter(ids: IdFilter) -> dict[str, list[str]]:
    lists = {"include": sorted(ids.include), "exclude": sorted(ids.exclude)}
    return {key: value for key, value in lists.items() if value}


def _window(window: Window) -> dict[str, Any]:
    return {
        "weekday": window.weekday,
        "start": _clock(window.start_minute),
        "end": _clock(window.end_minute),
    }


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _benefit(rule: RuleDefinition) -> dict[str, Any]:
    benefit = rule.benefit
    data: dict[str, Any] = {"type": benefit.type.value}
    if isinstance(benefit, Ladder):
        data["steps"] = [_step(step) for step in benefit.steps]
        data["base"] = benefit.base.value
        data["cap"] = _amounts(benefit.cap)
    elif isinstance(benefit, PercentOff):
        data["percent"] = _decimal(benefit.percent)
        data["cap"] = _amounts(benefit.cap)
    elif isinstance(benefit, AmountOff):
        data["amounts"] = _amounts(benefit.amounts)
    elif isinstance(benefit, FreeShipping):
        data["cap"] = _amounts(benefit.cap)
    elif isinstance(benefit, PointsPerAmount):
        data["points"] = benefit.points
        data["per"] = _amounts(benefit.per)
        is_stepped = benefit.counting is PointsCounting.FULL_STEPS
        data["counting"] = benefit.counting.value if is_stepped else None
    elif isinstance(benefit, PointsMultiplier):
        data["factor"] = _decimal(benefit.factor)
    elif isinstance(benefit, PointsFixed):
        data["points"] = benefit.points
        data["occasion"] = benefit.occasion.value
    elif isinstance(benefit, ReferralPoints):
        data["points"] = benefit.points
    elif isinstance(benefit, ReferralVoucher):
        data["amounts"] = _amounts(benefit.amounts)
        data["valid_days"] = benefit.valid_days
    return _without_defaults(data)


def _step(step: LadderStep) -> dict[str, Any]:
    return _without_defaults(
        {
            "from": _amounts(step.from_amounts),
            "percent": _decimal(step.percent),
            "amount": _amounts(step.amounts),
        }
    )
