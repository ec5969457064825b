"""Turns a stored definition into a rule, or says all that is wrong with it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Collection, Iterable, Mapping

from .conditions import (
    Countries,
    FirstOrder,
    HasReferral,
    MinimumQuantity,
    MinimumSubtotal,
    NthFriend,
    NthOrder,
    ShippingMethods,
    Tiers,
    WeeklyWindows,
    Window,
)
from .errors import RuleErrorCode, RuleErrors
from .kinds import Lane, Occasion
from .parse_benefit import read_base, read_benefit
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
    "exclude_non_shippable_items",
    "countries",
    "shipping_methods",
    "first_order",
    "nth_order",
    "tiers",
    "has_referral",
    "nth_friend",
    "weekly_windows",
)
WINDOW_KEYS = ("weekday", "start", "end")
#: What can be asked where there is no cart.
MEMBER_KEYS = ("tiers",)
REFERRER_KEYS = (*MEMBER_KEYS, "nth_friend")


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
SHIPPING_AMOUNT_OFF, POINTS_PER_AMOUNT, POINTS_MULTIPLIER, POINTS_FIXED, \
REFERRAL_POINTS, REFERRAL_VOUCHER, REFERRAL_GIFT_CARD.
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
    benefit = read_benefit(reader, data.get("benefit"), lane)
    _check_lane(reader, lane, exclusive, data.get("conditions"))
    if label is None or lane is None or benefit is None:
        return None
    rule = RuleDefinition(
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
    _check_occasion(reader, rule, data.get("conditions"))
    return rule


def _check_lane(
    reader: Reader, lane: Lane | None, exclusive: bool, asked: object
) -> None:
    if exclusive and lane is Lane.POINTS:
        message = "Points add up with everything: no rule that gives them stands alone."
        reader.fail(RuleErrorCode.LANE_MISMATCH, "exclusive", message)
    if exclusive and lane is Lane.REFERRAL:
        message = "A referrer's reward competes with no offer of a cart."
        reader.fail(RuleErrorCode.LANE_MISMATCH, "exclusive", message)
    if lane is None or not isinstance(asked, dict):
        return
    refused: Iterable[str] = ("nth_friend",)
    message = "Only a referrer's reward can ask which friend it is."
    if lane is Lane.REFERRAL:
        refused = (key for key in CONDITION_KEYS if key not in REFERRER_KEYS)
        message = "A referrer's reward has no cart to ask about."
    for key in refused:
        if asked.get(key) not in (None, False):
            field = f"conditions.{key}"
            reader.fail(RuleErrorCode.LANE_MISMATCH, field, message)


def _check_occasion(reader: Reader, rule: RuleDefinition, asked: object) -> None:
    if rule.occasion is Occasion.ORDER or not isinstance(asked, dict):
        return
    for key in CONDITION_KEYS:
        if key not in MEMBER_KEYS and asked.get(key) not in (None, False):
            message = f"{rule.occasion.value} has no cart to ask about."
            field = f"conditions.{key}"
            reader.fail(RuleErrorCode.OCCASION_MISMATCH, field, message)


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
    tiers = reader.texts(data.get("tiers"), f"{field}.tiers")
    has_referral = reader.boolean(data.get("has_referral"), f"{field}.has_referral")
    windows = _windows(reader, data.get("weekly_windows"), f"{field}.weekly_windows")
    return Conditions(
        minimum_subtotal=_minimum_subtotal(reader, data.get("minimum_subtotal")),
        minimum_quantity=None if quantity is None else MinimumQuantity(quantity),
        scope=_scope(reader, data),
        countries=Countries(countries) if countries else None,
        shipping_methods=ShippingMethods(methods) if methods else None,
        first_order=FirstOrder() if first_order else None,
        nth_order=_nth_order(reader, data.get("nth_order"), first_order),
        tiers=Tiers(tiers) if tiers else None,
        has_referral=HasReferral() if has_referral else None,
        nth_friend=_nth_friend(reader, data.get("nth_friend")),
        weekly_windows=WeeklyWindows(windows) if windows else None,
    )


def _minimum_subtotal(reader: Reader, value: object) -> MinimumSubtotal | None:
    field = "conditions.minimum_subtotal"
    data = reader.mapping(value, field, ("amounts", "base"), ("amounts",))
    if data is None:
        return None
    amounts = reader.amounts(data.get("amounts"), f"{field}.amounts")
    base = read_base(reader, data, field)
    return None if amounts is None else MinimumSubtotal(amounts, base)


def _nth_order(reader: Reader, value: object, first_order: bool) -> NthOrder | None:
    field = "conditions.nth_order"
    number, repeats = _nth(reader, value, field)
    if number is None:
        return None
    if first_order and number > 1:
        message = "A first order is no other one: ask for only one of them."
        reader.fail(RuleErrorCode.INVALID_VALUE, field, message)
    return NthOrder(number, repeats)


def _nth_friend(reader: Reader, value: object) -> NthFriend | None:
    number, repeats = _nth(reader, value, "conditions.nth_friend")
    return None if number is None else NthFriend(number, repeats)


def _nth(reader: Reader, value: object, field: str) -> tuple[int | None, bool]:
    data = reader.mapping(value, field, ("number", "repeats"), ("number",)) or {}
    number = reader.whole(data.get("number"), f"{field}.number", 1)
    return number, reader.boolean(data.get("repeats"), f"{field}.repeats")


def _scope(reader: Reader, data: Mapping[str, Any]) -> Scope:
    field = "conditions"
    products, collections, categories = (
        _id_filter(reader, data.get(key), f"{field}.{key}") for key in SCOPE_KEYS
    )
    on_sale, non_shippable = (
        reader.boolean(data.get(key), f"{field}.{key}")
        for key in ("exclude_sale_items", "exclude_non_shippable_items")
    )
    return Scope(products, collections, categories, on_sale, non_shippable)


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
