"""What all mutations of merchants share: permission, errors, what ids mean."""

from __future__ import annotations

from typing import Any, Iterable

import graphene
from django.db import transaction

from ..models import Program
from ..programs import (
    FieldError,
    ProgramError,
    ProgramErrorCode,
    get_or_create_program,
)
from ..programs.channels import channel_by_slug
from .base import DOC_CATEGORY, MANAGE_DISCOUNTS, BaseMutation, requestor
from .enums import RewardsErrorCode
from .ids import pk_of


class RewardsError(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    field = graphene.String(
        description="Path of the input field, like benefit.ladder.steps.1.percent. "
        "Null if no single field is wrong."
    )
    message = graphene.String(description="What is wrong, in words.")
    code = RewardsErrorCode(required=True, description="The error code.")

    class Meta:
        description = "What is wrong with the input of a mutation."


class RewardsMutation(BaseMutation):
    """A mutation whose errors name the field of the input.

    It is for MANAGE_DISCOUNTS unless ``permissions`` says otherwise.
    """

    class Meta:
        abstract = True

    @classmethod
    def __init_subclass_with_meta__(
        cls, permissions: Any = (MANAGE_DISCOUNTS,), **options: Any
    ) -> None:
        super().__init_subclass_with_meta__(
            permissions=permissions, error_type_class=RewardsError, **options
        )
        cls.doc_category = DOC_CATEGORY
        # Saleor 2 declares errors without a code here, and at another place.
        cls._meta.fields.pop("errors", None)
        cls._meta.fields["errors"] = graphene.Field(
            graphene.List(
                graphene.NonNull(RewardsError),
                description="List of errors that occurred executing the mutation.",
            ),
            default_value=[],
            required=True,
        )

    @classmethod
    def perform_mutation(cls, _root: Any, info: Any, **data: Any) -> Any:
        try:
            with transaction.atomic():
                return cls.execute(info, **data)
        except ProgramError as error:
            return cls(errors=to_errors(error.errors))


def to_errors(errors: Iterable[FieldError]) -> list[RewardsError]:
    return [
        RewardsError(field=error.field, message=error.message, code=error.code)
        for error in errors
    ]


def actor_of(info: Any) -> str:
    """Return who asks, as ``App:3`` or ``User:7``."""
    who = requestor(info.context)
    name = "App" if getattr(info.context, "app", None) else "User"
    return f"{name}:{who.pk}"


def required_pk(value: str, type_name: str, field: str) -> int:
    """Return the primary key in an ID; raise ``ProgramError`` if it is none."""
    pk = pk_of(value, type_name)
    if pk is None:
        raise ProgramError.of(
            ProgramErrorCode.INVALID_ID, field, f"This is not the ID of a {type_name}."
        )
    return pk


def program_of(id: str | None, channel: str | None) -> Program:
    """Return the program with that ID or of that channel.

    The channel's program is made if it has none yet. Raises ``ProgramError``.
    """
    if (id is None) == (channel is None):
        raise ProgramError.of(
            ProgramErrorCode.REQUIRED, "channel", "Give either the ID or the channel."
        )
    if channel is not None:
        return get_or_create_program(channel_by_slug(channel, field="channel").pk)
    program = Program.objects.filter(
        pk=required_pk(str(id), "RewardsProgram", "id")
    ).first()
    if program is None:
        raise ProgramError.of(
            ProgramErrorCode.NOT_FOUND, "id", "There is no such program."
        )
    return program
