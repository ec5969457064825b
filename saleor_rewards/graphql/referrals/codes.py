"""Members change their codes, and name friends in advance."""

from __future__ import annotations

from typing import Any

import graphene
from django.utils import timezone
from django.utils.translation import gettext as _

from ...models import Program
from ...programs import ProgramError, ProgramErrorCode
from ...programs.channels import channel_by_slug
from ...referrals.errors import ReferralErrorCode
from .mutations import ReferralShopperMutation
from .referrer import RewardsReferrer, resolve_referrer


class MemberMutation(ReferralShopperMutation):
    """A mutation for the member who is logged in."""

    referral = graphene.Field(
        RewardsReferrer, description="The member's referrals as they are now."
    )

    field_of_all = "channel"

    class Meta:
        abstract = True

    @classmethod
    def execute(cls, info: Any, channel: str, **data: Any) -> Any:
        from ...host.client_addresses import client_address

        user = info.context.user
        if not getattr(user, "is_authenticated", False):
            raise ProgramError.of(
                ProgramErrorCode.LOGIN_REQUIRED,
                "channel",
                _("Log in to bring friends."),
            )
        ip = client_address(info.context)
        cls.change(_program_pk(channel), user, ip=ip, **data)
        return cls(errors=[], referral=resolve_referrer(user, info, channel))


class RewardsReferralCodeRenew(MemberMutation):
    class Arguments:
        channel = graphene.String(required=True, description="Slug of the channel.")

    class Meta:
        description = "Gives the logged-in member a new code; the old one ends."

    @classmethod
    def change(cls, program_pk: int, user: Any, *, ip: str) -> None:
        from ...referrals.member_codes import renew_code

        renew_code(program_pk, user, timezone.now(), ip=ip)


class RewardsReferralCodeChoose(MemberMutation):
    class Arguments:
        channel = graphene.String(required=True, description="Slug of the channel.")
        code = graphene.String(
            required=True, description="From 3 to 20 letters and digits."
        )

    class Meta:
        description = (
            "Gives the logged-in member a code of their own; the old one ends."
        )

    @classmethod
    def change(cls, program_pk: int, user: Any, code: str, *, ip: str) -> None:
        from ...referrals.member_codes import choose_code

        choose_code(program_pk, user, code, timezone.now(), ip=ip)


class RewardsReferralInvite(MemberMutation):
    class Arguments:
        channel = graphene.String(required=True, description="Slug of the channel.")
        email = graphene.String(
            required=True, description="The friend's e-mail address."
        )

    class Meta:
        description = (
            "Names a friend in advance, so that they need no code. The shop keeps a "
            "hash of the address alone and sends no mail there."
        )

    @classmethod
    def change(cls, program_pk: int, user: Any, email: str, *, ip: str) -> None:
        from ...referrals.member_codes import invite

        invite(program_pk, user, email, timezone.now(), ip=ip)


def _program_pk(channel: str) -> int:
    """Return the primary key of a channel's program.

    Raises ``ProgramError`` for no channel, ``ReferralError`` for no program.
    """
    from ...referrals.refusals import refusal

    channel_pk = channel_by_slug(channel, field="channel").pk
    pk = Program.objects.filter(channel_pk=channel_pk).values_list("pk", flat=True)
    found = pk.first()
    if found is None:
        raise refusal(ReferralErrorCode.REFERRALS_OFF, "channel")
    return int(found)
