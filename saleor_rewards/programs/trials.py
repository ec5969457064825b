"""Rules put together for a trial instead of for a cart."""

from __future__ import annotations

from dataclasses import replace

from ..engine import (
    CompiledProgram,
    RuleDefinition,
    RuleErrors,
    compile_program,
    parse_rule,
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
    saved = (
        Rule.objects.filter(program_id=program.pk, is_active=True, deleted_at=None)
        .exclude(pk=pk if tried else None)
        .exclude(current=None)
        .select_related("current")
        .order_by("pk")
    )
    for rule in saved if program.is_active else ():
        current = rule.current
        try:
            rules.append(
                parse_rule(
                    current.definition,
                    id=rule.pk,
                    version=current.number,
                    name=current.name,
                )
            )
        except RuleErrors:
            continue
    return compile_program(program_settings(settings_of(program)), rules)
