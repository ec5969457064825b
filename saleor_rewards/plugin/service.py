"""What the hooks do, the same on every host: evaluate, carry, guard the order."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, Callable

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _

from ..engine import Evaluation, evaluate
from ..models import Receipt
from ..programs.versions import PLUGIN_ID
from .guard import bounded_transaction, guarded
from .host import Reading, host
from .points.redeeming import forget_receipt, keep_hold, refuse_points
from .rulebook import Rulebook
from .shown import shown_by

if TYPE_CHECKING:
    from saleor.checkout.models import Checkout
    from saleor.order.models import Order


def refresh(checkout: Checkout, book: Rulebook) -> Evaluation | None:
    """Bring the checkout's prices to what its rules give at this moment.

    Returns what they give, or ``None`` where the checkout is gone.
    """
    with bounded_transaction():
        reading = host.read(checkout, book, lock=True)
        if reading is None:
            return None
        now = evaluate(reading.snapshot, book.compiled, timezone.now())
        host.write(checkout, book, reading, now)
    return now


def look(checkout: Checkout, book: Rulebook, request: Any) -> Evaluation | None:
    """Return what the rules give; mend the prices where they say otherwise.

    Nothing is locked or written as long as both agree.
    """
    reading = host.read(checkout, book, lock=False, request=request)
    if reading is None:
        return None
    now = evaluate(reading.snapshot, book.compiled, timezone.now())
    if shown_by(now.effects) == reading.shown:
        return now
    with host.writing():
        return refresh(checkout, book)


def checkout_rewards(checkout: Checkout, request: Any) -> Evaluation | None:
    """Return what a checkout gets, for the API of the running request.

    ``None`` where the plugin is off, the channel has no program, or a fault of
    ours is in the way.
    """

    def work() -> Evaluation | None:
        plugin = host.plugin(request, PLUGIN_ID)
        book = plugin.book(checkout) if plugin and plugin.active else None
        return look(checkout, book, request) if book else None

    return guarded("REWARDS_CHECKOUT_REWARDS", None, work)


def gate(checkout: Checkout, book_of: Callable[[Checkout], Rulebook | None]) -> None:
    """Close the gate on a checkout that is to become an order.

    A fault of ours lets the order through, but no points that nobody could check.
    Raises ``ValidationError``.
    """

    def work() -> bool:
        book = book_of(checkout)
        if book is None:
            forget_receipt(checkout)
        else:
            close_gate(checkout, book)
        return True

    if not guarded("REWARDS_ORDER_GATE", False, work):
        guarded("REWARDS_POINTS_GATE", None, lambda: refuse_points(checkout))


def close_gate(checkout: Checkout, book: Rulebook) -> None:
    """Let an order through only at the offers that the shopper was shown.

    Where they no longer hold, the checkout is corrected, so that it shows the
    new total, and a ``ValidationError`` says what changed. Otherwise the
    receipt is written.
    """
    at = timezone.now()
    with bounded_transaction():
        reading = host.read(checkout, book, lock=True)
        if reading is not None and reading.snapshot.customer.points_held:
            keep_hold(checkout, book, at)
            reading = host.read(checkout, book, lock=True)
        if reading is None:
            return
        now = evaluate(reading.snapshot, book.compiled, at)
        changed = host.write(checkout, book, reading, now)
        if not changed:
            write_receipt(checkout, book, now, at)
    if changed:
        raise ValidationError({"rewards": change_message(reading, now)})


def write_receipt(
    checkout: Checkout, book: Rulebook, now: Evaluation, at: datetime
) -> None:
    """Keep what the order gets, with all that it takes to compute it again.

    The order is found by its checkout token, which both carry, so that no
    later event has to arrive for the receipt to be whole.
    """
    Receipt.objects.update_or_create(
        checkout_token=str(checkout.pk),
        defaults={
            "channel_pk": book.channel_pk,
            "currency": now.snapshot.currency,
            "at": at,
            "snapshot": now.snapshot.to_json(),
            "settings": book.settings,
            "rule_version_pks": list(book.rule_version_pks),
            "effects": [effect.to_json() for effect in now.effects],
        },
    )


def name_order(order: Order) -> None:
    """Write the order's key on the receipt that its checkout left."""
    with bounded_transaction():
        Receipt.objects.filter(checkout_token=order.checkout_token).update(
            order_pk=str(order.pk)
        )


def change_message(reading: Reading, now: Evaluation) -> ValidationError:
    """Return the sentence that tells a shopper which offers changed."""
    before, after = reading.shown, shown_by(now.effects)
    sentences = [
        *(_("%(offer)s has ended.") % {"offer": n} for n in before if n not in after),
        *(
            _("%(offer)s has changed.") % {"offer": name}
            for name, amount in before.items()
            if after.get(name, amount) != amount
        ),
        *(_("%(offer)s now applies.") % {"offer": n} for n in after if n not in before),
        _("Please check the new total and order again."),
    ]
    return ValidationError(" ".join(sentences), code="invalid")
