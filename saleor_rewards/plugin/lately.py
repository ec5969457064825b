"""What a shopper was shown a moment ago, while they were paying."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Iterator

from ..engine import Evaluation, evaluate
from ..models import AccountState, Hold, HoldState
from ..programs.history import changes
from ..reservations import UNDER_WAY
from .host import Reading, host
from .rulebook import Rulebook
from .shown import shown_by

if TYPE_CHECKING:
    from saleor.checkout.models import Checkout

#: So many moments at which something ended are looked at, the latest first.
MOST_MOMENTS = 10

#: Between what ended at a moment and the moment itself.
INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Pricing:
    """What the rules of a book come to at a moment."""

    book: Rulebook
    evaluation: Evaluation
    at: datetime


def shown_lately(checkout: Checkout, reading: Reading, now: Pricing) -> Pricing | None:
    """Return how a checkout's prices were right until a few minutes ago.

    ``None`` where what they carry ended before, or takes no more off than what holds
    now. It takes a card's owner minutes to pay the total that they were shown, and
    Saleor tells of the money when it is taken.
    """
    if not _is_carried_on(reading, now):
        return None
    hold = _open_hold(checkout)
    for at in _moments(now, hold):
        book = now.book.as_it_was(at)
        known = host.read(checkout, book)
        if known is None:
            return None
        snapshot = known.snapshot
        if hold is not None and at < hold.expires_at:
            snapshot = snapshot.with_points(hold.points)
        evaluation = evaluate(snapshot, book.compiled, at)
        if shown_by(evaluation.effects) == reading.shown:
            return Pricing(book, evaluation, at)
    return None


def shown_while_paying(
    checkout: Checkout, reading: Reading, now: Pricing
) -> Pricing | None:
    """Return the same for a checkout of which no money is told yet.

    It was being paid already when its prices were right.
    """
    if not _is_carried_on(reading, now):
        return None
    token = str(checkout.pk)
    begun = host.payments_begun(token, now.at - UNDER_WAY)
    money = host.money(token, now.at) if begun else None
    if money is None or not money.is_current:
        return None
    due = money.total_amount - money.gift_card_amount
    lately = shown_lately(checkout, reading, now)
    is_paying = lately and any(at <= lately.at and paid >= due for at, paid in begun)
    return lately if is_paying else None


def _is_carried_on(reading: Reading, now: Pricing) -> bool:
    # What a shopper changed about a paid checkout brings back nothing that ended.
    if now.book.is_stopped or reading.binding.agreed_fingerprint is not None:
        return False
    current = shown_by(now.evaluation.effects)
    return sum(reading.shown.values(), Decimal(0)) > sum(current.values(), Decimal(0))


def _moments(now: Pricing, hold: Hold | None) -> Iterator[datetime]:
    since = now.at - UNDER_WAY
    found = set(changes(now.book.channel_pk, since, now.at))
    if hold is not None and since < hold.expires_at <= now.at:
        found.add(hold.expires_at)
    for moment in sorted(found, reverse=True)[:MOST_MOMENTS]:
        yield moment - INSTANT


def _open_hold(checkout: Checkout) -> Hold | None:
    if checkout.user_id is None:
        return None
    mine = Hold.objects.filter(
        checkout_token=str(checkout.pk),
        state=HoldState.OPEN,
        account__user_pk=checkout.user_id,
        account__state=AccountState.OPEN,
    )
    return mine.first()
