"""What the shop owes in points."""

from __future__ import annotations

from decimal import Decimal as PythonDecimal
from typing import Any, NamedTuple

import graphene
from django.utils import timezone
from promise import Promise

from ...ledger.liability import Debt, liability
from ...models import Program
from ..base import DOC_CATEGORY, Date, Decimal, Money, database
from ..loaders import ChannelByPkLoader
from ..lookups import channel_pk_of
from ..once import once
from .policy import Terms, terms_of


class Owed(NamedTuple):
    """Points that a program owes, by month, and what they are worth there."""

    program: Program
    debts: list[Debt]
    terms: Terms


class MonthOwed(NamedTuple):
    """The points of one month, and what they are worth."""

    debt: Debt
    terms: Terms


def _total(description: str) -> Any:
    # An Int would not hold those of a large shop.
    return Decimal(required=True, description=description)


def _worth(description: str) -> Any:
    return graphene.Field(
        Money, description=f"{description} Null where none can be spent."
    )


class RewardsLiabilityMonth(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    month = Date(
        description="First day of the month in which they expire, in UTC. Null for "
        "points without an end."
    )
    available = _total("Points that can be spent.")
    available_worth = _worth("What these are worth.")
    pending = _total("Points that can be spent later.")
    pending_worth = _worth("What these are worth.")
    held = _total("Points put aside for open checkouts.")
    held_worth = _worth("What these are worth.")

    class Meta:
        description = "Points that expire in one month."

    @staticmethod
    def resolve_month(root: MonthOwed, _info: Any) -> Any:
        return root.debt.month

    @staticmethod
    def resolve_available(root: MonthOwed, _info: Any) -> PythonDecimal:
        return PythonDecimal(root.debt.points_available)

    @staticmethod
    def resolve_available_worth(root: MonthOwed, _info: Any) -> Any:
        return root.terms.worth(root.debt.points_available)

    @staticmethod
    def resolve_pending(root: MonthOwed, _info: Any) -> PythonDecimal:
        return PythonDecimal(root.debt.points_pending)

    @staticmethod
    def resolve_pending_worth(root: MonthOwed, _info: Any) -> Any:
        return root.terms.worth(root.debt.points_pending)

    @staticmethod
    def resolve_held(root: MonthOwed, _info: Any) -> PythonDecimal:
        return PythonDecimal(root.debt.points_held)

    @staticmethod
    def resolve_held_worth(root: MonthOwed, _info: Any) -> Any:
        return root.terms.worth(root.debt.points_held)


class RewardsLiability(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    channel = graphene.String(
        description="Slug of the channel; null once the channel is deleted."
    )
    currency = graphene.String(description="Currency of the channel.")
    months = graphene.List(
        graphene.NonNull(RewardsLiabilityMonth),
        required=True,
        description="By the month in which they expire, points without an end last.",
    )

    class Meta:
        description = "The points that a shop owes in one channel."

    @staticmethod
    def resolve_channel(root: Owed, info: Any) -> Any:
        loading = ChannelByPkLoader(info.context).load(root.program.channel_pk)
        return loading.then(lambda channel: channel and channel.slug)

    @staticmethod
    def resolve_currency(root: Owed, _info: Any) -> str | None:
        return root.terms.currency

    @staticmethod
    def resolve_months(root: Owed, _info: Any) -> list[MonthOwed]:
        return [MonthOwed(debt, root.terms) for debt in root.debts]


def resolve_liability(_root: Any, info: Any, channel: str | None = None) -> Any:
    """Return what each program owes at this moment, or one channel's program."""
    using = database(info.context)
    programs = Program.objects.using(using)
    if channel is not None:
        programs = programs.filter(channel_pk=channel_pk_of(channel))
    at = timezone.now()

    def owed(program: Program) -> Any:
        debts = once(
            info, ("liability", program.pk), lambda: liability(program.pk, at, using)
        )
        return terms_of(program.pk, info).then(lambda t: Owed(program, debts, t))

    return Promise.all([owed(program) for program in programs])
