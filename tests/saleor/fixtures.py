"""Fixtures that every test on a real Saleor shares."""

from __future__ import annotations

import pytest

from .world import Shop, Shopper, open_shop


@pytest.fixture
def shop(db: None) -> Shop:
    """A shop with the plugin on and no rules yet."""
    return open_shop()


@pytest.fixture
def shopper() -> Shopper:
    """A guest with a browser."""
    return Shopper()
