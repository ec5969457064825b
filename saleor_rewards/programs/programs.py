"""Programs: one for each channel, made when it is first asked for."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from ..models import Guests, PointsPolicy, Program, VoucherSlot
from .channels import channel_of
from .errors import FieldError, ProgramError, ProgramErrorCode
from .settings import is_time_zone
from .texts import name_errors
from .versions import bump_version

HIGHEST_CAP = Decimal(100)
CAP_DECIMALS = 2

#: The choices of a program, by name.
CHOICES = {"voucher_slot": VoucherSlot, "guests": Guests}


@transaction.atomic
def get_or_create_program(channel_pk: int) -> Program:
    """Return the program of a channel, making one where there is none yet.

    Raises ``ProgramError`` (``NOT_FOUND`` on ``channel``) where Saleor has no
    such channel.
    """
    channel_of(channel_pk, field="channel")
    program, is_made = Program.objects.get_or_create(channel_pk=channel_pk)
    if is_made:
        # Processes remember of a channel that it has none.
        bump_version()
    return program


@transaction.atomic
def update_program(
    program_pk: int, *, may_lift_bound: bool = True, **changes: Any
) -> Program:
    """Change settings of a program and return it.

    ``changes`` may hold ``name``, ``is_active``, ``cap_percent`` (``Decimal``
    above 0 up to 100, or ``None`` for no cap), ``time_zone`` (IANA name),
    ``voucher_slot`` and ``guests``. ``may_lift_bound`` says whether staff may be let
    give more by hand than before. Raises ``ProgramError`` naming every wrong field.
    """
    program = locked_program(program_pk)
    errors = _errors(changes)
    if not errors and not may_lift_bound:
        errors += _day_errors(program, changes)
    if errors:
        raise ProgramError(errors)
    for name, value in changes.items():
        setattr(program, name, value)
    program.save()
    announce(program)
    program.refresh_from_db()
    return program


def locked_program(program_pk: int) -> Program:
    """Return a program, locked until the transaction ends. Raises ``ProgramError``."""
    program = Program.objects.select_for_update().filter(pk=program_pk).first()
    if program is None:
        raise ProgramError.of(
            ProgramErrorCode.NOT_FOUND, "id", "There is no such program."
        )
    return program


def announce(program: Program) -> None:
    """Let every process compile the program's rules again."""
    program.version = F("version") + 1
    program.save(update_fields=["version", "updated_at"])
    bump_version()


def _errors(changes: dict[str, Any]) -> list[FieldError]:
    errors: list[FieldError] = []
    if "name" in changes:
        errors += name_errors(changes["name"], required=False)
    if "cap_percent" in changes:
        errors += _cap_errors(changes["cap_percent"])
    if "is_active" in changes and not isinstance(changes["is_active"], bool):
        errors.append(_invalid("is_active", "Say true or false."))
    if "time_zone" in changes and not is_time_zone(str(changes["time_zone"])):
        errors.append(
            _invalid("time_zone", "Give a zone of the IANA database: Europe/Warsaw.")
        )
    for name, choices in CHOICES.items():
        if name in changes and changes[name] not in choices.values:
            errors.append(_invalid(name, "There is no such choice."))
    return errors


def _day_errors(program: Program, changes: dict[str, Any]) -> list[FieldError]:
    """Return what is wrong with a change of the zone by one whom a bound binds.

    Elsewhere it is another day, of which nothing was given yet.
    """
    if changes.get("time_zone", program.time_zone) == program.time_zone:
        return []
    bounded = PointsPolicy.objects.filter(
        program_id=program.pk, max_staff_points_per_day__isnull=False
    )
    if not bounded.exists():
        return []
    code = ProgramErrorCode.PERMISSION_REQUIRED.name
    text = "Staff's points are bounded by the day here: this needs MANAGE_STAFF too."
    return [FieldError(code, "time_zone", text)]


def _cap_errors(cap: Decimal | None) -> list[FieldError]:
    if cap is None:
        return []
    if not cap.is_finite() or not 0 < cap <= HIGHEST_CAP:
        return [
            FieldError(
                ProgramErrorCode.OUT_OF_RANGE.name,
                "cap_percent",
                "Give a percentage above 0 and up to 100.",
            )
        ]
    if cap != round(cap, CAP_DECIMALS):
        return [
            FieldError(
                ProgramErrorCode.TOO_MANY_DECIMALS.name,
                "cap_percent",
                f"Give at most {CAP_DECIMALS} decimals.",
            )
        ]
    return []


def _invalid(field: str, message: str) -> FieldError:
    return FieldError(ProgramErrorCode.INVALID_VALUE.name, field, message)


def running_programs() -> QuerySet[Program]:
    """Select the programs whose points are switched on, with their policies."""
    running = Program.objects.filter(is_active=True, points_policy__is_active=True)
    return running.select_related("points_policy").order_by("pk")
