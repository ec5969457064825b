"""Locks on what has no row of ours, most of them until a transaction ends."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Iterator
from zlib import crc32

from django.db import connection, transaction

if TYPE_CHECKING:
    from saleor.checkout.models import Checkout

#: Each says nothing but "a lock on one of these".
ORDER_LOCKS = 7_267_392
REFERRER_LOCKS = 7_267_393
CUSTOMER_LOCKS = 7_267_394
COMPLETION_LOCKS = 7_267_395
CLAIM_LOCKS = 7_267_396

#: Longer than a payment gateway is asked for.
COMPLETION_TIMEOUT = "60s"


def lock_customer(checkout: Checkout) -> None:
    """Keep everybody else from counting a customer's orders to place one.

    The user first, then the addresses of account and checkout, however written.
    """
    emails = {(checkout.email or "").lower()}
    if checkout.user_id is not None:
        _lock(CUSTOMER_LOCKS, f"user:{checkout.user_id}")
        emails.add(checkout.user.email.lower())
    for email in sorted(filter(None, emails)):
        _lock(CUSTOMER_LOCKS, f"email:{email}")


@contextmanager
def completing_alone(name: str) -> Iterator[None]:
    """Wait until nobody else places an order of one checkout, then keep others waiting.

    No transaction lasts as long as that, so the lock is the session's. Raises
    ``OperationalError`` where the others take too long.
    """
    key = [COMPLETION_LOCKS, _key(name)]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{COMPLETION_TIMEOUT}'")
        cursor.execute("SELECT pg_advisory_lock(%s, %s)", key)
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", key)


def lock_order(order_pk: str) -> None:
    """Keep everybody else from settling an order."""
    _lock(ORDER_LOCKS, order_pk)


def lock_referrer(program_pk: int, user_pk: int) -> None:
    """Keep everybody else from changing the rewards of a referrer."""
    _lock(REFERRER_LOCKS, f"{program_pk}:{user_pk}")


def lock_claims(checkout_token: str, user_pk: int | None) -> None:
    """Keep everybody else from claiming for the same cart or account."""
    _lock(CLAIM_LOCKS, f"checkout:{checkout_token}")
    if user_pk is not None:
        _lock(CLAIM_LOCKS, f"user:{user_pk}")


def _lock(kind: int, name: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", [kind, _key(name)])


def _key(name: str) -> int:
    return crc32(name.encode()) - 2**31
