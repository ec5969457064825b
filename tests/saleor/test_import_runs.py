"""An import goes on after the request, whatever dies meanwhile, and posts nothing twice."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Callable

import pytest
from django.utils import timezone

from saleor_rewards import guard, jobs, tasks
from saleor_rewards.ledger.verify import verify
from saleor_rewards.models import (
    Account,
    BalanceImport,
    BalanceImportRow,
    Entry,
    ImportRowStatus,
)
from saleor_rewards.points.transfers import MOST_ROWS, import_runs

from . import merchants
from .crash import die_at, in_child
from .elsewhere import in_thread
from .importing import HEADER, imported, look, send, statuses
from .inputs import nodes
from .merchants import Caller
from .test_broker import NOBODY
from .test_sql_counts import queries
from .world import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk(shop: Shop) -> Caller:
    """Somebody who may give points, in a shop that has them."""
    shop.points()
    return merchants.staff(merchants.USERS, merchants.DISCOUNTS)


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The imports that were handed to a worker who did not begin yet."""
    found: list[int] = []
    monkeypatch.setattr(
        import_runs, "enqueue", lambda _task, import_pk: found.append(import_pk)
    )
    return found


def csv_of(count: int, wrong: int = 0) -> str:
    good = [f"m{n}@example.com,{n + 1},,r{n}" for n in range(count)]
    bad = [f"nobody,1,,w{n}" for n in range(wrong)]
    return HEADER + "".join(f"{row}\n" for row in [*good, *bad])


def held() -> dict[str, int]:
    accounts = Account.objects.filter(points_available__gt=0)
    return dict(accounts.values_list("email", "points_available"))


def points_of(count: int) -> dict[str, int]:
    return {f"m{n}@example.com": n + 1 for n in range(count)}


def test_the_answer_comes_before_the_points_and_tells_how_far_they_are(
    shop: Shop, clerk: Caller, queued: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setattr(jobs, "CHUNK", 2)
    monkeypatch.setattr(tasks.import_balances, "delay", lambda *_arguments: None)

    # when
    begun = send(clerk, shop, csv_of(3, wrong=1))["import"]
    before = look(clerk, begun["id"])
    tasks.import_balances(queued[0])
    amid = look(clerk, begun["id"])
    tasks.import_balances(queued[0], 2)
    after = look(clerk, begun["id"])

    # then
    def told(found: dict[str, Any]) -> tuple[Any, ...]:
        return found["state"], found["rowsDone"], found["rowsFailed"]

    assert (begun["state"], begun["rowsTotal"], begun["rowsDone"]) == ("RUNNING", 4, 1)
    assert told(before) == ("RUNNING", 1, 1)
    assert (told(amid), amid["finishedAt"]) == (("RUNNING", 3, 1), None)
    assert told(after) == ("FINISHED", 4, 1)
    assert after["finishedAt"] is not None
    assert (after["author"], after["isDryRun"], after["channel"]) == (
        f"User:{clerk.user.pk}",
        False,
        shop.channel.slug,
    )
    assert held() == points_of(3)


def test_failed_rows_are_told_a_page_at_a_time_with_field_and_line(
    shop: Shop, clerk: Caller
) -> None:
    # given a blank line, which is no row
    text = csv_of(2).replace("\nm1", "\n\nm1") + "a@example.com,x,,r8\nb,1,,r9\n"

    # when
    begun = send(clerk, shop, text)["import"]
    first = look(clerk, begun["id"], first=1, statuses=["FAILED"])["rows"]
    end = first["pageInfo"]["endCursor"]
    second = look(clerk, begun["id"], first=1, after=end, statuses=["FAILED"])["rows"]

    # then
    assert first["totalCount"] == second["totalCount"] == 2
    assert [
        (row["row"], row["line"], row["field"], row["code"])
        for page in (first, second)
        for row in nodes(page)
    ] == [(3, 5, "points", "INVALID_VALUE"), (4, 6, "email", "INVALID_VALUE")]
    assert not second["pageInfo"]["hasNextPage"]


def test_a_worker_killed_at_any_statement_posts_nothing_twice_and_leaves_nothing_out(
    shop: Shop, clerk: Caller, queued: list[int]
) -> None:
    # given
    send(clerk, shop, csv_of(12))
    deaths = 0

    # when
    for statements in range(8, 90, 9):

        def dying(statements: int = statements) -> None:
            die_at(statements)
            tasks.import_balances(queued[0])

        deaths += in_child(dying)
    tasks.import_balances()

    # then
    assert deaths >= 5
    rows = BalanceImportRow.objects.all()
    assert {row.status for row in rows} == {ImportRowStatus.IMPORTED}
    assert held() == points_of(12)
    assert verify(None) == []
    assert BalanceImport.objects.get().finished_at is not None


def test_workers_that_were_sent_the_same_import_share_it(
    shop: Shop, clerk: Caller, queued: list[int]
) -> None:
    # given
    send(clerk, shop, csv_of(40))

    # when
    threads = [
        in_thread(lambda: tasks.import_balances(queued[0])) for _worker in range(3)
    ]
    for thread in threads:
        thread.join()
    tasks.import_balances(queued[0])

    # then
    rows = BalanceImportRow.objects.all()
    assert {row.status for row in rows} == {ImportRowStatus.IMPORTED}
    assert held() == points_of(40)
    assert Entry.objects.count() == 40


def test_two_imports_with_the_same_references_post_them_once(
    shop: Shop, clerk: Caller
) -> None:
    # given
    first = imported(clerk, shop, csv_of(2))
    colleague = merchants.staff(merchants.USERS, merchants.DISCOUNTS)

    # when
    again = imported(colleague, shop, csv_of(3))

    # then
    assert {status for _row, status, _field in statuses(first)} == {"IMPORTED"}
    assert [status for _row, status, _field in statuses(again)] == [
        "UNCHANGED",
        "UNCHANGED",
        "IMPORTED",
    ]
    assert held() == points_of(3)


def test_a_reference_that_stands_twice_fails_in_whatever_chunk_it_comes(
    shop: Shop, clerk: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setattr(jobs, "CHUNK", 1)

    # when
    told = imported(clerk, shop, csv_of(2) + "z@example.com,9,,r0\n")

    # then
    assert statuses(told)[2] == (3, "FAILED", "reference")
    assert told[2]["code"] == "DUPLICATE"
    assert held() == points_of(2)


def test_a_broker_that_is_down_keeps_the_import_for_later(
    shop: Shop, clerk: Caller, settings: Any
) -> None:
    # given
    settings.CELERY_TASK_ALWAYS_EAGER = False
    settings.CELERY_BROKER_URL = NOBODY
    guard.faults.clear()

    # when
    payload = send(clerk, shop, csv_of(2))
    settings.CELERY_TASK_ALWAYS_EAGER = True
    waiting = held()
    tasks.import_balances()

    # then
    assert payload["errors"] == []
    assert guard.faults["REWARDS_ENQUEUE"] == 1
    assert (payload["import"]["state"], waiting) == ("WAITING", {})
    assert held() == points_of(2)


def test_nothing_of_a_person_is_kept_of_a_row_that_is_done(
    shop: Shop, clerk: Caller
) -> None:
    # when
    imported(clerk, shop, csv_of(2, wrong=1))
    imported(clerk, shop, csv_of(2), dry_run=True)

    # then
    assert not BalanceImportRow.objects.filter(values__isnull=False).exists()


def test_an_import_is_purged_when_nobody_needs_it_any_more(
    shop: Shop, clerk: Caller, queued: list[int]
) -> None:
    # given
    for _ in range(2):
        send(clerk, shop, csv_of(2))
    tasks.import_balances(queued[0])
    past = timezone.now() - timedelta(days=import_runs.KEEP_DAYS)
    BalanceImport.objects.update(created_at=past)
    BalanceImport.objects.filter(pk=queued[0]).update(finished_at=past)

    # when
    tasks.forget_evidence()

    # then
    assert [one.pk for one in BalanceImport.objects.all()] == [queued[1]]
    assert BalanceImportRow.objects.count() == 2


@pytest.mark.parametrize("rows", [10, 1000])
def test_the_request_takes_as_many_statements_however_long_the_file_is(
    shop: Shop, clerk: Caller, queued: list[int], rows: int
) -> None:
    # given
    send(clerk, shop, csv_of(1))

    # when
    sent = queries(lambda: send(clerk, shop, csv_of(rows)))

    # then
    ours = [sql for sql in sent if "saleor_rewards_" in sql]
    assert rows <= MOST_ROWS
    assert len(ours) <= 6


def check_looking(clerk: Caller, id: str) -> Callable[[], Any]:
    return lambda: look(clerk, id)


def test_looking_at_an_import_takes_as_many_statements_however_long_it_is(
    shop: Shop, clerk: Caller
) -> None:
    # given
    small = send(clerk, shop, csv_of(2))["import"]["id"]
    large = send(clerk, shop, csv_of(300))["import"]["id"]
    look(clerk, small)

    # when
    counts = [len(queries(check_looking(clerk, id))) for id in (small, large)]

    # then
    assert counts[0] == counts[1]
