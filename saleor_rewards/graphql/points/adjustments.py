"""Points beyond what one member of staff may give: a second one looks, and decides."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Callable, ClassVar, Sequence

import graphene
from django.utils import timezone

from ...ledger.membership import review_tier
from ...models import AdjustmentState, PointsAdjustment
from ...programs import FieldError, ProgramError, ProgramErrorCode
from ...programs.adjustments import Author, Undecided, approve, decline
from ..base import (
    DOC_CATEGORY,
    MANAGE_USERS,
    CountableConnection,
    DateTime,
    database,
    guarded_connection,
    slice_sorted,
)
from ..ids import pk_of
from ..lookups import channel_pk_of
from .account import RewardsAccount
from .by_hand import BOTH, PointsByHandMutation, author_of, require_both
from .enums import RewardsAdjustmentState
from .texts import LONGEST_REASON, text_errors

#: The most that are decided on at once.
MAX_IDS = 100

Decide = Callable[[Sequence[int], str, Author, datetime], "list[PointsAdjustment]"]


class RewardsPointsAdjustment(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    account = graphene.Field(
        RewardsAccount, required=True, description="Whose points they are."
    )
    points = graphene.Int(required=True, description="How many are to be added.")
    expires_at = DateTime(description="When they expire; never if null.")
    reason = graphene.String(
        required=True, description="Why; empty once the person is erased."
    )
    author = graphene.String(
        required=True, description="Who entered it, as User:7 or App:3."
    )
    entered_at = DateTime(required=True, description="When it was entered.")
    state = RewardsAdjustmentState(required=True, description="What became of it.")
    decided_by = graphene.String(
        description="Who approved or declined it, as User:7 or App:3."
    )
    decided_at = DateTime(description="When.")
    decision_reason = graphene.String(description="Why.")

    class Meta:
        description = (
            "Points beyond what one member of staff may give by hand a day. They are "
            "posted once another one approves them."
        )
        interfaces = (graphene.relay.Node,)
        possible_types = (PointsAdjustment,)

    @staticmethod
    def resolve_state(root: PointsAdjustment, _info: Any) -> str:
        return AdjustmentState(root.state).name

    @staticmethod
    def resolve_decided_by(root: PointsAdjustment, _info: Any) -> str | None:
        return root.decided_by or None

    @staticmethod
    def resolve_decision_reason(root: PointsAdjustment, _info: Any) -> str | None:
        return root.decision_reason or None


class RewardsPointsAdjustmentCountableConnection(CountableConnection):
    class Meta:
        node = RewardsPointsAdjustment


class RewardsPointsAdjustmentFilterInput(graphene.InputObjectType):
    doc_category = DOC_CATEGORY

    channel = graphene.String(description="Slug of the channel.")
    state = RewardsAdjustmentState(description="WAITING if not given.")

    class Meta:
        description = "Which adjustments to list."


def with_accounts(rows: Any) -> Any:
    """Select adjustments with what their accounts are shown by."""
    return rows.select_related("account__tier", "account__program")


def resolve_adjustments(
    _root: Any, info: Any, filter: dict[str, Any] | None = None, **args: Any
) -> Any:
    """Return a page of adjustments, the one that waits longest first."""
    require_both(info.context)
    wanted = filter or {}
    state = AdjustmentState[wanted.get("state") or "WAITING"]
    rows = PointsAdjustment.objects.using(database(info.context)).filter(state=state)
    if wanted.get("channel") is not None:
        channel_pk = channel_pk_of(wanted["channel"])
        rows = rows.filter(account__program__channel_pk=channel_pk)
    return slice_sorted(
        with_accounts(rows),
        info,
        args,
        RewardsPointsAdjustmentCountableConnection,
        fields=["pk"],
        is_descending=False,
    )


class DecisionMutation(PointsByHandMutation):
    """A decision on adjustments that wait: on all of them, or on none."""

    adjustments = graphene.List(
        graphene.NonNull(RewardsPointsAdjustment),
        required=True,
        default_value=[],
        description="What was decided on, as it is now.",
    )

    class Arguments:
        ids = graphene.List(
            graphene.NonNull(graphene.ID),
            required=True,
            description=f"IDs of at most {MAX_IDS} adjustments that wait.",
        )
        reason = graphene.String(required=True, description="Why; for staff to read.")

    class Meta:
        abstract = True

    #: A :data:`Decide`.
    decide: ClassVar[Any]

    @classmethod
    def execute(cls, info: Any, ids: Sequence[str], reason: str) -> Any:
        at = timezone.now()
        pks = _checked(ids, reason)
        try:
            decided = cls.decide(list(pks), reason.strip(), author_of(info), at)
        except Undecided as undecided:
            raise ProgramError(
                FieldError(error.code, f"ids.{pks[pk]}", error.message)
                for pk, error in sorted(undecided.errors.items())
            ) from undecided
        for account_pk in sorted({row.account_id for row in decided}):
            review_tier(account_pk, at)
        rows = with_accounts(PointsAdjustment.objects.filter(pk__in=pks))
        return cls(adjustments=list(rows.order_by("pk")), errors=[])


def _checked(ids: Sequence[str], reason: str) -> dict[int, int]:
    """Return the place of each key; raise ``ProgramError`` for what is none."""
    errors = text_errors("reason", reason, LONGEST_REASON)
    if not 0 < len(ids) <= MAX_IDS:
        text = f"Give from 1 to {MAX_IDS} of them."
        errors.append(FieldError(ProgramErrorCode.OUT_OF_RANGE.name, "ids", text))
    pks: dict[int, int] = {}
    for index, id in enumerate(ids[:MAX_IDS]):
        pk = pk_of(id, "RewardsPointsAdjustment")
        if pk is None:
            code = ProgramErrorCode.INVALID_ID.name
            text = "This is not the ID of a RewardsPointsAdjustment."
            errors.append(FieldError(code, f"ids.{index}", text))
        else:
            pks.setdefault(pk, index)
    if errors:
        raise ProgramError(errors)
    return pks


class RewardsPointsAdjustApprove(DecisionMutation):
    class Meta:
        description = (
            "Posts points that another member of staff entered. All of them are "
            "posted, or none."
        )

    decide = staticmethod(approve)


class RewardsPointsAdjustDecline(DecisionMutation):
    class Meta:
        description = "Declines points that wait; who entered them may do so too."

    decide = staticmethod(decline)


ADJUSTMENT_QUERIES: dict[str, graphene.Field] = {
    "rewards_points_adjustments": guarded_connection(
        RewardsPointsAdjustmentCountableConnection,
        resolver=resolve_adjustments,
        permission=MANAGE_USERS,
        filter=RewardsPointsAdjustmentFilterInput(
            description="Which adjustments to list."
        ),
        description="Points by hand that wait for a second member of staff, oldest "
        f"first. {BOTH}",
    ),
}
