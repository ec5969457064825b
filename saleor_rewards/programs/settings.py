"""A program's settings in the form that receipts keep."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dateutil import tz

from ..engine import ProgramSettings

if TYPE_CHECKING:
    from ..models import Program

#: What names of the IANA database look like. ``dateutil`` would also read a
#: path or a POSIX rule.
ZONE_NAME = re.compile(r"[A-Za-z][A-Za-z_]*(/[A-Za-z0-9_+-]+){0,2}")


def is_time_zone(name: str) -> bool:
    """Tell whether ``name`` is a zone of the IANA database, like Europe/Warsaw."""
    if not ZONE_NAME.fullmatch(name):
        return False
    return isinstance(tz.gettz(name), (tz.tzfile, tz.tzutc))


def settings_of(program: Program) -> dict[str, Any]:
    """Return ``{"cap_percent": "50.00" | None, "time_zone": "Europe/Warsaw"}``."""
    cap = program.cap_percent
    return {
        "cap_percent": None if cap is None else str(cap),
        "time_zone": program.time_zone,
    }


def program_settings(settings: dict[str, Any]) -> ProgramSettings:
    """Return the engine's settings from the form that :func:`settings_of` gives."""
    cap = settings["cap_percent"]
    return ProgramSettings(
        cap_percent=None if cap is None else Decimal(cap),
        time_zone=tz.gettz(settings["time_zone"]),
    )
