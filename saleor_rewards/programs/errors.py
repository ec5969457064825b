"""What a merchant may have done wrong, with the field and a stable code."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Iterable

from ..described import Described
from ..engine import RuleErrorCode, RuleErrors


class ProgramErrorCode(Described):
    """Codes of what is checked outside the engine.

    Where the engine has a code for the same mistake, the name is the same.
    """

    ALREADY_DECIDED = "ALREADY_DECIDED", "Somebody decided on it before."
    DUPLICATE = RuleErrorCode.DUPLICATE.pair
    IN_USE = "IN_USE", "A rule in force asks for what would go."
    INVALID_ID = "INVALID_ID", "This is no ID, or one of another type."
    INVALID_VALUE = RuleErrorCode.INVALID_VALUE.pair
    LOGIN_REQUIRED = "LOGIN_REQUIRED", "Only who is logged in can do this."
    NOT_FOUND = "NOT_FOUND", "There is no such thing, or not for whoever asks."
    OUT_OF_RANGE = RuleErrorCode.OUT_OF_RANGE.pair
    OWN_ACCOUNT = "OWN_ACCOUNT", "Nobody gives points to themselves."
    PERMISSION_REQUIRED = (
        "PERMISSION_REQUIRED",
        "Whoever asks lacks a permission that this needs.",
    )
    REQUIRED = RuleErrorCode.REQUIRED.pair
    SECOND_PERSON_REQUIRED = (
        "SECOND_PERSON_REQUIRED",
        "Somebody else has to decide on it than who entered it.",
    )
    TOO_LONG = "TOO_LONG", "A text or list is longer than is possible."
    TOO_MANY_DECIMALS = RuleErrorCode.TOO_MANY_DECIMALS.pair


@dataclass(frozen=True)
class FieldError:
    """One error: its code, the dotted path of the field, and a sentence.

    ``code`` is the name of a :class:`ProgramErrorCode` or of the engine's
    ``RuleErrorCode``. ``field`` is ``None`` where no single field is wrong.

    >>> FieldError("REQUIRED", "name", "Give the rule a name.").field
    'name'
    """

    code: str
    field: str | None
    message: str


class ProgramError(Exception):
    """Nothing was saved; ``errors`` tells all that stood against it."""

    def __init__(self, errors: Iterable[FieldError]) -> None:
        self.errors = tuple(errors)
        super().__init__("; ".join(error.message for error in self.errors))

    @classmethod
    def of(
        cls, code: ProgramErrorCode, field: str | None, message: str
    ) -> ProgramError:
        return cls([FieldError(code.name, field, message)])

    @classmethod
    def of_rule(cls, errors: RuleErrors) -> ProgramError:
        return cls(
            FieldError(error.code.name, error.field, error.message)
            for error in errors.errors
        )
