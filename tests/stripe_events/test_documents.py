"""Stripe's documents are read piece by piece, and nothing else of them is kept."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from saleor_rewards.stripe.documents import (
    CHARGES,
    DISPUTES,
    REFUNDS,
    ChargeTold,
    DisputeTold,
    Malformed,
    RefundTold,
    dump,
    load,
    read,
)

from .build import CARD, NOON, charge, dispute, event, intent, refund


@pytest.mark.parametrize("kind", sorted(CHARGES))
def test_a_charge_tells_what_was_paid_and_refunded(kind: str) -> None:
    # when
    told = read(event(kind, charge(amount_refunded=3000)))

    # then
    assert told.thing == ChargeTold("ch_1", "pi_1", "USD", 10000, 3000)
    assert told.fingerprint == CARD["fingerprint"]
    assert (told.is_live, told.created_at.timestamp()) == (True, NOON)


@pytest.mark.parametrize("kind", sorted(REFUNDS))
def test_a_refund_tells_when_it_was_made_and_how_it_stands(kind: str) -> None:
    # when
    told = read(event(kind, refund(charge=None, status="canceled")))

    # then
    assert told.thing == RefundTold("re_1", "", "pi_1", "USD", 3000, "canceled", NOON)


@pytest.mark.parametrize("kind", sorted(DISPUTES))
def test_a_dispute_tells_its_amount_and_how_it_stands(kind: str) -> None:
    # when
    told = read(event(kind, dispute(charge=charge(), status="lost")))

    # then
    assert told.thing == DisputeTold("dp_1", "ch_1", "pi_1", "USD", 10000, "lost")


@pytest.mark.parametrize(
    ("changes", "refunded", "fingerprint"),
    [
        ({}, None, ""),
        ({"latest_charge": charge()}, 0, CARD["fingerprint"]),
        (
            {"latest_charge": None, "charges": {"data": [charge(), charge(id="ch_0")]}},
            0,
            CARD["fingerprint"],
        ),
    ],
)
def test_a_payment_is_read_as_every_version_of_the_interface_writes_it(
    changes: dict[str, Any], refunded: int | None, fingerprint: str
) -> None:
    # when
    told = read(event("payment_intent.succeeded", intent(**changes)))

    # then
    assert told.thing == ChargeTold("ch_1", "pi_1", "USD", 10000, refunded)
    assert told.fingerprint == fingerprint


@pytest.mark.parametrize("status", ["failed", "pending"])
def test_a_charge_that_brought_no_money_says_nothing(status: str) -> None:
    # when
    told = read(event("charge.updated", charge(status=status)))

    # then
    assert (told.thing, told.fingerprint) == (None, "")


def test_a_payment_without_any_charge_says_nothing() -> None:
    # given
    source = intent(latest_charge=None)

    # then
    assert read(event("payment_intent.succeeded", source)).thing is None


@pytest.mark.parametrize(
    "details",
    [
        None,
        {"type": "sepa_debit", "sepa_debit": {"fingerprint": "abc"}},
        {"type": "card", "card": {**CARD, "wallet": {"type": "apple_pay"}}},
        {"type": "card", "card": {**CARD, "fingerprint": None}},
        {"type": "card", "card": {**CARD, "fingerprint": "\ud800"}},
    ],
)
def test_wallets_and_other_ways_to_pay_leave_no_fingerprint(details: Any) -> None:
    # given
    source = charge(payment_method_details=details)

    # then
    assert read(event("charge.succeeded", source)).fingerprint == ""


def test_nothing_of_the_card_holder_is_kept() -> None:
    for kind, source in (
        ("charge.refunded", charge()),
        ("charge.dispute.created", dispute()),
        ("payment_intent.succeeded", intent(latest_charge=charge())),
    ):
        # when
        kept = json.dumps(dump(read(event(kind, source)).thing))

        # then
        for word in ("Ann", "ann@", "Quay", "4242", CARD["fingerprint"]):
            assert word not in kept


@pytest.mark.parametrize(
    "source", [charge(), charge(amount_refunded=12), refund(), dispute()]
)
def test_what_is_kept_tells_the_same_again(source: dict[str, Any]) -> None:
    # given
    kinds = {
        "charge": "charge.refunded",
        "refund": "refund.updated",
        "dispute": "charge.dispute.closed",
    }
    thing = read(event(kinds[source["object"]], source)).thing

    # then
    assert load(json.loads(json.dumps(dump(thing)))) == thing
    assert load({}) is None


def test_other_kinds_of_events_are_taken_and_say_nothing() -> None:
    for kind in ("customer.created", "charge.failed", "invoice.paid", "v2.core.event"):
        assert read(event(kind, {"object": "whatever"})).thing is None


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"id": None}, "id"),
        ({"id": "evt_\u0000"}, "id"),
        ({"id": "evt_" + "1" * 300}, "id"),
        ({"object": "charge"}, "object"),
        ({"livemode": "true"}, "livemode"),
        ({"created": True}, "created"),
        ({"created": -1}, "created"),
        ({"created": 10**18}, "created"),
        ({"created": 1.5}, "created"),
        ({"type": "A" * 65}, "type"),
        ({"data": None}, "data"),
        ({"data": {"object": [1]}}, "data.object"),
        ({"data": {"object": charge(amount="10")}}, "amount"),
        ({"data": {"object": charge(amount=10**16)}}, "amount"),
        ({"data": {"object": charge(amount_refunded=-1)}}, "amount_refunded"),
        ({"data": {"object": charge(currency="dollars")}}, "currency"),
        ({"data": {"object": charge(payment_intent={"id": 7})}}, "id"),
        ({"type": "charge.dispute.closed", "data": {"object": {}}}, "charge"),
        (
            {
                "type": "charge.dispute.closed",
                "data": {"object": dispute(status="WON'; --")},
            },
            "status",
        ),
    ],
)
def test_what_is_no_event_is_refused_with_the_name_of_the_piece(
    changes: dict[str, Any], named: str
) -> None:
    with pytest.raises(Malformed, match=f"^{named}$"):
        read(event("charge.refunded", charge(), **changes))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inside: st.lists(inside, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["id", "object", "type", "charge", "amount", "data", "status", "created"]
        ),
        inside,
        max_size=4,
    ),
    max_leaves=12,
)


@settings(deadline=None)
@given(payload=JSON, source=JSON, kind=st.sampled_from(sorted(CHARGES | DISPUTES)))
def test_any_json_is_an_event_or_malformed(
    payload: Any, source: Any, kind: str
) -> None:
    for candidate in (payload, event(kind, source)):
        try:
            told = read(candidate)
        except Malformed:
            continue
        assert told.kind
