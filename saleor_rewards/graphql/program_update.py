"""A change of a program and of all that hangs on it, made whole or not at all."""

from __future__ import annotations

from enum import Enum
from typing import Any, Callable, Mapping

from ..models import (
    Downgrade,
    EarnOn,
    Guests,
    PointsBase,
    PointsExpiry,
    Program,
    Shortage,
    TierMeasure,
    VoucherSlot,
)
from ..programs import (
    FieldError,
    ProgramError,
    ProgramErrorCode,
    replace_tiers,
    update_points,
    update_program,
    update_referrals,
)
from .ids import pk_of
from .paths import Paths

#: The stored choices behind the GraphQL enums, by input field.
CHOICES: dict[str, type[Enum]] = {
    "voucher_slot": VoucherSlot,
    "guests": Guests,
    "earn_on": EarnOn,
    "base": PointsBase,
    "expiry": PointsExpiry,
    "shortage": Shortage,
    "tier_measure": TierMeasure,
    "tier_downgrade": Downgrade,
}

#: No tier has it.
NO_PK = -1


class ProgramUpdate:
    """The parts of one input, applied one after the other in an open transaction."""

    def __init__(
        self, program_pk: int, input: Mapping[str, Any], *, may_lift_bound: bool
    ) -> None:
        self.program_pk = program_pk
        self.may_lift_bound = may_lift_bound
        settings = dict(input)
        self.points = settings.pop("points", None)
        self.tiers = settings.pop("tiers", None)
        self.referrals = settings.pop("referrals", None)
        self.settings = _stored(settings)
        self.errors: list[FieldError] = []
        self.paths = Paths()

    def apply(self) -> Program:
        """Make the change and return the program.

        Raises ``ProgramError`` with what is wrong in all of the parts, at paths of
        the input. The transaction is to be rolled back then.
        """
        pk = self.program_pk
        may_lift = self.may_lift_bound
        self._try(lambda: update_program(pk, may_lift_bound=may_lift, **self.settings))
        if self.points is not None:
            changes = _stored(self.points)
            changes["with_new_tiers"] = self.tiers is not None
            changes["may_lift_bound"] = may_lift
            self._try(lambda: update_points(pk, **changes))
        if self.tiers is not None:
            rows = [self._tier(index, row) for index, row in enumerate(self.tiers)]
            self._try(lambda: replace_tiers(pk, rows))
        if self.referrals is not None:
            policy = self._referral_changes(self.referrals)
            self._try(lambda: update_referrals(pk, **policy))
        if self.errors:
            raise ProgramError(self.paths.translated(self.errors))
        return Program.objects.get(pk=pk)

    def _try(self, part: Callable[[], object]) -> None:
        try:
            part()
        except ProgramError as error:
            known = {found.field for found in self.errors}
            self.errors += [row for row in error.errors if row.field not in known]

    def _tier(self, index: int, row: Mapping[str, Any]) -> dict[str, Any]:
        pk = None
        if row.get("id") is not None:
            pk = pk_of(row["id"], "RewardsTier") or NO_PK
            if pk == NO_PK:
                self.errors.append(
                    FieldError(
                        ProgramErrorCode.INVALID_ID.name,
                        f"tiers.{index}.id",
                        "This is not the ID of a RewardsTier.",
                    )
                )
        return {**row, "id": pk}

    def _referral_changes(self, input: Mapping[str, Any]) -> dict[str, Any]:
        changes = _stored(input)
        rows = changes.get("weights")
        if rows is None:
            return changes
        weights: dict[str, int] = {}
        for index, row in enumerate(rows):
            code, at = row["code"], f"referrals.weights.{index}"
            if code in weights:
                error = ProgramErrorCode.DUPLICATE.name
                self.errors.append(FieldError(error, f"{at}.code", "Given twice."))
            else:
                weights[code] = row["weight"]
                self.paths.add(f"referrals.weights.{code}", f"{at}.weight")
        return {**changes, "weights": weights}


def _stored(input: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: CHOICES[name][value].value if name in CHOICES and value else value
        for name, value in input.items()
    }
