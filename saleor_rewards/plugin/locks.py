"""Locks on what has no row of ours to lock, each held until its transaction ends."""

from __future__ import annotations

from zlib import crc32

from django.db import connection

#: Each says nothing but "a lock on one of these".
ORDER_LOCKS = 7_267_392
REFERRER_LOCKS = 7_267_393
CUSTOMER_LOCKS = 7_267_394


def lock_customer(user_pk: int | None, email: str) -> None:
    """Keep everybody else from counting a customer's orders to place one.

    The user first, then the address, however it is written.
    """
    if user_pk is not None:
        _lock(CUSTOMER_LOCKS, f"user:{user_pk}")
    if email:
        _lock(CUSTOMER_LOCKS, f"email:{email.lower()}")


def lock_order(order_pk: str) -> None:
    """Keep everybody else from settling an order."""
    _lock(ORDER_LOCKS, order_pk)


def lock_referrer(program_pk: int, user_pk: int) -> None:
    """Keep everybody else from changing the rewards of a referrer."""
    _lock(REFERRER_LOCKS, f"{program_pk}:{user_pk}")


def _lock(kind: int, name: str) -> None:
    with connection.cursor() as cursor:
        key = crc32(name.encode()) - 2**31
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [kind, key])
