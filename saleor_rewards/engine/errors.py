"""What is wrong with a rule's definition, by field."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable

from ..described import Described


class RuleErrorCode(Described):
    """Every reason for which a definition is refused.

    >>> RuleErrorCode("REQUIRED").name
    'REQUIRED'
    """

    REQUIRED = "REQUIRED", "Something that is needed is missing, null or blank."
    UNKNOWN_KEY = (
        "UNKNOWN_KEY",
        "The saved definition has a key that this release does not know.",
    )
    UNKNOWN_TYPE = (
        "UNKNOWN_TYPE",
        "The saved definition has a benefit that this release does not know.",
    )
    WRONG_TYPE = (
        "WRONG_TYPE",
        "A value has another type than is needed: as it was sent, or as another "
        "release saved it.",
    )
    INVALID_VALUE = (
        "INVALID_VALUE",
        "The value is none of the choices, or has not the form that is needed.",
    )
    OUT_OF_RANGE = (
        "OUT_OF_RANGE",
        "A number, amount or percentage is outside its bounds, which the message "
        "names.",
    )
    EMPTY_LIST = "EMPTY_LIST", "A list has no entry."
    DUPLICATE = "DUPLICATE", "The same is there twice."
    TOO_MANY_DECIMALS = (
        "TOO_MANY_DECIMALS",
        "An amount is finer than its currency, or a percentage or factor finer than "
        "is possible.",
    )
    MISSING_CURRENCY = (
        "MISSING_CURRENCY",
        "An amount is missing in a currency that is needed: the channel's, or one "
        "that the rule has elsewhere.",
    )
    UNKNOWN_CURRENCY = "UNKNOWN_CURRENCY", "This is no currency of ISO 4217."
    STEPS_OVERLAP = "STEPS_OVERLAP", "Two steps start at the same amount."
    STEPS_NOT_ASCENDING = (
        "STEPS_NOT_ASCENDING",
        "A step starts below the step before it.",
    )
    END_BEFORE_START = "END_BEFORE_START", "The end is not after the start."
    LANE_MISMATCH = (
        "LANE_MISMATCH",
        "The benefit, the condition or standing alone does not work in this lane.",
    )
    OCCASION_MISMATCH = (
        "OCCASION_MISMATCH",
        "The condition asks about a cart, and the benefit's occasion has none.",
    )


@dataclass(frozen=True)
class RuleError:
    """One thing that is wrong, with the dotted path of its field.

    >>> RuleError(RuleErrorCode.REQUIRED, "lane", "A lane is needed.").field
    'lane'
    """

    code: RuleErrorCode
    field: str
    message: str


class RuleErrors(ValueError):
    """All that is wrong with one definition.

    >>> error = RuleErrors([RuleError(RuleErrorCode.REQUIRED, "lane", "Needed.")])
    >>> [item.code.value for item in error.errors], str(error)
    (['REQUIRED'], 'lane: Needed.')
    """

    def __init__(self, errors: Iterable[RuleError]) -> None:
        self.errors = tuple(errors)
        super().__init__(
            "; ".join(f"{error.field}: {error.message}" for error in self.errors)
        )
