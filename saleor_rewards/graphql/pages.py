"""Pages of what many parents have, newest first, in one query for all of the parents.

A list inside of a list is asked for once a parent. Saleor's own way reads a query for
each of them, or all that every parent has.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING, Any, Hashable, NamedTuple, Sequence

import graphene
from django.db.models import F, Window, prefetch_related_objects
from django.db.models.functions import RowNumber
from graphql.error import GraphQLError

from .base import (
    CountableConnection,
    DataLoader,
    database,
    from_global_cursor,
    page_limit,
    to_global_cursor,
)
from .base_common import check_page

if TYPE_CHECKING:
    from django.db.models import QuerySet

Parent = Hashable


class Page(NamedTuple):
    """How many rows from where on: older ones, or with ``is_back`` newer ones."""

    size: int
    cursor: int | None
    is_back: bool


class NewestRowsLoader(DataLoader):
    """The rows of each parent's page and one more, if there is one, in their order.

    Loads ``(parent, page)``; a parent is the values of its ``columns``.
    """

    columns: tuple[str, ...]
    related: tuple[str, ...] = ()

    def rows(self, parents: Sequence[Any], using: str) -> QuerySet[Any]:
        """Return the rows of some parents; it may let others in."""
        raise NotImplementedError

    def batch_load(self, keys: Sequence[tuple[Parent, Page]]) -> list[list[Any]]:
        found: dict[tuple[Parent, Page], list[Any]] = defaultdict(list)
        for page in dict.fromkeys(page for _, page in keys):
            parents = [parent for parent, mine in keys if mine == page]
            for row in self._read(parents, page):
                parent = tuple(
                    getattr(row, f"of_{n}") for n in range(len(self.columns))
                )
                found[parent, page].append(row)
        return [found[key] for key in keys]

    def _read(self, parents: Sequence[Parent], page: Page) -> list[Any]:
        using = database(self.context)
        rows = self.rows(parents, using)
        if page.cursor is not None:
            sign = "gt" if page.is_back else "lt"
            rows = rows.filter(**{f"pk__{sign}": page.cursor})
        order = F("pk").asc() if page.is_back else F("pk").desc()
        place = Window(
            RowNumber(), partition_by=[F(name) for name in self.columns], order_by=order
        )
        of = {f"of_{n}": F(name) for n, name in enumerate(self.columns)}
        numbered = rows.order_by().annotate(**of, place=place)
        # No Django before 4.2 can filter by a window.
        sql, values = numbered.query.get_compiler(using).as_sql()
        whole = f"SELECT * FROM ({sql}) AS page WHERE place <= %s ORDER BY place"
        manager = rows.model.objects.using(using)
        read = list(manager.raw(whole, [*values, page.size + 1]))
        prefetch_related_objects(read, *self.related)
        return read


class RowCountLoader(DataLoader):
    """How many rows each parent has, asked for only where somebody wants to know."""

    newest: type[NewestRowsLoader]

    def batch_load(self, keys: Sequence[Any]) -> list[int]:
        rows = self.newest.rows(self, keys, database(self.context))
        found = Counter(rows.order_by().values_list(*self.newest.columns))
        return [found[key] for key in keys]


class _Counted:
    """What Saleor asks for its count, one host in this way and the other in that."""

    def __init__(self, info: Any, loader: type[RowCountLoader], parent: Parent) -> None:
        self.info, self.loader, self.parent = info, loader, parent

    def count(self) -> Any:
        return self.loader(self.info.context).load(self.parent)


def slice_newest(
    info: Any,
    args: dict[str, Any],
    parent: tuple[Any, ...],
    loader: type[NewestRowsLoader],
    counts: type[RowCountLoader],
    connection: type[CountableConnection],
) -> Any:
    """Return a promise of the page of a parent's rows that the arguments ask for.

    Raises ``GraphQLError`` for a page without or beyond bounds.
    """
    check_page(info, args, page_limit())
    page = _page(args)
    counted = _Counted(info, counts, parent)

    def made(rows: list[Any]) -> Any:
        shown = rows[: page.size]
        is_more = len(rows) > page.size
        if page.is_back:
            shown.reverse()
        edges = [
            connection.Edge(node=row, cursor=to_global_cursor([row.pk]))
            for row in shown
        ]
        before, behind = page.cursor is not None, is_more
        if page.is_back:
            before, behind = behind, before
        result = connection(
            edges=edges,
            page_info=graphene.relay.PageInfo(
                start_cursor=edges[0].cursor if edges else None,
                end_cursor=edges[-1].cursor if edges else None,
                has_previous_page=before,
                has_next_page=behind,
            ),
        )
        result.iterable, result.total_count = counted, counted.count
        return result

    return loader(info.context).load((parent, page)).then(made)


def _page(args: dict[str, Any]) -> Page:
    first, last = args.get("first"), args.get("last")
    if first and last:
        raise GraphQLError("Argument 'last' cannot be combined with 'first'.")
    size = first or last or 0
    cursor = args.get("before") if last else args.get("after")
    try:
        if size < 0:
            raise ValueError(size)
        pk = None if not cursor else int(from_global_cursor(cursor)[0])
    except (ValueError, TypeError, IndexError) as error:
        raise GraphQLError("Received cursor is invalid.") from error
    return Page(size, pk, is_back=bool(last))
