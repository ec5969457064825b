"""What the hooks do, the same on every host: evaluate, and carry what comes out."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Mapping

from django.utils import timezone

from ..engine import Evaluation, evaluate
from ..guard import guarded
from ..host.bindings import CheckoutMoney
from ..host.columns import HISTORY
from ..host.current import host
from ..host.guests import asked_by
from ..host.port import PLUGIN_ID, Reading
from ..host.shown import shown_by
from ..locks import lock_customer
from ..programs.rulebook import Rulebook, rules_in_force
from . import agreements
from .lately import (
    Pricing,
    is_carried_on,
    is_carried_short,
    shown_dearer,
    shown_lately,
    shown_while_paying,
)

if TYPE_CHECKING:
    from saleor.checkout.models import Checkout


def refresh(checkout: Checkout, book: Rulebook) -> Evaluation | None:
    """Bring the checkout's prices to what its rules give at this moment.

    A price that was agreed on stays. Returns what the checkout gets, or ``None``
    where it is gone.
    """
    now, is_open = _bring(checkout, book)
    if not is_open:
        return now
    later = partial(bring_priced, checkout, book)
    return guarded("REWARDS_CHECKOUT_PAID", None, later) or now


def refresh_checkout(checkout_token: str) -> None:
    """Bring a checkout's prices to what its rules give, where the plugin is on."""
    plugin = host.loaded_plugin(PLUGIN_ID)
    checkout = host.checkout(checkout_token)
    if checkout is not None:
        _refresh_in_force(checkout, plugin)


def _refresh_in_force(checkout: Checkout, plugin: Any) -> None:
    book = rules_in_force(host.channel_pk(checkout), plugin)
    if book is not None:
        guarded("REWARDS_REVISIT", None, partial(refresh, checkout, book))


def revisit(variant_pk: int, after: str, *, limit: int, at: datetime) -> str | None:
    """Refresh up to ``limit`` checkouts that hold a variant and carry offers.

    Returns the key of the last one, ``None`` where no more are left.
    """
    found = host.checkouts_to_revisit(variant_pk, after, limit)
    plugin = host.loaded_plugin(PLUGIN_ID) if found else None
    for checkout in found:
        work = partial(_refresh_in_force, checkout, plugin)
        guarded("REWARDS_REVISIT", None, work)
    return str(found[-1].pk) if len(found) == limit else None


def bring_priced(checkout: Checkout, book: Rulebook) -> Evaluation | None:
    """Bring prices to what the rules give once Saleor has computed them.

    Its total may have fallen to what was paid, of which Saleor tells nobody: then the
    price is agreed on.
    """
    # Whoever reads prices off the instance computes them with what it loaded beside it.
    with host.writing():
        host.compute_prices(copy(checkout))
        return _bring(checkout, book, is_priced=True)[0]


def _bring(
    checkout: Checkout, book: Rulebook, *, is_priced: bool = False
) -> tuple[Evaluation | None, bool]:
    """Return what the checkout gets, and whether its prices have to be computed first.

    It may be paid at a total that nobody knows yet, or taxes are missing of which
    points pay a part.
    """
    token, at = str(checkout.pk), timezone.now()
    with host.locked(token):
        reading = host.read(checkout, book)
        if reading is None:
            return None, False
        if agreements.is_kept(token, reading, at):
            return _keep(checkout, book, reading), False
        if reading.binding.agreed_fingerprint is not None:
            agreements.end(token)
        now = Pricing(book, evaluate(reading.snapshot, book.compiled, at), at)
        money = host.money(token, at) if reading.may_be_paid else None
        is_stale = money is not None and not money.is_current
        if is_stale and not is_priced and is_carried_on(reading, now):
            # Whether it is paid is asked of what its prices carry, before that goes.
            return now.evaluation, True
        shown = money and agree_if_shown(checkout, reading, now, money)
        shown = shown or shown_while_paying(checkout, reading, now)
        if shown:
            return shown.evaluation, False
        is_changed = host.write(checkout, book, reading, now.evaluation)
    lacks_taxes = reading.lacks_taxes and now.evaluation.redeemed_points > 0
    if money is None:
        return now.evaluation, lacks_taxes
    is_open = is_changed or not money.is_current or _covers(money)
    return now.evaluation, is_open or lacks_taxes


def agree_if_shown(
    checkout: Checkout, reading: Reading, now: Pricing, money: CheckoutMoney
) -> Pricing | None:
    """Agree on the price that a paid checkout shows, if that is right.

    Or was until a few minutes ago: it was being paid then. Returns what it comes to,
    ``None`` where nothing was agreed on. Ask under the lock of the checkout's row.
    """
    if not _covers(money):
        return None
    shown: Pricing | None = now
    if shown_by(now.evaluation.effects) != reading.shown:
        shown = shown_lately(checkout, reading, now)
    elif host.write(checkout, now.book, reading, now.evaluation):
        return None
    return _agree(checkout, reading, shown, money)


def agree_if_dearer(
    checkout: Checkout, reading: Reading, now: Pricing, money: CheckoutMoney
) -> Pricing | None:
    """Agree on the price that a paid checkout shows, though offers began since.

    For the gate: nobody who paid what they were shown is sent back to pay less.
    """
    shown = shown_dearer(reading, now) if _covers(money) else None
    return _agree(checkout, reading, shown, money)


def _agree(
    checkout: Checkout, reading: Reading, shown: Pricing | None, money: CheckoutMoney
) -> Pricing | None:
    if shown is None or not _is_still_so(checkout, reading, shown):
        return None
    columns = agreements.outcome(shown.book, shown.evaluation, shown.at)
    if shown.is_carried:
        columns = agreements.corrected(columns, shown.evaluation.effects)
    token = str(checkout.pk)
    agreements.agree(token, reading, money, money.total_amount, columns)
    return shown


def _is_still_so(checkout: Checkout, reading: Reading, shown: Pricing) -> bool:
    """Return whether a price is right once its customer's orders are waited for.

    Of two first orders that are paid at once, the second counts the first.
    """
    if not HISTORY & shown.book.compiled.needs:
        return True
    lock_customer(checkout)
    fresh = host.read(checkout, shown.book)
    if fresh is None:
        return False
    snapshot = fresh.snapshot.with_points(
        shown.evaluation.snapshot.customer.points_held
    )
    again = evaluate(snapshot, shown.book.compiled, shown.at)
    is_same = again.effects == shown.evaluation.effects
    return is_same or is_carried_short(reading, again)


def _keep(checkout: Checkout, book: Rulebook, reading: Reading) -> Evaluation | None:
    """Let prices carry what was agreed on, whoever took it off them."""
    agreed = agreements.agreed(str(checkout.pk), reading)
    if agreed is not None:
        host.write(checkout, book, reading, agreed)
    return agreed


def _is_paid(token: str, at: datetime) -> bool:
    money = host.money(token, at)
    return money is not None and _covers(money)


def _covers(money: CheckoutMoney) -> bool:
    return money.is_current and money.covers(money.total_amount)


@dataclass(frozen=True)
class Look:
    """What a checkout gets, as a query tells it.

    ``is_changed`` says that prices were brought to it by this look. ``shown`` is not
    ``None`` where they could not be in time: what the prices carry instead.
    ``displaced_code`` is the shopper's own code that makes place for ours.
    """

    evaluation: Evaluation
    is_changed: bool = False
    shown: Mapping[str, Decimal] | None = None
    displaced_code: str = ""

    def in_time(self) -> Look:
        """Return the same look for an answer of which nothing was read before it."""
        return replace(self, is_changed=False, shown=None)


def look(checkout: Checkout, book: Rulebook, request: Any) -> Look | None:
    """Return what the rules give; mend the stored prices where they say otherwise.

    Nothing is locked or written as long as both agree. The instance stays as it is:
    others read prices off it that go with what was loaded beside it.
    """
    at = timezone.now()
    reading = host.read(checkout, book, request=request)
    if reading is None:
        return None
    # What was paid, and agreed on, is never asked of a replica.
    with host.writing():
        return _look(checkout, book, reading, at)


def _look(
    checkout: Checkout, book: Rulebook, reading: Reading, at: datetime
) -> Look | None:
    token = str(checkout.pk)
    is_kept = agreements.is_kept(token, reading, at)
    now = (
        agreements.agreed(token, reading)
        if is_kept
        else evaluate(reading.snapshot, book.compiled, at)
    )
    if now is None:
        return None
    is_shown = shown_by(now.effects) == reading.shown
    is_shown = is_shown and not reading.slot.is_miscounted
    if is_shown and host.carried(reading, now) is None:
        is_lapsed = not is_kept and reading.binding.agreed_fingerprint is not None
        if is_lapsed or (not is_kept and reading.may_be_paid and _is_paid(token, at)):
            # It became so by a total that fell, of which no hook tells.
            refresh(copy(checkout), book)
        return Look(now, displaced_code=reading.slot.displaced_by(now))
    fresh = refresh(copy(checkout), book)
    if fresh is None:
        return None
    displaced_code = reading.slot.displaced_by(fresh)
    # Prices may carry the same in another way: what was read of them is right.
    shown = None if shown_by(fresh.effects) == reading.shown else reading.shown
    return Look(fresh, True, shown, displaced_code)


def is_switched_off() -> bool:
    """Return whether the merchant switched the plugin off."""
    plugin = _loaded_plugin()
    return plugin is None or not plugin.active


def are_offers_stopped() -> bool:
    """Return whether the merchant stopped all offers, or switched the plugin off."""
    return _is_stopped(_loaded_plugin())


def gives_nothing() -> bool:
    """Return whether no cart can have an offer: they are stopped, or there is no program."""
    plugin = _loaded_plugin()
    return _is_stopped(plugin) or bool(plugin.is_idle)


def _is_stopped(plugin: Any) -> bool:
    return plugin is None or not plugin.active or plugin.is_killed


def _loaded_plugin() -> Any:
    with host.writing():
        return host.loaded_plugin(PLUGIN_ID)


def checkout_rewards(checkout: Checkout, request: Any) -> Look | None:
    """Return what a checkout gets, for the API of the running request.

    ``None`` where the plugin is off, the channel has no program, or a fault of
    ours is in the way.
    """

    def work() -> Look | None:
        plugin = host.plugin(request, PLUGIN_ID)
        book = rules_in_force(host.channel_pk(checkout), plugin)
        with asked_by(request):
            return look(checkout, book, request) if book else None

    return guarded("REWARDS_CHECKOUT_REWARDS", None, work)
