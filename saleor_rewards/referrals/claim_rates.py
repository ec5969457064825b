"""Bounds how many claims a network sends, before anything else is done for one."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from ..host.client_addresses import client_address
from ..host.current import host
from ..identity import digest
from ..models import ClaimRate
from ..networks import network_around
from .errors import ReferralErrorCode
from .refusals import faults_told, refusal

HOUR = timedelta(hours=1)

#: How many claims of one address are looked at within an hour, whatever becomes of
#: them, and of the wider network around it.
MOST_OF_ADDRESS = 60
MOST_OF_NETWORK = 240

#: Counts one claim for each row, and begins anew where its hour is over. One statement:
#: it is all that a claim costs which is refused.
COUNT = """
INSERT INTO {table} (network, claims, began_at) VALUES {rows}
ON CONFLICT (network) DO UPDATE SET
    claims = CASE WHEN {table}.began_at <= %s THEN 1 ELSE {table}.claims + 1 END,
    began_at = CASE WHEN {table}.began_at <= %s THEN EXCLUDED.began_at
        ELSE {table}.began_at END
RETURNING network, claims
"""


def admit_claim(request: Any) -> None:
    """Count a request that is about a claim; refuse it where there were too many.

    Where no network is known, nothing is bounded. Raises ``ReferralError``
    (``TOO_MANY_ATTEMPTS``, ``UNAVAILABLE``). Call it before anything is read.
    """
    ip = client_address(request)
    if not ip:
        return
    limits = {
        digest("claims of address", ip): MOST_OF_ADDRESS,
        digest("claims of network", network_around(ip)): MOST_OF_NETWORK,
    }
    with host.writing(), faults_told():
        counted = _count(sorted(limits), timezone.now())
    if any(claims > limits[network] for network, claims in counted):
        raise refusal(ReferralErrorCode.TOO_MANY_ATTEMPTS, None)


def _count(networks: list[str], at: datetime) -> list[tuple[str, int]]:
    # Always in one order: two who have a network in common cannot wait for each other.
    rows = ", ".join(["(%s, 1, %s)"] * len(networks))
    values = [value for network in networks for value in (network, at)]
    statement = COUNT.format(table=ClaimRate._meta.db_table, rows=rows)
    with connection.cursor() as cursor:
        cursor.execute(statement, [*values, at - HOUR, at - HOUR])
        return list(cursor.fetchall())


def purge_rates(at: datetime, limit: int) -> int:
    """Delete up to ``limit`` counts whose hour is over; return how many."""
    over = ClaimRate.objects.filter(began_at__lte=at - HOUR).order_by("began_at")
    pks = list(over.values_list("pk", flat=True)[:limit])
    deleted, _rows = ClaimRate.objects.filter(pk__in=pks).delete()
    return int(deleted)
