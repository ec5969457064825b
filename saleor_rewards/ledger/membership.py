"""Keeps the tiers of members: measures, reviews, writes the history.

The only writer of ``TierChange`` and of an account's ``tier`` columns. Guests have no
tier: theirs begins when they claim their points with an account.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Iterator

from django.db import transaction
from django.db.models import Sum

from ..models import (
    Account,
    AccountState,
    Entry,
    EntryKind,
    PointsPolicy,
    Settlement,
    Tier,
    TierChange,
    TierMeasure,
    TierReason,
)
from .tiers import (
    Downgrade,
    Level,
    Measure,
    Standing,
    TierTerms,
    Verdict,
    decide,
    tenure,
    within_window,
)

__all__ = ["TierProgress", "progress", "review_due_tiers", "review_tier"]

#: What moves the points that count; points that came with a merged account count by
#: the entries which that account keeps.
COUNTED = (EntryKind.EARN, EntryKind.RESTORE, EntryKind.REVERSE, EntryKind.ADJUST)

TIER_COLUMNS = ("tier_id", "tier_since", "tier_below_since", "tier_due_at")


@dataclass(frozen=True)
class TierProgress:
    """How far a member is.

    ``value`` and ``missing`` are in units of ``measure`` (a ``TierMeasure``): points,
    minor units, orders or days. ``missing`` is 0 on the highest tier. A member whose
    ``value`` is below the present tier keeps it until ``grace_until``.
    """

    tier: Tier | None
    next_tier: Tier | None
    measure: str
    value: int
    missing: int
    grace_until: datetime | None


@dataclass(frozen=True)
class _Scale:
    """A program's tiers by key, and how it measures."""

    tiers: dict[int, Tier]
    terms: TierTerms
    measure: TierMeasure
    window: timedelta | None


def review_tier(account_pk: int, at: datetime) -> TierChange | None:
    """Bring an account's tier to what it is at ``at``; return the step, if any.

    Works under the account's lock, and on the account that it was merged into.
    Nothing happens while the program's points are switched off.
    """
    with transaction.atomic():
        account = _locked(account_pk)
        scale = _scale(account) if account is not None else None
        if account is None or scale is None:
            return None
        if account.user_pk is None:
            _keep(account, Verdict(None), at)
            return None
        measure = _measure(account, scale, at)
        verdict = decide(scale.terms, measure, _standing(account, at), at)
        return _keep(account, verdict, at)


def review_due_tiers(at: datetime, limit: int) -> int:
    """Review up to ``limit`` accounts whose time has come; return how many.

    Each has a transaction of its own. Call again for as long as ``limit`` come back.
    """
    due = Account.objects.filter(
        state=AccountState.OPEN,
        tier_due_at__lte=at,
        program__points_policy__is_active=True,
    ).order_by("tier_due_at", "pk")
    pks = list(due.values_list("pk", flat=True)[:limit])
    for pk in pks:
        review_tier(pk, at)
    return len(pks)


def progress(account: Account, at: datetime) -> TierProgress | None:
    """Return how far a member is, reading from where ``account`` was read.

    ``None`` for a guest, and where the program has no tiers or points are off.
    """
    scale = _scale(account)
    if account.user_pk is None or scale is None or not scale.terms.levels:
        return None
    measure = _measure(account, scale, at)
    verdict = decide(scale.terms, measure, _standing(account, at), at)
    following = scale.terms.above(_level(account.tier))
    return TierProgress(
        tier=account.tier,
        next_tier=scale.tiers[following.id] if following else None,
        measure=str(scale.measure),
        value=measure.value,
        missing=max(0, following.threshold - measure.value) if following else 0,
        grace_until=verdict.grace_until,
    )


def _locked(account_pk: int) -> Account | None:
    pk: int | None = account_pk
    while pk is not None:
        account = Account.objects.select_for_update().filter(pk=pk).first()
        if account is None or account.state != AccountState.MERGED:
            is_open = account is not None and account.state == AccountState.OPEN
            return account if is_open else None
        pk = account.merged_into_id
    return None


def _scale(account: Account) -> _Scale | None:
    using = account._state.db
    policy = (
        PointsPolicy.objects.using(using)
        .filter(program_id=account.program_id, is_active=True)
        .first()
    )
    if policy is None:
        return None
    tiers = Tier.objects.using(using).filter(
        program_id=account.program_id, deleted_at=None
    )
    by_pk = {tier.pk: tier for tier in tiers.order_by("threshold")}
    days = policy.tier_window_days
    return _Scale(
        tiers=by_pk,
        terms=TierTerms(
            levels=tuple(Level(pk, tier.threshold) for pk, tier in by_pk.items()),
            grace=timedelta(days=policy.tier_grace_days),
            downgrade=Downgrade(policy.tier_downgrade),
        ),
        measure=TierMeasure(policy.tier_measure),
        window=None if days is None else timedelta(days=days),
    )


def _level(tier: Tier | None) -> Level | None:
    return None if tier is None else Level(tier.pk, tier.threshold)


def _standing(account: Account, at: datetime) -> Standing:
    since = account.tier_below_since
    if since is None and account.tier_due_at is not None:
        # It fell at the moment that was known ahead, not when somebody looked.
        since = min(at, account.tier_due_at)
    return Standing(level=_level(account.tier), below_since=since)


def _keep(account: Account, verdict: Verdict, at: datetime) -> TierChange | None:
    before = [getattr(account, name) for name in TIER_COLUMNS]
    held = account.tier
    account.tier_id = verdict.level.id if verdict.level else None
    account.tier_below_since = verdict.below_since
    account.tier_due_at = verdict.look_at
    if account.tier_id != before[0]:
        account.tier_since = at
    if [getattr(account, name) for name in TIER_COLUMNS] != before:
        account.save(update_fields=TIER_COLUMNS)
    if account.tier_id == before[0]:
        return None
    change: TierChange = TierChange.objects.create(
        account=account,
        tier_id=account.tier_id,
        reason=_reason(held, verdict.level),
        at=at,
    )
    return change


def _reason(held: Tier | None, level: Level | None) -> str:
    if held is not None and held.deleted_at is not None:
        return str(TierReason.CHANGED)
    lower = -1 if level is None else level.threshold
    fell = held is not None and lower < held.threshold
    return str(TierReason.DOWNGRADED if fell else TierReason.REACHED)


def _measure(account: Account, scale: _Scale, at: datetime) -> Measure:
    if scale.measure == TierMeasure.TENURE:
        return tenure(account.joined_at, scale.terms.levels, at)
    if not scale.terms.levels:
        return Measure(0)
    parts = {
        TierMeasure.POINTS: _points,
        TierMeasure.SPEND: _spend,
        TierMeasure.ORDERS: _orders,
    }[scale.measure]
    start = None if scale.window is None else at - scale.window
    return within_window(parts(account, start, at), scale.window, at)


Parts = Iterator["tuple[datetime, int]"]


def _points(account: Account, start: datetime | None, at: datetime) -> Parts:
    """Yield the points of each order, net of what was taken back, when it earned them.

    What belongs to no order counts on its own. What is taken back of an order that
    earned before ``start`` takes nothing from the others.
    """
    entries = Entry.objects.using(account._state.db).filter(
        account_id__in=_family(account), kind__in=COUNTED, at__lte=at
    )
    if start is None:
        total = entries.aggregate(total=Sum("points_lifetime"))["total"]
        yield at, int(total or 0)
        return
    earned: dict[str, tuple[datetime, int]] = {}
    rows = entries.filter(at__gt=start).order_by("at", "pk")
    for order, kind, points, moment in rows.values_list(
        "order_pk", "kind", "points_lifetime", "at"
    ):
        if not order:
            yield moment, points
        elif order in earned:
            earned[order] = (earned[order][0], earned[order][1] + points)
        elif kind == EntryKind.EARN:
            earned[order] = (moment, points)
    for moment, points in earned.values():
        yield moment, max(0, points)


def _spend(account: Account, start: datetime | None, at: datetime) -> Parts:
    rows = _settlements(account, start, at)
    yield from rows.values_list("ordered_at", "spend_amount")


def _orders(account: Account, start: datetime | None, at: datetime) -> Parts:
    for moment in _settlements(account, start, at).values_list("ordered_at", flat=True):
        yield moment, 1


def _settlements(account: Account, start: datetime | None, at: datetime) -> Any:
    rows = Settlement.objects.using(account._state.db).filter(
        account_id__in=_family(account), is_counted=True, ordered_at__lte=at
    )
    return rows if start is None else rows.filter(ordered_at__gt=start)


def _family(account: Account) -> list[int]:
    """Return the account's key with those of all that were ever merged into it."""
    family = [account.pk]
    found = family
    while found:
        merged = Account.objects.using(account._state.db).filter(
            merged_into_id__in=found
        )
        found = list(merged.values_list("pk", flat=True))
        family = family + found
    return family
