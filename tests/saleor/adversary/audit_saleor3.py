"""What a cart of Saleor 3 would cost without the plugin, by Saleor's own functions."""

from __future__ import annotations

import inspect
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from saleor.checkout import calculations
from saleor.checkout.fetch import fetch_checkout_info, fetch_checkout_lines
from saleor.checkout.models import Checkout
from saleor.checkout.utils import recalculate_checkout_discount
from saleor.core.db.connection import allow_writer
from saleor.discount.models import CheckoutLineDiscount, VoucherCode
from saleor.plugins.manager import PluginsManager

from .views import Plain

OURS = "saleor_rewards"


def live_codes() -> list[str]:
    """Return the codes of vouchers that can be typed right now."""
    now = timezone.now()
    found = VoucherCode.objects.filter(is_active=True, voucher__start_date__lte=now)
    ended = found.filter(voucher__end_date__lte=now)
    return list(found.exclude(pk__in=ended).values_list("code", flat=True))


def plain(token: str, code: str) -> Plain | None:
    """Return what a copy with the shopper's own code costs; nothing is kept.

    None where the cart is gone.
    """
    with allow_writer(), transaction.atomic():
        try:
            copy = _copy(token, code)
            if copy is None:
                return None
            total = _total(copy)
            keeps_code = Checkout.objects.get(pk=copy.pk).voucher_code == (code or None)
            if not keeps_code:
                # As long as no mutation comes Saleor leaves a dead code where it is.
                copy.voucher_code = code
                copy.save(update_fields=["voucher_code"])
                total = max(total, _total(copy, recalculates=False))
            return Plain(total, keeps_code, told(str(copy.pk)))
        finally:
            transaction.set_rollback(True)


def waits(token: str) -> bool:
    """Tell of no cart: offers go, and codes are renewed, at one moment."""
    return False


def told(token: str) -> str:
    """Return what a cart's row says of its price, for whoever reads the story."""
    found = Checkout.objects.get(pk=UUID(token))
    names = (
        "voucher_code",
        "discount_amount",
        "discount_name",
        "subtotal_gross_amount",
        "shipping_price_gross_amount",
    )
    said = [f"{name} {getattr(found, name)}" for name in names]
    gifts = found.lines.filter(is_gift=True).count()
    rows = found.discounts.values_list("type", "amount_value")
    return ", ".join([*said, f"gifts {gifts}", f"discounts {list(rows)}"])


def let_prices_expire(token: str) -> None:
    """Let the time be over for which Saleor keeps a cart's prices."""
    now = timezone.now()
    more = {}
    if hasattr(Checkout, "discount_expiration"):
        more["discount_expiration"] = now
    Checkout.objects.filter(pk=UUID(token)).update(price_expiration=now, **more)


def has_points(token: str) -> bool:
    """Tell whether points pay a part of a cart."""
    return CheckoutLineDiscount.objects.filter(
        line__checkout_id=UUID(token), reason__startswith="Rewards", name="Points"
    ).exists()


def _copy(token: str, code: str) -> Checkout | None:
    checkout = Checkout.objects.filter(pk=UUID(token)).first()
    if checkout is None:
        return None
    lines = list(checkout.lines.filter(is_gift=False))
    cards = list(checkout.gift_cards.all())
    checkout.pk = uuid4()
    checkout.voucher_code = code or None
    checkout.discount_amount = Decimal(0)
    checkout.discount_name = checkout.translated_discount_name = None
    checkout.price_expiration = timezone.now()
    if hasattr(checkout, "discount_expiration"):
        checkout.discount_expiration = timezone.now()
    checkout._state.adding = True
    checkout.save(force_insert=True)
    checkout.gift_cards.set(cards)
    for line in lines:
        line.pk, line.checkout = uuid4(), checkout
        line.old_id = None
        line._state.adding = True
        line.save(force_insert=True)
    return checkout


def _total(copy: Checkout, *, recalculates: bool = True) -> Decimal:
    plugins = [path for path in settings.PLUGINS if OURS not in path]
    manager = PluginsManager(plugins, None, False)
    lines, _ = fetch_checkout_lines(copy)
    info = fetch_checkout_info(copy, lines, manager)
    if recalculates:
        recalculate_checkout_discount(manager, info, lines)
    calculate: Any = calculations.calculate_checkout_total_with_gift_cards
    # Older ones ask for the address too.
    more = (
        {"address": info.shipping_address or info.billing_address}
        if "address" in inspect.signature(calculate).parameters
        else {}
    )
    total = calculate(
        manager=manager, checkout_info=info, lines=lines, force_update=True, **more
    )
    return Decimal(total.gross.amount)
