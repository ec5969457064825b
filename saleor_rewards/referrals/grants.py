"""Grants a referrer the rewards for one friend, once."""

from __future__ import annotations

from datetime import datetime

from dateutil import tz

from ..engine import ReferralGrant, referral_grants
from ..host.current import host
from ..host.port import PLUGIN_ID, Person
from ..ledger import accounts
from ..locks import lock_referrer
from ..models import (
    Referral,
    ReferralReward,
    ReferralState,
    RewardKind,
    RuleVersion,
    Verdict,
)
from ..programs.rulebook import Rulebook, rules_in_force
from .cases import ReferralCase
from .evidence import review
from .notices import tell_earned
from .payouts import give_payout
from .points import give_points
from .reasons import Reason, is_noted, note


def grant(case: ReferralCase, at: datetime) -> bool:
    """Grant what the rules in force give for a friend whose hold period is over.

    Returns whether anything changed. While the plugin or the program is switched off,
    what is due waits. Where the signals speak against it by now, or the referrer had as
    many friends as a month has room for, nothing is granted.
    """
    referral = case.referral
    book = _book(referral)
    if book is None or referral.referrer_user_pk is None:
        return False
    person = host.people([referral.referrer_user_pk]).get(referral.referrer_user_pk)
    if person is None:
        return False
    lock_referrer(referral.program_id, person.pk)
    review(referral, at)
    if referral.verdict != Verdict.ALLOW:
        return True
    if _is_full(case, at):
        referral.due_at = None
        referral.save()
        note([referral], Reason.LIMIT_REACHED, at)
        return True
    _reward(case, book, person, at)
    return True


def first_free_number(referral: Referral) -> int:
    """Return which of the referrer's friends this one is, counted from 1.

    The caller has the referrer's lock. A friend whose rewards were all taken back has
    no number, and the next one gets it.
    """
    taken = set(
        Referral.objects.filter(
            program=referral.program_id,
            referrer_user_pk=referral.referrer_user_pk,
            number__isnull=False,
        ).values_list("number", flat=True)
    )
    return next(number for number in range(1, len(taken) + 2) if number not in taken)


def _book(referral: Referral) -> Rulebook | None:
    plugin = host.loaded_plugin(PLUGIN_ID)
    book = rules_in_force(referral.program.channel_pk, plugin)
    return None if book is None or book.is_stopped else book


def _is_full(case: ReferralCase, at: datetime) -> bool:
    most = case.policy.most_per_month
    referral = case.referral
    # What was refused for it is due again where staff overruled that, and only there.
    if most is None or is_noted(referral, Reason.LIMIT_REACHED):
        return False
    local = at.astimezone(tz.gettz(referral.program.time_zone))
    rewarded = Referral.objects.filter(
        program=referral.program_id,
        referrer_user_pk=referral.referrer_user_pk,
        state=ReferralState.REWARDED,
        rewarded_at__gte=local.replace(
            day=1, hour=0, minute=0, second=0, microsecond=0
        ),
    )
    return bool(rewarded.count() >= most)


def _reward(case: ReferralCase, book: Rulebook, person: Person, at: datetime) -> None:
    referral = case.referral
    referral.number = first_free_number(referral)
    referral.state = ReferralState.REWARDED
    referral.rewarded_at = at
    referral.step += 1
    referral.save()
    account = accounts.find(referral.program_id, user_pk=person.pk)
    grants = referral_grants(
        book.compiled.rules,
        number=referral.number,
        at=at,
        tier_id=str(account.tier_id) if account and account.tier_id else None,
        currency=case.facts.currency,
    )
    # Points come last: nothing waits for a lock while an account is locked.
    given = [_give(case, book, person, one, at) for one in reversed(grants)]
    if any(given):
        tell_earned(referral.pk)


def _give(
    case: ReferralCase,
    book: Rulebook,
    person: Person,
    one: ReferralGrant,
    at: datetime,
) -> bool:
    """Give one reward; return whether it could be given."""
    kind = RewardKind[one.kind.name]
    if kind == RewardKind.POINTS and not book.settings["points"]:
        return False
    reward = ReferralReward(
        referral=case.referral,
        rule_version=RuleVersion.objects.get(
            rule_id=one.rule_id, number=one.rule_version
        ),
        kind=kind,
        worth=one.worth,
        worth_kept=case.kept(one.worth),
        granted_at=at,
    )
    if kind == RewardKind.POINTS:
        give_points(reward, book, person, at)
    else:
        reward.currency = case.facts.currency
        give_payout(reward, at)
    return True
