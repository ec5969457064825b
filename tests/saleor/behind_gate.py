"""A plugin behind ours: requests that come between the gate and Saleor's order."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import Any, Callable

from django.db import transaction
from saleor.plugins.base_plugin import BasePlugin

from .elsewhere import do_elsewhere

#: What is to happen behind the gate, once each.
waiting: list[Callable[[], None]] = []


class BehindGatePlugin(BasePlugin):
    """Does what waits as soon as the gate's transaction is committed."""

    PLUGIN_ID = "rewards.behind_gate"
    PLUGIN_NAME = "Behind the gate"
    CONFIGURATION_PER_CHANNEL = False
    DEFAULT_ACTIVE = True

    def preprocess_order_creation(
        self, *_args: Any, previous_value: Any, **_: Any
    ) -> Any:
        """Let what waits happen before Saleor locks the checkout again."""
        while waiting:
            transaction.on_commit(waiting.pop(0))
        return previous_value


@dataclass
class BehindGate:
    """Requests on connections of their own; ``outcomes`` is what they came to."""

    outcomes: list[Any] = field(default_factory=list)

    def then(self, work: Callable[[], Any]) -> None:
        """Send a request behind the gate of the next order."""
        waiting.append(partial(self.do, work))

    def do(self, work: Callable[[], Any]) -> None:
        """Send a request now, and keep its result or what it raised."""
        self.outcomes.append(do_elsewhere(work))

    @property
    def codes(self) -> list[str]:
        """The codes by which the requests were refused."""
        refused = [getattr(one, "errors", ()) for one in self.outcomes]
        return [error["code"] for errors in refused for error in errors]
