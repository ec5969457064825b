"""A payment gateway that waits, fails or asks for a second step, as its token says.

A token is ``MODE-MILLISECONDS-NUMBER``: ``pay-300-7`` takes the money after 300 ms,
``hold-0-8`` sets it aside, ``fail-50-9`` declines, ``ask-200-10`` asks the shopper for
a second step and takes the money in it.
"""

from __future__ import annotations

import time
from typing import Any

from saleor.payment import TransactionKind
from saleor.payment.interface import GatewayResponse
from saleor.plugins.base_plugin import BasePlugin

PLUGIN_ID = "tests.adversary.gateway"


class SlowGateway(BasePlugin):
    """Legacy payments of the adversary's shoppers."""

    PLUGIN_ID = PLUGIN_ID
    PLUGIN_NAME = "Slow gateway"
    DEFAULT_ACTIVE = True
    DEFAULT_CONFIGURATION: list[Any] = []
    CONFIG_STRUCTURE: dict[str, Any] = {}

    def process_payment(self, payment_information: Any, previous_value: Any) -> Any:
        """Wait as long as the token says, then take the money, or not."""
        mode, milliseconds, _number = payment_information.token.split("-")
        time.sleep(int(milliseconds) / 1000)
        kind = TransactionKind.AUTH if mode == "hold" else TransactionKind.CAPTURE
        if mode == "ask":
            # Saleor 2.10 has no kind for it.
            kind = getattr(TransactionKind, "ACTION_TO_CONFIRM", kind)
        return _response(payment_information, kind, mode)

    def confirm_payment(self, payment_information: Any, previous_value: Any) -> Any:
        """Take the money after the second step."""
        milliseconds = payment_information.token.split("-")[1]
        time.sleep(int(milliseconds) / 1000)
        return _response(payment_information, TransactionKind.CAPTURE)

    def authorize_payment(self, payment_information: Any, previous_value: Any) -> Any:
        """Set the money aside."""
        return _response(payment_information, TransactionKind.AUTH)

    def capture_payment(self, payment_information: Any, previous_value: Any) -> Any:
        """Take what was set aside."""
        return _response(payment_information, TransactionKind.CAPTURE)

    def refund_payment(self, payment_information: Any, previous_value: Any) -> Any:
        """Give money back."""
        return _response(payment_information, TransactionKind.REFUND)

    def void_payment(self, payment_information: Any, previous_value: Any) -> Any:
        """Let go of what was set aside."""
        return _response(payment_information, TransactionKind.VOID)

    def get_supported_currencies(self, previous_value: Any) -> list[str]:
        """Return the tests' one currency."""
        return ["USD"]

    def get_payment_config(self, previous_value: Any) -> list[Any]:
        """Return nothing that a storefront would need."""
        return []


def _response(payment: Any, kind: str, mode: str = "pay") -> GatewayResponse:
    return GatewayResponse(
        is_success=mode != "fail",
        action_required=mode == "ask",
        kind=kind,
        amount=payment.amount,
        currency=payment.currency,
        transaction_id=payment.token,
        error="Declined." if mode == "fail" else None,
    )
