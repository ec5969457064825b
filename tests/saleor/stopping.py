"""How the tests stop offers, and let the scheduled jobs run afterwards."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any, Iterator

import pytest
from django.utils import timezone
from saleor.checkout.models import Checkout

from saleor_rewards import tasks
from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.host.current import host
from saleor_rewards.host.port import PLUGIN_ID
from saleor_rewards.models import PriceAgreement

from .points import Member
from .world import Cart, Refused, Shop, Shopper

STOPS = [
    pytest.param({"active": False}, id="off"),
    pytest.param({"killed": True}, id="killed"),
]


@contextmanager
def celery_down() -> Iterator[None]:
    """Let nothing come of what is handed to a worker."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks.withdraw_offers, "apply_async", lambda *_, **__: None)
        yield


@contextmanager
def gone(hours: int) -> Iterator[None]:
    """Let so much time pass for what asks for the time."""
    now = timezone.now
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: now() + timedelta(hours=hours))
        yield


def switch_off(shop: Shop, **stop: Any) -> None:
    """Switch off while no worker runs."""
    with celery_down():
        shop.plugin(**(stop or {"active": False}))


def a_later_run() -> None:
    """Let the scheduled job run once that comes back to what is stopped."""
    tasks.end_stale_pledges()


def total_of(order: dict[str, Any]) -> Decimal:
    return Decimal(str(order["total"]["gross"]["amount"]))


def shipped(shop: Shop, shopper: Shopper) -> Cart:
    """Return a cart of 36.00 of goods for 40.00, shipped for nothing."""
    cart = shopper.cart((shop.product("40.00"), 1))
    cart = shopper.ship(cart, shop.shipping_method("10.00"))
    assert cart.total == Decimal("36.00")
    return cart


def ordered_at_last(shopper: Shopper, cart: Cart) -> dict[str, Any]:
    """Pay what a cart shows and order it, again where its total changed."""
    try:
        return shopper.buy(shopper.look(cart))
    except Refused:
        return shopper.buy(shopper.look(cart))


def every_job(hours: int = 0) -> None:
    """Let every scheduled job run that settles something, as if no hook had told."""
    with gone(hours):
        tasks.reconcile_points()
        tasks.end_stale_pledges()
        tasks.release_holds()
        tasks.settle_due_points()
        tasks.reward_referrals()
        tasks.retry_stripe_events()
        tasks.review_tiers()


def agree(member: Member, cart: Cart) -> None:
    """Pay a cart, and let the price be agreed on, here by a gate that is asked first."""
    member.pay(cart, cart.total)
    if capabilities.stored_discounts:
        return
    host.loaded_plugin(PLUGIN_ID).close_gate(Checkout.objects.get(pk=cart.pk))
    assert PriceAgreement.objects.exists()
