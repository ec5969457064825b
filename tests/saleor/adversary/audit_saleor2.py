"""What a cart of Saleor 2.10 would cost without the plugin, by Saleor's own functions.

Saleor there asks for the plugins anew in each function, so that the settings of this
process, which serves nobody, go without the plugin as long as it calculates.
"""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID, uuid4

from django.conf import settings
from django.db import transaction
from django.test import override_settings
from django.utils import timezone
from saleor.checkout import calculations
from saleor.checkout.models import Checkout
from saleor.checkout.utils import recalculate_checkout_discount
from saleor.discount.models import Voucher
from saleor.discount.utils import fetch_active_discounts

from saleor_rewards.models import Hold, HoldState, Quote

from .views import Plain

OURS = "saleor_rewards"


def live_codes() -> list[str]:
    """Return the codes of vouchers that can be typed right now."""
    return list(Voucher.objects.active(timezone.now()).values_list("code", flat=True))


def plain(token: str, code: str) -> Plain | None:
    """Return what a copy with the shopper's own code costs; nothing is kept.

    None where the cart is gone.
    """
    others = [path for path in settings.PLUGINS if OURS not in path]
    with override_settings(PLUGINS=others), transaction.atomic():
        try:
            copy = _copy(token, code)
            if copy is None:
                return None
            lines, sales = list(copy), fetch_active_discounts()
            recalculate_checkout_discount(copy, lines, sales)
            total = calculations.checkout_total(
                checkout=copy, lines=lines, discounts=sales
            ).gross
            total -= copy.get_total_gift_cards_balance()
            keeps_code = (copy.voucher_code or "") == code
            return Plain(max(Decimal(0), total.amount), keeps_code)
        finally:
            transaction.set_rollback(True)


def waits(token: str) -> bool:
    """Tell whether a code is still worth what it was beside offers that are stopped."""
    return Quote.objects.filter(pk=token).exists()


def told(token: str) -> str:
    """Return nothing: no price is stored."""
    return ""


def let_prices_expire(token: str) -> None:
    """Do nothing: Saleor calculates each time that it is asked."""


def has_points(token: str) -> bool:
    """Tell whether points pay a part of a cart."""
    return Hold.objects.filter(checkout_token=token, state=HoldState.OPEN).exists()


def _copy(token: str, code: str) -> Checkout | None:
    checkout = Checkout.objects.filter(pk=UUID(token)).first()
    if checkout is None:
        return None
    lines, cards = list(checkout.lines.all()), list(checkout.gift_cards.all())
    checkout.pk = uuid4()
    checkout.voucher_code = code or None
    checkout.discount_amount = Decimal(0)
    checkout._state.adding = True
    checkout.save(force_insert=True)
    checkout.gift_cards.set(cards)
    for line in lines:
        line.pk, line.checkout = None, checkout
        line._state.adding = True
        line.save(force_insert=True)
    return checkout
