"""Finds and opens accounts. Safe to call from several processes at once."""

from __future__ import annotations

from datetime import datetime

from ..models import Account, AccountState
from .balances import Balance, balance, expiring_soon

__all__ = ["Balance", "balance", "expiring_soon", "find", "guest", "member"]


def member(program_pk: int, user_pk: int, email: str, at: datetime) -> Account:
    """Return a member's account, opening it at ``at`` where there is none yet."""
    account, _made = Account.objects.get_or_create(
        program_id=program_pk,
        user_pk=user_pk,
        state=AccountState.OPEN,
        defaults={"email": email.lower(), "joined_at": at},
    )
    return account


def guest(program_pk: int, email: str, at: datetime) -> Account:
    """Return a guest's account, opening it at ``at`` where there is none yet."""
    account, _made = Account.objects.get_or_create(
        program_id=program_pk,
        user_pk=None,
        email=email.lower(),
        state=AccountState.OPEN,
        defaults={"joined_at": at},
    )
    return account


def find(
    program_pk: int, *, user_pk: int | None = None, email: str = ""
) -> Account | None:
    """Return the open account of a member, or of a guest by e-mail, if there is one."""
    accounts = Account.objects.filter(program_id=program_pk, state=AccountState.OPEN)
    if user_pk is not None:
        return accounts.filter(user_pk=user_pk).first()
    if not email:
        return None
    return accounts.filter(user_pk=None, email=email.lower()).first()
