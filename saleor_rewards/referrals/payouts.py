"""Vouchers and gift cards of Saleor's own that referrers get."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..host.current import host
from ..host.port import Payout, Renewal
from ..models import ReferralReward, RewardKind, Shortage
from .cases import ReferralCase
from .settle import Tally

MONEY = (RewardKind.VOUCHER, RewardKind.GIFT_CARD)


def give_payout(reward: ReferralReward, at: datetime) -> None:
    """Give a new reward, less what the referrer owes for others.

    The caller has the referrer's lock, as have those of all that follows.
    """
    debts = list(_debts(reward))
    tally, parts = Tally(kept=reward.worth_kept).paying(
        [debt.worth_owed for debt in debts]
    )
    for debt, part in zip(debts, parts):
        if part:
            debt.worth_owed -= part
            debt.save()
    _note(reward, tally)
    if tally.given:
        _make(reward, tally.given, at)
    reward.save()


def change_payout(case: ReferralCase, reward: ReferralReward, at: datetime) -> None:
    """Bring a reward to what the order earns now.

    What nobody spent is put on or taken off. What staff deleted is nobody's debt.
    """
    kind = RewardKind(reward.kind)
    tally = _tally(reward)
    found = reward.saleor_pk and host.payout_left(kind, reward.saleor_pk)
    left = tally.given if found is None else found
    owes = case.policy.shortage == Shortage.DEBT
    settled = tally.settled(case.kept(reward.worth), left, owes=owes)
    _note(reward, settled)
    rest = settled.given - tally.spent(left)
    if not reward.saleor_pk and rest:
        _make(reward, rest, at)
    elif reward.saleor_pk and found is not None:
        # What staff put on it besides is none of ours.
        surplus = left - min(left, tally.given)
        had_ended = not left or tally.owed or tally.waived
        renewal = Renewal(_end(reward, at)) if had_ended else None
        host.change_payout(kind, reward.saleor_pk, rest + surplus, renewal)
    reward.save()


def _tally(reward: ReferralReward) -> Tally:
    return Tally(
        kept=reward.worth_kept,
        given=reward.worth_given,
        offset=reward.worth_offset,
        owed=reward.worth_owed,
        waived=reward.worth_waived,
    )


def _note(reward: ReferralReward, tally: Tally) -> None:
    reward.worth_kept = tally.kept
    reward.worth_given = tally.given
    reward.worth_offset = tally.offset
    reward.worth_owed = tally.owed
    reward.worth_waived = tally.waived


def _debts(reward: ReferralReward) -> list[ReferralReward]:
    """Return what the referrer owes for other friends, the oldest first."""
    owed = ReferralReward.objects.filter(
        referral__program=reward.referral.program_id,
        referral__referrer_user_pk=reward.referral.referrer_user_pk,
        kind__in=MONEY,
        currency=reward.currency,
        worth_owed__gt=0,
    )
    return list(owed.order_by("pk"))


def _make(reward: ReferralReward, amount: int, at: datetime) -> None:
    referral, version = reward.referral, reward.rule_version
    reward.saleor_pk, reward.code = host.make_payout(
        Payout(
            kind=RewardKind(reward.kind),
            channel_pk=referral.program.channel_pk,
            currency=reward.currency,
            amount=amount,
            name=version.name,
            user_pk=referral.referrer_user_pk,
            ends_at=_end(reward, at),
        )
    )


def _end(reward: ReferralReward, at: datetime) -> datetime | None:
    days = reward.rule_version.definition["benefit"].get("valid_days")
    return None if days is None else at + timedelta(days=days)
