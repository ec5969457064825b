"""Random carts and rules, small enough that everything meets everything."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any, Callable, Sequence

from hypothesis import strategies as st

from saleor_rewards.engine import (
    CustomerSnapshot,
    HostOffer,
    LineSnapshot,
    PointsBase,
    PointsTerms,
    ProgramSettings,
    RuleDefinition,
    ShippingCarrier,
    ShippingSnapshot,
    Snapshot,
    from_minor,
    parse_rule,
)

from .build import voucher

Draw = Callable[[Any], Any]

PERCENTS = ("0.5", "5", "7", "10", "12.5", "33.3333", "50", "90", "100")
BASES = ("AFTER_ITEM_DISCOUNTS", "BEFORE_ITEM_DISCOUNTS")

#: Product, categories, collections, whether it is a gift.
LINE_KINDS = (
    ("p1", ("c1",), (), False),
    ("p2", ("c1", "c2"), (), False),
    ("p3", (), ("k1",), False),
    ("p1", (), ("k1", "k2"), False),
    ("p2", ("c2",), (), False),
    ("p3", ("c1",), ("k2",), True),
)
SCOPES: tuple[Any, ...] = (
    {},
    {},
    {},
    {},
    {"products": {"include": ["p1"]}},
    {"products": {"include": ["p1", "p2"]}, "categories": {"exclude": ["c2"]}},
    {"products": {"exclude": ["p3"]}},
    {"categories": {"include": ["c1"]}},
    {"categories": {"include": ["c2"]}, "collections": {"include": ["k1"]}},
    {"collections": {"include": ["k1"], "exclude": ["k2"]}},
    {"exclude_sale_items": True},
    {"exclude_non_shippable_items": True},
    {"categories": {"include": ["c1"]}, "exclude_non_shippable_items": True},
)
OTHERS: tuple[Any, ...] = (
    {},
    {},
    {},
    {},
    {},
    {"minimum_quantity": 2},
    {"minimum_quantity": 5},
    {"countries": ["PL"]},
    {"shipping_methods": ["post"]},
    {"first_order": True},
    {"nth_order": {"number": 2, "repeats": True}},
    {"tiers": ["3"]},
    {"has_referral": True},
)
POINTS = ("POINTS_PER_AMOUNT", "POINTS_MULTIPLIER", "POINTS_FIXED")
REFERRAL = ("REFERRAL_POINTS", "REFERRAL_VOUCHER", "REFERRAL_GIFT_CARD")
GOODS = ("PERCENT_OFF", "AMOUNT_OFF", "LADDER")
SHIPPING = ("FREE_SHIPPING", "SHIPPING_PERCENT_OFF", "SHIPPING_AMOUNT_OFF")

currencies = st.sampled_from(("USD", "JPY", "BHD"))
prices = st.integers(0, 30) | st.integers(0, 6000)


@st.composite
def line_snapshots(draw: Draw, id: str) -> LineSnapshot:
    listed, reduced = draw(prices), draw(st.sampled_from((1, 1, 1, 2, 3)))
    product, categories, collections, is_gift = draw(st.sampled_from(LINE_KINDS))
    amount, quantity = listed // reduced, draw(st.integers(1, 3))
    kept = draw(st.sampled_from((0, 0, 1)))
    return LineSnapshot(
        id=id,
        product_id=product,
        variant_id="v",
        quantity=quantity,
        list_amount=listed,
        amount=amount,
        category_ids=categories,
        collection_ids=collections,
        is_gift=is_gift,
        keep_amount=min(amount, kept * quantity),
        tax_rate=draw(st.sampled_from((Decimal(0), Decimal("0.08"), Decimal("0.23")))),
        is_gift_card=draw(st.sampled_from((False, False, False, True))),
        is_shippable=draw(st.sampled_from((True, True, False))),
    )


@st.composite
def customers(draw: Draw) -> CustomerSnapshot:
    # A member's orders are counted, of a guest's it is told whether there is one.
    count, has_ordered = draw(
        st.sampled_from(((0, None), (1, None), (None, False), (None, True)))
    )
    return CustomerSnapshot(
        is_known=True,
        order_count=count,
        tier_id=draw(st.sampled_from((None, "3"))),
        points_held=draw(st.sampled_from((0, 7, 250, 10**6))),
        has_referral=draw(st.sampled_from((None, False, True))),
        is_ordering=draw(st.sampled_from((False, False, False, True))),
        has_ordered=has_ordered,
    )


def vouchers() -> st.SearchStrategy[tuple[HostOffer, ...]]:
    amounts = st.sampled_from((0, 1, 500, 10**6)).map(voucher)
    percents = st.sampled_from([Decimal(n) for n in ("12.5", "100")])
    return amounts | percents.map(lambda percent: voucher(percent=percent))


@st.composite
def snapshots(draw: Draw, currency: str = "USD") -> Snapshot:
    ids = draw(st.sampled_from(("", "b", "ab", "bda", "bcde", "edcba")))
    price = draw(st.sampled_from((None, 0, 7, 990, 1500)))
    method = draw(st.sampled_from(("post", "courier")))
    carrier = draw(st.sampled_from(ShippingCarrier))
    on_lines = carrier not in (ShippingCarrier.NATIVE, ShippingCarrier.WITHHELD)
    is_shipped = price is not None or draw(st.booleans())
    return Snapshot(
        channel="default",
        currency=currency,
        country=draw(st.sampled_from((None, "PL", "DE"))),
        lines=tuple(draw(line_snapshots(id)) for id in ids),
        shipping=None if price is None else ShippingSnapshot(method, price),
        customer=draw(customers()),
        shipping_carrier=carrier,
        prices_with_tax=draw(st.booleans()),
        # What lines carry of shipping beside a voucher has tests of its own.
        host_offers=() if on_lines else draw(vouchers()),
        is_shipped=is_shipped,
    )


@st.composite
def money(draw: Draw, currency: str, least: int = 1, most: int = 9000) -> Any:
    """Draw an amount by currency as a definition has it."""
    return as_money(currency, draw(st.integers(least, most)))


def as_money(currency: str, amount: int) -> dict[str, str]:
    return {currency: format(from_minor(amount, currency), "f")}


@st.composite
def benefits(draw: Draw, lane: str, currency: str, goods: Sequence[str] = GOODS) -> Any:
    kind = draw(st.sampled_from(SHIPPING if lane == "SHIPPING" else goods))
    benefit: dict[str, Any] = {"type": kind}
    if kind.endswith("AMOUNT_OFF"):
        benefit["amounts"] = draw(money(currency, most=1500))
        return benefit
    if draw(st.sampled_from((False, False, True))):
        benefit["cap"] = draw(money(currency, most=1500))
    if kind.endswith("PERCENT_OFF"):
        benefit["percent"] = draw(st.sampled_from(PERCENTS))
    elif kind == "LADDER":
        benefit["base"] = draw(st.sampled_from(BASES))
        starts = draw(st.sets(st.integers(0, 9000), min_size=1, max_size=3))
        benefit["steps"] = [draw(_steps(start, currency)) for start in sorted(starts)]
    return benefit


@st.composite
def rising_ladders(draw: Draw, currency: str) -> Any:
    """Draw a ladder in percent that begins low and gives ever more."""
    first, rest = draw(st.integers(0, 50)), draw(st.sets(st.integers(60, 20000)))
    starts = [first, *sorted(rest)][: len(PERCENTS)]
    steps = [
        {"from": as_money(currency, start), "percent": percent}
        for start, percent in zip(starts, PERCENTS)
    ]
    return {"type": "LADDER", "steps": steps}


@st.composite
def _steps(draw: Draw, start: int, currency: str) -> Any:
    percent = draw(st.sampled_from((None, None, None, *PERCENTS)))
    worth = {"percent": percent}
    if percent is None:
        worth = {"amount": draw(money(currency, most=1500))}
    return {"from": as_money(currency, start), **worth}


@st.composite
def definitions(
    draw: Draw,
    currency: str = "USD",
    lanes: Sequence[str] = ("ITEM", "ORDER", "SHIPPING"),
    scopes: Sequence[Any] = SCOPES,
    others: Sequence[Any] = OTHERS,
    minimum: Sequence[bool] = (False, False, True),
) -> Any:
    lane = draw(st.sampled_from(lanes))
    asked = {**draw(st.sampled_from(scopes)), **draw(st.sampled_from(others))}
    if draw(st.sampled_from(minimum)):
        asked["minimum_subtotal"] = {
            "amounts": draw(money(currency)),
            "base": draw(st.sampled_from(BASES)),
        }
    return {
        "lane": lane,
        "priority": draw(st.sampled_from((0, 0, 1))),
        "exclusive": draw(st.sampled_from((False, False, False, False, True))),
        "conditions": asked,
        "benefit": draw(benefits(lane, currency)),
    }


@st.composite
def points_definitions(draw: Draw, currency: str = "USD", **values: Any) -> Any:
    """Draw a rule that gives points for an order."""
    kind = draw(st.sampled_from(POINTS))
    benefit: dict[str, Any] = {"type": kind}
    if kind == "POINTS_MULTIPLIER":
        benefit["factor"] = draw(st.sampled_from(("1.01", "1.5", "2", "3")))
    else:
        benefit["points"] = draw(st.one_of(st.integers(1, 5), st.just(10**9)))
    if kind == "POINTS_PER_AMOUNT":
        benefit["per"] = draw(money(currency, most=200) | money(currency, most=5000))
        benefit["counting"] = draw(st.sampled_from((None, None, "FULL_STEPS")))
    found = draw(definitions(currency, lanes=["ORDER"], **values))
    return {**found, "lane": "POINTS", "exclusive": False, "benefit": benefit}


@st.composite
def referral_definitions(draw: Draw, currency: str = "USD") -> Any:
    """Draw a rule that gives a referrer something."""
    kind = draw(st.sampled_from(REFERRAL))
    benefit: dict[str, Any] = {"type": kind}
    if kind == "REFERRAL_POINTS":
        benefit["points"] = draw(st.one_of(st.integers(1, 500), st.just(10**9)))
    else:
        benefit["amounts"] = draw(money(currency))
        benefit["valid_days"] = draw(st.sampled_from((None, 1, 90)))
    number, repeats = draw(st.integers(1, 4)), draw(st.booleans())
    friend = {"number": number, "repeats": repeats}
    return {
        "lane": "REFERRAL",
        "priority": draw(st.sampled_from((0, 0, 1))),
        "conditions": {
            "nth_friend": draw(st.sampled_from((None, friend))),
            "tiers": draw(st.sampled_from((None, None, ["3"]))),
        },
        "benefit": benefit,
    }


@st.composite
def points_terms(draw: Draw, currency: str) -> PointsTerms:
    return PointsTerms(
        currency,
        draw(st.sampled_from(PointsBase)),
        redeem_points=draw(st.sampled_from((1, 3, 100))),
        redeem_amount=draw(st.sampled_from((1, 5, 70))),
        minimum_points=draw(st.sampled_from((1, 50))),
        step_points=draw(st.sampled_from((1, 20))),
        most_percent=draw(st.sampled_from((Decimal(100), Decimal("33.3")))),
    )


@st.composite
def points_situations(
    draw: Draw,
) -> tuple[Snapshot, ProgramSettings, list[RuleDefinition]]:
    """Draw a cart, settings with points, and rules of all lanes."""
    snapshot, program_settings, rules = draw(situations())
    terms = draw(points_terms(snapshot.currency))
    given = draw(st.lists(points_definitions(snapshot.currency), max_size=6))
    more = [replace(rule, id=10 + rule.id) for rule in parsed(given)]
    return snapshot, replace(program_settings, points=terms), [*rules, *more]


def rule_lists(currency: str, **values: Any) -> Any:
    """Return lists of up to five rules with the ids 1, 2, 3 and so on."""
    found = st.lists(definitions(currency, **values), max_size=5)
    return found.map(parsed)


def parsed(found: Sequence[Any]) -> list[RuleDefinition]:
    return [
        parse_rule(item, id=id, version=1, name=f"Rule {id}")
        for id, item in enumerate(found, start=1)
    ]


settings_of_programs = st.sampled_from(
    [ProgramSettings(cap) for cap in (None, None, Decimal("12.5"), Decimal(50))]
)


@st.composite
def situations(draw: Draw) -> tuple[Snapshot, ProgramSettings, list[RuleDefinition]]:
    """Draw a cart, program settings and rules, all in one currency."""
    currency = draw(currencies)
    return (
        draw(snapshots(currency)),
        draw(settings_of_programs),
        draw(rule_lists(currency)),
    )


@st.composite
def crowded_situations(
    draw: Draw,
) -> tuple[Snapshot, ProgramSettings, list[RuleDefinition]]:
    """Draw a cart with goods on several lines, and rules that nearly all apply."""
    snapshot = draw(snapshots())
    lines = tuple(
        replace(line, list_amount=line.list_amount + 2000, amount=line.amount + 2000)
        for line in snapshot.lines
    )
    found = st.lists(
        definitions(scopes=SCOPES[:8], others=[{}], minimum=[False, True]),
        min_size=3,
        max_size=6,
    )
    return (
        replace(snapshot, lines=lines),
        draw(settings_of_programs),
        parsed(draw(found)),
    )


@st.composite
def grown(draw: Draw, snapshot: Snapshot) -> Snapshot:
    """Draw the cart with one more line, or with more of one that is there."""
    lines = snapshot.lines
    index = draw(st.integers(0, len(lines)))
    if index == len(lines):
        # Before, among and after the ids that carts have.
        fresh = draw(st.sampled_from(("A", "bb", "z")))
        return replace(snapshot, lines=(*lines, draw(line_snapshots(fresh))))
    old, listed = lines[index], draw(prices)
    # More of a line does not put it on sale, or take it off.
    added = listed // 2 if old.on_sale else listed
    new = replace(
        old,
        quantity=old.quantity + 1,
        list_amount=old.list_amount + listed,
        amount=old.amount + added,
        # As many units as items, and no item is free.
        keep_amount=old.keep_amount + min(1, old.keep_amount, added),
    )
    return replace(snapshot, lines=(*lines[:index], new, *lines[index + 1 :]))
