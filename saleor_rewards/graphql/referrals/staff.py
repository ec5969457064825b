"""Staff look through referrals, and decide on them."""

from __future__ import annotations

from typing import Any

import graphene
from django.apps import apps
from django.db.models import Q
from django.utils import timezone

from ...checkout.service import refresh_checkout
from ...models import Referral, ReferralState, Verdict
from ...programs import ProgramError, ProgramErrorCode
from ...programs.adjustments import Author
from ...referrals.codes import lookup_of
from ..base import MANAGE_USERS, database, guarded_connection, slice_sorted
from ..ids import pk_of
from ..lookups import channel_pk_of
from ..merchant import actor_of, required_pk
from ..points.by_hand import author_of
from ..points.texts import LONGEST_REASON, text_errors
from .enums import RewardsReferralVerdict
from .inputs import RewardsReferralFilterInput
from .mutations import ReferralMutation
from .referral import RewardsReferral, RewardsReferralCountableConnection


def _referrals() -> Any:
    return Referral.objects.select_related("program", "code")


def resolve_referrals(
    _root: Any, info: Any, filter: dict[str, Any] | None = None, **args: Any
) -> Any:
    """Return a page of referrals, newest first."""
    using = database(info.context)
    return slice_sorted(
        _filtered(_referrals().using(using), filter or {}, using),
        info,
        args,
        RewardsReferralCountableConnection,
        fields=["pk"],
        is_descending=True,
    )


def _filtered(referrals: Any, wanted: dict[str, Any], using: str) -> Any:
    if wanted.get("channel") is not None:
        channel_pk = channel_pk_of(wanted["channel"])
        referrals = referrals.filter(program__channel_pk=channel_pk)
    if wanted.get("state") is not None:
        referrals = referrals.filter(state=ReferralState[wanted["state"]])
    if wanted.get("verdict") is not None:
        referrals = referrals.filter(verdict=Verdict[wanted["verdict"]])
    if wanted.get("is_review_asked") is not None:
        is_missing = not wanted["is_review_asked"]
        referrals = referrals.filter(review_asked_at__isnull=is_missing)
    if wanted.get("search"):
        referrals = referrals.filter(_sought(wanted["search"], using))
    return referrals


def _sought(text: str, using: str) -> Q:
    user_pk = pk_of(text, "User", column="integer")
    if user_pk is not None:
        return Q(referrer_user_pk=user_pk) | Q(referee_user_pk=user_pk)
    # No address has a NUL, and PostgreSQL takes none.
    part = text.replace("\0", "").strip().lower()
    users = apps.get_model("account.User").objects.using(using)
    found = users.filter(email__icontains=part).values("pk")
    sought = Q(referee_email__contains=part) | Q(referrer_user_pk__in=found)
    lookup = lookup_of(text)
    return sought | Q(code__lookup=lookup) if lookup else sought


class RewardsReferralReview(ReferralMutation):
    referral = graphene.Field(RewardsReferral, description="The referral as it is now.")

    field_of_all = "id"

    class Arguments:
        id = graphene.ID(required=True, description="ID of the referral.")
        verdict = RewardsReferralVerdict(
            required=True, description="Whether it counts, or waits on."
        )
        reason = graphene.String(required=True, description="Why; for staff to read.")

    class Meta:
        description = (
            "Decides whether a referral counts. No signal changes that any more; "
            "rewards follow or are taken back. Nobody decides on their own."
        )
        permissions = (MANAGE_USERS,)

    @classmethod
    def execute(
        cls, info: Any, id: str, verdict: str, reason: str
    ) -> RewardsReferralReview:
        from ...referrals.reviews import decide

        pk = required_pk(id, "RewardsReferral", "id")
        errors = text_errors("reason", reason, LONGEST_REASON) if reason.strip() else []
        if errors:
            raise ProgramError(errors)
        _refuse_own(pk, author_of(info))
        value = Verdict[verdict].value
        decided = decide(pk, value, reason, actor_of(info), timezone.now())
        if decided.checkout_token:
            # The friend's offers come or go with it.
            refresh_checkout(decided.checkout_token)
        return cls(referral=_referrals().get(pk=pk), errors=[])


def _refuse_own(pk: int, author: Author) -> None:
    """Raise ``ProgramError`` for whoever would decide on rewards of their own."""
    referral = Referral.objects.filter(pk=pk).first()
    if referral is None or author.user_pk is None:
        return
    if author.user_pk in _people(referral) or _is_of_address(referral, author):
        raise ProgramError.of(
            ProgramErrorCode.OWN_ACCOUNT,
            "id",
            "Nobody decides on rewards of their own; let somebody else do it.",
        )


def _people(referral: Referral) -> list[int]:
    pks = (referral.referrer_user_pk, referral.referee_user_pk)
    return [pk for pk in pks if pk is not None]


def _is_of_address(referral: Referral, author: Author) -> bool:
    """Tell whether either side has an address of the author's, however it is written."""
    from ...host.current import host

    known = host.people(_people(referral)).values()
    addresses = [referral.referee_email, *(person.email for person in known)]
    return any(map(author.has_address, addresses))


REFERRAL_QUERIES: dict[str, graphene.Field] = {
    "rewards_referrals": guarded_connection(
        RewardsReferralCountableConnection,
        resolver=resolve_referrals,
        permission=MANAGE_USERS,
        filter=RewardsReferralFilterInput(description="Which referrals to list."),
        description="Friends whom members brought, in all channels, newest first.",
    ),
}
