"""Balances from another provider, and back out again, as CSV."""

from __future__ import annotations

import io
from typing import Any

import graphene
from django.utils import timezone

from ...models import Program
from ...points.transfers import (
    MOST_ROWS,
    CsvError,
    Row,
    export_page,
    read_rows,
    store,
)
from ...points.transfers.reading import RowError
from ...programs import ProgramError, ProgramErrorCode
from ..base import DOC_CATEGORY, database
from ..ids import global_id
from ..lookups import channel_pk_of, query_pk
from ..merchant import program_of
from ..query_errors import query_error
from .by_hand import PointsByHandMutation, author_of
from .imports import RewardsImport

PAGE = 1_000


class RewardsBalancesImport(PointsByHandMutation):
    balances_import = graphene.Field(
        RewardsImport, name="import", description="The import that was begun."
    )

    class Arguments:
        channel = graphene.String(required=True, description="Slug of the channel.")
        csv = graphene.String(
            required=True,
            description=f"At most {MOST_ROWS} rows below a header: points, reference, "
            "email or user_id, and expires_at if they expire. The reference names a "
            "row for good: sent again, it counts once.",
        )
        dry_run = graphene.Boolean(
            required=True, description="Report on every row and post nothing."
        )

    class Meta:
        description = (
            "Begins to add points from another provider to the balances of a channel. "
            "It goes on after the answer; good rows count even where others fail. Rows "
            "about oneself are refused, and those beyond what one member of staff may "
            "give a day wait for another one."
        )

    @classmethod
    def execute(
        cls, info: Any, channel: str, csv: str, dry_run: bool
    ) -> RewardsBalancesImport:
        at = timezone.now()
        rows = _rows(csv, at)
        program = program_of(None, channel)
        made = store(program.pk, rows, at, author=author_of(info), dry_run=dry_run)
        return cls(balances_import=made, errors=[])


def _rows(text: str, at: Any) -> list[tuple[int, Row | RowError]]:
    rows = []
    try:
        for row in read_rows(io.StringIO(text, newline=""), at):
            rows.append(row)
            if len(rows) > MOST_ROWS:
                raise ProgramError.of(
                    ProgramErrorCode.TOO_LONG,
                    "csv",
                    f"At most {MOST_ROWS} rows are possible; the command "
                    "rewards_import_balances takes more.",
                )
    except CsvError as error:
        code = ProgramErrorCode.INVALID_VALUE
        raise ProgramError.of(code, "csv", str(error)) from error
    return rows


class RewardsBalancesExport(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    csv = graphene.String(
        required=True,
        description="Lines in the form that an import takes; the first page starts "
        "with the header. What an account owes is a row below zero.",
    )
    row_count = graphene.Int(required=True, description="How many rows these are.")
    has_next_page = graphene.Boolean(
        required=True, description="Whether there are more."
    )
    end_cursor = graphene.String(description="Where the next page goes on.")

    class Meta:
        description = "A page of the balances of a channel."


def resolve_balances_export(
    _root: Any, info: Any, channel: str, first: int = PAGE, after: str | None = None
) -> RewardsBalancesExport | None:
    """Return a page of balances; null for a channel without a program."""
    if not 0 < first <= MOST_ROWS:
        text = f"`first` is a number from 1 to {MOST_ROWS}."
        raise query_error(ProgramErrorCode.OUT_OF_RANGE, "first", text)
    using = database(info.context)
    program = Program.objects.using(using).filter(channel_pk=channel_pk_of(channel))
    program_pk = program.values_list("pk", flat=True).first()
    if program_pk is None:
        return None
    page = export_page(
        program_pk,
        timezone.now(),
        after=0 if after is None else query_pk(after, "RewardsAccount", "after"),
        limit=first,
        using=using,
    )
    last = page.after
    return RewardsBalancesExport(
        csv=page.csv,
        row_count=page.rows,
        has_next_page=last is not None,
        end_cursor=None if last is None else global_id("RewardsAccount", last),
    )
