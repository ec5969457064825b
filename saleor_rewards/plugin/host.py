"""The adapter of the Saleor that this process runs in."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, ContextManager, Mapping, Protocol

if TYPE_CHECKING:
    from saleor.checkout.models import Checkout

    from ..engine import Evaluation, Snapshot
    from .rulebook import Rulebook

#: Adapter module by Saleor's major version.
ADAPTERS = {2: ".saleor2", 3: ".saleor3"}


@dataclass(frozen=True)
class ChannelRef:
    """A sales channel: Saleor's primary key, slug and currency code."""

    pk: int
    slug: str
    currency: str


@dataclass(frozen=True)
class Reading:
    """What one look at a checkout found.

    ``shown`` maps the name of each offer that the shopper's prices carry now
    to its amount. ``carrier`` is the adapter's own record of how they do.
    """

    snapshot: Snapshot
    shown: Mapping[str, Decimal] = field(default_factory=dict)
    carrier: Any = None


class Host(Protocol):
    """What differs between one Saleor and the next."""

    def channels(self) -> list[ChannelRef]:
        """Return every sales channel of the shop."""

    def channel_pk(self, checkout: Checkout) -> int:
        """Return the primary key of the checkout's channel."""

    def plugin(self, request: Any, plugin_id: str) -> Any:
        """Return the plugin as Saleor loaded it for a request, or ``None``."""

    def read(
        self, checkout: Checkout, book: Rulebook, *, lock: bool, request: Any = None
    ) -> Reading | None:
        """Return what the engine needs to know, or ``None`` if the cart is gone.

        A ``request`` may be answered from a replica; a lock never is.
        """

    def write(
        self, checkout: Checkout, book: Rulebook, reading: Reading, now: Evaluation
    ) -> bool:
        """Make the shopper's prices carry ``now``; return whether they changed."""

    def writing(self) -> ContextManager[None]:
        """Return a block in which writing outside a mutation is meant."""

    def revisit(self, variant_pk: int, after: str, limit: int) -> str | None:
        """Refresh up to ``limit`` checkouts that hold a variant and carry offers.

        Returns the key of the last one, ``None`` where no more are left.
        """

    def withdraw(self, limit: int) -> int:
        """Take our effects off up to ``limit`` open checkouts; return how many."""


#: The wheel of 2.10.1 calls its version "dev"; channels came with 3.0.
MAJOR = 3 if find_spec("saleor.channel") else 2
_adapter_module = import_module(ADAPTERS[MAJOR], __package__)

host: Host = _adapter_module.adapter
Hooks: Any = _adapter_module.Hooks
