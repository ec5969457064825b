"""Points that referrers get for their friends, through the ledger."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Sum

from ..host.port import Person
from ..ledger import Book, accounts, posting
from ..ledger.earning import Earned, earned_for
from ..ledger.membership import review_tier
from ..models import (
    Account,
    Entry,
    EntryKind,
    Referral,
    ReferralReward,
    Shortage,
)
from ..programs.rulebook import Rulebook, ends
from .cases import ReferralCase


def give_points(
    reward: ReferralReward, book: Rulebook, person: Person, at: datetime
) -> None:
    """Post a new reward, spendable at once: the order's hold period is over."""
    referral = reward.referral
    reward.save()
    account = accounts.member(referral.program_id, person.pk, person.email, at)
    with posting(account.pk, at) as ledger:
        ledger.earn(
            reward.worth_kept,
            key=_key(reward, "earn"),
            available_from=at,
            **_cause(reward),
            **ends(ledger.account, book, at),
        )
    review_tier(account.pk, at)


def change_points(case: ReferralCase, reward: ReferralReward, at: datetime) -> None:
    """Bring a reward to what the order earns now.

    Whose account is gone has nothing to take back, and gets nothing.
    """
    change = case.kept(reward.worth) - reward.worth_kept
    account = _account(case.referral)
    if change and account is not None:
        with posting(account.pk, at) as ledger:
            if change > 0:
                _restore(ledger, reward, change)
            else:
                _reverse(ledger, reward, -change, Shortage(case.policy.shortage))
        review_tier(account.pk, at)
    reward.worth_kept += change
    reward.worth_waived = _waived(reward)
    reward.save()


def _restore(ledger: Book, reward: ReferralReward, points: int) -> None:
    """Give again what was taken back; what is more than that is earned now."""
    earned, kept = _earned(reward), reward.worth_kept
    again = earned.on_account(kept + points) - earned.on_account(kept)
    if again:
        ledger.restore(again, key=_key(reward, "restore"), **_cause(reward))
    more = earned.beyond(kept, kept + points)
    if more:
        ledger.earn(
            more,
            key=_key(reward, "earn"),
            available_from=ledger.at,
            **_cause(reward),
        )


def _reverse(
    ledger: Book, reward: ReferralReward, points: int, shortage: Shortage
) -> None:
    """Take points back; of what a full account let go there is nothing to take."""
    earned, kept = _earned(reward), reward.worth_kept
    taken = earned.on_account(kept) - earned.on_account(kept - points)
    if taken:
        ledger.reverse(
            taken,
            key=_key(reward, "reverse"),
            shortage=shortage,
            **_cause(reward),
        )


def _earned(reward: ReferralReward) -> Earned:
    return earned_for(_source(reward), reward.rule_version_id)


def _account(referral: Referral) -> Account | None:
    if referral.referrer_user_pk is None:
        return None
    return accounts.find(referral.program_id, user_pk=referral.referrer_user_pk)


def _key(reward: ReferralReward, verb: str) -> str:
    step = reward.referral.step
    return f"{_source(reward)}:{verb}:{step}:{reward.rule_version_id}"


def _source(reward: ReferralReward) -> str:
    """Return what the ledger has in an order's place: it tells nobody of the friend."""
    return f"{Entry.REFERRAL}{reward.referral_id}"


def _cause(reward: ReferralReward) -> dict[str, Any]:
    return {"order_pk": _source(reward), "rule_version_pk": reward.rule_version_id}


def _waived(reward: ReferralReward) -> int:
    """Return how much of the reward should have been taken back and was let go."""
    entries = Entry.objects.filter(
        order_pk=_source(reward), kind__in=[EntryKind.REVERSE, EntryKind.RESTORE]
    )
    return int(entries.aggregate(sum=Sum("points_waived"))["sum"] or 0)
