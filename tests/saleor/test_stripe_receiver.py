"""Only what Stripe signed gets in: all else is answered with 4xx and leaves nothing."""

from __future__ import annotations

import http.client
import json
import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import connection

from saleor_rewards.models import (
    Entry,
    StripeCharge,
    StripeDispute,
    StripeEvent,
    StripeRefund,
)

from ..stripe_events.build import CARD, charge, dispute, event
from .points import available
from .stripe_sender import PATH, SECRET, Sender, pay_by_stripe, signed
from .talk import TALK
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

PAID = charge(amount=5000, amount_refunded=3000)
BODY = json.dumps(event("charge.refunded", PAID)).encode()


def rows() -> list[Any]:
    """Return all that an event could have written."""
    tables = (StripeEvent, StripeCharge, StripeRefund, StripeDispute, Entry)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def assert_refused(answer: tuple[int, str], status: int, before: list[Any]) -> None:
    """Assert a short plain answer, and that nothing was written."""
    assert answer[0] == status
    assert len(answer[1]) < 80
    assert "Traceback" not in answer[1]
    assert SECRET not in answer[1]
    assert rows() == before


@pytest.fixture
def before(shop: Shop, shopper: Shopper) -> list[Any]:
    """What stands there once an order was paid by a payment of Stripe's."""
    pay_by_stripe(shop, shopper)
    return rows()


def test_what_is_not_signed_or_signed_long_ago_is_refused(
    stripe: Sender, before: list[Any]
) -> None:
    for signature in (
        None,
        "",
        "t=1,v1=abc",
        "nonsense",
        "v1=,t=",
        "t=1",
        "t=99999999999999999999,v1=é",
        "t=" + "9" * 5000 + ",v1=00",
        signed(BODY, "whsec_somebody_else"),
        signed(BODY + b" "),
        signed(BODY).replace("v1=", "v0="),
        signed(BODY, at=int(time.time()) - 301),
    ):
        assert_refused(stripe.post(BODY, signature), 400, before)


def test_what_is_signed_but_no_event_is_refused(
    stripe: Sender, before: list[Any]
) -> None:
    broken: list[bytes] = [
        json.dumps(event(kind, source, **changes)).encode()
        for kind, source, changes in (
            ("charge.refunded", {}, {}),
            ("charge.refunded", PAID, {"id": "evt_\u0000"}),
            ("charge.refunded", PAID, {"created": float("nan")}),
            ("charge.refunded", charge(amount=10**30), {}),
            ("charge.dispute.closed", dispute(charge=None), {}),
        )
    ]
    words = [b"", b"{}", b"[]", b"null", b"7", b"{", b'"text"', b"\x00"]
    for body in [*broken, *words, b"[" * 100_000, b'{"a":' * 40_000]:
        assert_refused(stripe.post(body, signed(body)), 400, before)


def test_what_is_no_text_is_refused(stripe: Sender, before: list[Any]) -> None:
    assert_refused(stripe.post(b"\xff\xfe", signed(b"")), 400, before)


def test_what_is_too_large_is_refused_unread(stripe: Sender, before: list[Any]) -> None:
    for size in (256 * 1024 + 1, 5_000_000):
        body = b" " * size
        assert_refused(stripe.post(body, signed(body)), 413, before)


def test_other_methods_and_kinds_of_content_are_refused(
    stripe: Sender, before: list[Any]
) -> None:
    for method in ("GET", "PUT", "DELETE", "PATCH", "OPTIONS"):
        assert_refused(stripe.post(BODY, signed(BODY), method), 405, before)
    for kind in ("application/x-www-form-urlencoded", "text/plain", "text/json"):
        answer = stripe.post(BODY, signed(BODY), **{"Content-Type": kind})
        assert_refused(answer, 415, before)


def test_a_body_whose_length_is_not_told_is_refused(
    stripe: Sender, before: list[Any]
) -> None:
    # given
    connected = http.client.HTTPConnection(urlsplit(stripe.shop_url).netloc)
    headers = {"Content-Type": "application/json", "Stripe-Signature": signed(BODY)}

    # when
    connected.request("POST", PATH, iter([BODY]), headers, encode_chunked=True)
    answer = connected.getresponse()

    # then
    assert_refused((answer.status, answer.read().decode()), 400, before)
    connected.close()


def test_other_paths_lead_nowhere(stripe: Sender, before: list[Any]) -> None:
    for path in ("", "/x/", "/stripe/x/", "/stripe/../stripe"):
        elsewhere = Sender(f"{stripe.shop_url}/plugins/global/rewards{path}?")
        assert elsewhere.post(BODY, signed(BODY)).status == 404
    assert rows() == before


def test_nothing_is_taken_without_a_secret(
    shop: Shop, stripe: Sender, before: list[Any]
) -> None:
    # given
    shop.stripe("")

    # then
    for secret in (SECRET, ""):
        assert_refused(stripe.post(BODY, signed(BODY, secret)), 404, before)


def test_nothing_is_taken_while_the_plugin_is_off(
    shop: Shop, stripe: Sender, before: list[Any]
) -> None:
    # given
    shop.plugin(active=False)

    # then
    assert stripe.post(BODY, signed(BODY)).status == 404
    assert rows() == before


def test_the_secret_may_stand_in_the_environment(
    shop: Shop, stripe: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    shop.stripe("")
    monkeypatch.setenv("REWARDS_STRIPE_WEBHOOK_SECRET", "whsec_elsewhere")

    # then
    assert stripe.post(BODY, signed(BODY)).status == 400
    assert stripe.post(BODY, signed(BODY, "whsec_elsewhere")).status == 200


def test_two_secrets_hold_while_one_replaces_the_other(
    shop: Shop, stripe: Sender
) -> None:
    # given
    shop.stripe(f"whsec_new\n {SECRET}")

    # then
    for number, secret in enumerate(("whsec_new", SECRET)):
        body = json.dumps(event("payout.paid", {}, id=f"evt_two{number}")).encode()
        assert stripe.post(body, signed(body, secret)).status == 200
    assert stripe.post(BODY, signed(BODY, "whsec_new " + SECRET)).status == 400


def test_an_event_that_comes_again_is_answered_and_changes_nothing(
    stripe: Sender, before: list[Any]
) -> None:
    # given
    assert stripe.post(BODY, signed(BODY)) == (200, "Received.")
    after = rows()
    assert after != before
    assert available() == 36

    # then
    for at in (int(time.time()), int(time.time()) - 200):
        assert stripe.post(BODY, signed(BODY, at=at)) == (200, "Received.")
        assert rows() == after


def test_other_kinds_of_events_are_acknowledged(
    stripe: Sender, before: list[Any]
) -> None:
    # when
    stripe.tell("customer.created", {"object": "customer", "email": "a@example.com"})

    # then
    kept = StripeEvent.objects.get()
    assert (kept.state, kept.document, kept.kind) == ("ignored", {}, "customer.created")
    assert rows()[1:] == before[1:]


def test_what_is_kept_holds_nothing_of_the_card_holder(
    stripe: Sender, before: list[Any]
) -> None:
    # when
    stripe.tell("charge.succeeded", PAID)
    stripe.tell("charge.succeeded", charge(payment_intent="pi_of_no_order"))

    # then
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(e::text, '') FROM saleor_rewards_stripeevent e"
        )
        (text,) = cursor.fetchone()
    for word in ("Ann", "ann@", "Quay", "4242", CARD["fingerprint"]):
        assert word not in text


def test_where_nothing_can_be_kept_stripe_is_asked_to_come_again(
    stripe: Sender, before: list[Any]
) -> None:
    # given
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE saleor_rewards_stripeevent RENAME TO away")

    # when
    try:
        answer = stripe.post(BODY, signed(BODY))
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE away RENAME TO saleor_rewards_stripeevent")

    # then
    assert_refused(answer, 503, before)


def test_no_merchant_reads_the_secret(shop: Shop, stripe: Sender) -> None:
    from .merchants import staff

    # when
    items = TALK.plugin_settings(staff("manage_plugins"), "name value type")

    # then
    (shown,) = [item for item in items if item["name"] == "stripe_webhook_secret"]
    assert shown["type"] == "SECRET"
    assert SECRET[:-4] not in (shown["value"] or "")
