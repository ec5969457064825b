"""The adapter of Saleor 3.21 and later: one reader, one writer."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, ContextManager

from django.db import DEFAULT_DB_ALIAS
from django.db.models import Exists, OuterRef
from django.utils import timezone
from saleor.channel.models import Channel
from saleor.checkout.models import Checkout
from saleor.core.db.connection import allow_writer, allow_writer_in_context
from saleor.discount.models import (
    CheckoutLineDiscount,
    VoucherChannelListing,
    VoucherCode,
)
from saleor.graphql.core.context import get_database_connection_name
from saleor.graphql.plugins.dataloaders import get_plugin_manager_promise
from saleor.plugins.manager import get_plugins_manager

from ...engine import evaluate
from ...programs.versions import PLUGIN_ID
from ..common import Checkouts, OrderHistory
from ..guard import guarded
from ..guests import noted
from ..host import ChannelRef, Reading
from ..shopper_slots import NativeVoucher
from .changed_orders import ChangedOrders
from .lines import ours
from .money import Money
from .orders import Orders
from .payouts import Payouts
from .people import People
from .reader import read
from .slots import CodeRefused, forget_own_count, note_count
from .voucher_ending import end_unasked
from .withdrawing import Withdrawing
from .writer import carried, drop_points, points_rows, write

if TYPE_CHECKING:
    from saleor.checkout.fetch import CheckoutInfo

    from ...engine import Effect, Evaluation
    from ..rulebook import Rulebook


class Saleor3(
    Money, Orders, ChangedOrders, OrderHistory, People, Payouts, Withdrawing, Checkouts
):
    """Line discounts and a shipping voucher carry the effects."""

    def channels(self) -> list[ChannelRef]:
        """Return every sales channel of the shop."""
        return [
            ChannelRef(pk=pk, slug=slug, currency=currency)
            for pk, slug, currency in Channel.objects.order_by("pk").values_list(
                "pk", "slug", "currency_code"
            )
        ]

    def channel_pk(self, checkout: Checkout) -> int:
        """Return the primary key of the checkout's channel."""
        return int(checkout.channel_id)

    def plugin(self, request: Any, plugin_id: str) -> Any:
        """Return the plugin as Saleor loaded it for a request, or ``None``."""
        # After a mutation, a later query of the same batch reads from the writer too.
        with allow_writer_in_context(request):
            return get_plugin_manager_promise(request).get().get_plugin(plugin_id)

    def read(
        self, checkout: Checkout, book: Rulebook, *, request: Any = None
    ) -> Reading | None:
        """Return what the engine needs to know, or ``None`` if the cart is gone."""
        using = get_database_connection_name(request) if request else DEFAULT_DB_ALIAS
        look = partial(read, checkout.pk, book, using=using)
        # A replica may not have yet what is noted.
        again = partial(read, checkout.pk, book, using=DEFAULT_DB_ALIAS)
        with self.writing():
            return noted(str(checkout.pk), look, again)

    def write(
        self, checkout: Checkout, book: Rulebook, reading: Reading, now: Evaluation
    ) -> bool:
        """Bring rows and slot to ``now``; return whether they changed."""
        try:
            return write(checkout, book.channel_pk, reading, now)
        except CodeRefused:
            # Whoever counted on the shopper's code counts anew without it.
            fresh = self.read(checkout, book)
            if fresh is not None:
                again = evaluate(fresh.snapshot, book.compiled, timezone.now())
                write(checkout, book.channel_pk, fresh, again)
            return True

    def carried(self, reading: Reading, now: Evaluation) -> tuple[Effect, ...] | None:
        """Return what rows and slot carry in place of ``now``."""
        return carried(reading, now)

    def writing(self) -> ContextManager[None]:
        """Return a block in which writing outside a mutation is meant."""
        return allow_writer()

    def revisit(self, variant_pk: int, after: str, limit: int) -> str | None:
        """Refresh up to ``limit`` checkouts that hold a variant and carry offers."""
        plugin = get_plugins_manager(allow_replica=False).get_plugin(PLUGIN_ID)
        carrying = CheckoutLineDiscount.objects.filter(ours())
        checkouts = Checkout.objects.filter(
            pk__in=carrying.values("line__checkout"), lines__variant=variant_pk
        ).order_by("pk")
        if after:
            checkouts = checkouts.filter(pk__gt=after)
        found = list(checkouts.distinct()[:limit])
        for checkout in found:
            guarded("REWARDS_REVISIT", None, partial(plugin.refresh, checkout))
        return str(found[-1].pk) if len(found) == limit else None

    def carries_points(self, checkout: Checkout) -> bool:
        """Return whether spent points take something off a checkout's prices."""
        return points_rows(checkout).exists()

    def drop_points(self, checkout: Checkout) -> None:
        """Take the rows of spent points off a checkout."""
        drop_points(checkout)

    def note_count(self, attempt: CheckoutInfo, reading: Reading) -> None:
        """Remember the code whose use is about to be counted for a try to order."""
        note_count(attempt, reading.carrier.slot)

    def forget_own_count(self, checkout_token: str) -> None:
        """Let Saleor count what comes into a slot in which a voucher of ours is."""
        forget_own_count(checkout_token)

    def native_voucher(self, code: str) -> NativeVoucher | None:
        """Return what there is to know of the voucher that has a code, if one has."""
        listings = VoucherChannelListing.objects.filter(
            voucher=OuterRef("voucher"), min_spent_amount__gt=0
        )
        found = VoucherCode.objects.filter(code=code)
        values = found.annotate(has_minimum=Exists(listings)).values_list(
            "voucher_id", "has_minimum"
        )
        return next((NativeVoucher(*one) for one in values), None)

    def end_unasked_vouchers(self, after: int, limit: int, at: datetime) -> int | None:
        """End and delete up to ``limit`` vouchers that no rule in force asks for."""
        return end_unasked(after, limit, at)
