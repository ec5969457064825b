"""Fixtures that every test on a real Saleor shares."""

from __future__ import annotations

from typing import Any

import pytest

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
def stripe(live_server: Any, shop: Shop) -> Sender:
    """Stripe, in front of the running shop whose settings have its secret."""
    shop.stripe(SECRET)
    return Sender(live_server.url)
