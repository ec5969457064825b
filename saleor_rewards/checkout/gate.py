"""The last gate before a checkout becomes an order.

Saleor goes on after it: it commits, locks the checkout anew, and may wait for a
payment gateway. So what the gate lets through is pledged until the order is there.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, Iterator

from django.core.exceptions import ValidationError
from django.db.utils import OperationalError
from django.utils import timezone
from django.utils.translation import gettext as _

from ..engine import Effect, Evaluation, PointsDiscount, evaluate
from ..guard import guarded, is_lock_timeout
from ..host.columns import HISTORY, SOON
from ..host.current import host
from ..host.port import Reading
from ..host.shown import shown_by
from ..locks import lock_customer
from ..models import PriceAgreement, Receipt
from ..programs.rulebook import Rulebook
from ..refusals import refusal
from ..reservations import UNDER_WAY, open_pledge, pass_again, pledge
from . import agreements
from .agreements import Standing
from .lately import Pricing
from .redeeming import forget_receipt, keep_hold, refuse_points
from .service import agree_if_dearer, agree_if_shown
from .service import refresh as sync_offers

if TYPE_CHECKING:
    from saleor.checkout.models import Checkout


#: Brings the ledger to what an order says.
Settle = Callable[[str, datetime], bool]

#: The type of effects that no price carries.
EARNED = "POINTS_EARNED"


@dataclass(frozen=True)
class Attempt:
    """One try to place an order; ``given`` is what Saleor hands to the gate.

    ``settle`` settles an earlier order of the same checkout.
    """

    checkout: Checkout
    book: Rulebook
    given: Any
    at: datetime
    settle: Settle

    @property
    def token(self) -> str:
        return str(self.checkout.pk)


def guard_order_placement(
    checkout: Checkout,
    book_of: Callable[[Checkout], Rulebook | None],
    given: Any,
    settle: Settle,
) -> None:
    """Let an order through, or say why not.

    A fault of ours lets the order through, but no points that nobody could check. A
    lock that does not come in time closes the gate. Raises ``ValidationError``.
    """

    def work() -> bool:
        book = book_of(checkout)
        if book is not None:
            close_gate(Attempt(checkout, book, given, timezone.now(), settle))
        return True

    try:
        if not guarded("REWARDS_ORDER_GATE", False, work):
            guarded("REWARDS_POINTS_GATE", None, lambda: refuse_points(checkout))
    except ValidationError:
        guarded("REWARDS_UNDO_ATTEMPT", None, lambda: host.undo_attempt(given))
        raise


def pass_without_offers(
    checkout: Checkout, book_of: Callable[[Checkout], Rulebook | None]
) -> None:
    """Forget what an earlier gate let through, and agreed on, unless it holds.

    For a host that asks us while we are off, and whose orders do not say what they got.
    """

    def work() -> None:
        book = book_of(checkout)
        reading = host.read(checkout, book) if book is not None else None
        token = str(checkout.pk)
        if reading is None or not agreements.is_kept(token, reading, timezone.now()):
            forget_receipt(checkout)
            # The order would take for its own what was agreed on for another cart.
            agreements.end(token)

    guarded("REWARDS_ORDER_GATE", None, work)


def mend(
    checkout_token: str, book_of: Callable[[Checkout], Rulebook | None]
) -> ValidationError | None:
    """Return why there is to be no order of a checkout whose prices fell underneath.

    Saleor looks at the delivery method before it comes to the gate, and takes it off
    a checkout that is worth less than nothing. Nor does it come there where staff
    changed what carries a checkout's prices: that is put back before.
    """
    checkout = host.checkout(checkout_token)
    book = book_of(checkout) if checkout is not None else None
    if checkout is None or book is None:
        return None
    reading = host.read(checkout, book)
    if reading is None or not _is_to_be_mended(checkout_token, reading):
        return None
    now = sync_offers(checkout, book)
    if now is None or agreements.exists(checkout_token):
        return None
    seen = defaultdict(Decimal, reading.shown)
    for name, amount in reading.edited.items():
        seen[name] += amount
    before = replace(reading, shown=dict(seen))
    if not reading.is_overdrawn and shown_by(now.effects) == before.shown:
        return None
    return refusal(_changes(before, now))


def _is_to_be_mended(checkout_token: str, reading: Reading) -> bool:
    if reading.binding.agreed_fingerprint is None:
        return reading.is_overdrawn or bool(reading.edited)
    return agreements.is_out_of_step(checkout_token, reading)


@contextmanager
def _locked(attempt: Attempt) -> Iterator[None]:
    """Lock what an order is decided by; refuse it where a lock does not come in time."""
    with ExitStack() as stack:
        try:
            stack.enter_context(host.locked(attempt.token))
            if HISTORY & attempt.book.compiled.needs:
                # Of two orders at once, the second counts the first.
                lock_customer(attempt.checkout)
        except OperationalError as error:
            if is_lock_timeout(error):
                message = _("The cart is being changed. Please try again.")
                raise refusal(message) from error
            raise
        yield


def close_gate(attempt: Attempt) -> None:
    """Let an order through only at the price that the shopper was shown.

    What was agreed with a shopper who paid holds. Otherwise the checkout is corrected
    where its offers hold no longer, so that it shows the new total, and a
    ``ValidationError`` says what changed.
    """
    if open_pledge(attempt.token) is not None:
        # An earlier order of the same checkout takes what is its own first.
        for order_pk in host.ordered_checkouts([attempt.token]).get(attempt.token, ()):
            work = partial(attempt.settle, order_pk, attempt.at)
            guarded("REWARDS_SETTLE_ORDER", False, work)
    with _locked(attempt):
        reading = host.read(attempt.checkout, attempt.book)
        if reading is None:
            return
        host.note_count(attempt.given, reading)
        standing = _standing(attempt, reading)
        refused = _refused(attempt, reading, standing)
        if refused is None and standing is Standing.ASKED:
            pass_again(attempt.token)
        elif refused is None:
            pledge(attempt.token, attempt.at)
        if refused is None and standing is Standing.PAID:
            host.hold_prices(attempt.token, attempt.at + UNDER_WAY)
    if refused is not None:
        raise refused


def _standing(attempt: Attempt, reading: Reading) -> Standing:
    """Return what the checkout's price rests on, agreed on here if it is paid.

    A hook that the money was told to may have failed.
    """
    standing = agreements.standing(attempt.token, reading, attempt.at)
    if standing is Standing.ASKED and not _is_still_theirs(attempt, reading):
        standing = Standing.NONE
    if standing is not Standing.NONE:
        return standing
    agreements.end(attempt.token)
    money = host.money(attempt.token, attempt.at) if reading.may_be_paid else None
    if money is None:
        return standing
    evaluation = evaluate(reading.snapshot, attempt.book.compiled, attempt.at)
    now = Pricing(attempt.book, evaluation, attempt.at)
    asked = (attempt.checkout, reading, now, money)
    agreed = agree_if_shown(*asked) or agree_if_dearer(*asked)
    return standing if agreed is None else Standing.PAID


def _is_still_theirs(attempt: Attempt, reading: Reading) -> bool:
    """Return whether no order of its customer came in between while a gateway is asked.

    Until a while after the gate other carts wait for the order of this one.
    """
    gate_at = reading.binding.pledged_at
    if gate_at is None or attempt.at - gate_at < SOON:
        return True
    return agreements.is_as_counted(attempt.token, reading)


def _refused(
    attempt: Attempt, reading: Reading, standing: Standing
) -> ValidationError | None:
    """Write the order's receipt, or return why there is to be no order."""
    if not host.is_as_read(attempt.given, reading):
        # Somebody changed it at this very moment, whatever that does to the total.
        return refusal(_("Please check your cart and order again."))
    kept = PriceAgreement.objects.filter(checkout_token=attempt.token)
    agreement = None if standing is Standing.NONE else kept.first()
    if agreement is not None:
        write_receipt(attempt.token, agreements.copied(agreement, reading))
        return None
    if reading.snapshot.customer.points_held:
        keep_hold(attempt.checkout, attempt.book, attempt.at)
        fresh = host.read(attempt.checkout, attempt.book)
        reading = fresh or reading
    now = evaluate(reading.snapshot, attempt.book.compiled, attempt.at)
    if shown_by(now.effects) != reading.shown:
        # A code that was counted for this try must not count against itself.
        host.undo_attempt(attempt.given)
        host.write(attempt.checkout, attempt.book, reading, now)
        return refusal(_changes(reading, now))
    is_shown = _is_as_shown(reading, now)
    if not is_shown and host.write(attempt.checkout, attempt.book, reading, now):
        return refusal(_changes(reading, now))
    if not host.charges_as_evaluated(attempt.given, now):
        return refusal(_("Please check your cart and order again."))
    return _refused_by_payment(attempt, reading, now)


def _is_as_shown(reading: Reading, now: Evaluation) -> bool:
    """Return whether the shopper was shown all names and amounts as they are.

    Prices may carry them in another way than they would today.
    """
    if reading.is_overdrawn or reading.edited or reading.slot.returning_code:
        return False
    displaces = bool(reading.slot.code) and now.displaces_code
    return not displaces and shown_by(now.effects) == reading.shown


def _refused_by_payment(
    attempt: Attempt, reading: Reading, now: Evaluation
) -> ValidationError | None:
    money = host.money(attempt.token, attempt.at)
    total = host.price(attempt.given, now)
    due = max(0, total - (money.gift_card_amount if money else 0))
    columns = agreements.outcome(attempt.book, now, attempt.at, due)
    carried = host.carried(reading, now) if _is_as_shown(reading, now) else None
    placed = _placed(columns, carried)
    if money is not None and money.offered_amount is not None:
        # A gateway is asked next: what it is told is what the order has to cost.
        spent = any(isinstance(effect, PointsDiscount) for effect in now.effects)
        if spent and money.offered_amount > due:
            return refusal(
                _("The payment is higher than the new total. Please pay anew.")
            )
        # Saleor asks no gateway for less than is due, whatever came to the gate.
        if money.offered_amount >= due:
            agreements.agree(attempt.token, reading, money, total, placed)
    write_receipt(attempt.token, placed)
    return None


def _placed(
    columns: dict[str, Any], carried: tuple[Effect, ...] | None
) -> dict[str, Any]:
    """Return the columns of what an order is placed with: what its prices carry."""
    if carried is None:
        return columns
    points = [one for one in columns["effects"] if one["type"] == EARNED]
    effects = [*(effect.to_json() for effect in carried), *points]
    if sorted(map(str, effects)) == sorted(map(str, columns["effects"])):
        return columns
    return {**columns, "effects": effects, "is_corrected": True}


def write_receipt(checkout_token: str, columns: dict[str, Any]) -> None:
    """Keep what the order gets, with all that it takes to compute it again.

    The order is found by its checkout token, which both carry, so that no
    later event has to arrive for the receipt to be whole.
    """
    Receipt.objects.update_or_create(
        checkout_token=checkout_token, order_pk=None, defaults=columns
    )


def _changes(reading: Reading, now: Evaluation) -> str:
    """Return the sentences that tell a shopper which offers changed."""
    before, after = reading.shown, shown_by(now.effects)
    sentences = [
        *(_("%(offer)s has ended.") % {"offer": n} for n in before if n not in after),
        *(
            _("%(offer)s has changed.") % {"offer": name}
            for name, amount in before.items()
            if after.get(name, amount) != amount
        ),
        *(_("%(offer)s now applies.") % {"offer": n} for n in after if n not in before),
        _("Please check your cart and order again.")
        if _is_same_total(reading, now)
        else _("Please check the new total and order again."),
    ]
    return " ".join(sentences)


def _is_same_total(reading: Reading, now: Evaluation) -> bool:
    """Return whether all that comes off is what came off, by whatever offers.

    A code that comes or goes changes what Saleor takes off as well.
    """
    is_displaced = bool(reading.slot.code) and now.displaces_code
    if is_displaced or reading.slot.returning_code:
        return False
    if reading.is_overdrawn or reading.edited:
        return False
    after = shown_by(now.effects)
    return sum(reading.shown.values()) == sum(after.values())
