"""Work that does not fit a request, on Saleor's own Celery app."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

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


@shared_task(acks_late=True, ignore_result=True)
def release_holds(after: int = 0) -> None:
    """Let go of points that were put aside for checkouts which came to nothing.

    ``after`` is the key of the last hold that was looked at. Safe to run twice:
    a hold is let go once.
    """
    from .plugin.host import host
    from .plugin.redeeming import release_holds as release

    with host.writing():
        last = release(after, CHUNK, timezone.now())
    if last is not None:
        release_holds.delay(last)


@shared_task(acks_late=True, ignore_result=True)
def settle_due_points() -> None:
    """Post what became available, what expired and what lapsed, a chunk at a time.

    Safe to run twice: what is posted is no longer due.
    """
    from .ledger.upkeep import settle_due
    from .plugin.host import host

    with host.writing():
        done = settle_due(timezone.now(), CHUNK)
    if done == CHUNK:
        settle_due_points.delay()


@shared_task(acks_late=True, ignore_result=True)
def reconcile_points(after: str = "") -> None:
    """Bring the points to what the orders say, from the orders alone.

    ``after`` says where the last chunk ended. Safe to run twice: an order whose
    points are right is not written.
    """
    from .plugin.settling import reconcile

    last = reconcile(after, CHUNK).after
    if last is not None:
        reconcile_points.delay(last)


@shared_task(acks_late=True, ignore_result=True)
def review_tiers() -> None:
    """Review the tiers whose time has come, a chunk at a time.

    Safe to run twice: a tier that is right already is not written.
    """
    from .ledger.membership import review_due_tiers
    from .plugin.host import host

    with host.writing():
        done = review_due_tiers(timezone.now(), CHUNK)
    if done == CHUNK:
        review_tiers.delay()


@shared_task(acks_late=True, ignore_result=True)
def welcome_members(after: int = 0) -> None:
    """Open accounts for customers who confirmed their address without a hook.

    ``after`` is the primary key of the last customer that was looked at. Safe to
    run twice: an account is opened once.
    """
    from .plugin.host import host
    from .plugin.members import welcome_newcomers

    with host.writing():
        last = welcome_newcomers(after, CHUNK, timezone.now())
    if last is not None:
        welcome_members.delay(last)


@shared_task(acks_late=True, ignore_result=True)
def sweep_members(after: int = 0) -> None:
    """Erase the accounts of users who are gone; follow changed addresses.

    ``after`` is the primary key of the last account that was looked at. Safe to run
    twice: an account is erased once.
    """
    from .plugin.host import host
    from .plugin.members import sweep_members as sweep

    with host.writing():
        last = sweep(after, CHUNK, timezone.now())
    if last is not None:
        sweep_members.delay(last)


@shared_task(acks_late=True, ignore_result=True)
def give_birthday_points(program_pk: int | None = None, after: int = 0) -> None:
    """Give points for birthdays where a day just began.

    Without a program, start with each. ``after`` is the primary key of the last
    customer that was looked at. Safe to run twice: a birthday earns once.
    """
    from .plugin.birthdays import give_birthdays, programs_at_dawn
    from .plugin.host import host

    at = timezone.now()
    with host.writing():
        if program_pk is None:
            for program in programs_at_dawn(at):
                give_birthday_points.delay(program.pk)
            return
        last = give_birthdays(program_pk, after, CHUNK, at)
    if last is not None:
        give_birthday_points.delay(program_pk, last)


@shared_task(acks_late=True, ignore_result=True)
def send_expiry_notices(program_pk: int | None = None, after: int = 0) -> None:
    """Write to members whose points expire soon.

    Without a program, start with each. ``after`` is the primary key of the last
    account that was looked at. Safe to run twice: nobody is told of an expiry again.
    """
    from .plugin.host import host
    from .plugin.members import running_programs
    from .plugin.notices import send_notices

    with host.writing():
        if program_pk is None:
            for program in running_programs():
                send_expiry_notices.delay(program.pk)
            return
        last = send_notices(program_pk, after, CHUNK, timezone.now())
    if last is not None:
        send_expiry_notices.delay(program_pk, last)


@shared_task(acks_late=True, ignore_result=True)
def mark_tiers_for_review(program_pk: int, after: int = 0) -> None:
    """Have every member's tier reviewed, after a program's tiers changed.

    ``after`` is the primary key of the last account that was marked. Safe to run
    twice: a tier that is right already is not written.
    """
    from .plugin.host import host
    from .programs.points import mark_for_review

    with host.writing():
        last = mark_for_review(program_pk, after, CHUNK)
    if last is not None:
        mark_tiers_for_review.delay(program_pk, last)
