"""Brings what Stripe told to the orders, event by event, as often as anybody asks."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial, reduce
from operator import or_

from django.db.models import F, Q, QuerySet

from ..guard import bounded_transaction, guarded
from ..host.current import host
from ..host.port import PLUGIN_ID
from ..models import (
    AccountState,
    Referral,
    ReferralPolicy,
    Settlement,
    StripeCharge,
    StripeEvent,
    StripeEventState,
)
from ..referrals.evidence import is_friend_gone
from ..stripe.documents import Thing, load
from ..stripe.tables import NoCharge, keep
from .settling import settle_order

logger = logging.getLogger(__name__)

AMBIGUOUS = "REWARDS_STRIPE_AMBIGUOUS"

OPEN = (
    StripeEventState.RECEIVED,
    StripeEventState.UNMATCHED,
    StripeEventState.FAILED,
)

#: As long as Stripe itself would go on trying.
RETRY_DAYS = 3
#: Longer than Stripe knows an event, and so could send it once more.
KEEP_DAYS = 90

#: Minutes to wait after so many attempts; the last ones stand for all further ones.
PAUSES = (1, 2, 5, 10, 30, 60, 180, 360)

NO_ORDER = "No order has this payment yet."
NO_CHARGE = "Its charge is not known yet."
OTHER_ORDER = "The order was paid in Stripe's other mode, test or live."
SEVERAL_ORDERS = "Several orders name this payment."
FAILED = "The log says why, under REWARDS_STRIPE_EVENT."


class Ambiguous(LookupError):
    """What Stripe tells is about more than one order, so that nobody knows whose it is."""


def work_off(event_pk: int, at: datetime) -> bool | None:
    """Bring one event to its order; return whether nothing of it is left to do.

    ``None`` where it failed. Safe to call twice, and from everywhere at once.
    """
    done = guarded("REWARDS_STRIPE_EVENT", None, partial(_work_off, event_pk, at))
    if done is None:
        with host.writing():
            StripeEvent.objects.filter(pk=event_pk, state__in=OPEN).update(
                state=StripeEventState.FAILED,
                message=FAILED,
                worked_at=at,
                attempts=F("attempts") + 1,
            )
    return done


def _work_off(event_pk: int, at: datetime) -> bool:
    with host.writing():
        with bounded_transaction():
            events = StripeEvent.objects.select_for_update()
            event = events.filter(pk=event_pk, state__in=OPEN).first()
            if event is None:
                return True
            _keep(event, at)
        if event.state != StripeEventState.RECEIVED:
            return event.state != StripeEventState.UNMATCHED
        settle_order(event.order_pk, at)
        # Only now: whoever dies before this tries again.
        StripeEvent.objects.filter(pk=event.pk).update(state=StripeEventState.DONE)
    return True


def _keep(event: StripeEvent, at: datetime) -> None:
    """Write what an event says to our rows, under the lock of its own row."""
    event.attempts += 1
    event.worked_at = at
    thing = load(event.document)
    if thing is None:
        event.state = StripeEventState.IGNORED
    else:
        _match(event, thing, at)
    event.save()


def _match(event: StripeEvent, thing: Thing, at: datetime) -> None:
    try:
        order_pk = _order_of(thing)
    except Ambiguous:
        event.state, event.message = StripeEventState.IGNORED, SEVERAL_ORDERS
        event.document.pop("card", None)
        logger.warning("%s: %s is about several orders", AMBIGUOUS, event.event_id)
        return
    if order_pk is None:
        event.state, event.message = StripeEventState.UNMATCHED, NO_ORDER
    elif StripeCharge.objects.filter(
        order_pk=order_pk, is_live=not event.is_live
    ).exists():
        event.state, event.message = StripeEventState.IGNORED, OTHER_ORDER
        event.document.pop("card", None)
    else:
        try:
            charge = keep(thing, order_pk, event.is_live, event.created_at)
        except NoCharge:
            event.state, event.message = StripeEventState.UNMATCHED, NO_CHARGE
            return
        event.state, event.message = StripeEventState.RECEIVED, ""
        event.order_pk = order_pk
        _keep_card(charge, event.document.pop("card", ""), at)


def _order_of(thing: Thing) -> str | None:
    """Return the order that a thing is about, ``None`` before there is one.

    Where a charge belongs once it stays, whatever is paid with its name later. Raises
    :class:`Ambiguous`.
    """
    orders = _known_orders(thing)
    if not orders:
        references = [name for name in (thing.intent_id, thing.charge_id) if name]
        found = host.orders_paid_by(references, _gateways())
        orders = set().union(*found.values())
    if len(orders) > 1:
        raise Ambiguous
    return next(iter(orders), None)


def _known_orders(thing: Thing) -> set[str]:
    known = StripeCharge.objects.exclude(order_pk="").values_list("order_pk", flat=True)
    if thing.charge_id:
        mine = set(known.filter(charge_id=thing.charge_id))
        if mine:
            return mine
    return set(known.filter(intent_id=thing.intent_id)) if thing.intent_id else set()


def _gateways() -> tuple[str, ...]:
    plugin = host.loaded_plugin(PLUGIN_ID)
    gateways: tuple[str, ...] = plugin.stripe.gateways if plugin else ()
    return gateways


def _keep_card(charge: StripeCharge, digest: str, at: datetime) -> None:
    """Keep a card's hash as long as the channel's referrals need it, if any do.

    What went with its time, or with the person, does not come back.
    """
    facts = host.orders([charge.order_pk]).get(charge.order_pk) if digest else None
    if facts is None or _is_buyer_gone(charge.order_pk):
        return
    policy = ReferralPolicy.objects.filter(
        program__channel_pk=facts.channel_pk, is_active=True
    ).first()
    if policy is None:
        return
    kept_for = timedelta(days=policy.evidence_days)
    if at < facts.ordered_at + kept_for:
        charge.card_digest, charge.card_ends_at = digest, at + kept_for
        charge.save(update_fields=["card_digest", "card_ends_at"])


def _is_buyer_gone(order_pk: str) -> bool:
    """Tell whether whoever placed an order was erased."""
    settled = Settlement.objects.filter(order_pk=order_pk)
    friends = Referral.objects.filter(order_pk=order_pk)
    return settled.filter(account__state=AccountState.ERASED).exists() or any(
        map(is_friend_gone, friends)
    )


def replay(event: StripeEvent, at: datetime) -> bool | None:
    """Work off an event once more, whatever became of it before."""
    event.state = StripeEventState.RECEIVED
    event.message = ""
    event.save(update_fields=["state", "message"])
    return work_off(event.pk, at)


def retry_events(limit: int, at: datetime) -> int:
    """Try up to ``limit`` events again; return how many it tried."""
    due = due_events(at, limit)
    for event_pk in due:
        work_off(event_pk, at)
    return len(due)


def due_events(at: datetime, limit: int) -> list[int]:
    """Return up to ``limit`` events to try again, by primary key, oldest first."""
    waited = reduce(or_, (_waited(number, at) for number in range(len(PAUSES) + 1)))
    events = StripeEvent.objects.filter(
        waited,
        state__in=OPEN,
        received_at__gt=at - timedelta(days=RETRY_DAYS),
        received_at__lte=at - timedelta(minutes=PAUSES[0]),
    )
    return list(events.order_by("received_at").values_list("pk", flat=True)[:limit])


def _waited(attempts: int, at: datetime) -> Q:
    if attempts == 0:
        return Q(worked_at=None)
    waited = Q(worked_at__lte=at - timedelta(minutes=PAUSES[attempts - 1]))
    if attempts == len(PAUSES):
        return waited & Q(attempts__gte=attempts)
    return waited & Q(attempts=attempts)


def forget_events(at: datetime, limit: int) -> int:
    """Delete up to ``limit`` old events and as many hashes of cards that ended.

    Hashes of cards that no order was found for end with the last attempt. Returns
    how many rows were changed at most, of either.
    """
    tried = at - timedelta(days=RETRY_DAYS)
    old = StripeEvent.objects.filter(received_at__lte=at - timedelta(days=KEEP_DAYS))
    cards = StripeCharge.objects.filter(card_ends_at__lte=at)
    strays = StripeEvent.objects.filter(
        received_at__lte=tried, state__in=OPEN, document__has_key="card"
    )
    deleted, _ = StripeEvent.objects.filter(pk__in=_first(old, limit)).delete()
    ended = StripeCharge.objects.filter(pk__in=_first(cards, limit)).update(
        card_digest="", card_ends_at=None
    )
    left = list(strays.order_by("pk")[:limit])
    for event in left:
        del event.document["card"]
        event.save(update_fields=["document"])
    return max(int(deleted), int(ended), len(left))


def _first(rows: QuerySet, limit: int) -> list[int]:
    return list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
