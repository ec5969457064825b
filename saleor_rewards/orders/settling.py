"""Brings the ledger to what orders say, as often as anybody asks."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import partial
from typing import Any, Iterable, NamedTuple, Sequence

from django.db import transaction
from django.db.models import Min, QuerySet
from django.utils import timezone

from ..engine import to_minor
from ..guard import bounded_transaction, guarded
from ..host.bindings import ChangeSigns, Since
from ..host.current import host
from ..ledger import accounts, posting
from ..ledger.facts import OrderFacts
from ..ledger.membership import review_tier
from ..locks import lock_order
from ..models import (
    Entry,
    EntryKind,
    Hold,
    HoldState,
    Pledge,
    PointsPolicy,
    PriceAgreement,
    Receipt,
    Referral,
    ReferralPolicy,
    StripeEvent,
)
from ..referrals.rewarding import settle_referral_of, unsettled_referrals
from .cases import Case, cases
from .differences import Differences
from .receipts import bind, bind_unbound

RECONCILE = "REWARDS_RECONCILE"

#: No clock of the shop's machines is so wrong, and no transaction of Saleor so long.
OVERLAP = timedelta(hours=1)


@dataclass(frozen=True)
class RefundPreview:
    """What a refund would do to the customer's points, and what it is a part of.

    Of the points taken back, ``points_expired`` are gone already, ``points_debt`` the
    next earnings would pay, and ``points_waived`` would be let go, as too few are left.
    Money is in minor units: the goods and the shipping as they were paid, by gift cards
    too, and what would be left to refund.
    """

    goods_amount: int = 0
    shipping_amount: int = 0
    remaining_amount: int = 0
    points_taken_back: int = 0
    points_given_back: int = 0
    points_expired: int = 0
    points_debt: int = 0
    points_waived: int = 0


class Reconciled(NamedTuple):
    """What became of one chunk of orders.

    ``after`` says where to go on, ``None`` where no more are left. ``settled`` were
    not what the order says and are now, ``failed`` are not yet.
    """

    after: str | None
    orders: int = 0
    settled: int = 0
    failed: int = 0


def settle_soon(order_pk: Any) -> None:
    """Settle an order once what is written about it is committed.

    Nothing of Saleor's waits for the account's lock, and a transaction that Saleor
    takes back leaves nothing behind.
    """
    work = partial(settle_order, str(order_pk))
    transaction.on_commit(lambda: guarded("REWARDS_SETTLE_ORDER", False, work))


def settle_order(order_pk: str, at: datetime | None = None) -> bool:
    """Bring the ledger to what one order says; return whether anything changed.

    Safe to call at any time, twice, and from everywhere at once. Raises what the
    ledger raises.
    """
    at = at or timezone.now()
    with host.writing():
        with bounded_transaction():
            found = _settle(order_pk, at)
        # By themselves: they lock other accounts, and nothing may hold two at once.
        for case in found:
            if case.stray_hold is not None:
                _release(case.stray_hold, at)
    return settle_referral_of(order_pk, at) or bool(found)


def _settle(order_pk: str, at: datetime) -> list[Case]:
    # Whoever comes second reads the order, and its settlement, after the first.
    lock_order(order_pk)
    for facts in host.orders([order_pk]).values():
        bind(facts)
    found = [case for case in cases([order_pk]) if not case.is_settled]
    for case in found:
        if not case.is_posted:
            with posting(_account_pk(case, at), at) as book:
                Differences(book, case).post()
            review_tier(book.account.pk, at)
    return found


def _release(hold: Hold, at: datetime) -> None:
    with bounded_transaction(), posting(hold.account_id, at) as book:
        book.release(hold, key=f"hold:{hold.pk}:release")


def reconcile(after: str, limit: int, since: Since | None = None) -> Reconciled:
    """Settle up to ``limit`` orders that stand ``after``, in the order of their places.

    Every order since points or referrals were switched on, or those that may have
    changed ``since`` a moment. An order that cannot be settled does not hold up the
    others. What is right already is read and not locked.
    """
    with host.writing():
        begun = day_one()
        if begun is None:
            return Reconciled(None)
        if since is None:
            orders = host.orders_after(after, limit, begun)
        else:
            signs = ChangeSigns(since, told_of(since.at), open_tokens())
            changed = host.orders_changed(after, limit, signs)
            orders = [(pk, pk) for pk in changed]
        pks = [pk for _, pk in orders]
        guarded(RECONCILE, None, lambda: bind_unbound(pks))
        found = guarded(RECONCILE, None, lambda: _unsettled(pks))
    # Where one order cannot even be read, each is looked at by itself.
    done = [
        guarded(RECONCILE, None, partial(settle_order, pk))
        for pk in (pks if found is None else found)
    ]
    return Reconciled(
        after=orders[-1][0] if len(orders) == limit else None,
        orders=len(orders),
        settled=done.count(True),
        failed=done.count(None),
    )


def told_of(since: datetime) -> list[str]:
    """Return the orders that our own rows learned something of since a moment."""
    stripe = StripeEvent.objects.filter(worked_at__gte=since)
    referrals = Referral.objects.filter(updated_at__gte=since)
    return [
        pk
        for rows in (stripe, referrals)
        for pk in rows.exclude(order_pk="").values_list("order_pk", flat=True)
    ]


def open_tokens() -> list[QuerySet[Any]]:
    """Return the checkouts that something is still open of, which an order would end."""
    left = (
        Hold.objects.filter(state=HoldState.OPEN),
        Pledge.objects.filter(order_pk=None),
        PriceAgreement.objects.all(),
        Receipt.objects.filter(order_pk=None),
    )
    return [rows.order_by().values("checkout_token") for rows in left]


def day_one() -> datetime | None:
    """Return since when orders are to be settled, or to get what was agreed on.

    That is when the first program switched points or referrals on.
    """
    policies = (PointsPolicy.objects, ReferralPolicy.objects)
    found = [one.aggregate(since=Min("since"))["since"] for one in policies]
    agreed = PriceAgreement.objects.aggregate(since=Min("created_at"))
    found.append(agreed["since"])
    return min((since for since in found if since is not None), default=None)


def _unsettled(order_pks: Sequence[str]) -> list[str]:
    found = [case.facts.order_pk for case in cases(order_pks) if not case.is_settled]
    return list(dict.fromkeys([*found, *unsettled_referrals(order_pks)]))


def preview(order_pk: str, refund_amount: Decimal) -> RefundPreview:
    """Return what refunding an amount of an order's currency would do; write nothing.

    Never more than what is left to refund. Raises ``AmountError`` for what is no
    amount of that currency.
    """
    at = timezone.now()
    with host.writing(), bounded_transaction():
        # Whatever a refund would run into, its rehearsal does.
        told = _rehearse(order_pk, refund_amount, at)
        for facts in host.orders([order_pk]).values():
            told = replace(told, **_money_of(facts, refund_amount))
        transaction.set_rollback(True)
    return told


def _money_of(facts: OrderFacts, refund_amount: Decimal) -> dict[str, int]:
    then = facts.after_refund(to_minor(refund_amount, facts.currency))
    goods = sum(line.gross_amount for line in facts.lines)
    return {
        "goods_amount": goods,
        "shipping_amount": max(0, facts.total_amount + facts.gift_card_amount - goods),
        "remaining_amount": then.total_amount - then.refunded_amount,
    }


def _rehearse(order_pk: str, amount: Decimal, at: datetime) -> RefundPreview:
    _settle(order_pk, at)
    last = Entry.objects.order_by("pk").values_list("pk", flat=True).last() or 0
    for case in cases([order_pk]):
        more = to_minor(amount, case.facts.currency)
        then = replace(case, facts=case.facts.after_refund(more))
        with posting(_account_pk(case, at), at) as book:
            Differences(book, then).post()
    return _told(Entry.objects.filter(pk__gt=last, order_pk=order_pk))


def _told(entries: Iterable[Entry]) -> RefundPreview:
    taken = [entry for entry in entries if entry.kind == EntryKind.REVERSE]
    given = [entry for entry in entries if entry.kind == EntryKind.RETURN]
    return RefundPreview(
        points_taken_back=-sum(entry.points_lifetime for entry in taken),
        points_given_back=sum(
            entry.points_pending + entry.points_available - entry.points_debt
            for entry in given
        ),
        points_expired=-sum(move[-1] for entry in taken for move in entry.moves),
        points_debt=sum(entry.points_debt for entry in taken),
        points_waived=sum(entry.points_waived for entry in taken),
    )


def _account_pk(case: Case, at: datetime) -> int:
    """Return the account that the order belongs to, opened where there is none."""
    if case.settlement is not None:
        return int(case.settlement.account_id)
    if case.hold is not None:
        return int(case.hold.account_id)
    if case.payer is not None:
        # Nobody pays who put nothing aside, whatever address the order names.
        return int(case.payer.pk)
    facts = case.facts
    if facts.user_pk is not None:
        account = accounts.member(case.program.pk, facts.user_pk, facts.email, at)
    else:
        account = accounts.guest(case.program.pk, facts.email, at)
    return int(account.pk)
