"""What became of mounting our fields, for the system checks."""

from __future__ import annotations


class MountState:
    """What became of the mounting in this process."""

    def __init__(self) -> None:
        self.too_late = False
        self.fault: Exception | None = None
        self.missing_fields: list[str] = []


state = MountState()
