"""The adapter of Saleor 2.10: prices pass through the plugin, nothing is stored."""

from __future__ import annotations

from contextlib import nullcontext, suppress
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, ContextManager

from django.conf import settings
from django.db import DatabaseError
from django.utils import timezone
from saleor.checkout.models import Checkout
from saleor.checkout.utils import (
    recalculate_checkout_discount,
)
from saleor.discount.models import Voucher
from saleor.discount.utils import fetch_discounts

from ...engine import Effect, Evaluation, PointsEarned
from ...guard import bounded_transaction, guarded
from ...models import Hold, HoldState, PriceAgreement, Quote
from ..common import Checkouts, OrderHistory
from ..guests import noted
from ..port import ChannelRef, Reading
from ..shopper_slots import NativeVoucher
from . import memo
from .changed_orders import ChangedOrders
from .money import Money
from .orders import Orders
from .payouts import Payouts
from .people import People
from .reader import CHANNEL_PK, CHANNEL_SLUG, read
from .slots import give_all_back, keep_code, return_code

if TYPE_CHECKING:
    from ...programs.rulebook import Rulebook


class Saleor2(Money, Orders, ChangedOrders, OrderHistory, People, Payouts, Checkouts):
    """The plugin chain carries the effects; a quote keeps what was shown."""

    def channels(self) -> list[ChannelRef]:
        """Return the shop as its one channel."""
        return [ChannelRef(CHANNEL_PK, CHANNEL_SLUG, settings.DEFAULT_CURRENCY)]

    def channel_pk(self, checkout: Checkout) -> int:
        """Return the primary key of the one channel."""
        return CHANNEL_PK

    def plugin(self, request: Any, plugin_id: str) -> Any:
        """Return the plugin as Saleor loaded it for a request, or ``None``."""
        return request.plugins.get_plugin(plugin_id)

    def read(
        self, checkout: Checkout, book: Rulebook, *, request: Any = None
    ) -> Reading | None:
        """Return what the engine needs to know, or ``None`` if the cart is gone."""
        return noted(str(checkout.pk), partial(read, checkout.pk, book))

    def write(
        self, checkout: Checkout, book: Rulebook, reading: Reading, now: Evaluation
    ) -> bool:
        """Keep what the shopper is shown from now on; return whether it changed."""
        keep_code(checkout.pk, reading, now)
        changed = keep_quote(checkout.pk, reading, now)
        if changed:
            renew_code(checkout, None)
        kept = reading.slot.returning_code
        if kept and return_code(checkout, book, kept, None):
            memo.forget(str(checkout.pk))
            return True
        return changed

    def carried(self, reading: Reading, now: Evaluation) -> tuple[Effect, ...] | None:
        """Return ``None``: prices go by what is evaluated when they are asked for."""
        return None

    def writing(self) -> ContextManager[None]:
        """Return a block in which writing outside a mutation is meant."""
        return nullcontext()

    def checkouts_to_revisit(
        self, variant_pk: int, after: str, limit: int
    ) -> list[Checkout]:
        """Return none: no price of theirs is stored."""
        return []

    def carries_points(self, checkout: Checkout) -> bool:
        """Return whether points are aside for a checkout, which its prices go by."""
        aside = Hold.objects.filter(
            checkout_token=str(checkout.pk),
            state=HoldState.OPEN,
            expires_at__gt=timezone.now(),
        )
        return aside.exists()

    def drop_points(self, checkout: Checkout) -> None:
        """Leave the checkout alone: no price of it is stored."""

    def withdraw(self, after: str, limit: int) -> str | None:
        """Forget up to ``limit`` quotes; without the plugin no price is changed."""
        agreed = PriceAgreement.objects.values("checkout_token")
        quotes = Quote.objects.filter(pk__gt=after).exclude(pk__in=agreed)
        tokens = list(quotes.order_by("pk").values_list("pk", flat=True)[:limit])
        with_code = Checkout.objects.filter(pk__in=tokens).exclude(voucher_code=None)
        coded = {str(pk) for pk in with_code.values_list("pk", flat=True)}
        for token in sorted(coded):
            guarded("REWARDS_WITHDRAW", None, partial(self.withdraw_from, token))
        # Whoever is shown a price at this moment goes first.
        plain = Quote.objects.filter(pk__in=set(tokens) - coded)
        with bounded_transaction():
            free = [quote.pk for quote in plain.select_for_update(skip_locked=True)]
            Quote.objects.filter(pk__in=free).delete()
        if not after:
            give_all_back()
        return tokens[-1] if len(tokens) == limit else None

    def withdraw_from(self, checkout_token: str) -> None:
        """Let a code be worth what it is without offers, unless the cart is paid.

        Saleor keeps what it takes off, which was of the prices as they were.
        """
        with bounded_transaction():
            rows = Checkout.objects.filter(pk=checkout_token)
            checkout = rows.select_for_update(skip_locked=True).first()
            # What was agreed with somebody who paid holds. Asked under the lock.
            agreed = PriceAgreement.objects.filter(checkout_token=checkout_token)
            if checkout is None or agreed.exists():
                return
            Quote.objects.filter(pk=checkout_token).delete()
            renew_code(checkout, None)

    def carrying_checkouts(self, tokens: list[str] | None = None) -> list[str]:
        """Return the checkouts, or those of ``tokens``, whose prices carry offers.

        While the plugin is off those are the ones of which a price was agreed on.
        """
        agreed = PriceAgreement.objects.order_by("pk").values_list("pk", flat=True)
        found = agreed if tokens is None else agreed.filter(pk__in=tokens)
        living = self.living_checkouts(list(found))
        return [token for token in found if token in living]

    def note_count(self, attempt: Any, reading: Reading) -> None:
        """Leave it be: Saleor 2.10 counts a code at each try anew."""

    def forget_own_count(self, checkout_token: str) -> None:
        """Leave it be: no voucher of ours is in a slot."""

    def native_voucher(self, code: str) -> NativeVoucher | None:
        """Return what there is to know of the voucher that has a code, if one has."""
        found = Voucher.objects.filter(code=code).first()
        return found and NativeVoucher(found.pk, bool(found.min_spent_amount))

    def end_vouchers(self) -> None:
        """End nothing: no voucher carries an offer."""

    def end_strays(self) -> None:
        """End nothing: no voucher carries an offer."""

    def end_unasked_vouchers(self, after: int, limit: int, at: datetime) -> int | None:
        """End nothing: no voucher carries an offer."""
        return None

    def live_vouchers(self) -> list[str]:
        """Return none: no voucher carries an offer."""
        return []


def keep_quote(checkout_pk: Any, reading: Reading, now: Evaluation) -> bool:
    """Keep what ``now`` takes off as shown; return whether it differs."""
    effects = [
        effect.to_json()
        for effect in now.effects
        if not isinstance(effect, PointsEarned)
    ]
    if effects == reading.carrier:
        return False
    Quote.objects.update_or_create(
        checkout_token=str(checkout_pk), defaults={"effects": effects}
    )
    return True


def renew_code(checkout: Checkout, discounts: Any) -> None:
    """Let Saleor compute anew what the shopper's own code takes off.

    It keeps the amount of a percentage, which is of the prices as they were.
    """
    if checkout.voucher_code:
        if discounts is None:
            discounts = fetch_discounts(timezone.now())
        try:
            recalculate_checkout_discount(checkout, list(checkout), discounts)
        except DatabaseError:
            # It may have become an order meanwhile: then there is nothing to save to.
            if Checkout.objects.filter(pk=checkout.pk).exists():
                raise


def renew_code_of(checkout_of: Callable[[], Checkout], discounts: Any) -> None:
    """Do what :func:`renew_code` does for a checkout that is loaded only now."""
    # A checkout that became an order meanwhile has no price any more.
    with suppress(Checkout.DoesNotExist):
        renew_code(checkout_of(), discounts)
