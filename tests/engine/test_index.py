"""Rules out of reach are not looked at, and what many rules share is done once."""

from __future__ import annotations

from typing import Any

import pytest

from saleor_rewards.engine import (
    CompiledProgram,
    Facts,
    ProgramSettings,
    Snapshot,
    compile_program,
    evaluate,
)
from saleor_rewards.engine.cart import Cart
from saleor_rewards.engine.index import Gates

from .build import (
    NOW,
    amount_off,
    cart,
    fixed,
    free_shipping,
    ladder,
    line,
    multiplier,
    per_amount,
    percent_off,
    referral,
    rules,
    utc,
)

MANY = 1000


class CountingCart(Cart):
    """Counts how often a scope is asked for."""

    asked = 0

    def view(self, scope_no: int) -> Any:
        self.asked += 1
        return super().view(scope_no)


def program(*definitions: Any) -> CompiledProgram:
    return compile_program(ProgramSettings(), rules(*definitions))


def reached(compiled: CompiledProgram, snapshot: Snapshot) -> tuple[int, int]:
    """Return how many ways the cart reaches, and how many scopes were looked at."""
    counting = CountingCart(snapshot, compiled.scopes)
    facts = Facts(NOW, snapshot.currency, country=snapshot.country)
    fields = compiled.index(snapshot.currency, NOW).fields(
        counting, Gates(compiled.gates, facts)
    )
    ways = sum(len(field.ways) for found in fields.values() for field in found)
    return ways, counting.asked


TEN_DOLLARS = cart(line("a", 1000), line("b", 0))


@pytest.mark.parametrize(
    "definition",
    [
        lambda n: ladder((f"{11 + n}.00", "5%")),
        lambda n: free_shipping(f"{11 + n}.00"),
        lambda n: ladder((f"{11 + n}.00", "5%"), categories={"exclude": [str(n)]}),
        lambda n: percent_off("5", products={"include": [str(n)]}),
        lambda n: percent_off("5", collections={"include": [str(n), "x"]}),
        lambda n: fixed(1 + n, minimum_subtotal={"amounts": {"USD": f"{11 + n}.00"}}),
        lambda n: per_amount(1 + n, products={"include": [str(n)]}),
        lambda n: fixed(1 + n, "SIGN_UP"),
        lambda n: referral("VOUCHER", f"{1 + n}.00"),
        lambda n: {
            "lane": "ORDER",
            "benefit": {"type": "AMOUNT_OFF", "amounts": {"EUR": f"{1 + n}.00"}},
        },
    ],
)
def test_rules_out_of_reach_are_not_looked_at(definition: Any) -> None:
    # given
    compiled = program(*map(definition, range(MANY)))

    # when / then
    assert reached(compiled, TEN_DOLLARS) == (0, 0)


def test_rules_in_reach_are_found_among_those_that_are_not() -> None:
    # given
    far = [ladder((f"{11 + n}.00", "5%")) for n in range(MANY)]
    near = [ladder(("5.00", "5%")), free_shipping("10.00"), percent_off("7")]

    # when / then: two shelves, since shipping may wait for a delivery method
    assert reached(program(*far, *near), TEN_DOLLARS) == (3, 2)


def test_rules_that_give_points_in_different_ways_are_never_twins() -> None:
    # given: each has the same number
    compiled = program(per_amount(2, "0.01"), multiplier("2"), fixed(2))

    # when / then: one shelf with a run each
    assert reached(compiled, TEN_DOLLARS) == (3, 1)


def test_rules_that_differ_in_nothing_but_their_rank_count_as_one() -> None:
    # given
    compiled = program(*[amount_off("5.00")] * MANY)

    # when / then
    assert reached(compiled, TEN_DOLLARS) == (1, 1)
    assert len(evaluate(TEN_DOLLARS, compiled, NOW).offers) == MANY


def test_a_gate_that_many_rules_share_is_kept_once() -> None:
    # given
    definitions = [percent_off(f"{1 + n}", countries=["PL"]) for n in range(50)]

    # when
    compiled = program(*definitions)

    # then
    assert len(compiled.gates) == len(compiled.scopes) == 1
    assert reached(compiled, TEN_DOLLARS) == (0, 1)


def test_scopes_that_hold_the_same_lines_share_one_view() -> None:
    # given
    compiled = program(
        *[percent_off("5", products={"exclude": [str(n)]}) for n in range(3)]
    )
    snapshot = Cart(TEN_DOLLARS, compiled.scopes)

    # when / then
    assert len(compiled.scopes) == 3
    assert len({id(snapshot.view(number)) for number in range(3)}) == 1


def test_a_program_knows_which_parts_of_the_snapshot_it_needs() -> None:
    assert program(percent_off("5")).needs == frozenset()
    assert program(
        percent_off("5", products={"include": ["1"]}),
        percent_off("5", categories={"exclude": ["1"]}),
        percent_off("5", collections={"include": ["1"]}),
        percent_off("5", first_order=True),
    ).needs == {"categories", "collections", "customer"}
    assert program(percent_off("5", nth_order={"number": 5})).needs == {"customer"}
    assert program(percent_off("5", has_referral=True)).needs == {"referral"}
    assert program(referral("POINTS", 5, tiers=["3"])).needs == frozenset()
    assert program(fixed(5, "BIRTHDAY", tiers=["3"])).needs == {"tier"}


def test_two_rules_of_one_id_are_refused() -> None:
    # given
    twice = rules(percent_off("5")) * 2

    # when / then
    with pytest.raises(ValueError, match="rules: each id must be there once"):
        compile_program(ProgramSettings(), twice)


def test_a_program_can_be_asked_about_moments_in_any_order() -> None:
    # given: three rules of which one or two run at a time
    may = percent_off(
        "10", starts_at="2024-05-01T00:00:00Z", ends_at="2024-06-01T00:00:00Z"
    )
    june = percent_off("20", starts_at="2024-06-01T00:00:00Z")
    compiled = program(may, june, percent_off("5", ends_at="2024-05-15T00:00:00Z"))
    expected = [(utc(2024, 4, 1), 50), (utc(2024, 5, 1), 100), (utc(2024, 6, 1), 200)]

    # when / then
    for at, amount in [*expected, *reversed(expected)]:
        evaluation = evaluate(TEN_DOLLARS, compiled, at)
        assert evaluation.discount_amount == amount
        assert {offer.rule_id for offer in evaluation.offers} == {
            id
            for id, ends in ((1, utc(2024, 6, 1)), (2, None), (3, utc(2024, 5, 15)))
            if ends is None or at < ends
        }
