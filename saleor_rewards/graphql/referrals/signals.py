"""What speaks against a referral, as staff read it."""

from __future__ import annotations

from typing import Any, NamedTuple, Sequence

import graphene
from django.utils.translation import override

from ...signal_codes import SignalCode
from ..base import DOC_CATEGORY
from ..languages import language_of
from .enums import RewardsSignalCode
from .messages import signal_texts


class WeighedSignal(NamedTuple):
    """A signal and its weight."""

    code: SignalCode
    weight: int


def signals_of(stored: Sequence[Sequence[Any]]) -> list[WeighedSignal]:
    """Return signals as a referral keeps them; unknown ones are left out."""
    known = SignalCode.__members__
    return [
        WeighedSignal(known[code], weight) for code, weight in stored if code in known
    ]


class RewardsSignal(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    code = RewardsSignalCode(required=True, description="What it is.")
    weight = graphene.Int(required=True, description="How much it weighed.")
    text = graphene.String(required=True, description="The same in words for staff.")

    class Meta:
        description = "Something that speaks against a referral."

    @staticmethod
    def resolve_code(root: WeighedSignal, _info: Any) -> str:
        return root.code.name

    @staticmethod
    def resolve_text(root: WeighedSignal, info: Any) -> str:
        with override(language_of(info.context)):
            return signal_texts()[root.code]
