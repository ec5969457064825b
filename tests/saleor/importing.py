"""How the tests import balances, and what became of each row."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from saleor_rewards.models import BalanceImport, Program

from .inputs import document, nodes
from .merchants import Caller
from .world import Shop

HEADER = "email,points,expires_at,reference\n"


def make_import(shop: Shop) -> BalanceImport:
    """Keep an import without rows."""
    program = Program.objects.get(channel_pk=shop.channel.pk)
    return BalanceImport.objects.create(
        program=program, author="User:0", is_dry_run=True, created_at=timezone.now()
    )


def send(
    caller: Caller, shop: Shop, text: str, *, dry_run: bool = False
) -> dict[str, Any]:
    """Send a CSV and return the mutation's payload."""
    payload: dict[str, Any] = caller.do(
        document("BalancesImport"),
        channel=shop.channel.slug,
        csv=text,
        dryRun=dry_run,
    )
    return payload


def look(caller: Caller, id: str, **page: Any) -> dict[str, Any]:
    """Ask how far an import has come."""
    found: dict[str, Any] = caller.ask(document("Import"), id=id, **page)
    return found["rewardsImport"]  # type: ignore[no-any-return]


def rows_of(caller: Caller, id: str) -> list[dict[str, Any]]:
    """Return every row of an import, page by page."""
    rows, after, is_more = [], None, True
    while is_more:
        page = look(caller, id, after=after)["rows"]
        rows += nodes(page)
        after, is_more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return rows


def imported(
    caller: Caller, shop: Shop, text: str, *, dry_run: bool = False
) -> list[dict[str, Any]]:
    """Send a CSV, let it be worked off, and return every row."""
    payload = send(caller, shop, text, dry_run=dry_run)
    assert payload["errors"] == []
    found = look(caller, payload["import"]["id"])
    rows = rows_of(caller, payload["import"]["id"])
    failed = [row for row in rows if row["status"] == "FAILED"]
    assert found["state"] == "FINISHED"
    assert (found["rowsTotal"], found["rowsDone"]) == (len(rows), len(rows))
    assert found["rowsFailed"] == len(failed)
    return rows


def statuses(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(row["row"], row["status"], row["field"]) for row in rows]
