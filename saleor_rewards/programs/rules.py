"""Rules: each change is checked whole and makes a new version."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from ..engine import (
    RuleDefinition,
    RuleErrors,
    dump_rule,
    lint_rule,
    parse_rule,
)
from ..models import Program, Rule, RuleVersion
from .channels import channel_of
from .errors import ProgramError, ProgramErrorCode
from .rule_state import (
    AnyWarning,
    Surroundings,
    rule_warnings,
    state_warnings,
)
from .texts import length_errors, name_errors
from .versions import bump_version


@dataclass(frozen=True)
class SavedRule:
    """A rule as it was saved, and what a merchant should look at."""

    rule: Rule
    warnings: tuple[AnyWarning, ...]


def check_rule(
    program: Program,
    name: str,
    definition: dict[str, Any],
    saved: dict[str, Any] | None = None,
) -> tuple[RuleDefinition, tuple[AnyWarning, ...]]:
    """Return the parsed rule and its warnings; write nothing.

    ``definition`` is the JSON that ``engine.parse_rule`` reads, with an amount
    in the channel's currency wherever it has amounts. One that says what is
    ``saved`` already stays as it is, whatever the channel's currency is by now.
    Raises ``ProgramError`` with all errors at once.
    """
    too_long = length_errors(definition)
    errors = name_errors(name, required=True) + too_long
    if too_long:
        # Parsing them is what would take long.
        raise ProgramError(errors)
    currencies = None
    if not _says(definition, saved):
        currencies = [channel_of(program.channel_pk, field="channel").currency]
    try:
        rule = parse_rule(
            definition,
            id=0,
            version=0,
            # A wrong name is told of already.
            name="-" if errors else name,
            currencies=currencies,
        )
    except RuleErrors as rule_errors:
        errors += ProgramError.of_rule(rule_errors).errors
    if errors:
        raise ProgramError(errors)
    return rule, _warnings(program, rule)


def _says(definition: dict[str, Any], saved: dict[str, Any] | None) -> bool:
    """Return whether a definition says the same as one that is saved."""
    if saved is None:
        return False
    try:
        return dump_rule(parse_rule(definition, id=0, version=0, name="-")) == saved
    except RuleErrors:
        return False


def _warnings(program: Program, rule: RuleDefinition) -> tuple[AnyWarning, ...]:
    definition = dump_rule(rule)
    found = Surroundings.of([definition])
    state = state_warnings(rule, definition, program.channel_pk, found)
    return (*lint_rule(rule), *state)


def locked_rule(rule_pk: int, field: str = "id") -> Rule:
    """Return the rule, locked until the transaction ends. Raises ``ProgramError``."""
    # Nothing is joined: a row that changed while the lock was waited for would
    # come without its new version.
    rule = Rule.objects.select_for_update().filter(pk=rule_pk, deleted_at=None).first()
    if rule is None:
        raise ProgramError.of(
            ProgramErrorCode.NOT_FOUND, field, "There is no such rule."
        )
    return rule


@transaction.atomic
def create_rule(
    program: Program,
    *,
    name: str,
    definition: dict[str, Any],
    is_active: bool = True,
    created_by: str = "",
) -> SavedRule:
    """Save a new rule with its first version. Raises ``ProgramError``."""
    parsed, warnings = check_rule(program, name, definition)
    rule = Rule.objects.create(program=program, is_active=is_active)
    _add_version(rule, 1, name, dump_rule(parsed), created_by)
    bump_version()
    return SavedRule(rule, warnings)


@transaction.atomic
def update_rule(
    rule_pk: int,
    *,
    name: str | None = None,
    definition: dict[str, Any] | None = None,
    is_active: bool | None = None,
    created_by: str = "",
) -> SavedRule:
    """Change a rule; what is ``None`` stays. Raises ``ProgramError``.

    Another name or definition makes a new version, switching the rule on or
    off does not. The rule is checked whole either way, as the channel may have
    changed since it was saved; but whatever became of it, it can be switched off.
    """
    rule = locked_rule(rule_pk)
    current = rule.current
    is_as_saved = name in (None, current.name) and definition in (
        None,
        current.definition,
    )
    if is_active is False and is_as_saved:
        return _switched_off(rule)
    wanted_name = current.name if name is None else name
    parsed, warnings = check_rule(
        rule.program,
        wanted_name,
        current.definition if definition is None else definition,
        saved=current.definition,
    )
    wanted = dump_rule(parsed)
    if is_active is not None and is_active != rule.is_active:
        _switch(rule, is_active)
    if (wanted_name, wanted) != (current.name, current.definition):
        _add_version(rule, current.number + 1, wanted_name, wanted, created_by)
    bump_version()
    return SavedRule(rule, warnings)


@transaction.atomic
def delete_rule(rule_pk: int) -> Rule:
    """Take a rule out of force for good. Raises ``ProgramError``.

    It stays in the database, since receipts cite its versions.
    """
    rule = locked_rule(rule_pk)
    if rule.is_active:
        _switch(rule, is_active=False)
    rule.deleted_at = timezone.now()
    rule.save(update_fields=["deleted_at"])
    bump_version()
    return rule


def _switched_off(rule: Rule) -> SavedRule:
    if rule.is_active:
        _switch(rule, is_active=False)
        bump_version()
    return SavedRule(rule, rule_warnings([rule])[0])


def _switch(rule: Rule, is_active: bool) -> None:
    rule.is_active = is_active
    rule.switched_at = timezone.now()
    rule.save(update_fields=["is_active", "switched_at"])


def _add_version(
    rule: Rule, number: int, name: str, definition: dict[str, Any], created_by: str
) -> None:
    rule.current = RuleVersion.objects.create(
        rule=rule,
        number=number,
        name=name,
        definition=definition,
        created_by=created_by,
    )
    rule.save(update_fields=["current"])
