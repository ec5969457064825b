"""No network costs the shop more than a statement, however many claims it sends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone
from saleor.account.models import User

from saleor_rewards import tasks
from saleor_rewards.guard import faults
from saleor_rewards.models import ClaimRate, Referral
from saleor_rewards.referrals import claim_rates

from . import merchants
from .friends import code_for, friend_cart, referrer, switch_on
from .inputs import document
from .merchants import USERS
from .strangers import NETWORK, OTHER_NETWORK, from_network
from .world import Cart, Refused, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

#: Of one address, and of the wider network around it.
MOST, MOST_AROUND = 3, 5


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claim_rates, "MOST_OF_ADDRESS", MOST)
    monkeypatch.setattr(claim_rates, "MOST_OF_NETWORK", MOST_AROUND)


@pytest.fixture
def code(shop: Shop) -> str:
    """The code of a member of a shop that rewards referrals."""
    switch_on(shop)
    ann: User = referrer("ann@example.com")
    return str(code_for(shop, ann).code)


def said(shopper: Shopper, cart: Cart, code: str | None = "X") -> str:
    """Return what a claim is answered, over the API."""
    try:
        shopper.do(document("ReferralClaim"), checkoutId=cart.id, code=code)
    except Refused as refused:
        return str(refused.errors[0]["code"])
    return "ACCEPTED"


def test_an_address_is_answered_so_many_claims_an_hour(shop: Shop, code: str) -> None:
    # given
    stranger, elsewhere = from_network(NETWORK), from_network(OTHER_NETWORK)
    cart = friend_cart(shop)

    # when
    answers = [said(stranger, cart, code) for _ in range(MOST + 2)]

    # then: right ones count as well, and others are served
    assert answers == ["ACCEPTED"] * MOST + ["TOO_MANY_ATTEMPTS"] * 2
    assert said(elsewhere, friend_cart(shop), code) == "ACCEPTED"


def test_many_addresses_of_one_network_are_bounded_together(
    shop: Shop, code: str
) -> None:
    # given: each of them asks once
    cart = friend_cart(shop)
    shoppers = [from_network(f"203.0.113.{number}") for number in range(1, 8)]

    # when
    answers = [said(shopper, cart, code) for shopper in shoppers]

    # then
    assert answers == ["ACCEPTED"] * MOST_AROUND + ["TOO_MANY_ATTEMPTS"] * 2
    assert said(from_network("203.0.114.1"), cart, code) == "ACCEPTED"


@pytest.mark.parametrize("added", ["203.0.113.9:51234", "unknown, 203.0.113.9:51234"])
def test_nobody_is_another_by_what_they_write_before_the_proxy_does(
    shop: Shop, code: str, settings: Any, added: str
) -> None:
    # given
    settings.REAL_IP_ENVIRON = "HTTP_X_FORWARDED_FOR"
    cart = friend_cart(shop)

    # when
    answers = [
        said(
            Shopper(client=Client(HTTP_X_FORWARDED_FOR=f"{wanted}, {added}")),
            cart,
            code,
        )
        for wanted in (f"198.51.{number}.1" for number in range(MOST + 1))
    ]

    # then
    assert answers == ["ACCEPTED"] * MOST + ["TOO_MANY_ATTEMPTS"]


def test_a_network_of_version_6_is_bounded_as_one(shop: Shop, code: str) -> None:
    # given
    cart = friend_cart(shop)
    homes = [from_network(f"2001:db8:1:{number}::1") for number in range(1, 8)]

    # then
    answers = [said(home, cart, code) for home in homes]
    assert answers == ["ACCEPTED"] * MOST_AROUND + ["TOO_MANY_ATTEMPTS"] * 2
    assert said(from_network("2001:db8:2:1::1"), cart, code) == "ACCEPTED"


def test_the_hour_begins_anew_and_does_not_grow(shop: Shop, code: str) -> None:
    # given
    stranger, cart = from_network(), friend_cart(shop)
    for _ in range(MOST + 1):
        said(stranger, cart, code)
    past = timezone.now() - timedelta(minutes=59)
    ClaimRate.objects.update(began_at=past)
    assert said(stranger, cart, code) == "TOO_MANY_ATTEMPTS"
    assert not ClaimRate.objects.exclude(began_at=past).exists()

    # when
    ClaimRate.objects.update(began_at=timezone.now() - timedelta(minutes=60))

    # then
    assert said(stranger, cart, code) == "ACCEPTED"
    assert set(ClaimRate.objects.values_list("claims", flat=True)) == {1}


def test_nothing_is_read_for_a_claim_beyond_the_bound(shop: Shop, code: str) -> None:
    # given
    stranger, cart = from_network(), friend_cart(shop)
    for _ in range(MOST):
        said(stranger, cart, code)

    # when: whether or not there is such a cart
    gone = friend_cart(shop)
    gone.node["id"] = "Q2hlY2tvdXQ6bm9uZQ=="

    # then
    assert said(stranger, gone, code) == "TOO_MANY_ATTEMPTS"


def test_who_asks_for_reviews_is_bounded_too(shop: Shop, code: str) -> None:
    # given
    stranger, cart = from_network(), friend_cart(shop)

    def ask() -> None:
        stranger.do(document("ReferralReviewRequest"), checkoutId=cart.id)

    # when
    for _ in range(MOST):
        ask()

    # then
    with pytest.raises(Refused) as refused:
        ask()
    assert refused.value.errors[0]["code"] == "TOO_MANY_ATTEMPTS"
    assert said(stranger, cart, code) == "TOO_MANY_ATTEMPTS"


def test_an_app_speaks_for_all_of_its_shoppers(shop: Shop, code: str) -> None:
    # given
    app = merchants.app(USERS)
    app.client = Client(REMOTE_ADDR=NETWORK)

    # when
    payloads: list[dict[str, Any]] = [
        app.do(document("ReferralClaim"), checkoutId=friend_cart(shop).id, code=code)
        for _ in range(MOST + 2)
    ]

    # then
    assert [payload["errors"] for payload in payloads] == [[]] * (MOST + 2)
    kinds = Referral.objects.values_list("evidence__kind", flat=True)
    assert "ip" not in set(kinds)
    assert not ClaimRate.objects.exists()


def test_where_no_network_is_known_nothing_is_counted(shop: Shop, code: str) -> None:
    # given
    cart = friend_cart(shop)

    # then
    assert {said(Shopper(), cart, code) for _ in range(MOST + 2)} == {"ACCEPTED"}
    assert not ClaimRate.objects.exists()


def test_what_cannot_be_counted_is_not_claimed(shop: Shop, code: str) -> None:
    # given
    cart, before = friend_cart(shop), faults["REWARDS_CLAIM"]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE saleor_rewards_claimrate RENAME TO gone")

    # when
    try:
        answer = said(from_network(), cart, code)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE gone RENAME TO saleor_rewards_claimrate")

    # then
    assert answer == "UNAVAILABLE"
    assert faults["REWARDS_CLAIM"] == before + 1


def test_counts_whose_hour_is_over_are_deleted(shop: Shop, code: str) -> None:
    # given
    said(from_network(NETWORK), friend_cart(shop), code)
    ClaimRate.objects.update(began_at=timezone.now() - timedelta(hours=1))
    said(from_network(OTHER_NETWORK), friend_cart(shop), code)

    # when
    tasks.forget_evidence()

    # then
    assert set(ClaimRate.objects.values_list("claims", flat=True)) == {1}
    assert ClaimRate.objects.count() == 2
