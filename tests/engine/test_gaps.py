"""A gap is exact: it is enough, and one unit less is not."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from saleor_rewards.engine import (
    LineSnapshot,
    OfferCode,
    OfferState,
    ProgramSettings,
    RuleDefinition,
    ShippingCarrier,
    Snapshot,
    compile_program,
    evaluate,
)

from .build import NOW, cart, free_shipping, ladder, line, percent_off, run
from .oracle import in_scope
from .strategies import (
    LINE_KINDS,
    SCOPES,
    benefits,
    currencies,
    definitions,
    parsed,
    rising_ladders,
    snapshots,
)

NATIVE = ShippingCarrier.NATIVE
SETTINGS = settings(max_examples=100, deadline=None)


def with_item(
    snapshot: Snapshot, rule: RuleDefinition, amount: int, quantity: int = 1
) -> Snapshot:
    """Return the cart with one more line that the rule counts."""
    kinds = [("new", (), ()), *(kind[:3] for kind in LINE_KINDS if not kind[3])]
    lines = (
        LineSnapshot("zz", product, "v", quantity, amount, amount, inside, collected)
        for product, inside, collected in kinds
    )
    fitting = next(item for item in lines if in_scope(rule.conditions.scope, item))
    return replace(snapshot, lines=(*snapshot.lines, fitting))


@st.composite
def single_rules(
    draw: Any, others: Any, minimum: Any
) -> tuple[Snapshot, RuleDefinition]:
    currency = draw(currencies)
    found = draw(
        definitions(
            currency,
            scopes=[scope for scope in SCOPES if "include" not in str(scope)],
            others=others,
            minimum=minimum,
        )
    )
    snapshot = replace(draw(snapshots(currency)), shipping_carrier=NATIVE)
    return snapshot, parsed([found])[0]


def offer_of(snapshot: Snapshot, *rules: RuleDefinition, id: int = 1) -> Any:
    return evaluate(snapshot, compile_program(ProgramSettings(), rules), NOW).offer(id)


@SETTINGS
@given(single_rules([{}, {"minimum_quantity": 9}], [True]))
def test_adding_exactly_the_gap_applies_a_rule_and_one_unit_less_does_not(
    situation: Any,
) -> None:
    # given
    snapshot, rule = situation
    offer = offer_of(snapshot, rule)
    assume(offer.code is OfferCode.MINIMUM_SUBTOTAL)
    items = max(offer.gap_quantity or 0, 1)

    # when
    enough = offer_of(with_item(snapshot, rule, offer.gap_amount, items), rule)
    short = offer_of(with_item(snapshot, rule, offer.gap_amount - 1, items), rule)

    # then
    assert enough.state is OfferState.APPLIED
    assert (short.state, short.code) == (OfferState.REACHABLE, offer.code)
    assert (short.gap_amount, short.gap_quantity) == (1, None)


@SETTINGS
@given(single_rules([{"minimum_quantity": 9}], [False]))
def test_adding_exactly_the_missing_items_applies_a_rule_and_one_less_does_not(
    situation: Any,
) -> None:
    # given
    snapshot, rule = situation
    offer = offer_of(snapshot, rule)
    assume(offer.code is OfferCode.MINIMUM_QUANTITY)

    # when
    enough = offer_of(with_item(snapshot, rule, 0, offer.gap_quantity), rule)

    # then
    assert enough.state is OfferState.APPLIED
    if offer.gap_quantity > 1:
        short = offer_of(with_item(snapshot, rule, 0, offer.gap_quantity - 1), rule)
        assert (short.code, short.gap_quantity) == (OfferCode.MINIMUM_QUANTITY, 1)


@st.composite
def ladders_alone(draw: Any) -> tuple[Snapshot, RuleDefinition]:
    currency = draw(currencies)
    lane = draw(st.sampled_from(("ITEM", "ORDER")))
    rule = {"lane": lane, "benefit": draw(rising_ladders(currency))}
    return draw(snapshots(currency)), parsed([rule])[0]


@SETTINGS
@given(ladders_alone())
def test_the_next_step_of_a_ladder_is_exactly_its_gap_away(situation: Any) -> None:
    # given
    snapshot, rule = situation
    offer = offer_of(snapshot, rule)
    assume(offer.code is OfferCode.NEXT_STEP)
    ahead = (offer.next_percent, offer.next_amount)

    # when
    enough = offer_of(with_item(snapshot, rule, offer.gap_amount), rule)
    short = offer_of(with_item(snapshot, rule, offer.gap_amount - 1), rule)

    # then
    assert enough.amount > short.amount
    assert (enough.next_percent, enough.next_amount) != ahead or (
        enough.gap_amount > offer.gap_amount
    )
    assert short.gap_amount == 1
    assert (short.next_percent, short.next_amount) == ahead


@st.composite
def rules_after_an_item_rule(draw: Any) -> tuple[Snapshot, Any, Any]:
    currency = draw(currencies)
    # A ladder could go to another of its steps, and the gap with it.
    plain = benefits("ITEM", currency, goods=("PERCENT_OFF", "AMOUNT_OFF"))
    item = {"lane": "ITEM", "benefit": draw(plain)}
    other = draw(
        definitions(
            currency,
            lanes=("ORDER", "SHIPPING"),
            scopes=[{}, {"products": {"exclude": ["p3"]}}],
            others=[{}],
            minimum=(True,),
        )
    )
    snapshot = replace(draw(snapshots(currency)), shipping_carrier=NATIVE)
    return snapshot, *parsed([item, {**other, "exclusive": False}])


@SETTINGS
@given(rules_after_an_item_rule())
def test_a_gap_counts_in_the_item_discount_on_what_is_added(situation: Any) -> None:
    # given
    snapshot, item, other = situation
    before = evaluate(snapshot, compile_program(ProgramSettings(), [item, other]), NOW)
    offer = before.offer(2)
    assume(offer.code is OfferCode.MINIMUM_SUBTOTAL)

    def state_with(amount: int) -> Any:
        larger = with_item(snapshot, other, amount)
        after = evaluate(larger, compile_program(ProgramSettings(), [item, other]), NOW)
        # What the gap says holds for the item rule that is applied now.
        assume(before.offer(1).state is after.offer(1).state)
        return after.offer(2).state

    # when / then
    assert state_with(offer.gap_amount - 1) is not OfferState.APPLIED
    assert state_with(offer.gap_amount) is not OfferState.REACHABLE


def test_a_gap_behind_a_shop_wide_item_discount_is_the_price_on_the_tag() -> None:
    # given: 10 % off everything leaves 45.00 of the 50.00 that ship for free
    tenth = percent_off("10", lane="ITEM")
    snapshot = cart(line("a", 5000))

    # when
    offer = run(snapshot, tenth, free_shipping("50.00")).offer(2)

    # then: 5.56 leaves 5.00 of itself
    assert offer.gap_amount == 556


def test_an_item_discount_on_other_goods_does_not_stretch_the_gap() -> None:
    # given
    shoes = percent_off("10", lane="ITEM", products={"include": ["shoes"]})
    snapshot = cart(line("shoes", 5000))

    # when
    offer = run(snapshot, shoes, free_shipping("50.00")).offer(2)

    # then
    assert offer.gap_amount == 500


def test_an_offer_that_the_applied_rule_would_beat_anyway_is_not_held_out() -> None:
    # given: at 100.00 the tenth is worth 10.00, the ladder 5.00
    tenth = percent_off("10")

    # when
    offer = run(cart(line("a", 4000)), tenth, ladder(("100.00", "5%"))).offer(2)

    # then
    assert offer.code is OfferCode.BEATEN
    assert offer.beaten_by == 1


def test_a_beaten_ladder_holds_out_the_step_that_would_win() -> None:
    # given
    tenth = percent_off("10")
    steps = ladder(("100.00", "5%"), ("300.00", "20%"))

    # when
    offer = run(cart(line("a", 25000)), tenth, steps).offer(2)

    # then
    assert (offer.state, offer.code) == (OfferState.REACHABLE, OfferCode.NEXT_STEP)
    assert (offer.gap_amount, offer.next_percent) == (5000, 20)


def test_a_step_that_the_cap_masks_is_not_held_out() -> None:
    # given
    capped = ladder(("100.00", "10%"), ("200.00", "20%"), cap={"USD": "10.00"})

    # when
    offer = run(cart(line("a", 15000)), capped).offer(1)

    # then
    assert offer.code is OfferCode.APPLIED
    assert offer.amount == 1000
    assert offer.gap_amount is None


def test_nothing_is_held_out_where_an_item_discount_leaves_nothing_to_count() -> None:
    # given
    everything = percent_off("100", lane="ITEM")

    # when
    offer = run(cart(line("a", 1000)), everything, free_shipping("50.00")).offer(2)

    # then
    assert (offer.code, offer.beaten_by) == (OfferCode.BEATEN, 1)


def test_a_rule_has_to_beat_what_an_exclusive_rule_gives_beyond_the_others() -> None:
    # given: alone 30.00 off; together 10.00 from the order lane, soon 25.00 of items
    alone = {
        "lane": "ORDER",
        "exclusive": True,
        "benefit": {"type": "AMOUNT_OFF", "amounts": {"USD": "30.00"}},
    }
    order = percent_off("10")
    items = ladder(("120.00", "25.00"), lane="ITEM")
    few = ladder(("120.00", "5.00"), lane="ITEM")

    # when
    snapshot = cart(line("a", 10000))
    strong = run(snapshot, alone, order, items)
    weak = run(snapshot, alone, order, few)

    # then
    assert strong.offer(1).state is OfferState.APPLIED
    assert (strong.offer(3).code, strong.offer(3).gap_amount) == (
        OfferCode.MINIMUM_SUBTOTAL,
        2000,
    )
    assert (weak.offer(3).code, weak.offer(3).beaten_by) == (
        OfferCode.EXCLUSIVE_APPLIED,
        1,
    )
