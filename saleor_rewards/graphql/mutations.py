"""Mutations of merchants: programs and rules."""

from __future__ import annotations

from typing import Any, Mapping

import graphene

from ..programs import (
    create_rule,
    delete_rule,
    locked_rule,
    update_rule,
)
from .base import MANAGE_STAFF, has_permission
from .definitions import Draft
from .inputs import RewardsProgramInput, RewardsRuleInput
from .merchant import RewardsMutation, actor_of, program_of, required_pk
from .program_update import ProgramUpdate
from .programs import RewardsProgram, RewardsRule, RewardsWarning, warnings_of


def warning_list() -> graphene.List:
    return graphene.List(
        graphene.NonNull(RewardsWarning),
        required=True,
        default_value=[],
        description="What may not have been meant.",
    )


class RewardsProgramUpdate(RewardsMutation):
    program = graphene.Field(RewardsProgram, description="The program as it is now.")

    class Arguments:
        id = graphene.ID(description="ID of the program. Give this or the channel.")
        channel = graphene.String(
            description="Slug of the channel. Its program is made if it has none yet."
        )
        input = RewardsProgramInput(required=True, description="What to change.")

    class Meta:
        description = "Changes the settings of a channel's program."

    @classmethod
    def execute(
        cls,
        info: Any,
        input: Mapping[str, Any],
        id: str | None = None,
        channel: str | None = None,
    ) -> RewardsProgramUpdate:
        program = program_of(id, channel)
        may_lift = has_permission(info.context, MANAGE_STAFF)
        update = ProgramUpdate(program.pk, input, may_lift_bound=may_lift)
        return cls(program=update.apply(), errors=[])


class RewardsRuleCreate(RewardsMutation):
    rule = graphene.Field(RewardsRule, description="The new rule.")
    warnings = warning_list()

    class Arguments:
        channel = graphene.String(
            required=True, description="Slug of the channel that it is for."
        )
        input = RewardsRuleInput(required=True, description="The rule.")

    class Meta:
        description = "Adds a rule to the program of a channel."

    @classmethod
    def execute(
        cls, info: Any, channel: str, input: Mapping[str, Any]
    ) -> RewardsRuleCreate:
        program = program_of(None, channel)
        draft = Draft(program)
        draft.take(input)
        draft.check()
        saved = create_rule(
            program,
            name=draft.name,
            definition=draft.definition,
            is_active=draft.is_active,
            created_by=actor_of(info),
        )
        warnings = warnings_of(saved.warnings, draft.paths)
        return cls(rule=saved.rule, warnings=warnings, errors=[])


class RewardsRuleUpdate(RewardsMutation):
    rule = graphene.Field(RewardsRule, description="The rule as it is now.")
    warnings = warning_list()

    class Arguments:
        id = graphene.ID(required=True, description="ID of the rule.")
        input = RewardsRuleInput(required=True, description="What to change.")

    class Meta:
        description = "Changes a rule. What is not given stays."

    @classmethod
    def execute(cls, info: Any, id: str, input: Mapping[str, Any]) -> RewardsRuleUpdate:
        rule = locked_rule(required_pk(id, "RewardsRule", "id"))
        draft = Draft(rule.program, rule)
        draft.take(input)
        if not draft.only_switches_off:
            draft.check()
        saved = update_rule(
            rule.pk,
            name=draft.name,
            definition=draft.definition,
            is_active=draft.is_active,
            created_by=actor_of(info),
        )
        warnings = warnings_of(saved.warnings, draft.paths)
        return cls(rule=saved.rule, warnings=warnings, errors=[])


class RewardsRuleDelete(RewardsMutation):
    rule = graphene.Field(RewardsRule, description="The rule that was deleted.")

    class Arguments:
        id = graphene.ID(required=True, description="ID of the rule.")

    class Meta:
        description = "Takes a rule out of force for good. Receipts keep citing it."

    @classmethod
    def execute(cls, _info: Any, id: str) -> RewardsRuleDelete:
        return cls(rule=delete_rule(required_pk(id, "RewardsRule", "id")), errors=[])
