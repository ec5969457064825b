"""An import that goes on after the request is bounded as whoever sent it, and forgets."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any, Callable

import pytest
from django.core.management import call_command
from django.utils import timezone
from saleor.app.models import App

from saleor_rewards import jobs, tasks
from saleor_rewards.customers.erasing import erase
from saleor_rewards.models import (
    Account,
    BalanceImport,
    BalanceImportRow,
    Entry,
    ImportRowStatus,
    PointsAdjustment,
    StaffAllowance,
)
from saleor_rewards.points.transfers import import_runs

from . import merchants
from .elsewhere import held_elsewhere, in_thread
from .importing import HEADER, imported, look, rows_of, send
from .merchants import DISCOUNTS, USERS, Caller
from .world import Shop

pytestmark = pytest.mark.django_db(transaction=True)

PEOPLE = "email,user_id,points,reference\n"
EMAIL = "ada@example.com"


@pytest.fixture
def clerk(shop: Shop) -> Caller:
    """Somebody who may give points, 100 a day."""
    shop.points(max_staff_points_per_day=100)
    return merchants.staff(USERS, DISCOUNTS)


@pytest.fixture
def queued(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The imports that were handed to a worker who did not begin yet."""
    found: list[int] = []
    monkeypatch.setattr(
        import_runs, "enqueue", lambda _task, import_pk: found.append(import_pk)
    )
    return found


def told(rows: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
    return [(row["status"], row["code"], row["field"]) for row in rows]


def printed(person: str) -> list[dict[str, Any]]:
    """Return what the export of a person has of imports."""
    out = StringIO()
    call_command("rewards_export_person", person, stdout=out)
    rows: list[dict[str, Any]] = json.loads(out.getvalue())["imports"]
    return rows


def posted_by(author: str) -> int:
    notes = Entry.objects.filter(note__author=author)
    return sum(notes.values_list("points_available", flat=True))


@pytest.mark.parametrize("dry_run", [True, False])
def test_the_bound_counts_over_the_chunks_of_an_import(
    shop: Shop, clerk: Caller, dry_run: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setattr(jobs, "CHUNK", 1)
    text = f"{HEADER}a@b.test,60,,r1\nb@b.test,60,,r2\nc@b.test,40,,r3\nd@b.test,1,,r4"

    # when
    rows = imported(clerk, shop, text, dry_run=dry_run)

    # then
    posted = "READY" if dry_run else "IMPORTED"
    assert [row["status"] for row in rows] == [posted, "WAITING", posted, "WAITING"]
    assert PointsAdjustment.objects.count() == (0 if dry_run else 2)


@pytest.mark.parametrize("dry_run", [True, False])
def test_workers_that_share_an_import_give_no_more_than_its_author_may(
    shop: Shop, clerk: Caller, queued: list[int], dry_run: bool
) -> None:
    # given
    rows = "".join(f"m{number}@b.test,10,,r{number}\n" for number in range(30))
    id = send(clerk, shop, HEADER + rows, dry_run=dry_run)["import"]["id"]

    # when
    threads = [
        in_thread(lambda: tasks.import_balances(queued[0])) for _worker in range(3)
    ]
    for thread in threads:
        thread.join()
    tasks.import_balances(queued[0])

    # then
    statuses = [row["status"] for row in rows_of(clerk, id)]
    assert statuses.count("READY" if dry_run else "IMPORTED") == 10
    assert statuses.count("WAITING") == 20
    if not dry_run:
        assert StaffAllowance.objects.get().points_given == 100
        assert posted_by(f"User:{clerk.user.pk}") == 100


def test_a_worker_refuses_rows_about_who_sent_the_import(
    shop: Shop, clerk: Caller, queued: list[int]
) -> None:
    # given
    rows = f"{clerk.user.email.upper()},,5,r1\n,{clerk.user.pk},5,r2\n{EMAIL},,5,r3\n"
    id = send(clerk, shop, PEOPLE + rows)["import"]["id"]

    # when
    tasks.import_balances(queued[0])

    # then
    assert told(rows_of(clerk, id)) == [
        ("FAILED", "OWN_ACCOUNT", "email"),
        ("FAILED", "OWN_ACCOUNT", "user_id"),
        ("IMPORTED", None, None),
    ]
    assert BalanceImport.objects.get().author_email == ""
    assert posted_by(f"User:{clerk.user.pk}") == 5


def test_what_an_app_imports_is_bounded_under_its_own_name(
    shop: Shop, clerk: Caller
) -> None:
    # given
    program = merchants.app(USERS, DISCOUNTS)

    # when
    rows = imported(program, shop, f"{HEADER}{EMAIL},100,,r1\n{EMAIL},1,,r2\n")

    # then
    assert [row["status"] for row in rows] == ["IMPORTED", "WAITING"]
    (made,) = BalanceImport.objects.all()
    assert made.author.startswith("App:")
    assert StaffAllowance.objects.get().author == made.author


@pytest.mark.parametrize("needed", [USERS, DISCOUNTS])
@pytest.mark.parametrize("make", [merchants.staff, merchants.app])
def test_one_permission_of_both_shows_no_import(
    shop: Shop, clerk: Caller, make: Callable[..., Caller], needed: str
) -> None:
    # given
    id = send(clerk, shop, f"{HEADER}{EMAIL},5,,r1\n")["import"]["id"]
    query = "query($id: ID!) { rewardsImport(id: $id) { author } }"

    # then
    assert make(needed).is_refused(query, id=id)
    assert look(make(USERS, DISCOUNTS), id)["rowsDone"] == 1


def _dismiss(clerk: Caller) -> None:
    clerk.user.groups.clear()
    clerk.user.user_permissions.clear()


def _lock_out(clerk: Caller) -> None:
    clerk.user.is_active = False
    clerk.user.save()


def _delete(clerk: Caller) -> None:
    clerk.user.delete()


@pytest.mark.parametrize("dry_run", [True, False])
@pytest.mark.parametrize("end", [_dismiss, _lock_out, _delete])
def test_rows_of_who_may_give_no_points_any_more_are_not_posted(
    shop: Shop,
    clerk: Caller,
    queued: list[int],
    monkeypatch: pytest.MonkeyPatch,
    end: Callable[[Caller], None],
    dry_run: bool,
) -> None:
    # given
    monkeypatch.setattr(jobs, "CHUNK", 1)
    monkeypatch.setattr(tasks.import_balances, "delay", lambda *_: None)
    rows = f"{HEADER}a@b.test,1,,r1\nb@b.test,2,,r2\nc@b.test,3,,r3\n"
    id = send(clerk, shop, rows, dry_run=dry_run)["import"]["id"]
    tasks.import_balances(queued[0])

    # when
    end(clerk)
    tasks.import_balances(queued[0], 1)

    # then
    colleague = merchants.staff(USERS, DISCOUNTS)
    posted = ("READY" if dry_run else "IMPORTED", None, None)
    refused = ("FAILED", "PERMISSION_REQUIRED", "row")
    assert told(rows_of(colleague, id)) == [posted, refused, refused]
    assert look(colleague, id)["state"] == "FINISHED"
    assert not BalanceImportRow.objects.filter(values__isnull=False).exists()
    assert Entry.objects.count() == (0 if dry_run else 1)


def test_an_app_that_is_stopped_imports_nothing_more(
    shop: Shop, clerk: Caller, queued: list[int]
) -> None:
    # given
    program = merchants.app(USERS, DISCOUNTS)
    id = send(program, shop, f"{HEADER}{EMAIL},5,,r1\n")["import"]["id"]

    # when
    App.objects.update(is_active=False)
    tasks.import_balances(queued[0])

    # then
    assert told(rows_of(clerk, id)) == [("FAILED", "PERMISSION_REQUIRED", "row")]
    assert not Entry.objects.exists()


def test_rows_of_somebody_who_is_erased_are_not_posted_any_more(
    shop: Shop, clerk: Caller, queued: list[int]
) -> None:
    # given
    ada = merchants.customer(EMAIL).user
    rows = f"{EMAIL},,5,r1\n,{ada.pk},5,r2\nbob@example.com,,5,r3\n"
    id = send(clerk, shop, PEOPLE + rows)["import"]["id"]

    # when
    exported = [printed(f"--{by}") for by in (f"email={EMAIL}", f"user={ada.pk}")]
    erase(ada.pk, EMAIL, timezone.now())
    kept = BalanceImportRow.objects.filter(values__isnull=False)
    left = [row.values["email"] for row in kept]
    tasks.import_balances(queued[0])

    # then
    assert [[row["reference"] for row in rows] for rows in exported] == [
        ["r1", "r2"]
    ] * 2
    assert left == ["bob@example.com"]
    assert told(rows_of(clerk, id)) == [
        ("FAILED", "NOT_FOUND", "email"),
        ("FAILED", "NOT_FOUND", "user_id"),
        ("IMPORTED", None, None),
    ]
    assert [one.email for one in Account.objects.all()] == ["bob@example.com"]
    assert look(clerk, id)["state"] == "FINISHED"


def test_a_row_that_a_worker_is_posting_is_erased_with_its_account(
    shop: Shop, clerk: Caller, queued: list[int]
) -> None:
    # given
    send(clerk, shop, f"{HEADER}{EMAIL},5,,r1\n")

    def post() -> None:
        tasks.import_balances(queued[0])

    # when
    with held_elsewhere(post):
        thread = in_thread(lambda: erase(None, EMAIL, timezone.now()))
        thread.join(1)
        assert thread.is_alive()
    thread.join()

    # then
    assert BalanceImportRow.objects.get().status == ImportRowStatus.IMPORTED
    assert not Account.objects.filter(email=EMAIL).exists()


def test_the_address_of_who_sent_an_import_goes_with_them(
    shop: Shop, clerk: Caller, queued: list[int]
) -> None:
    # given
    send(clerk, shop, f"{HEADER}{EMAIL},5,,r1\n")
    before = BalanceImport.objects.get().author_email

    # when
    erase(clerk.user.pk, clerk.user.email, timezone.now())

    # then
    assert before == clerk.user.email
    assert BalanceImport.objects.get().author_email == ""


def test_no_text_of_a_row_is_kept_that_may_name_a_person(
    shop: Shop, clerk: Caller
) -> None:
    # given
    imported(clerk, shop, f"{HEADER}{EMAIL},5,,{EMAIL}\n")

    # when
    (row,) = imported(clerk, shop, f"{HEADER}{EMAIL},6,,{EMAIL}\n")

    # then
    assert row["code"] == "KEY_CONFLICT"
    kept = [str(values) for values in BalanceImportRow.objects.values()]
    assert not [text for text in kept if EMAIL in text]
