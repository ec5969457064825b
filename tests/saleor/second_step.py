"""A plugin that answers for the payment app: the bank asks for a second step."""

from __future__ import annotations

from typing import Any

from saleor.plugins.base_plugin import BasePlugin

#: Under which reference the app tells of the money afterwards.
REFERENCE = "second-step"


class SecondStepPlugin(BasePlugin):
    """Takes no money yet, whatever is asked for."""

    PLUGIN_ID = "rewards.second_step"
    PLUGIN_NAME = "Second step"
    CONFIGURATION_PER_CHANNEL = False
    DEFAULT_ACTIVE = True

    def transaction_initialize_session(
        self, transaction_session_data: Any, previous_value: Any
    ) -> Any:
        """Ask the shopper to confirm the payment with the bank."""
        # Saleor 2 has none.
        from saleor.payment.interface import TransactionSessionResult

        action = transaction_session_data.action
        return TransactionSessionResult(
            app_identifier=transaction_session_data.payment_gateway_data.app_identifier,
            response={
                "pspReference": REFERENCE,
                "result": f"{action.action_type.upper()}_ACTION_REQUIRED",
                "amount": str(action.amount),
                "data": {},
            },
        )
