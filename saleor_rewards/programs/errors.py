"""What a merchant may have done wrong, with the field and a stable code."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Iterable

from ..engine import RuleErrors


class ProgramErrorCode(Enum):
    """Codes of what is checked outside the engine.

    Where the engine has a code for the same mistake, the name is the same.
    """

    ALREADY_DECIDED = "ALREADY_DECIDED"
    DUPLICATE = "DUPLICATE"
    IN_USE = "IN_USE"
    INVALID_ID = "INVALID_ID"
    INVALID_VALUE = "INVALID_VALUE"
    LOGIN_REQUIRED = "LOGIN_REQUIRED"
    NOT_FOUND = "NOT_FOUND"
    OUT_OF_RANGE = "OUT_OF_RANGE"
    OWN_ACCOUNT = "OWN_ACCOUNT"
    PERMISSION_REQUIRED = "PERMISSION_REQUIRED"
    REQUIRED = "REQUIRED"
    SECOND_PERSON_REQUIRED = "SECOND_PERSON_REQUIRED"
    TOO_LONG = "TOO_LONG"
    TOO_MANY_DECIMALS = "TOO_MANY_DECIMALS"


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
