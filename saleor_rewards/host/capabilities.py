"""What the Saleor of this process can do, where hosts differ.

It is found once, by looking at Saleor's own modules and columns: the version says
little, as images are built between releases and the wheel of 2.10.1 calls itself
"dev".
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec

from django.db.models import Model
from saleor.account import models as account
from saleor.checkout.models import Checkout
from saleor.discount import models as discount
from saleor.order.models import Order
from saleor.payment import models as payment
from saleor.plugins.manager import PluginsManager


@dataclass(frozen=True)
class Capabilities:
    """What a Saleor has that another one lacks."""

    #: Sales channels, and with them all that the adapter for Saleor 3 relies on.
    channels: bool
    #: Discounts stand in rows of the checkout's lines; no hook computes prices.
    stored_discounts: bool
    #: The chosen delivery is a row of its own, no column of the checkout.
    assigned_delivery: bool
    #: Requests below ``/plugins/`` reach a plugin.
    plugin_paths: bool
    #: Customers and checkouts have a language.
    languages: bool
    #: Orders are counted; elsewhere their primary key is shown.
    order_numbers: bool
    #: Some orders have a key that can be guessed, and say so.
    guessable_orders: bool
    #: Mail is sent by plugins and apps.
    mail_plugins: bool
    #: Plugins hear of accounts that are confirmed, changed or deleted.
    account_events: bool
    #: Accounts say whether their address was confirmed.
    confirmed_accounts: bool
    #: Customers are of a type.
    customer_types: bool
    #: Apps report what they charge and give back as transactions.
    transactions: bool
    #: A dummy gateway takes payments of the older kind.
    legacy_payments: bool

    @property
    def adapter(self) -> str:
        """The name of the adapter that serves this host."""
        return "saleor3" if self.channels else "saleor2"


def detect() -> Capabilities:
    """Look at the Saleor in this process."""
    return Capabilities(
        channels=find_spec("saleor.channel") is not None,
        stored_discounts=hasattr(discount, "CheckoutLineDiscount"),
        assigned_delivery=_has_field(Checkout, "assigned_delivery"),
        plugin_paths=find_spec("saleor.plugins.views") is not None,
        languages=_has_field(Checkout, "language_code"),
        order_numbers=_has_field(Order, "number"),
        guessable_orders=_has_field(Order, "use_old_id"),
        mail_plugins=hasattr(PluginsManager, "notify"),
        account_events=hasattr(PluginsManager, "account_deleted"),
        confirmed_accounts=_has_field(account.User, "is_confirmed"),
        customer_types=hasattr(account, "CustomerType"),
        transactions=hasattr(payment, "TransactionItem"),
        legacy_payments=find_spec("saleor.payment.gateways.dummy") is not None,
    )


def _has_field(model: type[Model], name: str) -> bool:
    return name in {field.name for field in model._meta.get_fields()}


capabilities = detect()
