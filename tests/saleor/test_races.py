"""Two requests on one checkout at once end as if one came after the other."""

from __future__ import annotations

import threading
import time
from contextlib import nullcontext
from decimal import Decimal
from importlib import import_module
from typing import Any, Callable

import pytest
from django.db import connection

from saleor_rewards.checkout.service import refresh_checkout
from saleor_rewards.guard import bounded_transaction
from saleor_rewards.host.current import host

from .elsewhere import in_thread
from .inputs import document
from .limits import needs
from .points import make_member
from .world import Cart, Shop, Shopper

pytestmark = [
    pytest.mark.django_db(transaction=True),
    needs("stored discounts"),
]

#: For how many seconds the first request waits for the second at most: more than the
#: slowest machine takes.
PATIENCE = 60

#: Whether anybody waits for a lock of this connection's.
IS_WAITED_FOR = """
SELECT count(*) FROM pg_stat_activity
WHERE datname = current_database() AND pg_backend_pid() = ANY(pg_blocking_pids(pid))
"""


class Interleaved:
    """Pauses the first reading of a checkout until another request had its turn.

    That one either gets in between reading and writing, or waits for the first's lock.
    """

    def __init__(self, read: Callable[..., Any]) -> None:
        self.read = read
        self.first_has_read = threading.Event()
        self.second_is_done = threading.Event()

    def __call__(self, checkout: Any, book: Any, **options: Any) -> Any:
        reading = self.read(checkout, book, **options)
        if not self.first_has_read.is_set():
            self.first_has_read.set()
            self._let_the_second_in()
        return reading

    def _let_the_second_in(self) -> None:
        ends_at = time.monotonic() + PATIENCE
        while not (self.second_is_done.wait(0.02) or _is_waited_for()):
            assert time.monotonic() < ends_at, "The second never came."


def _is_waited_for() -> bool:
    with connection.cursor() as cursor:
        # Otherwise a transaction sees the same activity as when it first looked.
        cursor.execute("SELECT pg_stat_clear_snapshot()")
        cursor.execute(IS_WAITED_FOR)
        return cursor.fetchone() != (0,)


def race(
    monkeypatch: pytest.MonkeyPatch,
    first: Callable[[], Any],
    second: Callable[[], Any],
    *,
    lock: bool,
) -> None:
    """Run ``second`` between the reading and the writing of ``first``."""
    interleaved = Interleaved(host.read)
    monkeypatch.setattr(host, "read", interleaved)
    if not lock:
        monkeypatch.setattr(host, "locked", lambda _token: nullcontext(True))
    one = in_thread(first)
    assert interleaved.first_has_read.wait(PATIENCE)

    def then() -> None:
        second()
        interleaved.second_is_done.set()

    two = in_thread(then)
    one.join()
    two.join()
    monkeypatch.setattr(host, "read", type(host).read.__get__(host))


@pytest.mark.parametrize("quantities", [(4, 1), (1, 4)])
def test_both_orders_end_at_the_price_of_the_cart_that_is_left(
    shop: Shop,
    shopper: Shopper,
    monkeypatch: pytest.MonkeyPatch,
    quantities: tuple[int, int],
) -> None:
    # given
    cart, apple = _cart_of_apples(shop, shopper)

    # when
    _race_to_put(monkeypatch, cart, apple, quantities, lock=True)

    # then
    assert _stored_total(cart) == _price_of(quantities[1])


def test_the_race_catches_a_writer_that_does_not_lock(
    shop: Shop, shopper: Shopper, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    cart, apple = _cart_of_apples(shop, shopper)

    # when
    _race_to_put(monkeypatch, cart, apple, (4, 1), lock=False)

    # then
    assert _stored_total(cart) != _price_of(1)


def _redeem_beside_a_refresh(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Cart:
    shop.points()
    member = make_member(shop, 1000)
    cart = member.cart((shop.product("30.00"), 1))
    race(
        monkeypatch,
        lambda: member.do(document("PointsRedeem"), checkoutId=cart.id, points=1000),
        lambda: refresh_checkout(cart.pk),
        lock=True,
    )
    assert member.account.points_held == 1000
    return cart


def test_a_refresh_that_waits_sees_what_it_waited_for(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # when
    cart = _redeem_beside_a_refresh(shop, monkeypatch)

    # then
    assert _stored_total(cart) == Decimal("20.00")


def test_the_race_catches_a_reader_that_locks_as_it_reads(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    reader = import_module("saleor_rewards.host.saleor3.reader")
    checkouts = reader._checkout
    monkeypatch.setattr(
        reader,
        "_checkout",
        lambda book: checkouts(book).select_for_update(of=("self",)),
    )
    monkeypatch.setattr(host, "locked", lambda _token: bounded_transaction())

    # when
    cart = _redeem_beside_a_refresh(shop, monkeypatch)

    # then: one took the points' rows away that the other had just written
    assert _stored_total(cart) == Decimal("30.00")


def _cart_of_apples(shop: Shop, shopper: Shopper) -> tuple[Cart, Any]:
    shop.ladder(("30.00", "10"))
    apple = shop.product("10.00")
    return shopper.cart((apple, 2)), apple


def _race_to_put(
    monkeypatch: pytest.MonkeyPatch,
    cart: Cart,
    apple: Any,
    quantities: tuple[int, int],
    *,
    lock: bool,
) -> None:
    first, second = quantities
    race(
        monkeypatch,
        lambda: Shopper().bare_put(cart, apple, first),
        lambda: Shopper().bare_put(cart, apple, second),
        lock=lock,
    )


def _price_of(quantity: int) -> Decimal:
    whole = Decimal("10.00") * quantity
    return whole * Decimal("0.9") if whole >= 30 else whole


def _stored_total(cart: Cart) -> Decimal:
    """Ask for the total alone, so that nothing mends what the race left."""
    return Shopper().bare_total(cart)
