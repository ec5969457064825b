"""Work that does not fit a request, on Saleor's own Celery app."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from .jobs import job

CHUNK = 200

#: How often a mail that failed is tried again, and after what pause at first.
MOST_RETRIES, RETRY_SECONDS = 6, 60


@job()
def withdraw_offers(after: str = "") -> None:
    """Take every offer of ours off every checkout that is not paid, chunk by chunk.

    ``after`` is the key of the last checkout that was looked at. With the offers goes
    the receipt of a gate that was closed and came to no order. Vouchers end where the
    plugin is off; the kill switch leaves them to the hooks. Where offers are given
    again meanwhile, nothing happens. Safe to run twice: a checkout that carries nothing
    of ours is not touched.
    """
    from .plugin.host import host
    from .plugin.service import are_offers_stopped, is_switched_off
    from .plugin.withdrawing import withdraw

    with host.writing():
        if not are_offers_stopped():
            return
        off = is_switched_off()
        last = withdraw(after, CHUNK, timezone.now(), ends_vouchers=off)
    if last is not None:
        withdraw_offers.delay(last)


@job()
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


@job()
def release_holds(after: int = 0) -> None:
    """Let go of points that were put aside for checkouts which came to nothing.

    ``after`` is the key of the last hold that was looked at. Safe to run twice:
    a hold is let go once.
    """
    from .plugin.host import host
    from .plugin.points.redeeming import release_holds as release

    with host.writing():
        last = release(after, CHUNK, timezone.now())
    if last is not None:
        release_holds.delay(last)


@job()
def end_stale_pledges(after: int = 0) -> None:
    """End what is bound to completions of which no order can come any more.

    ``after`` is the key of the last pledge that was looked at. While offers are stopped,
    what paid carts kept of them ends with these carts. Prices that were agreed on and
    never paid end too, and vouchers of ours that no row names, or no rule asks for.
    Safe to run twice: a pledge ends once.
    """
    from .plugin.completions import end_stale_pledges as end
    from .plugin.guard import guarded
    from .plugin.host import host
    from .plugin.service import are_offers_stopped
    from .plugin.withdrawing import end_unpaid

    with host.writing():
        last = end(after, CHUNK, timezone.now())
        if last is None:
            end_unpaid(timezone.now())
            guarded("REWARDS_WITHDRAW", None, host.end_strays)
            guarded("REWARDS_END_VOUCHERS", None, _end_unasked_vouchers)
    if last is not None:
        end_stale_pledges.delay(last)
    elif are_offers_stopped():
        withdraw_offers.delay()


def _end_unasked_vouchers() -> None:
    from .plugin.guard import bounded_transaction
    from .plugin.host import host

    last: int | None = 0
    while last is not None:
        with bounded_transaction():
            last = host.end_unasked_vouchers(last, CHUNK, timezone.now())


@job()
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


@job()
def reconcile_points(run_pk: int | None = None, after: str = "") -> None:
    """Bring the points to what the orders say, from the orders alone.

    ``after`` says where the last chunk of a run ended. Safe to run twice.
    """
    from .plugin.points.reconciling import begin, step

    run_pk = run_pk or begin(timezone.now())
    if run_pk and (last := step(run_pk, after, CHUNK).after) is not None:
        reconcile_points.delay(run_pk, last)


@job()
def import_balances(import_pk: int | None = None, after: int = 0) -> None:
    """Post the rows of an import, a chunk at a time; without one, go on with each.

    ``after`` is the last row that was looked at. Safe to run twice, also at once.
    """
    from .plugin.host import host
    from .transfers.import_runs import open_imports, work_off

    with host.writing():
        if import_pk is None:
            for open_pk in open_imports():
                import_balances.delay(open_pk)
            return
        last = work_off(import_pk, after, CHUNK, timezone.now())
    if last is not None:
        import_balances.delay(import_pk, last)


@job()
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


@job()
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


@job()
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


@job()
def give_birthday_points(program_pk: int | None = None, after: int = 0) -> None:
    """Give points for birthdays where a day just began.

    Without a program, start with each. ``after`` is the primary key of the last
    customer that was looked at. Safe to run twice: a birthday earns once.
    """
    from .plugin.host import host
    from .plugin.points.birthdays import give_birthdays, programs_at_dawn

    at = timezone.now()
    with host.writing():
        if program_pk is None:
            for program in programs_at_dawn(at):
                give_birthday_points.delay(program.pk)
            return
        last = give_birthdays(program_pk, after, CHUNK, at)
    if last is not None:
        give_birthday_points.delay(program_pk, last)


@job()
def send_expiry_notices(program_pk: int | None = None, after: int = 0) -> None:
    """Write to members whose points expire soon.

    Without a program, start with each. ``after`` is the primary key of the last
    account that was looked at. Safe to run twice: nobody is told of an expiry again.
    """
    from .plugin.host import host
    from .plugin.members import running_programs
    from .plugin.points.notices import send_notices

    with host.writing():
        if program_pk is None:
            for program in running_programs():
                send_expiry_notices.delay(program.pk)
            return
        last = send_notices(program_pk, after, CHUNK, timezone.now())
    if last is not None:
        send_expiry_notices.delay(program_pk, last)


@job()
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


@job()
def clear_lapses(program_pk: int) -> None:
    """Clear when accounts would have lapsed, once a program lets none lapse any more.

    Safe to run twice: what is cleared is not found again.
    """
    from .plugin.host import host
    from .programs.points import clear_lapses as clear

    with host.writing():
        is_more = clear(program_pk, CHUNK)
    if is_more:
        clear_lapses.delay(program_pk)


@job(bind=True, max_retries=MOST_RETRIES)
def send_referral_notice(self: Any, referral_pk: int, news: str) -> None:
    """Write to the referrer of what became of a friend; a failed mail, again later.

    ``news`` is the stored value of a ``ReferralNews``. Safe to run twice: nobody is
    told the same again.
    """
    from .models import ReferralNews
    from .plugin.host import host
    from .plugin.referrals.notices import send_notice

    with host.writing():
        is_done = send_notice(referral_pk, ReferralNews(news))
    if not is_done and self.request.retries < MOST_RETRIES:
        raise self.retry(countdown=RETRY_SECONDS * 2**self.request.retries)


@job()
def work_off_stripe_event(event_pk: int) -> None:
    """Bring what one event of Stripe's tells to its order.

    Safe to run twice: an event is worked off once, and then changes nothing more.
    """
    from .plugin.stripe.work import work_off

    work_off(event_pk, timezone.now())


@job()
def retry_stripe_events() -> None:
    """Try events of Stripe's again whose order was not there, or that failed.

    Safe to run twice: an event that was just tried waits.
    """
    from .plugin.host import host
    from .plugin.stripe.work import due_events, work_off

    with host.writing():
        due = due_events(timezone.now(), CHUNK)
    for event_pk in due:
        work_off(event_pk, timezone.now())
    if len(due) == CHUNK:
        retry_stripe_events.delay()


@job()
def forget_stripe_events() -> None:
    """Delete what of Stripe's nobody needs any more, a chunk at a time.

    Safe to run twice: what is gone is not found again.
    """
    from .plugin.host import host
    from .plugin.stripe.work import forget_events

    with host.writing():
        done = forget_events(timezone.now(), CHUNK)
    if done == CHUNK:
        forget_stripe_events.delay()


@job()
def forget_evidence() -> None:
    """Delete what is kept of people and whose time is over. Safe to run twice."""
    from .plugin.guests import forget_networks
    from .plugin.host import host
    from .plugin.referrals.claim_limits import forget_tries
    from .plugin.referrals.claim_rates import purge_rates
    from .plugin.referrals.trails import forget_evidence as forget
    from .programs.adjustments import purge_allowances
    from .transfers.import_runs import purge_imports

    at = timezone.now()
    with host.writing():
        done = max(
            forget(at, CHUNK),
            forget_tries(at, CHUNK),
            purge_rates(at, CHUNK),
            forget_networks(at, CHUNK),
            host.forget_typed_addresses(at, CHUNK),
            host.purge_voucher_slots(CHUNK),
            purge_allowances(at, CHUNK),
            purge_imports(at, CHUNK),
        )
    if done == CHUNK:
        forget_evidence.delay()


@job()
def sweep_referrals(after: int = 0) -> None:
    """Take users who are gone out of all referrals.

    ``after`` is the last user that was looked at. Safe to run twice.
    """
    from .plugin.host import host
    from .plugin.referrals.people import sweep_referrals as sweep

    with host.writing():
        last = sweep(after, CHUNK, timezone.now())
    if last is not None:
        sweep_referrals.delay(last)


@job()
def reward_referrals(after: int = 0) -> None:
    """Grant the rewards of referrals whose hold period is over.

    ``after`` is the last referral that was looked at. Safe to run twice.
    """
    from .plugin.referrals.rewarding import due_referrals

    last = due_referrals(after, CHUNK, timezone.now())
    if last is not None:
        reward_referrals.delay(last)


@job()
def lapse_claims() -> None:
    """Let claims lapse that no order made good in time, a chunk at a time.

    Safe to run twice: what has lapsed is not found again.
    """
    from .plugin.referrals.rewarding import lapse_claims as lapse

    if lapse(CHUNK, timezone.now()) == CHUNK:
        lapse_claims.delay()
