"""An order is settled by what was kept of it, whatever a later engine would compute."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Callable

import pytest

from saleor_rewards.ledger import settle
from saleor_rewards.models import Receipt
from saleor_rewards.programs import recompute

from .points import earned, earning_cart, reconcile_all, rows, sums, written
from .staff import Staff
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other_engine(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """Let the engine give other numbers of points from now on."""
    grant_points = settle.grant_points

    def doubled(*args: Any) -> list[Any]:
        found = grant_points(*args)
        return [replace(one, points=one.points * 2 + 1) for one in found]

    return lambda: monkeypatch.setattr(settle, "grant_points", doubled)


def test_an_order_that_is_settled_stays_so_under_another_engine(
    shop: Shop, shopper: Shopper, other_engine: Callable[[], None]
) -> None:
    # given
    shopper.buy(earning_cart(shop, shopper))
    before = rows()
    assert sums() == (0, earned(), 0)

    # when
    other_engine()

    # then
    assert written(reconcile_all) == []
    assert rows() == before
    receipt = Receipt.objects.get()
    effects = [effect.to_json() for effect in recompute(receipt).effects]
    assert effects == receipt.effects


def test_a_refund_takes_its_share_of_what_was_earned_under_the_engine_of_then(
    shop: Shop, shopper: Shopper, staff: Staff, other_engine: Callable[[], None]
) -> None:
    # given
    order = shopper.buy(earning_cart(shop, shopper))

    # when
    other_engine()
    staff.refund(order, "12.50")

    # then
    assert sums() == (0, earned("12.50"), 0)


def test_an_order_that_is_new_is_settled_by_the_engine_that_runs(
    shop: Shop, shopper: Shopper, other_engine: Callable[[], None]
) -> None:
    # given: so that the tests above could fail
    cart = earning_cart(shop, shopper)
    other_engine()

    # when
    shopper.buy(cart)

    # then
    assert sums() != (0, earned(), 0)
