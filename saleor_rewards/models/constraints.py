"""One CHECK constraint for every Django that Saleor runs on."""

from __future__ import annotations

from typing import Any

import django
from django.db.models import CheckConstraint, Q

#: Django 5.1 renamed the argument.
ARGUMENT = "condition" if django.VERSION >= (5, 1) else "check"


class Check(CheckConstraint):
    """A CHECK constraint whose migrations read alike on Django 3.0 and 5.2."""

    def __init__(self, *, rule: Q, name: str) -> None:
        self.rule = rule
        super().__init__(**{ARGUMENT: rule, "name": name})

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path = f"{Check.__module__}.{Check.__qualname__}"
        return path, (), {"rule": self.rule, "name": self.name}
