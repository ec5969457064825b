"""What an address that anybody can type in tells of its owner, and to how many."""

from __future__ import annotations

import logging
from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Callable

import pytest
from django.contrib.sites.models import Site
from django.db.models import F
from django.test import RequestFactory
from django.utils import timezone
from saleor.checkout.models import Checkout
from saleor.site.models import SiteSettings

from saleor_rewards.checkout.service import refresh_checkout
from saleor_rewards.host import guests
from saleor_rewards.host.guests import MOST_ADDRESSES
from saleor_rewards.models import Guests, NetworkLimit, TypedAddress
from saleor_rewards.programs import update_rule
from saleor_rewards.tasks import forget_evidence

from .elsewhere import in_thread
from .limits import needs
from .merchants import app
from .strangers import (
    FULL,
    HALF,
    NETWORK,
    OTHER_NETWORK,
    TOLD,
    Welcome,
    age_networks,
    customers,
    from_network,
    retype,
    use_up,
)
from .world import HOST, Refused, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("mode", Guests)
@pytest.mark.parametrize("count", [50, pytest.param(1000, marks=pytest.mark.storm)])
def test_many_addresses_from_one_network_tell_of_few_people(
    shop: Shop, welcome: Welcome, mode: Guests, count: int
) -> None:
    # given: every other one has bought twice
    shop.settings(guests=mode.value)
    addresses = [f"person{number}@example.com" for number in range(count)]
    customers(addresses[::2])
    stranger = from_network()
    cart = welcome.start(stranger, addresses[0])

    # when
    told = {}
    for address in addresses:
        cart = retype(stranger, cart, address)
        told[address] = welcome.code(cart)
        # How often somebody bought is told of no address.
        assert cart.offer(welcome.third)["code"] == "CUSTOMER_UNKNOWN"

    # then
    known = [address for address in addresses if told[address] in TOLD]
    assert known == (addresses[:MOST_ADDRESSES] if mode is Guests.BY_ADDRESS else [])
    assert [told[address] for address in known] == [
        "NOT_FIRST_ORDER",
        "APPLIED",
    ] * (len(known) // 2)


def test_carts_of_one_network_are_limited_together_and_hour_by_hour(
    welcome: Welcome,
) -> None:
    # given
    def tell(network: str, number: int) -> str:
        cart = welcome.start(from_network(network), f"person{number}@example.com")
        return welcome.code(cart)

    for number in range(MOST_ADDRESSES):
        assert tell(NETWORK, number) == "APPLIED"

    # then
    assert tell(NETWORK, 50) == "CUSTOMER_UNKNOWN"
    # whoever is known already, however written, is no new one
    shouted = welcome.start(from_network(), "PERSON3@EXAMPLE.COM")
    assert welcome.code(shouted) == "APPLIED"
    # and nobody else pays for it
    assert tell(OTHER_NETWORK, 50) == "APPLIED"

    # when
    age_networks(timedelta(hours=1))

    # then
    assert tell(NETWORK, 50) == "APPLIED"


def test_an_address_is_told_of_an_hour_later_within_the_limit_of_then(
    welcome: Welcome,
) -> None:
    # given
    shopper = from_network()
    use_up(welcome, shopper)
    cart = welcome.start(shopper, "kim@example.com")

    # then: no other device makes a difference
    for other in (shopper, from_network(OTHER_NETWORK)):
        assert welcome.code(other.look(cart)) == "CUSTOMER_UNKNOWN"

    # when
    age_networks(timedelta(hours=1))
    TypedAddress.objects.update(typed_at=F("typed_at") - timedelta(hours=1))

    # then
    assert welcome.code(shopper.look(cart)) == "APPLIED"


def stopped(shop: Shop, welcome: Welcome, *, is_over: bool) -> None:
    shop.plugin(killed=not is_over)


def switched_off(shop: Shop, welcome: Welcome, *, is_over: bool) -> None:
    shop.plugin(active=is_over)


def signed_in(shop: Shop, welcome: Welcome, *, is_over: bool) -> None:
    mode = Guests.BY_ADDRESS if is_over else Guests.SIGNED_IN
    shop.settings(guests=mode.value)


def without_the_rules(shop: Shop, welcome: Welcome, *, is_over: bool) -> None:
    for rule in (welcome.first, welcome.third):
        update_rule(rule.pk, is_active=is_over)


@pytest.mark.parametrize(
    "prepare", [stopped, switched_off, signed_in, without_the_rules]
)
def test_carts_that_were_prepared_while_nothing_was_told_are_limited_too(
    shop: Shop, welcome: Welcome, prepare: Callable[..., None]
) -> None:
    # given
    addresses = [f"person{number}@example.com" for number in range(MOST_ADDRESSES + 4)]
    customers(addresses[::2])
    stranger = from_network()
    prepare(shop, welcome, is_over=False)
    carts = [welcome.start(stranger, address) for address in addresses]

    # when
    prepare(shop, welcome, is_over=True)
    told = [welcome.code(stranger.look(cart)) in TOLD for cart in carts]

    # then
    assert told == [True] * MOST_ADDRESSES + [False] * 4


@needs("stored discounts")
def test_what_was_not_noted_keeps_its_price_where_nobody_asks(
    welcome: Welcome,
) -> None:
    # given: a cart from before addresses were noted
    cart = welcome.start(from_network(), "kim@example.com")
    TypedAddress.objects.all().delete()

    # when
    HOST.tell_plugins_of(welcome.goods)

    # then
    assert Shopper().bare_total(cart) == HALF


def note_something(shopper: Shopper, cart: Any) -> None:
    """Write metadata on a cart, which anybody may who holds its ID."""
    if "use_legacy_update_webhook_emission" in {
        field.name for field in SiteSettings._meta.get_fields()
    }:
        # As in every shop that is older than the setting.
        SiteSettings.objects.update(use_legacy_update_webhook_emission=True)
        Site.objects.clear_cache()
    shopper.ask(
        """
        mutation($id: ID!) {
          updateMetadata(id: $id, input: [{key: "seen", value: "yes"}]) {
            errors { message }
            item { ... on Checkout { totalPrice { gross { amount } } } }
          }
        }
        """,
        id=cart.id,
    )


def come_by(_shopper: Shopper, cart: Any) -> None:
    """Let a task look at the cart."""
    refresh_checkout(cart.pk)


@needs("stored discounts")
@pytest.mark.parametrize("occasion", [note_something, come_by])
def test_a_price_tells_no_more_an_hour_later_where_nobody_counts(
    welcome: Welcome, occasion: Callable[..., None]
) -> None:
    # given
    customers(["old@example.com"])
    stranger = from_network()
    use_up(welcome, stranger)
    carts = [welcome.start(stranger, f"{one}@example.com") for one in ("old", "new")]
    TypedAddress.objects.update(typed_at=F("typed_at") - timedelta(minutes=61))

    # when
    for cart in carts:
        occasion(stranger, cart)

    # then
    assert [stranger.bare_total(cart) for cart in carts] == [FULL, FULL]


@needs("stored discounts")
def test_whoever_writes_metadata_is_told_as_little_as_whoever_writes_the_address(
    welcome: Welcome,
) -> None:
    # given a cart from before addresses were noted
    stranger = from_network()
    use_up(welcome, stranger)
    cart = welcome.start(stranger, "kim@example.com")
    TypedAddress.objects.all().delete()

    # when
    note_something(stranger, cart)

    # then
    assert stranger.bare_total(cart) == FULL


def test_an_order_beyond_the_limit_goes_through_without_the_offer(
    welcome: Welcome,
) -> None:
    # given
    shopper = from_network()
    use_up(welcome, shopper)

    # when
    order = shopper.buy(welcome.start(shopper, "kim@example.com"))

    # then
    assert Decimal(str(order["total"]["gross"]["amount"])) == FULL


def test_an_address_that_saleor_refuses_leaves_the_one_of_before(
    welcome: Welcome,
) -> None:
    # given
    shopper = from_network()
    cart = welcome.start(shopper, "kim@example.com")

    # when
    for number in range(MOST_ADDRESSES):
        with pytest.raises(Refused):
            retype(shopper, cart, f"kim{number}@")

    # then: and costs the network nothing
    assert welcome.code(shopper.look(cart)) == "APPLIED"
    assert welcome.code(welcome.start(shopper, "bob@example.com")) == "APPLIED"


def test_the_note_of_another_address_tells_nothing_of_the_carts_own(
    welcome: Welcome,
) -> None:
    # given
    shopper = from_network()
    cart = welcome.start(shopper, "kim@example.com")
    use_up(welcome, shopper)

    # when
    Checkout.objects.filter(pk=cart.pk).update(email="bob@example.com")

    # then
    assert welcome.code(shopper.put(cart, welcome.goods, 1)) == "CUSTOMER_UNKNOWN"


def test_thirty_addresses_at_the_same_moment_are_no_more(welcome: Welcome) -> None:
    # given
    outcomes: list[bool] = []
    at = timezone.now()

    def note(number: int) -> None:
        email = f"person{number}@example.com"
        with guests.asked_by(RequestFactory(REMOTE_ADDR=NETWORK).get("/")):
            outcomes.append(guests.note_address(f"token-{number}", email, at))

    # when
    threads = [in_thread(partial(note, number)) for number in range(30)]
    for thread in threads:
        thread.join()

    # then
    assert outcomes.count(True) == MOST_ADDRESSES
    assert TypedAddress.objects.filter(is_told=True).count() == MOST_ADDRESSES


def test_where_no_network_is_known_nobody_is_held_up_for_another(
    welcome: Welcome,
) -> None:
    # given: a proxy that hides everybody
    shopper = from_network("10.0.0.5")

    # then
    for number in range(MOST_ADDRESSES + 2):
        cart = welcome.start(shopper, f"person{number}@example.com")
        assert welcome.code(cart) == "APPLIED"
    assert not NetworkLimit.objects.exists()


@needs("transactions")
def test_an_app_speaks_for_all_shoppers_of_its_shop(welcome: Welcome) -> None:
    # given
    program = app("handle_checkouts")
    storefront = from_network()
    storefront.client.defaults["HTTP_AUTHORIZATION"] = program.authorization

    # then
    for number in range(MOST_ADDRESSES + 2):
        cart = welcome.start(storefront, f"person{number}@example.com")
        assert welcome.code(cart) == "APPLIED"


def test_addresses_are_limited_where_they_tell_something_and_only_there(
    shop: Shop, welcome: Welcome
) -> None:
    # given
    shop.settings(guests=Guests.SIGNED_IN.value)

    # when
    welcome.start(from_network(), "kim@example.com")

    # then
    assert not NetworkLimit.objects.exists()
    assert not TypedAddress.objects.exists()


def test_a_limit_that_cannot_be_looked_at_tells_nothing(
    welcome: Welcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    def fail(*_: Any) -> Any:
        raise RuntimeError

    monkeypatch.setattr(guests, "_is_within", fail)

    # then
    cart = welcome.start(from_network(), "kim@example.com")
    assert welcome.code(cart) == "CUSTOMER_UNKNOWN"


def test_operators_are_told_once_an_hour_of_a_network_that_asks_for_too_many(
    welcome: Welcome, caplog: pytest.LogCaptureFixture
) -> None:
    # when
    with caplog.at_level(logging.WARNING, guests.logger.name):
        for number in range(MOST_ADDRESSES + 3):
            welcome.start(from_network(), f"person{number}@example.com")

    # then
    assert [guests.LIMITED in one.getMessage() for one in caplog.records] == [True]


def test_what_bounds_addresses_is_forgotten_with_the_carts(welcome: Welcome) -> None:
    # given
    shopper = from_network()
    gone = welcome.start(shopper, "kim@example.com")
    kept = welcome.start(shopper, "bob@example.com")
    age_networks(timedelta(hours=1))
    TypedAddress.objects.update(typed_at=F("typed_at") - timedelta(days=1))
    Checkout.objects.filter(pk=gone.pk).delete()

    # when
    forget_evidence()

    # then
    assert not NetworkLimit.objects.exists()
    assert TypedAddress.objects.get().checkout_token == kept.pk
