"""Balances come from another provider and go back out, as CSV."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone as clock

from saleor_rewards.ledger import balance, posting
from saleor_rewards.models import Account, Entry, EntryNote, Lot, Shortage
from saleor_rewards.points.transfers import MOST_ROWS

from . import merchants
from .importing import HEADER, imported, rows_of, send, statuses
from .inputs import document, node_id
from .merchants import Caller
from .purses import days, earn, open_guest_purse, open_purse
from .world import Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clerk(shop: Shop) -> Caller:
    """Somebody who may give points, in a shop that has them."""
    shop.points()
    return merchants.staff(merchants.USERS, merchants.DISCOUNTS)


def holdings() -> dict[str, int]:
    now = clock.now()
    return {a.email: balance(a, now).available for a in Account.objects.order_by("pk")}


def test_good_rows_are_posted_and_bad_ones_told(shop: Shop, clerk: Caller) -> None:
    # given
    ann = merchants.customer("ann@example.com")
    open_purse(shop, ann)
    rows = {
        "Ann@Example.com,100,2090-12-31,r1": None,
        "new@example.com,50,,r2": None,
        "nobody,5,,r3": "email",
        "ann@example.com,five,,r4": "points",
        "ann@example.com,0,,r5": "points",
        "ann@example.com,5,2001-01-01,r6": "expires_at",
        "ann@example.com,5,someday,r7": "expires_at",
        "ann@example.com,5,2090-01-01T00:00:00,r20": "expires_at",
        "ann@example.com,5,,": "reference",
        "ann@example.com,5,,r1": "reference",
        ",5,,r8": "email",
        "ann@example.com,5,r9": "row",
        "ann@example.com,99999999999,,r10": "points",
    }

    # when
    told = imported(clerk, shop, HEADER + "\n".join(rows))

    # then
    assert statuses(told) == [
        (number, "FAILED" if field else "IMPORTED", field)
        for number, field in enumerate(rows.values(), start=1)
    ]
    failed = [row for row in told if row["status"] == "FAILED"]
    assert [row["line"] for row in told] == [row["row"] + 1 for row in told]
    assert len(failed) == 11
    assert all(row["code"] and row["message"] for row in failed)
    assert holdings() == {"ann@example.com": 100, "new@example.com": 50}
    (lot,) = Lot.objects.filter(points=100)
    assert lot.expires_at is not None
    assert lot.expires_at.isoformat() == "2090-12-31T00:00:00+00:00"
    notes = EntryNote.objects.values_list("reason", "author").order_by("pk")
    assert notes[0] == ("Import: r1", f"User:{clerk.user.pk}")


def test_a_dry_run_reports_the_same_and_writes_nothing(
    shop: Shop, clerk: Caller
) -> None:
    # given
    text = HEADER + "a@example.com,5,,r1\nb@example.com,x,,r2\na@example.com,5,,r1\n"

    # when
    tried = imported(clerk, shop, text, dry_run=True)

    # then
    assert statuses(tried) == [
        (1, "READY", None),
        (2, "FAILED", "points"),
        (3, "FAILED", "reference"),
    ]
    assert Account.objects.count() == Entry.objects.count() == 0
    done = imported(clerk, shop, text)
    assert [row["code"] for row in done] == [row["code"] for row in tried]


def test_a_file_sent_again_changes_nothing_whoever_sends_it(
    shop: Shop, clerk: Caller
) -> None:
    # given
    text = HEADER + "a@example.com,5,,r1\nb@example.com,7,2090-01-01,r2\n"
    imported(clerk, shop, text)

    # when
    again = imported(merchants.app(merchants.USERS, merchants.DISCOUNTS), shop, text)
    tried = imported(clerk, shop, text, dry_run=True)
    mended = imported(clerk, shop, text.replace(",7,", ",8,"))

    # then
    unchanged = [(1, "UNCHANGED", None), (2, "UNCHANGED", None)]
    assert statuses(again) == statuses(tried) == unchanged
    assert statuses(mended)[1] == (2, "FAILED", "reference")
    assert mended[1]["code"] == "KEY_CONFLICT"
    assert mended[1]["message"].startswith("This reference was imported before")
    assert holdings() == {"a@example.com": 5, "b@example.com": 7}


def test_points_of_people_with_an_account_go_to_it(shop: Shop, clerk: Caller) -> None:
    # given
    ann = merchants.customer("ann@example.com")
    pk = ann.user.pk
    text = "user_id,points,reference\n" + (
        f"{pk},5,r1\n{node_id('User', pk)},6,r2\n999999,7,r3\nx,8,r4\n"
    )

    # when
    told = imported(clerk, shop, text)
    by_email = imported(clerk, shop, HEADER + "ANN@example.com,10,,r5\n")

    # then
    assert statuses(told) == [
        (1, "IMPORTED", None),
        (2, "IMPORTED", None),
        (3, "FAILED", "user_id"),
        (4, "FAILED", "user_id"),
    ]
    assert statuses(by_email) == [(1, "IMPORTED", None)]
    account = Account.objects.get()
    assert (account.user_pk, balance(account, clock.now()).available) == (pk, 21)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n",
        "points,reference\n5,r1\n",
        "email,reference\na@example.com,r1\n",
        "email,points\na@example.com,5\n",
        "email,points,reference,colour\na@example.com,5,r1,red\n",
        "email,email,points,reference\na@example.com,,5,r1\n",
        'email,points,reference\n"a@example.com,5,r1\n',
        "email,points,reference\n" + "x" * 200_000 + ",5,r1\n",
        "email,points,reference\na@example.com\0,5,r1\n\0",
    ],
)
def test_a_text_that_is_no_such_csv_is_refused_whole(
    shop: Shop, clerk: Caller, text: str
) -> None:
    # when
    payload = send(clerk, shop, text)

    # then
    if payload["errors"]:
        (error,) = payload["errors"]
        assert (error["field"], error["code"]) == ("csv", "INVALID_VALUE")
        assert payload["import"] is None
    else:
        rows = rows_of(clerk, payload["import"]["id"])
        assert {row["status"] for row in rows} == {"FAILED"}
    assert Entry.objects.count() == 0


def test_files_of_spreadsheets_are_read(shop: Shop, clerk: Caller) -> None:
    # given
    text = '\ufeffReference,Points,E-mail\r\n"r,1",5,a@example.com\r\n\r\n'

    # when
    told = imported(clerk, shop, text.replace("E-mail", "EMAIL"))

    # then
    assert statuses(told) == [(1, "IMPORTED", None)]


def test_more_rows_than_a_request_takes_are_refused_whole(
    shop: Shop, clerk: Caller
) -> None:
    # given
    rows = (f"a@example.com,1,,r{number}\n" for number in range(MOST_ROWS + 1))

    # when
    payload = send(clerk, shop, HEADER + "".join(rows))

    # then
    assert [(e["field"], e["code"]) for e in payload["errors"]] == [("csv", "TOO_LONG")]
    assert Entry.objects.count() == 0


def test_an_unknown_channel_is_refused(shop: Shop, clerk: Caller) -> None:
    # when
    payload = clerk.do(
        document("BalancesImport"), channel="moon", csv=HEADER, dryRun=False
    )

    # then
    assert [(e["field"], e["code"]) for e in payload["errors"]] == [
        ("channel", "NOT_FOUND")
    ]


def exported(caller: Caller, shop: Shop, first: int) -> list[str]:
    pages, after, more = [], None, True
    while more:
        page = caller.ask(
            document("BalancesExport"),
            channel=shop.channel.slug,
            first=first,
            after=after,
        )["rewardsBalancesExport"]
        pages.append(page["csv"])
        assert page["rowCount"] == len(list(csv.reader(io.StringIO(page["csv"])))) - (
            after is None
        )
        after, more = page["endCursor"], page["hasNextPage"]
    return pages


def test_an_export_has_every_point_and_can_be_imported(
    shop: Shop, clerk: Caller
) -> None:
    # given
    at = clock.now()
    ann = open_purse(shop, merchants.customer("ann@example.com"))
    guest = open_guest_purse(shop, "=cmd|x@example.com")
    earn(ann, 100, "a", expires_at=at + days(30))
    earn(ann, 40, "b", available_from=at + days(9))
    earn(guest, 7, "c")
    past = at - days(9)
    earn(guest, 9, "over", at=past, expires_at=at - days(1))
    with posting(ann.pk, at) as book:
        book.hold(60, key="h", checkout_token="t", expires_at=at + days(1))

    # when
    text = "".join(exported(clerk, shop, first=1))

    # then
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [(row["email"], row["points"]) for row in rows] == [
        ("ann@example.com", "100"),
        ("ann@example.com", "40"),
        ("'=cmd|x@example.com", "7"),
    ]
    assert rows[0]["user_id"] == node_id("User", ann.user_pk)
    assert rows[0]["expires_at"] == (at + days(30)).isoformat()
    told = imported(clerk, shop, text)
    assert {row["status"] for row in told} == {"IMPORTED"}
    assert holdings() == {"ann@example.com": 40 + 140, "=cmd|x@example.com": 14}


def test_a_debt_is_exported_and_not_taken_for_points(shop: Shop, clerk: Caller) -> None:
    # given
    ann = open_purse(shop, merchants.customer("ann@example.com"))
    earn(ann, 10, order_pk="5")
    with posting(ann.pk, clock.now()) as book:
        book.adjust(-10, key="gone", reason="Spent elsewhere", author="")
        book.reverse(10, key="back", shortage=Shortage.DEBT, order_pk="5")

    # when
    text = "".join(exported(clerk, shop, first=100))

    # then
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["points"], row["reference"]) == ("-10", f"debt-{ann.pk}")
    assert statuses(imported(clerk, shop, text)) == [(1, "FAILED", "points")]


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"first": 0}, "OUT_OF_RANGE"),
        ({"first": 5001}, "OUT_OF_RANGE"),
        ({"after": "x"}, "INVALID_ID"),
        ({"after": "UmV3"}, "INVALID_ID"),
    ],
)
def test_a_page_of_an_export_out_of_bounds_is_refused_in_words(
    shop: Shop, clerk: Caller, arguments: dict[str, Any], code: str
) -> None:
    # when
    _status, answer = clerk.send(
        document("BalancesExport"), channel=shop.channel.slug, **arguments
    )

    # then
    (error,) = answer["errors"]
    assert error["extensions"]["exception"]["code"] == code


def test_there_is_nothing_to_export_without_a_program(
    shop: Shop, clerk: Caller
) -> None:
    found = clerk.ask(document("BalancesExport"), channel="moon")

    assert found == {"rewardsBalancesExport": None}


def test_the_commands_do_it_for_files_of_any_size(
    shop: Shop, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # given
    shop.points()
    slug, source, target = shop.channel.slug, tmp_path / "in.csv", tmp_path / "out.csv"
    source.write_text(HEADER + "a@example.com,5,,r1\n")

    # when
    call_command("rewards_import_balances", str(source), channel=slug, dry_run=True)
    assert Entry.objects.count() == 0
    call_command("rewards_import_balances", str(source), channel=slug)
    call_command("rewards_import_balances", str(source), channel=slug)
    call_command("rewards_export_balances", str(target), channel=slug)

    # then
    assert capsys.readouterr().out.split("\n")[:3] == [
        "1 READY",
        "1 IMPORTED",
        "1 UNCHANGED",
    ]
    (row,) = csv.DictReader(target.open())
    assert (row["email"], row["points"]) == ("a@example.com", "5")
    call_command("rewards_export_balances", "-", channel=slug)
    assert capsys.readouterr().out.replace("\r\n", "\n") == target.read_text()


@pytest.mark.parametrize(
    ("text", "channel", "told"),
    [
        (HEADER + "a@example.com,x,,r1\n", None, "1 rows failed"),
        ("colour\nred\n", None, "no column 'colour'"),
        (HEADER, "moon", "no such channel"),
        (None, None, "No such file"),
    ],
)
def test_a_command_that_failed_says_so(
    shop: Shop, tmp_path: Path, text: str | None, channel: str | None, told: str
) -> None:
    # given
    source = tmp_path / "in.csv"
    if text is not None:
        source.write_text(text)

    # then
    with pytest.raises(CommandError, match=told):
        call_command(
            "rewards_import_balances",
            str(source),
            channel=channel or shop.channel.slug,
        )
