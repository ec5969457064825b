"""What is wrong with a rule's definition, by field."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Iterable


class RuleErrorCode(Enum):
    """Every reason for which a definition is refused.

    >>> RuleErrorCode("REQUIRED").name
    'REQUIRED'
    """

    #: A key that must be there is missing or null.
    REQUIRED = "REQUIRED"
    #: A key that the definition does not know.
    UNKNOWN_KEY = "UNKNOWN_KEY"
    #: A benefit type that does not exist.
    UNKNOWN_TYPE = "UNKNOWN_TYPE"
    #: A value of another JSON type than asked; amounts and percentages are strings.
    WRONG_TYPE = "WRONG_TYPE"
    #: A text that is not one of the choices or not of the form asked.
    INVALID_VALUE = "INVALID_VALUE"
    #: A number, amount or percentage outside its bounds.
    OUT_OF_RANGE = "OUT_OF_RANGE"
    #: A list or an object without any entry.
    EMPTY_LIST = "EMPTY_LIST"
    #: The same entry twice, or an id both included and excluded.
    DUPLICATE = "DUPLICATE"
    #: More decimals than the currency has, than 4 in a percentage or 2 in a factor.
    TOO_MANY_DECIMALS = "TOO_MANY_DECIMALS"
    #: An amount is there in one currency and missing in another that is needed.
    MISSING_CURRENCY = "MISSING_CURRENCY"
    #: A code that is no currency of ISO 4217.
    UNKNOWN_CURRENCY = "UNKNOWN_CURRENCY"
    #: Two steps start at the same amount.
    STEPS_OVERLAP = "STEPS_OVERLAP"
    #: A step starts below the step before it.
    STEPS_NOT_ASCENDING = "STEPS_NOT_ASCENDING"
    #: The end is not after the start.
    END_BEFORE_START = "END_BEFORE_START"
    #: The benefit, the condition or standing alone does not work in this lane.
    LANE_MISMATCH = "LANE_MISMATCH"
    #: The condition asks about a cart, and the benefit's occasion has none.
    OCCASION_MISMATCH = "OCCASION_MISMATCH"


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
