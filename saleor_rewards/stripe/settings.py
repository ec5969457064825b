"""How a shop takes Stripe's events in."""

from __future__ import annotations

import os
from dataclasses import dataclass

#: Where the secret stands that is not in the plugin's settings.
VARIABLE = "REWARDS_STRIPE_WEBHOOK_SECRET"


@dataclass(frozen=True)
class StripeSettings:
    """What Stripe signs with, and which of its modes counts here.

    There are several secrets while one replaces another. ``gateways`` are the
    gateways and payment apps whose payments go through Stripe, beside Saleor's own.
    """

    secrets: tuple[str, ...] = ()
    is_test_mode: bool = False
    gateways: tuple[str, ...] = ()

    @classmethod
    def of(cls, secrets: str, is_test_mode: bool, gateways: str = "") -> StripeSettings:
        """Read secrets and gateways with spaces between.

        Without a secret those of the environment count.

        >>> StripeSettings.of("whsec_new whsec_old", False).secrets
        ('whsec_new', 'whsec_old')
        """
        found = secrets.split() or os.environ.get(VARIABLE, "").split()
        return cls(tuple(found), is_test_mode, tuple(gateways.split()))

    def wants(self, is_live: bool) -> bool:
        """Return whether events of this mode may touch orders.

        >>> StripeSettings().wants(True), StripeSettings().wants(False)
        (True, False)
        """
        return is_live is not self.is_test_mode
