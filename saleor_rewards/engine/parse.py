"""Turns a stored definition into a rule, or says all that is wrong with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Callable, Collection, Mapping

from .benefits import (
    AmountOff,
    Benefit,
    FreeShipping,
    Ladder,
    LadderStep,
    PercentOff,
    ShippingAmountOff,
    ShippingPercentOff,
)
from .conditions import (
    Countries,
    FirstOrder,
    MinimumQuantity,
    MinimumSubtotal,
    ShippingMethods,
    WeeklyWindows,
    Window,
)
from .errors import RuleErrorCode, RuleErrors
from .kinds import BenefitType, Lane, SubtotalBase
from .reader import MAX_WHOLE, Reader, join, known_countries
from .rules import Conditions, RuleDefinition
from .scope import IdFilter, Scope

DEFINITION_KEYS = (
    "lane",
    "priority",
    "exclusive",
    "starts_at",
    "ends_at",
    "conditions",
    "benefit",
)
SCOPE_KEYS = ("products", "collections", "categories")
CONDITION_KEYS = (
    "minimum_subtotal",
    "minimum_quantity",
    *SCOPE_KEYS,
    "exclude_sale_items",
    "countries",
    "shipping_methods",
    "first_order",
    "weekly_windows",
)
WINDOW_KEYS = ("weekday", "start", "end")
BENEFIT_KEYS = {
    BenefitType.LADDER: ("type", "steps", "base", "cap"),
    BenefitType.PERCENT_OFF: ("type", "percent", "cap"),
    BenefitType.AMOUNT_OFF: ("type", "amounts"),
    BenefitType.FREE_SHIPPING: ("type", "cap"),
    BenefitType.SHIPPING_PERCENT_OFF: ("type", "percent", "cap"),
    BenefitType.SHIPPING_AMOUNT_OFF: ("type", "amounts"),
}


def parse_rule(
    definition: object,
    *,
    id: int,
    version: int,
    name: str,
    currencies: Collection[str] | None = None,
) -> RuleDefinition:
    """Read a definition whole.

    `definition` is what JSON gives: amounts are texts in major units by currency
    (`{"USD": "50.00"}`), percentages texts, times ISO 8601 with their offset. Every
    amount needs an entry for each of `currencies`, and for each currency that any
    other amount of the rule has. Raises `RuleErrors` with every error found.

    >>> steps = [{"from": {"USD": "100.00"}, "percent": "5"}]
    >>> ladder = {"lane": "ORDER", "benefit": {"type": "LADDER", "steps": steps}}
    >>> rule = parse_rule(ladder, id=5, version=1, name="Spring", currencies={"USD"})
    >>> rule.benefit.steps[0].from_amounts.of("USD")
    10000
    >>> parse_rule({"lane": "ORDER", "benefit": {"type": "GIFT"}},
    ...            id=5, version=1, name="Spring")
    Traceback (most recent call last):
    saleor_rewards.engine.errors.RuleErrors: benefit.type: One of these is needed: \
LADDER, PERCENT_OFF, AMOUNT_OFF, FREE_SHIPPING, SHIPPING_PERCENT_OFF, \
SHIPPING_AMOUNT_OFF.
    """
    reader = Reader()
    rule = _rule(reader, definition, id, version, name)
    if rule is not None:
        _check_currencies(reader, rule, currencies or ())
    if rule is None or reader.errors:
        raise RuleErrors(reader.errors)
    return rule


def _rule(
    reader: Reader, definition: object, id: int, version: int, name: str
) -> RuleDefinition | None:
    reader.require(name, "name")
    label = reader.text(name, "name")
    if definition is None:
        reader.require(definition, "")
    data = reader.mapping(definition, "", DEFINITION_KEYS, ("lane", "benefit")) or {}
    lane = reader.choice(data.get("lane"), "lane", Lane)
    priority = reader.whole(data.get("priority"), "priority", -MAX_WHOLE)
    exclusive = reader.boolean(data.get("exclusive"), "exclusive")
    starts_at, ends_at = _dates(reader, data)
    conditions = _conditions(reader, data.get("conditions"))
    benefit = _benefit(reader, data.get("benefit"), lane)
    if label is None or lane is None or benefit is None:
        return None
    return RuleDefinition(
        id=id,
        version=version,
        name=label,
        lane=lane,
        priority=priority or 0,
        exclusive=exclusive,
        starts_at=starts_at,
        ends_at=ends_at,
        conditions=conditions,
        benefit=benefit,
    )


def _check_currencies(
    reader: Reader, rule: RuleDefinition, currencies: Collection[str]
) -> None:
    # A rule with an amount in one currency only would be silent in the others.
    needed = set(currencies)
    for _, amounts in rule.amounts_by_field():
        needed.update(amounts.currencies)
    for field, amounts in rule.amounts_by_field():
        for currency in sorted(needed.difference(amounts.currencies)):
            message = f"An amount in {currency} is needed."
            reader.fail(RuleErrorCode.MISSING_CURRENCY, join(field, currency), message)


def _dates(
    reader: Reader, data: Mapping[str, Any]
) -> tuple[datetime | None, datetime | None]:
    starts_at = reader.timestamp(data.get("starts_at"), "starts_at")
    ends_at = reader.timestamp(data.get("ends_at"), "ends_at")
    if starts_at is not None and ends_at is not None and ends_at <= starts_at:
        message = "The end must be after the start."
        reader.fail(RuleErrorCode.END_BEFORE_START, "ends_at", message)
    return starts_at, ends_at


def _conditions(reader: Reader, value: object) -> Conditions:
    field = "conditions"
    data = reader.mapping(value, field, CONDITION_KEYS) or {}
    quantity = reader.whole(
        data.get("minimum_quantity"), f"{field}.minimum_quantity", 1
    )
    countries = _countries(reader, data.get("countries"), f"{field}.countries")
    methods = reader.texts(data.get("shipping_methods"), f"{field}.shipping_methods")
    first_order = reader.boolean(data.get("first_order"), f"{field}.first_order")
    windows = _windows(reader, data.get("weekly_windows"), f"{field}.weekly_windows")
    return Conditions(
        minimum_subtotal=_minimum_subtotal(reader, data.get("minimum_subtotal")),
        minimum_quantity=None if quantity is None else MinimumQuantity(quantity),
        scope=_scope(reader, data),
        countries=Countries(countries) if countries else None,
        shipping_methods=ShippingMethods(methods) if methods else None,
        first_order=FirstOrder() if first_order else None,
        weekly_windows=WeeklyWindows(windows) if windows else None,
    )


def _minimum_subtotal(reader: Reader, value: object) -> MinimumSubtotal | None:
    field = "conditions.minimum_subtotal"
    data = reader.mapping(value, field, ("amounts", "base"), ("amounts",))
    if data is None:
        return None
    amounts = reader.amounts(data.get("amounts"), f"{field}.amounts")
    base = _base(reader, data, field)
    return None if amounts is None else MinimumSubtotal(amounts, base)


def _base(reader: Reader, data: Mapping[str, Any], field: str) -> SubtotalBase:
    base = reader.choice(data.get("base"), f"{field}.base", SubtotalBase)
    return base or SubtotalBase.AFTER_ITEM_DISCOUNTS


def _scope(reader: Reader, data: Mapping[str, Any]) -> Scope:
    field = "conditions"
    products, collections, categories = (
        _id_filter(reader, data.get(key), f"{field}.{key}") for key in SCOPE_KEYS
    )
    on_sale = reader.boolean(
        data.get("exclude_sale_items"), f"{field}.exclude_sale_items"
    )
    return Scope(products, collections, categories, on_sale)


def _id_filter(reader: Reader, value: object, field: str) -> IdFilter:
    data = reader.mapping(value, field, ("include", "exclude"))
    if data is None:
        return IdFilter()
    if data.get("include") is None and data.get("exclude") is None:
        message = "An include or an exclude list is needed."
        reader.fail(RuleErrorCode.REQUIRED, f"{field}.include", message)
    include = reader.texts(data.get("include"), f"{field}.include")
    exclude = reader.texts(data.get("exclude"), f"{field}.exclude")
    for both in sorted(include & exclude):
        message = f"{both} is both included and excluded."
        reader.fail(RuleErrorCode.DUPLICATE, f"{field}.exclude", message)
    return IdFilter(include, exclude)


def _countries(reader: Reader, value: object, field: str) -> frozenset[str]:
    codes = reader.texts(value, field)
    for code in sorted(codes - known_countries()):
        message = f"{code} is no country code such as PL."
        reader.fail(RuleErrorCode.INVALID_VALUE, field, message)
    return codes


def _windows(reader: Reader, value: object, field: str) -> tuple[Window, ...]:
    found: list[Window] = []
    for number, item in enumerate(reader.items(value, field) or ()):
        path = join(field, number)
        reader.require(item, path)
        window = _window(reader, item, path)
        if window in found:
            reader.fail(RuleErrorCode.DUPLICATE, path, "This is there twice.")
        if window is not None:
            found.append(window)
    return tuple(found)


def _window(reader: Reader, value: object, field: str) -> Window | None:
    data = reader.mapping(value, field, WINDOW_KEYS, WINDOW_KEYS) or {}
    weekday = reader.whole(data.get("weekday"), f"{field}.weekday", 0, 6)
    start = reader.minute(data.get("start"), f"{field}.start")
    end = reader.minute(data.get("end"), f"{field}.end")
    if weekday is None or start is None or end is None:
        return None
    if end <= start:
        message = "It must be after the start; split a window that spans midnight."
        reader.fail(RuleErrorCode.END_BEFORE_START, f"{field}.end", message)
        return None
    return Window(weekday, start, end)


def _benefit(reader: Reader, value: object, lane: Lane | None) -> Benefit | None:
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


def _ladder(reader: Reader, data: Mapping[str, Any]) -> Ladder | None:
    field = "benefit.steps"
    reader.require(data.get("steps"), field)
    items = reader.items(data.get("steps"), field)
    steps = [
        _step(reader, item, join(field, number))
        for number, item in enumerate(items or ())
    ]
    cap = reader.amounts(data.get("cap"), "benefit.cap")
    base = _base(reader, data, "benefit")
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


BENEFIT_READERS: Mapping[
    BenefitType, Callable[[Reader, Mapping[str, Any]], Benefit | None]
] = {
    BenefitType.LADDER: _ladder,
    BenefitType.PERCENT_OFF: _percent_off,
    BenefitType.AMOUNT_OFF: _amount_off,
    BenefitType.FREE_SHIPPING: _free_shipping,
    BenefitType.SHIPPING_PERCENT_OFF: _percent_off,
    BenefitType.SHIPPING_AMOUNT_OFF: _amount_off,
}
