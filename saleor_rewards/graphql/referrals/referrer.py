"""A member who brings friends, as that member and the staff see them."""

from __future__ import annotations

from collections import Counter
from typing import Any, NamedTuple

import graphene
from promise import Promise

from ...models import (
    Program,
    ReferralPolicy,
    ReferralState,
    RewardKind,
    Verdict,
)
from ..base import DOC_CATEGORY, Money, connection_field
from ..money import money_of
from ..numbers import in_int
from ..pages import slice_newest
from .loaders import (
    CodeByMemberLoader,
    EarnedByMemberLoader,
    FriendsByMemberLoader,
    Member,
    ProgramByChannelSlugLoader,
    ReferralPolicyByProgramPkLoader,
    RewardsOfMemberCountLoader,
    RewardsOfMemberLoader,
    UsesByCodePkLoader,
)
from .rewards import RewardsReferralRewardCountableConnection

#: States in which a friend is on the way to an order that counts.
WAITING = (ReferralState.ORDERED, ReferralState.PAID)


class Referrer(NamedTuple):
    """A member with the program that they bring friends to."""

    member: Member
    program: Program
    policy: ReferralPolicy


class RewardsReferralFriends(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    total = graphene.Int(required=True, description="All of them.")
    claimed = graphene.Int(
        required=True, description="Who accepted, and has not ordered yet."
    )
    waiting = graphene.Int(
        required=True,
        description="Whose order is to be paid, or was paid not long ago.",
    )
    rewarded = graphene.Int(
        required=True, description="For whom the member got rewards."
    )
    revoked = graphene.Int(
        required=True, description="Whose order was undone after the rewards."
    )
    lapsed = graphene.Int(
        required=True, description="Who placed no order that counts in time."
    )
    rejected = graphene.Int(required=True, description="Who do not count.")

    class Meta:
        description = "How many friends a member brought, each counted once."

    @staticmethod
    def resolve_total(root: Counter[tuple[str, str]], _info: Any) -> int:
        return sum(root.values())

    @staticmethod
    def resolve_claimed(root: Counter[tuple[str, str]], _info: Any) -> int:
        return _counted(root, ReferralState.CLAIMED)

    @staticmethod
    def resolve_waiting(root: Counter[tuple[str, str]], _info: Any) -> int:
        return _counted(root, *WAITING)

    @staticmethod
    def resolve_rewarded(root: Counter[tuple[str, str]], _info: Any) -> int:
        return _counted(root, ReferralState.REWARDED)

    @staticmethod
    def resolve_revoked(root: Counter[tuple[str, str]], _info: Any) -> int:
        return _counted(root, ReferralState.REVOKED)

    @staticmethod
    def resolve_lapsed(root: Counter[tuple[str, str]], _info: Any) -> int:
        return _counted(root, ReferralState.LAPSED)

    @staticmethod
    def resolve_rejected(root: Counter[tuple[str, str]], _info: Any) -> int:
        return sum(root.values()) - _counted(root, *ReferralState)


def _counted(friends: Counter[tuple[str, str]], *states: ReferralState) -> int:
    return sum(
        count
        for (state, verdict), count in friends.items()
        if state in states and verdict != Verdict.REJECT
    )


class RewardsReferralEarnings(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    points = graphene.Int(required=True, description="In points.")
    amounts = graphene.List(
        graphene.NonNull(Money),
        required=True,
        description="In vouchers and gift cards, per currency.",
    )

    class Meta:
        description = "What a member got for friends, less what was taken back."

    @staticmethod
    def resolve_points(root: Counter[tuple[str, str]], _info: Any) -> int:
        points = [
            worth for (kind, _), worth in root.items() if kind == RewardKind.POINTS
        ]
        return in_int(sum(points))

    @staticmethod
    def resolve_amounts(root: Counter[tuple[str, str]], _info: Any) -> list[Any]:
        amounts: Counter[str] = Counter()
        for (kind, currency), worth in root.items():
            if kind != RewardKind.POINTS:
                amounts[currency] += worth
        return [money_of(worth, name) for name, worth in sorted(amounts.items())]


def _resolve_rewards(root: Referrer, info: Any, **args: Any) -> Any:
    """Return a page of what the member got for friends, newest first."""
    return slice_newest(
        info,
        args,
        root.member,
        RewardsOfMemberLoader,
        RewardsOfMemberCountLoader,
        RewardsReferralRewardCountableConnection,
    )


class RewardsReferrer(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    code = graphene.String(
        description="The code that friends enter. Null while nobody can be referred, "
        "and to staff before the member asked for one."
    )
    link = graphene.String(
        description="The page to share, with the code in it; null where the shop has "
        "none."
    )
    allows_own_code = graphene.Boolean(
        required=True, description="Whether the member may choose another code."
    )
    uses = graphene.Int(
        required=True, description="How many friends the code brought that it is now."
    )
    friends = graphene.Field(
        RewardsReferralFriends,
        required=True,
        description="How many friends there are. Who they are is told to nobody.",
    )
    earned = graphene.Field(
        RewardsReferralEarnings,
        required=True,
        description="What the member got for all of them.",
    )
    rewards = connection_field(
        RewardsReferralRewardCountableConnection,
        resolver=_resolve_rewards,
        description="What the member got for each, newest first.",
    )

    class Meta:
        description = "A member who brings friends to one channel."

    @staticmethod
    def resolve_code(root: Referrer, info: Any) -> Any:
        return _code(root, info).then(lambda code: code and code.code)

    @staticmethod
    def resolve_link(root: Referrer, info: Any) -> Any:
        from ...referrals.member_codes import link_of

        return _code(root, info).then(
            lambda code: (code and link_of(root.policy, code.code)) or None
        )

    @staticmethod
    def resolve_allows_own_code(root: Referrer, _info: Any) -> bool:
        return _is_on(root) and root.policy.allows_own_codes

    @staticmethod
    def resolve_uses(root: Referrer, info: Any) -> Any:
        def uses(code: Any) -> Any:
            return code and UsesByCodePkLoader(info.context).load(code.pk)

        return _code(root, info).then(uses).then(lambda count: count or 0)

    @staticmethod
    def resolve_friends(root: Referrer, info: Any) -> Any:
        return FriendsByMemberLoader(info.context).load(root.member)

    @staticmethod
    def resolve_earned(root: Referrer, info: Any) -> Any:
        return EarnedByMemberLoader(info.context).load(root.member)


def _is_on(root: Referrer) -> bool:
    return bool(root.policy.is_active and root.program.is_active)


def _code(root: Referrer, info: Any) -> Any:
    """Return a promise of the member's code, of none while nobody can be referred."""
    if not _is_on(root):
        return Promise.resolve(None)
    return CodeByMemberLoader(info.context).load(root.member)


def resolve_referrer(root: Any, info: Any, channel: str) -> Any:
    """Return a user as a referrer in a channel; null where it never had referrals."""

    def with_program(program: Program | None) -> Any:
        if program is None:
            return None
        loading = ReferralPolicyByProgramPkLoader(info.context).load(program.pk)
        member = Member(program.pk, root.pk)
        return loading.then(
            lambda policy: Referrer(member, program, policy) if policy.pk else None
        )

    return ProgramByChannelSlugLoader(info.context).load(channel).then(with_program)
