"""The points of a program: how they are earned and spent, and its tiers."""

from __future__ import annotations

from typing import Any, Iterable, Mapping

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from ..engine import to_minor
from ..jobs import enqueue
from ..models import (
    Account,
    AccountState,
    PointsExpiry,
    PointsPolicy,
    Program,
    Rule,
    Tier,
    TierMeasure,
)
from .channels import channel_of
from .errors import FieldError, ProgramError, ProgramErrorCode
from .points_checks import bound_errors, policy_errors, tier_errors, worth_errors
from .programs import announce, locked_program

#: What of a policy decides who is on which tier.
TIER_SETTINGS = (
    "tier_measure",
    "tier_window_days",
    "tier_grace_days",
    "tier_downgrade",
)


@transaction.atomic
def update_points(
    program_pk: int,
    *,
    with_new_tiers: bool = False,
    may_lift_bound: bool = True,
    **changes: Any,
) -> PointsPolicy:
    """Change how a program's points work and return all of it.

    ``changes`` are fields of ``PointsPolicy``, those with choices by their stored
    values, amounts as ``Decimal`` in the channel's currency. ``with_new_tiers``
    says that ``replace_tiers`` follows in the same transaction: without it the
    measure of tiers that exist cannot change. ``may_lift_bound`` says whether staff
    may be let give more by hand than before. Raises ``ProgramError`` naming every
    wrong field as ``points.return_days``.
    """
    program = locked_program(program_pk)
    policy = _policy(program)
    errors = policy_errors(changes)
    if not errors and not may_lift_bound:
        errors += bound_errors(policy.max_staff_points_per_day, changes)
    wanted = {
        name: changes.get(name, getattr(policy, name))
        for name in ("redeem_points", "redeem_amount")
    }
    if not errors:
        currency = channel_of(program.channel_pk, field="channel").currency
        errors += worth_errors(
            wanted["redeem_points"], wanted["redeem_amount"], currency
        )
        errors += _measure_errors(policy, changes, with_new_tiers)
    if errors:
        raise ProgramError(errors)
    before = policy.expiry
    for name, value in changes.items():
        setattr(policy, name, value)
    if policy.is_active and policy.since is None:
        policy.since = timezone.now()
    policy.save()
    _follow_expiry(policy, before)
    _announce(program, reviews_tiers=any(name in changes for name in TIER_SETTINGS))
    policy.refresh_from_db()
    return policy


@transaction.atomic
def replace_tiers(program_pk: int, tiers: Iterable[Mapping[str, Any]]) -> list[Tier]:
    """Make ``tiers`` the program's tiers and return them, lowest first.

    Each is ``{"id": primary key or None for a new one, "name": text, "threshold":
    Decimal}``; the threshold is money of the channel's currency where the program
    measures spend, else a whole number. Tiers that are not among them go, unless
    a rule in force asks for one. Raises ``ProgramError`` naming every wrong field
    as ``tiers.0.threshold``.
    """
    program = locked_program(program_pk)
    measure = _policy(program).tier_measure
    currency = channel_of(program.channel_pk, field="channel").currency
    saved = {tier.pk: tier for tier in program.tiers.filter(deleted_at=None)}
    rows = [dict(tier) for tier in tiers]
    errors = tier_errors(
        rows, known=saved, currency=currency if measure == TierMeasure.SPEND else None
    )
    kept = {row.get("id") for row in rows}
    errors += _errors_of_use(program, [t for t in saved.values() if t.pk not in kept])
    if errors:
        raise ProgramError(errors)
    # Thresholds may change places, and no two tiers in force may share one.
    program.tiers.filter(deleted_at=None).update(deleted_at=timezone.now())
    for row in rows:
        tier = saved.get(row.get("id")) or Tier(program=program)
        tier.name = row["name"]
        tier.threshold = (
            to_minor(row["threshold"], currency)
            if measure == TierMeasure.SPEND
            else int(row["threshold"])
        )
        tier.deleted_at = None
        tier.save()
    _announce(program, reviews_tiers=True)
    return list(program.tiers.filter(deleted_at=None))


def _policy(program: Program) -> PointsPolicy:
    return PointsPolicy.objects.filter(program=program).first() or PointsPolicy(
        program=program
    )


def _measure_errors(
    policy: PointsPolicy, changes: Mapping[str, Any], with_new_tiers: bool
) -> list[FieldError]:
    changed = changes.get("tier_measure", policy.tier_measure) != policy.tier_measure
    if (
        not changed
        or with_new_tiers
        or not policy.program.tiers.filter(deleted_at=None).exists()
    ):
        return []
    return [
        FieldError(
            ProgramErrorCode.INVALID_VALUE.name,
            "points.tier_measure",
            "Give the tiers too: their thresholds would count something else.",
        )
    ]


def _errors_of_use(program: Program, removed: list[Tier]) -> list[FieldError]:
    rules = Rule.objects.filter(
        program=program,
        is_active=True,
        deleted_at=None,
        current__definition__conditions__has_key="tiers",
    ).select_related("current")
    return [
        FieldError(
            ProgramErrorCode.IN_USE.name,
            "tiers",
            f"The rule {rule.current.name} asks for the tier {tier.name}.",
        )
        for rule in (rules if removed else ())
        # One that cannot be read asks for nothing.
        if rule.current.is_readable
        for tier in removed
        if str(tier.pk) in rule.current.definition["conditions"]["tiers"]
    ]


def _announce(program: Program, *, reviews_tiers: bool) -> None:
    announce(program)
    if reviews_tiers:
        enqueue("mark_tiers_for_review", program.pk)


def mark_for_review(program_pk: int, after: int, limit: int) -> int | None:
    """Let the tiers of up to ``limit`` accounts be reviewed as soon as possible.

    ``after`` is the primary key to go on from. Returns that of the last account,
    ``None`` where no more are left.
    """
    accounts = Account.objects.filter(
        program_id=program_pk, state=AccountState.OPEN, pk__gt=after
    ).order_by("pk")
    pks = list(accounts.values_list("pk", flat=True)[:limit])
    review_soon(Account.objects.filter(pk__in=pks))
    return pks[-1] if len(pks) == limit else None


def _follow_expiry(policy: PointsPolicy, before: str) -> None:
    """Do away with times to lapse that a policy left behind.

    From the change on the ledger goes by none of them; their rows can wait for the
    task. Where the policy comes back, none of them may count again: usually the task
    left none.
    """
    program_pk = policy.program_id
    if before == policy.expiry:
        return
    if before == PointsExpiry.AFTER_INACTIVITY:
        enqueue("clear_lapses", program_pk)
    elif policy.expiry == PointsExpiry.AFTER_INACTIVITY:
        _lapsing(program_pk).update(lapses_at=None)


def _lapsing(program_pk: int) -> QuerySet[Account]:
    return Account.objects.filter(program_id=program_pk, lapses_at__isnull=False)


@transaction.atomic
def clear_lapses(program_pk: int, limit: int) -> bool:
    """Clear the times at which up to ``limit`` accounts would have lapsed.

    Returns whether more may be left. Nothing happens where the policy is back.
    """
    # While it is locked the policy cannot come back, and with it times that count.
    policy = PointsPolicy.objects.select_for_update().get(program_id=program_pk)
    if policy.expiry == PointsExpiry.AFTER_INACTIVITY:
        return False
    pks = list(_lapsing(program_pk).order_by("pk").values_list("pk", flat=True)[:limit])
    _lapsing(program_pk).filter(pk__in=pks).update(lapses_at=None)
    return len(pks) == limit


def review_soon(accounts: QuerySet[Account]) -> None:
    """Let the tiers of these accounts be reviewed as soon as possible."""
    now = timezone.now()
    # What is due already keeps the moment from which it is.
    not_due = Q(tier_due_at=None) | Q(tier_due_at__gt=now)
    accounts.filter(not_due).update(tier_due_at=now)
