"""What a shopper was shown a moment ago, while they were paying."""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Iterator

from ..engine import Evaluation, PointsEarned, Snapshot, evaluate
from ..models import AccountState, Hold, HoldState, RuleVersion
from ..programs.history import changes, in_force, versions_since
from ..reservations import UNDER_WAY
from .host import Reading, host
from .rulebook import Rulebook
from .shown import shown_by

if TYPE_CHECKING:
    from saleor.checkout.models import Checkout

#: So many moments at which something may have ended are looked at, the latest first.
MOST_MOMENTS = 60

#: Between what ended at a moment and the moment itself.
INSTANT = timedelta(microseconds=1)

#: How long a payment may take before its money is there.
PAYING = timedelta(hours=1)


@dataclass(frozen=True)
class Pricing:
    """What the rules of a book come to at a moment.

    Unless ``is_carried``: then it is what a checkout's prices carry in place of that.
    """

    book: Rulebook
    evaluation: Evaluation
    at: datetime
    is_carried: bool = False


def shown_lately(checkout: Checkout, reading: Reading, now: Pricing) -> Pricing | None:
    """Return how a checkout's prices were right until a few minutes ago.

    ``None`` where what they carry ended before, or takes no more off than what holds
    now. It takes a card's owner minutes to pay the total that they were shown, and
    Saleor tells of the money when it is taken.
    """
    if not is_carried_on(reading, now):
        return None
    hold = _open_hold(checkout)
    past = _Past(checkout, now)
    for at in past.moments(hold):
        known = past.known_at(at)
        if known is None:
            return None
        book, snapshot = known
        if hold is not None and at < hold.expires_at:
            snapshot = snapshot.with_points(hold.points)
        evaluation = evaluate(snapshot, book.compiled, at)
        if shown_by(evaluation.effects) == reading.shown:
            return Pricing(book, evaluation, at)
    return None


class _Past:
    """The last minutes of a channel's rules, and a checkout read for each set of them."""

    def __init__(self, checkout: Checkout, now: Pricing) -> None:
        self.checkout, self.now = checkout, now
        self.since = now.at - UNDER_WAY
        self.versions = versions_since(now.book.channel_pk, self.since)
        self._books: dict[tuple[int, ...], Rulebook] = {}
        self._snapshots: dict[frozenset[str], Snapshot] = {}

    def moments(self, hold: Hold | None) -> Iterator[datetime]:
        """Yield until when something held, the latest first."""
        found = changes(self.versions, self.since, self.now.at)
        if hold is not None and self.since < hold.expires_at <= self.now.at:
            found.add(hold.expires_at)
        if any(_has_hours(one) for one in self.versions):
            # Hours of a week begin and end with a minute.
            minute = self.now.at.replace(second=0, microsecond=0)
            found.update(minute - timedelta(minutes=number) for number in range(10))
        for moment in sorted(found, reverse=True)[:MOST_MOMENTS]:
            yield moment - INSTANT

    def known_at(self, at: datetime) -> tuple[Rulebook, Snapshot] | None:
        """Return the rules of a moment, and the checkout as they look at it."""
        versions = in_force(self.versions, at)
        pks = tuple(one.pk for one in versions)
        if pks not in self._books:
            self._books[pks] = self.now.book.with_versions(versions)
        book = self._books[pks]
        needs = book.compiled.needs
        if needs not in self._snapshots:
            reading = host.read(self.checkout, book)
            if reading is None:
                return None
            self._snapshots[needs] = reading.snapshot
        return book, self._snapshots[needs]


def shown_while_paying(
    checkout: Checkout, reading: Reading, now: Pricing
) -> Pricing | None:
    """Return the same for a checkout of which no money is told yet.

    It was being paid already when its prices were right.
    """
    if not is_carried_on(reading, now):
        return None
    token = str(checkout.pk)
    begun = host.payments_begun(token, now.at - PAYING)
    money = host.money(token, now.at) if begun else None
    if money is None or not money.is_current:
        return None
    due = money.total_amount - money.gift_card_amount
    lately = shown_lately(checkout, reading, now)
    is_paying = lately and any(at <= lately.at and paid >= due for at, paid in begun)
    return lately if is_paying else None


def shown_dearer(reading: Reading, now: Pricing) -> Pricing | None:
    """Return what a checkout's prices carry where that takes less off than holds now.

    Its shopper pays the total that they were shown, and an offer began since. ``None``
    where prices carry no less, or nothing that an order could be placed with.
    """
    slot = reading.slot
    displaces = bool(slot.code) and now.evaluation.displaces_code
    if reading.is_overdrawn or reading.edited or slot.returning_code or displaces:
        return None
    if not is_carried_short(reading, now.evaluation):
        return None
    carried = host.carried(reading, now.evaluation)
    if carried is None:
        return None
    earned = (one for one in now.evaluation.effects if isinstance(one, PointsEarned))
    evaluation = copy(now.evaluation)
    evaluation.effects = (*carried, *earned)
    return Pricing(now.book, evaluation, now.at, is_carried=True)


def is_carried_short(reading: Reading, evaluation: Evaluation) -> bool:
    """Return whether prices take less off than an evaluation gives."""
    return _shown_amount(reading) < _amount(evaluation)


def is_carried_on(reading: Reading, now: Pricing) -> bool:
    """Return whether prices may carry more than holds now, and be right still."""
    # What a shopper changed about a paid checkout brings back nothing that ended.
    if now.book.is_stopped or reading.binding.agreed_fingerprint is not None:
        return False
    return _shown_amount(reading) > _amount(now.evaluation)


def _shown_amount(reading: Reading) -> Decimal:
    return sum(reading.shown.values(), Decimal(0))


def _amount(evaluation: Evaluation) -> Decimal:
    return sum(shown_by(evaluation.effects).values(), Decimal(0))


def _has_hours(version: RuleVersion) -> bool:
    # One that cannot be read holds at no hour.
    return version.is_readable and "weekly_windows" in (
        version.definition.get("conditions") or {}
    )


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
