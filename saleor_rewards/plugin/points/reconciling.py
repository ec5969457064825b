"""Runs of the reconciliation: what may have changed since the last good one, or all."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime, timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection
from django.db.models import F
from django.utils import timezone

from ...models import PointsPolicy, Program, ReconcileRun, ReferralPolicy
from ...programs.versions import PLUGIN_ID
from ..bindings import Since
from ..host import host
from .settling import OVERLAP, Reconciled, day_one, reconcile

#: What Stripe told is kept for 90 days, so nobody goes on from an older run.
STALE = timedelta(days=30)

#: Whether a run was last written by a transaction that came after its beginning. It was
#: not where a dump brought its row along: there transactions are counted from elsewhere.
WRITTEN_SINCE = (
    "age(saleor_rewards_reconcilerun.xmin)"
    " <= age(mod(saleor_rewards_reconcilerun.transaction_id, 4294967296)::text::xid)"
)

#: What of a program decides what an order gets late; rules go by their history.
PROGRAM = ("is_active", "guests", "cap_percent", "time_zone")


def begin(at: datetime, *, is_full: bool = False) -> int | None:
    """Begin a run and return its key; ``None`` where there is nothing to reconcile.

    It goes on from the last run that left nothing undone, unless points or referrals
    work otherwise since then: that may give something to any order. Nor does it where
    the database was restored from a dump since.
    """
    with host.writing():
        if day_one() is None:
            return None
        digest = _settings_digest()
        run = ReconcileRun(
            started_at=at, transaction_id=_oldest_transaction(), settings_digest=digest
        )
        last = None if is_full else _last_good(at, digest)
        if last is not None:
            run.since_at = last.started_at
            run.since_transaction_id = last.transaction_id
        run.save()
        return int(run.pk)


def step(run_pk: int, after: str, limit: int) -> Reconciled:
    """Settle the next orders of a run, see :func:`reconcile`.

    A run that was good makes those before it needless.
    """
    with host.writing():
        run = ReconcileRun.objects.filter(pk=run_pk).first()
    if run is None:
        return Reconciled(None)
    chunk = reconcile(after, limit, _since(run))
    with host.writing():
        runs = ReconcileRun.objects.filter(pk=run_pk)
        runs.update(
            orders=F("orders") + chunk.orders,
            settled=F("settled") + chunk.settled,
            failed=F("failed") + chunk.failed,
        )
        if chunk.after is None:
            runs.update(finished_at=timezone.now())
            if runs.filter(failed=0).exists():
                ReconcileRun.objects.filter(pk__lt=run_pk).delete()
    return chunk


def _since(run: ReconcileRun) -> Since | None:
    if run.since_at is None or run.since_transaction_id is None:
        return None
    return Since(run.since_at - OVERLAP, run.since_transaction_id)


def _last_good(at: datetime, digest: str) -> ReconcileRun | None:
    good = ReconcileRun.objects.filter(
        finished_at__isnull=False, failed=0, started_at__gt=at - STALE
    )
    last = good.extra(where=[WRITTEN_SINCE]).order_by("-pk").first()
    return last if last is not None and last.settings_digest == digest else None


def _settings_digest() -> str:
    """Return a name for all of ours that decides what an order without a receipt gets."""
    plugin = host.loaded_plugin(PLUGIN_ID)
    stops: Any = plugin and (plugin.active, plugin.is_killed)
    rows = [
        list(found.order_by("pk"))
        for found in (
            Program.objects.values("pk", *PROGRAM),
            PointsPolicy.objects.values(),
            ReferralPolicy.objects.values(),
        )
    ]
    said = json.dumps([stops, rows], cls=DjangoJSONEncoder, sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def _oldest_transaction() -> int:
    """Return the oldest transaction that may still write what nobody sees yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT txid_snapshot_xmin(txid_current_snapshot())")
        (oldest,) = cursor.fetchone()
    return int(oldest)
