"""How a program's referrals work, as its merchant wants them."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from ..models import Program, ReferralPolicy
from .channels import channel_of
from .errors import ProgramError
from .programs import announce, locked_program
from .referral_checks import bounds_errors, referral_errors


@transaction.atomic
def update_referrals(program_pk: int, **changes: Any) -> ReferralPolicy:
    """Change how a program's referrals work and return all of it.

    ``changes`` are fields of ``ReferralPolicy``: ``shortage`` by its stored value,
    ``minimum_amount`` as ``Decimal`` in the channel's currency, ``weights`` as
    ``{"SAME_CARD": 60}``. Raises ``ProgramError`` naming every wrong field as
    ``referrals.claim_days``.
    """
    program = locked_program(program_pk)
    policy = policy_of(program)
    currency = channel_of(program.channel_pk, field="channel").currency
    errors = referral_errors(changes, currency)
    if not errors:
        errors = bounds_errors(
            changes.get("review_weight", policy.review_weight),
            changes.get("reject_weight", policy.reject_weight),
        )
    if errors:
        raise ProgramError(errors)
    for name, value in changes.items():
        setattr(policy, name, value)
    if policy.is_active and policy.since is None:
        policy.since = timezone.now()
    policy.save()
    announce(program)
    policy.refresh_from_db()
    return policy


def policy_of(program: Program) -> ReferralPolicy:
    """Return how a program's referrals work; by default they are switched off."""
    return ReferralPolicy.objects.filter(program=program).first() or ReferralPolicy(
        program=program
    )
