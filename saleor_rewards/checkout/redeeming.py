"""Spends points at the checkout: put aside, kept for the order, or let go."""

from __future__ import annotations

from contextlib import contextmanager
from copy import copy
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Iterator, Sequence
from uuid import uuid4

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from ..described import Described
from ..engine import Evaluation, RuleErrorCode, evaluate
from ..guard import bounded_transaction, guarded, note_fault
from ..host.current import host
from ..host.port import PLUGIN_ID, Reading
from ..ledger import LedgerError, LedgerErrorCode, posting
from ..models import Account, Hold, HoldState, Program, Receipt
from ..points.members import member_account
from ..programs import FieldError, ProgramError
from ..programs.rulebook import rules_in_force
from ..referrals.errors import ReferralErrorCode
from ..refusals import refusal
from . import agreements
from .completions import Bound, bound_by, is_under_way
from .ended_holds import ended_holds, is_being_paid
from .service import bring_priced, refresh_checkout

if TYPE_CHECKING:
    from saleor.checkout.models import Checkout

    from ..programs.rulebook import Rulebook

FAULT = "REWARDS_REDEEM"


class PointsErrorCode(Described):
    """Why points cannot be spent on a checkout."""

    CART_IS_PAID = (
        "CART_IS_PAID",
        "The cart is paid; its price, and the points in it, stay until money goes "
        "back or the cart changes.",
    )
    INSUFFICIENT_POINTS = LedgerErrorCode.INSUFFICIENT_POINTS.pair
    NOT_REDEEMABLE = "NOT_REDEEMABLE", "This shop's points cannot be spent."
    ORDER_IN_PROGRESS = ReferralErrorCode.ORDER_IN_PROGRESS.pair
    OUT_OF_RANGE = RuleErrorCode.OUT_OF_RANGE.pair
    UNAVAILABLE = ReferralErrorCode.UNAVAILABLE.pair


class PointsError(ProgramError):
    """Nothing was put aside; ``errors`` says why."""


def redeem(checkout: Checkout, points: int, request: Any) -> None:
    """Put points of the checkout's customer aside; take their worth off its goods.

    Whatever was put aside before is replaced. The caller has made sure that the
    request is the customer's own. Raises ``PointsError`` on ``points``.
    """
    at = timezone.now()
    with _errors_told():
        _release_stray(checkout, at)
    with _errors_told(), host.locked(str(checkout.pk)):
        book, reading = _reading(checkout, request)
        if reading.lacks_taxes:
            host.compute_prices(copy(checkout))
            book, reading = _reading(checkout, request)
        _check_free(checkout, reading, at)
        now = _with_points(reading, book, points, at)
        account = _account(checkout, book)
        if account is None:
            raise _error(PointsErrorCode.INSUFFICIENT_POINTS, _("You have no points."))
        with posting(account.pk, at) as ledger:
            # Those aside for this cart count, be their time over or not.
            hold = open_hold(str(checkout.pk))
            usable = ledger.balance.available + (hold.points if hold else 0)
            if points > usable:
                raise _error(
                    PointsErrorCode.INSUFFICIENT_POINTS,
                    _("You have %(points)d points to spend.") % {"points": usable},
                )
            if now.redeemed_points != points:
                most = now.most_points(usable)
                raise _error(PointsErrorCode.OUT_OF_RANGE, _range(book, most))
            ledger.hold(
                points,
                key=f"checkout:{checkout.pk}:hold:{uuid4()}",
                checkout_token=str(checkout.pk),
                expires_at=_end(book, at),
            )
        is_changed = host.write(checkout, book, reading, now)
    if is_changed and reading.may_be_paid:
        guarded("REWARDS_CHECKOUT_PAID", None, partial(bring_priced, checkout, book))


def release(checkout: Checkout, request: Any) -> None:
    """Let go of what was put aside for a checkout; its prices rise again.

    Raises ``PointsError`` where the ledger cannot be written.
    """
    at = timezone.now()
    with _errors_told(), host.locked(str(checkout.pk)):
        book, reading = _reading(checkout, request)
        _check_free(checkout, reading, at)
        hold = open_hold(str(checkout.pk))
        if hold is not None:
            _let_go(hold, at)
        host.write(checkout, book, reading, _with_points(reading, book, 0, at))


def release_ended(accounts: Sequence[Account], at: datetime) -> None:
    """Let go of all that accounts have aside and whose time is up.

    Each in a transaction of its own: nothing may hold the locks of two checkouts at
    once, so call it outside of any.
    """
    with host.writing():
        for holds in ended_holds(accounts, at).values():
            for hold in holds:
                guarded("REWARDS_RELEASE_HOLD", None, partial(_release_hold, hold, at))


def _release_stray(checkout: Checkout, at: datetime) -> None:
    """Let go of what somebody else put aside who had the checkout before.

    By itself: nothing may hold the locks of two accounts at once.
    """
    token = str(checkout.pk)
    with host.locked(token) as is_living:
        hold = open_hold(token)
        if hold is None or hold.account.user_pk == checkout.user_id:
            return
        is_ordered = not is_living or bool(host.ordered_checkouts([token]))
        if not is_ordered and not is_under_way(token, at):
            _let_go(hold, at)


def _check_free(checkout: Checkout, reading: Reading, at: datetime) -> None:
    bound = bound_by(str(checkout.pk), reading, at)
    if bound is Bound.ORDER_IN_PROGRESS:
        message = _(
            "An order of this cart is being placed. Please wait a few minutes, then "
            "try again."
        )
        raise _error(PointsErrorCode.ORDER_IN_PROGRESS, message)
    if bound is Bound.CART_IS_PAID:
        message = _("This cart is paid. Its points stay as they are.")
        raise _error(PointsErrorCode.CART_IS_PAID, message)


def open_hold(checkout_token: str) -> Hold | None:
    """Return what is put aside for a checkout at this moment."""
    return _open_holds(checkout_token).first()


def _open_holds(checkout_token: str) -> QuerySet[Hold]:
    return Hold.objects.select_related("account").filter(
        checkout_token=checkout_token, state=HoldState.OPEN
    )


def keep_hold(checkout: Checkout, book: Rulebook, at: datetime) -> None:
    """Keep the points put aside for a checkout while its order is being placed."""
    hold = open_hold(str(checkout.pk))
    if hold is None:
        return
    with posting(hold.account_id, at) as ledger:
        # An order may have taken it while the account's lock was waited for.
        if Hold.objects.filter(pk=hold.pk, state=HoldState.OPEN).exists():
            ledger.touch(hold, expires_at=_end(book, at))


def _is_paid(checkout: Checkout) -> bool:
    token = str(checkout.pk)
    money = host.money(token, timezone.now())
    is_covered = money is not None and money.covered_amount > 0
    return is_covered and agreements.exists(token)


def refuse_points(checkout: Checkout) -> None:
    """Take spent points off a checkout that the gate could not look at.

    Points that nobody could check must not pay for an order. They stay off until
    the shopper spends them anew. Raises ``ValidationError`` where there were any,
    taken off or not.
    """
    has_points = host.carries_points(checkout)
    if has_points and guarded("REWARDS_POINTS_DROP", True, partial(_is_paid, checkout)):
        # Nothing of a paid checkout is touched.
        message = _("The cart is being changed. Please try again.")
        raise refusal(message)
    for work in (_end_hold, _drop_points):
        guarded("REWARDS_POINTS_DROP", None, partial(work, checkout))
    if has_points:
        message = _(
            "Points cannot be spent at this moment. Please check the new total and "
            "order again."
        )
        raise refusal(message)


def _end_hold(checkout: Checkout) -> None:
    with bounded_transaction():
        _open_holds(str(checkout.pk)).update(expires_at=timezone.now())


def _drop_points(checkout: Checkout) -> None:
    with bounded_transaction():
        host.drop_points(checkout)
        forget_receipt(checkout)


def forget_receipt(checkout: Checkout) -> None:
    """Forget what an earlier gate let through, where it came to no order."""
    token = str(checkout.pk)
    Receipt.objects.filter(checkout_token=token, order_pk=None).delete()


def release_holds(after: int, limit: int, at: datetime) -> int | None:
    """Let go of holds whose time is up or whose checkout is gone.

    Looks at up to ``limit`` open holds from the key ``after`` on and returns the
    last one's key, ``None`` where no more are left. What an order took is left
    to the order.
    """
    holds = list(
        Hold.objects.filter(state=HoldState.OPEN, pk__gt=after).order_by("pk")[:limit]
    )
    living = host.living_checkouts([hold.checkout_token for hold in holds])
    for hold in holds:
        if hold.expires_at <= at or hold.checkout_token not in living:
            guarded("REWARDS_RELEASE_HOLD", None, partial(_release_hold, hold, at))
    return holds[-1].pk if len(holds) == limit else None


def _release_hold(hold: Hold, at: datetime) -> None:
    """Let go of a hold if that is right still, under the lock of its checkout."""
    token = hold.checkout_token
    # What was agreed ends there if it does not hold any more, and what was paid while
    # nobody could look is agreed on.
    refresh_checkout(token)
    with host.locked(token) as is_living:
        fresh = _open_holds(token).filter(pk=hold.pk).first()
        if fresh is None or (is_living and fresh.expires_at > at):
            return
        if host.ordered_checkouts([token]) or is_under_way(token, at):
            return
        if is_living and agreements.exists(token):
            return
        if is_living and is_being_paid(fresh, at):
            return
        _let_go(fresh, at)
    refresh_checkout(token)


def _let_go(hold: Hold, at: datetime) -> None:
    with posting(hold.account_id, at) as ledger:
        # An order may have taken it while the account's lock was waited for.
        if Hold.objects.filter(pk=hold.pk, state=HoldState.OPEN).exists():
            ledger.release(hold, key=f"hold:{hold.pk}:release")


def _reading(checkout: Checkout, request: Any) -> tuple[Rulebook, Reading]:
    plugin = host.plugin(request, PLUGIN_ID)
    book = rules_in_force(host.channel_pk(checkout), plugin)
    reading = host.read(checkout, book) if book else None
    terms = book.compiled.settings.points if book else None
    if book is None or reading is None or terms is None or terms.redeem_points is None:
        message = _("Points cannot be spent in this shop.")
        raise _error(PointsErrorCode.NOT_REDEEMABLE, message)
    return book, reading


def _with_points(
    reading: Reading, book: Rulebook, points: int, at: datetime
) -> Evaluation:
    return evaluate(reading.snapshot.with_points(points), book.compiled, at)


def _account(checkout: Checkout, book: Rulebook) -> Account | None:
    program = Program.objects.filter(channel_pk=book.channel_pk).first()
    if program is None or checkout.user is None:
        return None
    return member_account(program.pk, checkout.user)


def _end(book: Rulebook, at: datetime) -> datetime:
    return at + timedelta(minutes=book.settings["points"]["hold_minutes"])


def _range(book: Rulebook, most: int) -> str:
    terms = book.compiled.settings.points
    assert terms is not None
    if most < terms.minimum_points:
        return _("No points can be spent on this cart.")
    return _(
        "From %(least)d to %(most)d points can be spent on this cart, in steps of "
        "%(step)d."
    ) % {"least": terms.minimum_points, "most": most, "step": terms.step_points}


def _error(code: PointsErrorCode, message: str) -> PointsError:
    return PointsError([FieldError(code.name, "points", message)])


@contextmanager
def _errors_told() -> Iterator[None]:
    try:
        yield
    except ProgramError:
        raise
    except Exception as error:
        if isinstance(error, LedgerError):
            if error.code is LedgerErrorCode.INSUFFICIENT_POINTS:
                code = PointsErrorCode.INSUFFICIENT_POINTS
                raise _error(code, _("You have too few points.")) from error
        note_fault(FAULT, error, "no points are spent")
        message = _("Points cannot be spent at this moment. Please try again later.")
        raise _error(PointsErrorCode.UNAVAILABLE, message) from error
