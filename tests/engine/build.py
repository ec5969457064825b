"""Short ways to say what a test is given."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from typing import Any

from saleor_rewards.engine import (
    CustomerSnapshot,
    Evaluation,
    HostOffer,
    HostOfferKind,
    LineSnapshot,
    Offer,
    PointsDiscount,
    PointsEarned,
    PointsTerms,
    ProgramSettings,
    RuleDefinition,
    ShippingSnapshot,
    Snapshot,
    compile_program,
    evaluate,
    parse_rule,
)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=timezone.utc)  # type: ignore[misc,arg-type]


NOW = utc(2024, 5, 1, 12)

#: 100 points are worth 5.00.
TERMS = PointsTerms("USD", redeem_points=100, redeem_amount=500)


def line(id: str, amount: int, quantity: int = 1, **values: Any) -> LineSnapshot:
    """Return a line of product `id` that is not on sale unless told so."""
    return LineSnapshot(
        **{
            "id": id,
            "product_id": id,
            "variant_id": id,
            "quantity": quantity,
            "list_amount": amount,
            "amount": amount,
            **values,
        }
    )


def cart(*lines: LineSnapshot, shipping: int | None = None, **values: Any) -> Snapshot:
    """Return a cart in USD, delivered by method "post" where `shipping` has a price."""
    return Snapshot(
        **{
            "channel": "default",
            "currency": "USD",
            "country": "US",
            "lines": lines,
            "shipping": None
            if shipping is None
            else ShippingSnapshot("post", shipping),
            "customer": CustomerSnapshot(),
            **values,
        }
    )


def voucher(
    amount: int = 0, *, percent: Decimal = Decimal(0), **values: Any
) -> tuple[HostOffer, ...]:
    """Return the shop system's offers where the shopper typed in a code."""
    return (HostOffer(HostOfferKind.VOUCHER, percent, amount, **values),)


def definition(lane: str, type: str, benefit: Any = None, **values: Any) -> Any:
    """Return a definition; what is no key of a definition goes to its conditions."""
    top = ("priority", "exclusive", "starts_at", "ends_at")
    return {
        "lane": lane,
        **{key: value for key, value in values.items() if key in top},
        "conditions": {key: value for key, value in values.items() if key not in top},
        "benefit": {"type": type, **(benefit or {})},
    }


def percent_off(
    percent: str, lane: str = "ORDER", cap: Any = None, **values: Any
) -> Any:
    return definition(lane, "PERCENT_OFF", {"percent": percent, "cap": cap}, **values)


def amount_off(amount: str, lane: str = "ORDER", **values: Any) -> Any:
    return definition(lane, "AMOUNT_OFF", {"amounts": {"USD": amount}}, **values)


def per_amount(points: int = 1, per: str = "1.00", **values: Any) -> Any:
    benefit = {"points": points, "per": {"USD": per}}
    return definition("POINTS", "POINTS_PER_AMOUNT", benefit, **values)


def multiplier(factor: str, **values: Any) -> Any:
    return definition("POINTS", "POINTS_MULTIPLIER", {"factor": factor}, **values)


def fixed(points: int, occasion: str | None = None, **values: Any) -> Any:
    benefit = {"points": points, "occasion": occasion}
    return definition("POINTS", "POINTS_FIXED", benefit, **values)


def referral(
    kind: str, worth: Any, valid_days: int | None = None, **values: Any
) -> Any:
    """Return a rule that gives a referrer points, or a worth of `"20.00"`."""
    benefit = {"amounts": {"USD": worth}, "valid_days": valid_days}
    if kind == "POINTS":
        benefit = {"points": worth}
    return definition("REFERRAL", f"REFERRAL_{kind}", benefit, **values)


def free_shipping(from_amount: str | None = None, **values: Any) -> Any:
    if from_amount is not None:
        values["minimum_subtotal"] = {"amounts": {"USD": from_amount}}
    return definition("SHIPPING", "FREE_SHIPPING", **values)


def ladder(*steps: tuple[str, str], lane: str = "ORDER", **values: Any) -> Any:
    """Return a ladder of `("100.00", "5%")` or `("100.00", "20.00")` steps."""
    benefit = {key: values.pop(key) for key in ("base", "cap") if key in values}
    benefit["steps"] = [
        {"from": {"USD": start}, "percent": worth[:-1]}
        if worth.endswith("%")
        else {"from": {"USD": start}, "amount": {"USD": worth}}
        for start, worth in steps
    ]
    return definition(lane, "LADDER", benefit, **values)


def rule(definition: Any, id: int = 1) -> RuleDefinition:
    return parse_rule(definition, id=id, version=1, name=f"Rule {id}")


def rules(*definitions: Any) -> list[RuleDefinition]:
    """Return rules with the ids 1, 2, 3 and so on."""
    return [rule(item, id) for id, item in enumerate(definitions, start=1)]


def run(
    snapshot: Snapshot,
    *definitions: Any,
    at: datetime = NOW,
    cap_percent: str | None = None,
    **settings: Any,
) -> Evaluation:
    """Evaluate a cart against rules with the ids 1, 2, 3 and so on."""
    cap = None if cap_percent is None else Decimal(cap_percent)
    program = compile_program(
        ProgramSettings(cap_percent=cap, **settings), rules(*definitions)
    )
    return evaluate(snapshot, program, at)


def earn(snapshot: Snapshot, *definitions: Any, **values: Any) -> Evaluation:
    """Evaluate a cart in a program that gives points."""
    return run(snapshot, *definitions, **{"points": TERMS, **values})


def only_offer(snapshot: Snapshot, definition: Any, **values: Any) -> Offer:
    """Return what one rule alone answers."""
    return run(snapshot, definition, **values).offer(1)


def earned(evaluation: Evaluation) -> list[tuple[int, int]]:
    """Return rule and points of each effect that gives points."""
    return [
        (effect.rule_id, effect.points)
        for effect in evaluation.effects
        if isinstance(effect, PointsEarned)
    ]


def paid(evaluation: Evaluation) -> list[tuple[str, int]]:
    """Return line and amount of each effect that is paid with points."""
    return [
        (effect.line_id, effect.amount)
        for effect in evaluation.effects
        if isinstance(effect, PointsDiscount)
    ]


def amounts(evaluation: Evaluation) -> list[tuple[int, str, int]]:
    """Return rule, line or delivery method, and amount of each effect."""
    return [
        (
            effect.rule_id,
            getattr(effect, "line_id", None) or getattr(effect, "method_id"),
            effect.amount,
        )
        for effect in evaluation.effects
    ]
