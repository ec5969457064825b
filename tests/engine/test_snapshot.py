"""Snapshots refuse nonsense by field, and survive JSON unchanged."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings

from saleor_rewards.engine import (
    CustomerSnapshot,
    LineSnapshot,
    ShippingSnapshot,
    Snapshot,
)

from .build import cart, line
from .strategies import snapshots


@settings(max_examples=50, deadline=None)
@given(snapshots())
def test_a_snapshot_comes_back_from_json_as_it_went(snapshot: Snapshot) -> None:
    assert Snapshot.from_json(json.loads(json.dumps(snapshot.to_json()))) == snapshot


LINE = {
    "id": "a",
    "product_id": "1",
    "variant_id": "2",
    "quantity": 1,
    "list_amount": 100,
    "amount": 100,
}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", ""),
        ("id", 7),
        ("product_id", None),
        ("variant_id", 2),
        ("quantity", -1),
        ("quantity", True),
        ("list_amount", 1.5),
        ("amount", -1),
        ("amount", 101),
        ("category_ids", ["1"]),
        ("category_ids", (1,)),
        ("collection_ids", "1"),
        ("is_gift", 1),
        ("keep_amount", -1),
        ("keep_amount", 101),
        ("tax_rate", 0.23),
        ("tax_rate", Decimal("-0.1")),
        ("tax_rate", Decimal("NaN")),
        ("is_gift_card", 1),
        ("is_shippable", None),
    ],
)
def test_a_line_names_the_field_that_is_wrong(field: str, value: Any) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        LineSnapshot(**{**LINE, field: value})


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"channel": ""}, "channel"),
        ({"currency": "usdollar"}, "currency"),
        ({"country": ""}, "country"),
        ({"lines": []}, "lines"),
        ({"lines": (line("a", 1), line("a", 2))}, "lines"),
        ({"shipping_carrier": "NATIVE"}, "shipping_carrier"),
        ({"prices_with_tax": 1}, "prices_with_tax"),
        ({"host_offers": []}, "host_offers"),
        ({"is_shipped": None}, "is_shipped"),
        (
            {"is_shipped": False, "shipping": ShippingSnapshot("post", 0)},
            "shipping",
        ),
    ],
)
def test_a_snapshot_names_the_field_that_is_wrong(values: Any, field: str) -> None:
    with pytest.raises(ValueError, match=f"^{field}: "):
        Snapshot(**{"channel": "default", "currency": "USD", **values})


def test_shipping_and_customer_name_the_field_that_is_wrong() -> None:
    with pytest.raises(ValueError, match="^amount: "):
        ShippingSnapshot("post", -1)
    with pytest.raises(ValueError, match="^method_id: "):
        ShippingSnapshot("", 1)
    with pytest.raises(ValueError, match="^is_known: "):
        CustomerSnapshot(is_known=1)  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="^order_count: "):
        CustomerSnapshot(order_count=-1)
    with pytest.raises(ValueError, match="^tier_id: "):
        CustomerSnapshot(tier_id="")
    with pytest.raises(ValueError, match="^points_held: "):
        CustomerSnapshot(points_held=-1)
    with pytest.raises(ValueError, match="^has_referral: "):
        CustomerSnapshot(has_referral=1)  # type: ignore[arg-type]


@pytest.mark.parametrize("key", sorted(set(cart().to_json()) - {"is_shipped"}))
def test_json_without_a_key_is_refused_by_its_name(key: str) -> None:
    # given
    data = cart().to_json()
    del data[key]

    # when / then
    with pytest.raises(ValueError, match=f"^{key}: missing"):
        Snapshot.from_json(data)


def test_json_of_before_is_of_a_cart_that_is_shipped_with_all_its_lines() -> None:
    # given
    data = cart(line("a", 1)).to_json()
    del data["is_shipped"], data["lines"][0]["is_shippable"]

    # when
    snapshot = Snapshot.from_json(data)

    # then
    assert snapshot == cart(line("a", 1))
    assert snapshot.is_shipped
    assert snapshot.lines[0].is_shippable


def test_json_with_an_unknown_key_is_refused() -> None:
    # given
    data = cart(line("a", 1)).to_json()
    data["lines"][0]["colour"] = "red"

    # when / then
    with pytest.raises(ValueError, match="colour"):
        Snapshot.from_json(data)


def test_json_with_an_unknown_carrier_is_refused_by_its_name() -> None:
    with pytest.raises(ValueError, match="^shipping_carrier: "):
        Snapshot.from_json({**cart().to_json(), "shipping_carrier": "PIGEON"})


def test_json_with_a_tax_rate_that_is_no_number_is_refused_by_its_name() -> None:
    # given
    data = cart(line("a", 1)).to_json()
    data["lines"][0]["tax_rate"] = "much"

    # when / then
    with pytest.raises(ValueError, match="^tax_rate: "):
        Snapshot.from_json(data)


def test_a_line_is_on_sale_where_its_amount_is_below_the_list() -> None:
    assert line("a", 90, list_amount=100).on_sale
    assert not line("a", 100).on_sale
