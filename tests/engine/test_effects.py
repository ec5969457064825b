"""Effects are data that can be stored."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleor_rewards.engine import (
    Effect,
    LineDiscount,
    PointsDiscount,
    PointsEarned,
    ShippingDiscount,
    effect_from_json,
)

numbers, texts = st.integers(1, 10**9), st.text(min_size=1, max_size=9)
effects = (
    st.builds(LineDiscount, numbers, numbers, texts, texts, numbers, st.just("USD"))
    | st.builds(
        ShippingDiscount,
        numbers,
        numbers,
        texts,
        texts,
        numbers,
        st.just("JPY"),
        percent=st.none() | st.just("33.333"),
        limit_amount=st.none() | numbers,
    )
    | st.builds(PointsDiscount, texts, numbers, st.just("BHD"))
    | st.builds(PointsEarned, numbers, numbers, texts, numbers)
)


@pytest.mark.parametrize("type", [None, "GIFT", ["LINE_DISCOUNT"]])
def test_an_effect_of_an_unknown_type_is_refused(type: object) -> None:
    with pytest.raises(ValueError, match="type: unknown effect"):
        effect_from_json({"type": type})


@settings(deadline=None)
@given(effects)
def test_an_effect_comes_back_from_json_as_it_went(effect: Effect) -> None:
    assert effect_from_json(json.loads(json.dumps(effect.to_json()))) == effect


def test_shipping_that_was_taken_off_before_it_had_terms_comes_back() -> None:
    # given
    effect = ShippingDiscount(6, 1, "Free shipping", "3", 1000, "USD")
    stored = effect.to_json()

    # when
    for name in ("percent", "limit_amount"):
        del stored[name]

    # then
    assert effect_from_json(stored) == effect
