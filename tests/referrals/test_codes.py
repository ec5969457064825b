"""Codes are easy to pass on and hard to guess."""

from __future__ import annotations

from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleor_rewards.referrals.codes import (
    ALPHABET,
    GROUP_LENGTH,
    GROUPS,
    CodeProblem,
    lookup_of,
    new_code,
    own_code,
    own_code_problem,
)

TYPED = st.text(st.sampled_from("aAbBoO0iIlL1sS5zZ2uUvV8 -_.\u200b\u2013\xe9/"))


def test_a_code_is_one_of_more_than_two_to_the_power_of_forty() -> None:
    assert len(ALPHABET) ** (GROUPS * GROUP_LENGTH) > 2**40
    assert len(set(ALPHABET)) == len(ALPHABET)


def test_no_two_letters_of_a_code_look_alike() -> None:
    assert len({lookup_of(letter) for letter in ALPHABET}) == len(ALPHABET)
    assert not set(ALPHABET) & set("01OILUAEI")


def test_codes_use_all_of_the_alphabet_and_do_not_come_again() -> None:
    # given
    source = Random(7)

    # when
    codes = [new_code(source) for _ in range(2000)]

    # then
    assert len(set(codes)) == len(codes)
    assert set("".join(codes)) == {*ALPHABET, "-"}
    assert all(own_code_problem(code) is None for code in codes)


@pytest.mark.parametrize(
    "typed",
    [
        "K7Q-M2X-WDH",
        "k7qm2xwdh",
        " k7q m2x wdh\n",
        "k7q\u2013m2x\u2014wdh",
        "k7q.m2x.wdh.",
        "\uff2b7q_m2x_wdh\u200b",
        "k7q-mzx-wdh",
    ],
)
def test_a_code_is_found_however_it_is_typed(typed: str) -> None:
    assert lookup_of(typed) == "K7QM2XWDH"


@pytest.mark.parametrize(
    "typed", ["", " - ", "k7q/m2x", "k\xe97", "\u041a7Q", "k" * 21]
)
def test_what_can_be_no_code_is_looked_up_by_nothing(typed: str) -> None:
    assert lookup_of(typed) == ""


@pytest.mark.parametrize(
    ("chosen", "shown"),
    [
        ("anna", "ANNA"),
        ("  anna and  co ", "ANNA-AND-CO"),
        ("anna--and_co.", "ANNA-AND-CO"),
        ("\uff41nna7", "ANNA7"),
    ],
)
def test_a_code_of_ones_own_is_shown_in_capitals(chosen: str, shown: str) -> None:
    assert own_code_problem(chosen) is None
    assert own_code(chosen) == shown
    assert lookup_of(shown) == lookup_of(chosen)


@pytest.mark.parametrize(
    ("chosen", "problem"),
    [
        ("", CodeProblem.TOO_SHORT),
        (" - ", CodeProblem.TOO_SHORT),
        ("a-b", CodeProblem.TOO_SHORT),
        ("abc", None),
        ("a" * 20, None),
        ("a" * 21, CodeProblem.TOO_LONG),
        ("a" * 5000, CodeProblem.TOO_LONG),
        ("-".join("a" * 16), None),
        ("-".join("a" * 17), CodeProblem.TOO_LONG),
        ("anna!", CodeProblem.INVALID_CHARACTER),
        ("\u0430nna", CodeProblem.INVALID_CHARACTER),
        ("a<b>c", CodeProblem.INVALID_CHARACTER),
    ],
)
def test_what_is_wrong_with_a_chosen_code_is_told(
    chosen: str, problem: CodeProblem | None
) -> None:
    assert own_code_problem(chosen) is problem


@settings(max_examples=300, deadline=None)
@given(TYPED)
def test_every_code_that_can_be_chosen_can_be_found_and_stored(typed: str) -> None:
    if own_code_problem(typed) is None:
        assert 3 <= len(lookup_of(typed)) <= 20
        assert len(own_code(typed)) <= 32
        assert lookup_of(own_code(typed)) == lookup_of(typed)
