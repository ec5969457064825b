"""Queries of merchants: programs and rules."""

from __future__ import annotations

from typing import Any

import graphene

from ..models import Program, Rule
from ..programs import ProgramErrorCode
from .base import database, guarded_connection, guarded_field, slice_connection
from .inputs import RewardsRuleFilterInput
from .lookups import channel_pk_of, query_pk
from .programs import (
    RewardsProgram,
    RewardsProgramCountableConnection,
    RewardsRule,
    RewardsRuleCountableConnection,
)
from .query_errors import query_error


def _resolve_programs(_root: Any, info: Any, **args: Any) -> Any:
    programs = Program.objects.using(database(info.context))
    return slice_connection(programs, info, args, RewardsProgramCountableConnection)


def _resolve_program(
    _root: Any, info: Any, id: str | None = None, channel: str | None = None
) -> Program | None:
    if (id is None) == (channel is None):
        text = "Give either `id` or `channel`."
        raise query_error(ProgramErrorCode.REQUIRED, "id", text)
    programs = Program.objects.using(database(info.context))
    if id is not None:
        return programs.filter(pk=query_pk(id, "RewardsProgram", "id")).first()
    return programs.filter(channel_pk=channel_pk_of(str(channel))).first()


def _resolve_rules(
    _root: Any, info: Any, filter: dict[str, Any] | None = None, **args: Any
) -> Any:
    rules = _filtered(Rule.objects.using(database(info.context)), filter or {})
    return slice_connection(
        rules.filter(deleted_at=None).select_related("current", "program"),
        info,
        args,
        RewardsRuleCountableConnection,
    )


def _filtered(rules: Any, wanted: dict[str, Any]) -> Any:
    if wanted.get("channel") is not None:
        rules = rules.filter(program__channel_pk=channel_pk_of(wanted["channel"]))
    if wanted.get("is_active") is not None:
        rules = rules.filter(is_active=wanted["is_active"])
    if wanted.get("lane") is not None:
        rules = rules.filter(current__definition__lane=wanted["lane"])
    if wanted.get("search"):
        # No name has a NUL, and PostgreSQL takes none.
        text = wanted["search"].replace("\0", "")
        rules = rules.filter(current__name__icontains=text)
    return rules


def _resolve_rule(_root: Any, info: Any, id: str) -> Rule | None:
    return (
        Rule.objects.using(database(info.context))
        .filter(pk=query_pk(id, "RewardsRule", "id"), deleted_at=None)
        .select_related("current", "program")
        .first()
    )


QUERIES: dict[str, graphene.Field] = {
    "rewards_program": guarded_field(
        RewardsProgram,
        resolver=_resolve_program,
        id=graphene.Argument(graphene.ID, description="ID of the program."),
        channel=graphene.Argument(graphene.String, description="Slug of the channel."),
        description="The program by its ID or by its channel.",
    ),
    "rewards_programs": guarded_connection(
        RewardsProgramCountableConnection,
        resolver=_resolve_programs,
        description="The programs of all channels that have one.",
    ),
    "rewards_rule": guarded_field(
        RewardsRule,
        resolver=_resolve_rule,
        id=graphene.Argument(graphene.ID, required=True, description="ID of the rule."),
        description="The rule with that ID.",
    ),
    "rewards_rules": guarded_connection(
        RewardsRuleCountableConnection,
        resolver=_resolve_rules,
        filter=RewardsRuleFilterInput(description="Which rules to list."),
        description="Rules of all programs, oldest first.",
    ),
}
