"""Imports of balances, and how far they have come."""

from __future__ import annotations

from typing import Any, Sequence

import graphene

from ...models import BalanceImport, BalanceImportRow, ImportRowStatus
from ...points.transfers import Progress, progress
from ..base import (
    DOC_CATEGORY,
    CountableConnection,
    DataLoader,
    DateTime,
    connection_field,
    database,
    slice_sorted,
)
from ..enums import RewardsErrorCode
from ..loaders import ChannelByPkLoader
from ..lookups import query_pk
from .by_hand import require_both
from .enums import ImportState, RewardsBalanceRowStatus, RewardsImportState
from .loaders import ProgramByPkLoader


class ImportProgressLoader(DataLoader):
    """How far each import has come."""

    context_key = "rewards_import_progress"

    def batch_load(self, keys: Sequence[int]) -> list[Progress]:
        found = progress(keys, database(self.context))
        return [found[pk] for pk in keys]


class RewardsBalanceRow(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    row = graphene.Int(
        required=True, description="Its number; the first below the header is 1."
    )
    line = graphene.Int(
        required=True, description="The line of the file that it ends on."
    )
    status = RewardsBalanceRowStatus(
        required=True, description="What became of it, or would."
    )
    code = RewardsErrorCode(description="What is wrong with it, if it failed.")
    field = graphene.String(description="The column that is wrong, if it failed.")
    message = graphene.String(description="What is wrong, in words, if it failed.")

    class Meta:
        description = "What became of one row of an import."

    @staticmethod
    def resolve_row(root: BalanceImportRow, _info: Any) -> int:
        return root.number

    @staticmethod
    def resolve_status(root: BalanceImportRow, _info: Any) -> str:
        return ImportRowStatus(root.status).name

    @staticmethod
    def resolve_code(root: BalanceImportRow, _info: Any) -> str | None:
        return root.code or None

    @staticmethod
    def resolve_field(root: BalanceImportRow, _info: Any) -> str | None:
        return root.field or None

    @staticmethod
    def resolve_message(root: BalanceImportRow, _info: Any) -> str | None:
        return root.message or None


class RewardsBalanceRowCountableConnection(CountableConnection):
    class Meta:
        node = RewardsBalanceRow


def resolve_rows(
    root: BalanceImport, info: Any, statuses: list[str] | None = None, **args: Any
) -> Any:
    """Return a page of the rows of an import, in the order of the file."""
    rows = BalanceImportRow.objects.using(database(info.context)).filter(
        balance_import=root.pk
    )
    if statuses is not None:
        rows = rows.filter(status__in=[ImportRowStatus[name] for name in statuses])
    return slice_sorted(
        rows,
        info,
        args,
        RewardsBalanceRowCountableConnection,
        fields=["number"],
        is_descending=False,
    )


class RewardsImport(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    channel = graphene.String(
        description="Slug of its channel; null once the channel is deleted."
    )
    state = RewardsImportState(required=True, description="How far it has come.")
    is_dry_run = graphene.Boolean(
        required=True, description="Whether it reports on every row and posts nothing."
    )
    author = graphene.String(
        required=True, description="Who sent it, as User:7 or App:3."
    )
    rows_total = graphene.Int(required=True, description="How many rows it has.")
    rows_done = graphene.Int(
        required=True, description="How many are done with, failed ones among them."
    )
    rows_failed = graphene.Int(
        required=True, description="How many failed; the others count."
    )
    rows = connection_field(
        RewardsBalanceRowCountableConnection,
        resolver=resolve_rows,
        statuses=graphene.Argument(
            graphene.List(graphene.NonNull(RewardsBalanceRowStatus)),
            description="Only the rows of which this became.",
        ),
        description="What became of each row, in the order of the file.",
    )
    created_at = DateTime(required=True, description="When it was sent.")
    finished_at = DateTime(description="When no row was left to do.")

    class Meta:
        description = "A file of balances that is worked off row by row."
        interfaces = (graphene.relay.Node,)
        possible_types = (BalanceImport,)

    @staticmethod
    def resolve_channel(root: BalanceImport, info: Any) -> Any:
        def slug(program: Any) -> Any:
            loading = ChannelByPkLoader(info.context).load(program.channel_pk)
            return loading.then(lambda channel: channel and channel.slug)

        return ProgramByPkLoader(info.context).load(root.program_id).then(slug)

    @staticmethod
    def resolve_state(root: BalanceImport, info: Any) -> Any:
        def state(found: Progress) -> str:
            if found.done == found.total:
                return ImportState.FINISHED.name
            return (ImportState.RUNNING if found.done else ImportState.WAITING).name

        return _progress(root, info).then(state)

    @staticmethod
    def resolve_rows_total(root: BalanceImport, info: Any) -> Any:
        return _progress(root, info).then(lambda found: found.total)

    @staticmethod
    def resolve_rows_done(root: BalanceImport, info: Any) -> Any:
        return _progress(root, info).then(lambda found: found.done)

    @staticmethod
    def resolve_rows_failed(root: BalanceImport, info: Any) -> Any:
        return _progress(root, info).then(lambda found: found.failed)


def _progress(root: BalanceImport, info: Any) -> Any:
    return ImportProgressLoader(info.context).load(root.pk)


def resolve_import(_root: Any, info: Any, id: str) -> BalanceImport | None:
    """Return one import; null where it is gone."""
    require_both(info.context)
    imports = BalanceImport.objects.using(database(info.context))
    return imports.filter(pk=query_pk(id, "RewardsImport", "id")).first()
