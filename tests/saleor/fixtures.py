"""Fixtures that every test on a real Saleor shares."""

from __future__ import annotations

from typing import Any, Iterator

import pytest

from . import behind_gate as behind_gate_plugin
from .behind_gate import BehindGate
from .legacy import DummyGateway
from .limits import needs
from .rewarded import Referrer, make_referrer, switch_on
from .staff import Staff
from .strangers import Welcome, welcoming
from .stripe_sender import SECRET, Sender
from .world import HOST, Shop, Shopper, open_shop


@pytest.fixture
def shop(db: None) -> Shop:
    """A shop with the plugin on and no rules yet."""
    return open_shop()


@pytest.fixture
def shopper() -> Shopper:
    """A guest with a browser."""
    return Shopper()


@pytest.fixture
def welcome(shop: Shop) -> Welcome:
    """Goods of 40.00, half of it for a first order; another rule for the third."""
    return welcoming(shop)


@pytest.fixture
def gateway(shop: Shop) -> DummyGateway:
    """Saleor's dummy gateway, open to shoppers."""
    HOST.open_gateway()
    return DummyGateway()


@pytest.fixture
def behind_gate(settings: Any) -> Iterator[BehindGate]:
    """What happens once the gate let an order through, and before it is placed."""
    settings.PLUGINS = [
        *settings.PLUGINS,
        "tests.saleor.behind_gate.BehindGatePlugin",
    ]
    behind_gate_plugin.waiting.clear()
    yield BehindGate()
    behind_gate_plugin.waiting.clear()


@pytest.fixture
def staff() -> Staff:
    """Somebody who fulfils, cancels and refunds orders."""
    return Staff()


@pytest.fixture(
    params=[
        pytest.param("transactions", marks=needs("transactions")),
        pytest.param("gateway", marks=needs("legacy payments")),
    ]
)
def each_way_to_pay(request: Any, shopper: Shopper, staff: Staff) -> None:
    """Every way to pay that the host has, one after the other."""
    if request.param == "gateway":
        way = request.getfixturevalue("gateway")
    else:
        from .transactions import PaymentApp

        way = PaymentApp()
    shopper.payments = staff.payments = way


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
