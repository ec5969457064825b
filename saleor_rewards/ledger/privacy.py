"""All that the ledger holds of a person, to hand it out or to erase it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Q

from ..models import (
    Account,
    AccountState,
    Entry,
    Hold,
    Lot,
    PointsAdjustment,
    Receipt,
    Settlement,
    TierChange,
)
from .upkeep import erase

__all__ = ["accounts_of", "erase_person", "export_person"]

SUMS = (
    "points_pending",
    "points_available",
    "points_held",
    "points_debt",
    "points_lifetime",
)


def accounts_of(user_pk: int | None, email: str) -> list[Account]:
    """Return the accounts of a user, of an address, and what was merged into them.

    Either may be missing: ``None``, or an empty text. Erased accounts are nobody's.
    """
    wanted = Q(pk=None)
    if user_pk is not None:
        wanted |= Q(user_pk=user_pk)
    if email:
        wanted |= Q(email=email.lower())
    accounts = Account.objects.exclude(state=AccountState.ERASED).order_by("pk")
    found = list(accounts.filter(wanted))
    merged = found
    while merged:
        known = [account.pk for account in found]
        merged = list(accounts.filter(merged_into__in=merged).exclude(pk__in=known))
        found = found + merged
    return found


def export_person(user_pk: int | None, email: str) -> dict[str, Any]:
    """Return everything that is held of a person, ready for JSON.

    ``{"user": 7 | None, "email": "...", "accounts": [...]}``; times are ISO texts.
    """
    return {
        "user": user_pk,
        "email": email,
        "accounts": [_account(account) for account in accounts_of(user_pk, email)],
    }


def erase_person(user_pk: int | None, email: str, at: datetime) -> int:
    """Erase all open accounts of a person; return how many there were.

    The sums stay in the ledger, and nothing that tells whose they were.
    """
    found = accounts_of(user_pk, email)
    open_pks = [a.pk for a in found if a.state == AccountState.OPEN]
    for pk in open_pks:
        erase(pk, at)
    return len(open_pks)


def _account(account: Account) -> dict[str, Any]:
    return {
        "id": account.pk,
        "program": str(account.program),
        "email": account.email,
        "state": account.state,
        "merged_into": account.merged_into_id,
        "tier": account.tier.name if account.tier else None,
        "joined_at": _text(account.joined_at),
        **{name: getattr(account, name) for name in SUMS},
        "entries": [_entry(entry) for entry in _entries(account)],
        "lots": [_lot(lot) for lot in Lot.objects.filter(account=account)],
        "tier_changes": [_change(change) for change in _changes(account)],
        "holds": [_hold(hold) for hold in Hold.objects.filter(account=account)],
        "adjustments": [_adjustment(row) for row in account.adjustments.order_by("pk")],
        "orders": _orders(account),
    }


def _entries(account: Account) -> Any:
    entries = Entry.objects.filter(account=account).order_by("pk")
    return entries.select_related("note", "rule_version")


def _entry(entry: Entry) -> dict[str, Any]:
    note = getattr(entry, "note", None)
    return {
        "at": _text(entry.at),
        "kind": entry.kind,
        "key": entry.key,
        **{name: getattr(entry, name) for name in SUMS},
        "points_waived": entry.points_waived,
        "order": entry.own_order_pk,
        "rule": entry.rule_version.name if entry.rule_version else None,
        "reason": note.reason if note else None,
        "author": note.author if note else None,
    }


def _lot(lot: Lot) -> dict[str, Any]:
    parts = ("pending", "available", "held", "expired")
    return {
        "available_from": _text(lot.available_from),
        "expires_at": lot.expires_at and _text(lot.expires_at),
        "points": lot.points,
        **{f"points_{name}": getattr(lot, f"points_{name}") for name in parts},
        "order": lot.order_pk,
    }


def _changes(account: Account) -> Any:
    changes = TierChange.objects.filter(account=account).order_by("pk")
    return changes.select_related("tier")


def _change(change: TierChange) -> dict[str, Any]:
    return {
        "at": _text(change.at),
        "tier": change.tier.name if change.tier else None,
        "reason": change.reason,
    }


def _hold(hold: Hold) -> dict[str, Any]:
    return {
        "at": _text(hold.at),
        "state": hold.state,
        "points": hold.points,
        "points_captured": hold.points_captured,
        "points_returned": hold.points_returned,
        "checkout": hold.checkout_token,
        "order": hold.order_pk,
    }


def _adjustment(row: PointsAdjustment) -> dict[str, Any]:
    """Return points that staff entered for a second one to decide on."""
    return {
        "at": _text(row.entered_at),
        "state": row.state,
        "points": row.points,
        "expires_at": row.expires_at and _text(row.expires_at),
        "reason": row.reason,
        "author": row.author,
        "decided_at": row.decided_at and _text(row.decided_at),
        "decided_by": row.decided_by,
        "decision_reason": row.decision_reason,
    }


def _orders(account: Account) -> list[dict[str, Any]]:
    settled = Settlement.objects.filter(account=account).order_by("pk")
    found = Receipt.objects.filter(order_pk__in=settled.values("order_pk"))
    receipts = {receipt.order_pk: _receipt(receipt) for receipt in found}
    return [
        {
            "order": one.order_pk,
            "ordered_at": _text(one.ordered_at),
            "points_earned": one.points_earned,
            "points_spent": one.points_spent,
            "points_returned": one.points_returned,
            "spend_amount": one.spend_amount,
            "currency": one.currency,
            "receipt": receipts.get(one.order_pk),
        }
        for one in settled
    ]


def _receipt(receipt: Receipt) -> dict[str, Any]:
    """Return what an order got, and the cart and customer that it was computed from."""
    return {
        "at": _text(receipt.at),
        "snapshot": receipt.snapshot,
        "effects": receipt.effects,
    }


def _text(moment: datetime) -> str:
    return moment.isoformat()
