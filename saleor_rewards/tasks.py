"""Work that does not fit a request, on Saleor's own Celery app."""

from __future__ import annotations

from celery import shared_task

CHUNK = 200


@shared_task(acks_late=True, ignore_result=True)
def withdraw_offers() -> None:
    """Take every offer of ours off every open checkout, a chunk at a time.

    Safe to run twice: a checkout that carries nothing of ours is not touched.
    """
    from .plugin.guard import bounded_transaction
    from .plugin.host import host

    with host.writing():
        with bounded_transaction():
            done = host.withdraw(CHUNK)
    if done == CHUNK:
        withdraw_offers.delay()


@shared_task(acks_late=True, ignore_result=True)
def revisit_checkouts(variant_pk: int, after: str = "") -> None:
    """Bring the checkouts that hold a variant and carry offers to its new price.

    ``after`` is the key of the last checkout that was looked at. Safe to run
    twice: a checkout that is right already is not written.
    """
    from .plugin.host import host

    with host.writing():
        last = host.revisit(variant_pk, after, CHUNK)
    if last is not None:
        revisit_checkouts.delay(variant_pk, last)
