"""Rules put together for a trial instead of for a cart."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

from ..engine import (
    CompiledProgram,
    RuleDefinition,
    RuleErrors,
    compile_program,
)
from ..models import Program, Rule
from .settings import program_settings, settings_of


def compile_trial(
    program: Program, tried: RuleDefinition | None, *, pk: int
) -> CompiledProgram:
    """Compile the rules in force, with ``tried`` standing in for rule ``pk``.

    ``pk`` may be one that no rule has. Rules that cannot be read are left out,
    as they are for carts.
    """
    rules = [] if tried is None else [replace(tried, id=pk)]
    saved = Rule.objects.in_force().filter(program_id=program.pk)
    for rule in saved.exclude(pk=pk if tried else None):
        with suppress(RuleErrors):
            rules.append(rule.current.parsed())
    return compile_program(program_settings(settings_of(program)), rules)
