"""How the orders of the tests are paid for, where a test does not say."""

from __future__ import annotations

from typing import Any

from saleor_rewards.host.capabilities import capabilities

from .legacy import DummyGateway

if capabilities.transactions:
    from .transactions import PaymentApp

    PAYMENTS: Any = PaymentApp()
else:
    PAYMENTS = DummyGateway()
