"""Fixtures that every test on a real Saleor shares."""

from __future__ import annotations

from typing import Any

import pytest

from .rewarded import Referrer, make_referrer, switch_on
from .staff import Staff
from .stripe_sender import SECRET, Sender
from .world import Shop, Shopper, open_shop


@pytest.fixture
def shop(db: None) -> Shop:
    """A shop with the plugin on and no rules yet."""
    return open_shop()


@pytest.fixture
def shopper() -> Shopper:
    """A guest with a browser."""
    return Shopper()


@pytest.fixture
def staff() -> Staff:
    """Somebody who fulfils, cancels and refunds orders."""
    return Staff()


@pytest.fixture
def referrer(shop: Shop) -> Referrer:
    """A member of a shop that rewards referrers, once it has a rule for them."""
    switch_on(shop)
    return make_referrer()


@pytest.fixture(params=["voucher", "gift_card"])
def kind(request: Any) -> str:
    """A kind of code with which referrers are rewarded."""
    return str(request.param)


@pytest.fixture
def stripe(live_server: Any, shop: Shop) -> Sender:
    """Stripe, in front of the running shop whose settings have its secret."""
    shop.stripe(SECRET)
    return Sender(live_server.url)
