"""What referrals need, read in one query for all of them."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, NamedTuple, Sequence

from django.db.models import Count, Sum
from django.utils import timezone

from ...models import (
    Program,
    Referral,
    ReferralCode,
    ReferralDecision,
    ReferralPolicy,
    ReferralReward,
    Verdict,
)
from ...referrals.errors import ReferralError
from ..base import DataLoader, database, is_owner
from ..pages import NewestRowsLoader, RowCountLoader

if TYPE_CHECKING:
    from django.db.models import QuerySet


class Member(NamedTuple):
    """Somebody who brings friends to one program."""

    program_pk: int
    user_pk: int


class ProgramByChannelSlugLoader(DataLoader):
    """The program of each channel, ``None`` where there is no such one."""

    context_key = "rewards_program_by_channel_slug"

    def batch_load(self, keys: Sequence[str]) -> list[Program | None]:
        from ...host.current import host

        with host.writing():
            pks = {channel.slug: channel.pk for channel in host.channels()}
        wanted = [pks[slug] for slug in set(keys) if slug in pks]
        rows = Program.objects.using(database(self.context)).filter(
            channel_pk__in=wanted
        )
        programs = {program.channel_pk: program for program in rows}
        return [programs.get(pks.get(slug)) for slug in keys]


class ReferralPolicyByProgramPkLoader(DataLoader):
    """How the referrals of each program work; the defaults where nothing was set."""

    context_key = "rewards_referral_policy_by_program_pk"

    def batch_load(self, keys: Sequence[int]) -> list[ReferralPolicy]:
        rows = ReferralPolicy.objects.using(database(self.context)).filter(
            program_id__in=keys
        )
        policies = {policy.program_id: policy for policy in rows}
        return [policies.get(pk) or ReferralPolicy(program_id=pk) for pk in keys]


class CodeByMemberLoader(DataLoader):
    """The code of each member; whoever asks for their own gets one if need be."""

    context_key = "rewards_referral_code_by_member"

    def batch_load(self, keys: Sequence[Member]) -> list[ReferralCode | None]:
        rows = ReferralCode.objects.using(database(self.context)).filter(
            **_among(keys, "user_pk"), retired_at=None
        )
        codes = {Member(code.program_id, code.user_pk): code for code in rows}
        return [codes.get(member) or self._made(member) for member in keys]

    def _made(self, member: Member) -> ReferralCode | None:
        from ...guard import guarded
        from ...host.client_addresses import client_address
        from ...referrals.member_codes import code_of

        if not is_owner(self.context, member.user_pk):
            return None

        def work() -> ReferralCode | None:
            ip = client_address(self.context)
            user = self.context.user
            try:
                return code_of(member.program_pk, user, timezone.now(), ip=ip)
            except ReferralError:
                return None

        return guarded("REWARDS_REFERRAL_CODE", None, work)


class UsesByCodePkLoader(DataLoader):
    """How many friends claimed by each code and were not rejected."""

    context_key = "rewards_referral_uses_by_code_pk"

    def batch_load(self, keys: Sequence[int]) -> list[int]:
        rows = (
            Referral.objects.using(database(self.context))
            .filter(code_id__in=keys)
            .exclude(verdict=Verdict.REJECT)
            .order_by()
            .values_list("code_id")
            .annotate(count=Count("pk"))
        )
        uses = dict(rows)
        return [uses.get(pk, 0) for pk in keys]


class FriendsByMemberLoader(DataLoader):
    """How many friends of each member are in which state, by state and verdict."""

    context_key = "rewards_referral_friends_by_member"

    def batch_load(self, keys: Sequence[Member]) -> list[Counter[tuple[str, str]]]:
        rows = (
            Referral.objects.using(database(self.context))
            .filter(**_among(keys, "referrer_user_pk"))
            .order_by()
            .values_list("program_id", "referrer_user_pk", "state", "verdict")
            .annotate(count=Count("pk"))
        )
        friends: dict[Member, Counter[tuple[str, str]]] = defaultdict(Counter)
        for program_pk, user_pk, state, verdict, count in rows:
            friends[Member(program_pk, user_pk)][state, verdict] += count
        return [friends[member] for member in keys]


class EarnedByMemberLoader(DataLoader):
    """What is left of each member's rewards, by kind and currency."""

    context_key = "rewards_referral_earned_by_member"

    def batch_load(self, keys: Sequence[Member]) -> list[Counter[tuple[str, str]]]:
        rows = (
            ReferralReward.objects.using(database(self.context))
            .filter(**_among(keys, "referral__referrer_user_pk", "referral__"))
            .order_by()
            .values_list(
                "referral__program_id", "referral__referrer_user_pk", "kind", "currency"
            )
            .annotate(worth=Sum("worth_kept"))
        )
        earned: dict[Member, Counter[tuple[str, str]]] = defaultdict(Counter)
        for program_pk, user_pk, kind, currency, worth in rows:
            earned[Member(program_pk, user_pk)][kind, currency] += int(worth)
        return [earned[member] for member in keys]


class RewardsOfMemberLoader(NewestRowsLoader):
    """What each member got for friends."""

    context_key = "rewards_referral_rewards_of_member"
    columns = ("referral__program_id", "referral__referrer_user_pk")
    related = ("referral__program", "rule_version")

    def rows(self, parents: Sequence[Member], using: str) -> QuerySet[ReferralReward]:
        return ReferralReward.objects.using(using).filter(
            **_among(parents, "referral__referrer_user_pk", "referral__")
        )


class RewardsOfMemberCountLoader(RowCountLoader):
    context_key = "rewards_referral_rewards_of_member_count"
    newest = RewardsOfMemberLoader


class RewardsByReferralPkLoader(DataLoader):
    """What the referrer of each friend got, oldest first."""

    context_key = "rewards_referral_rewards_by_referral_pk"

    def batch_load(self, keys: Sequence[int]) -> list[list[ReferralReward]]:
        rewards: dict[int, list[ReferralReward]] = defaultdict(list)
        for reward in _rewards(self.context).filter(referral_id__in=keys):
            rewards[reward.referral_id].append(reward)
        return [rewards[pk] for pk in keys]


class DecisionsByReferralPkLoader(DataLoader):
    """Every verdict on each referral, newest first."""

    context_key = "rewards_referral_decisions_by_referral_pk"

    def batch_load(self, keys: Sequence[int]) -> list[list[ReferralDecision]]:
        decisions: dict[int, list[ReferralDecision]] = defaultdict(list)
        rows = (
            ReferralDecision.objects.using(database(self.context))
            .filter(referral_id__in=keys)
            .order_by("-pk")
        )
        for decision in rows:
            decisions[decision.referral_id].append(decision)
        return [decisions[pk] for pk in keys]


def _rewards(context: Any) -> Any:
    return ReferralReward.objects.using(database(context)).select_related(
        "referral__program", "rule_version"
    )


def _among(keys: Sequence[Member], user: str, prefix: str = "") -> dict[str, Any]:
    """Return a filter for members; it may let others of the same programs in."""
    return {
        f"{prefix}program_id__in": {member.program_pk for member in keys},
        f"{user}__in": {member.user_pk for member in keys},
    }
