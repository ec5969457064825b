"""An import gives points by hand: bounded, to others, and under names nobody can read."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone as clock

from saleor_rewards.ledger.upkeep import erase
from saleor_rewards.models import (
    Account,
    Entry,
    EntryNote,
    PointsAdjustment,
    StaffAllowance,
)

from . import merchants
from .importing import imported
from .inputs import document, node_id
from .merchants import DISCOUNTS, USERS, Caller
from .people import available
from .purses import account_id, open_guest_purse
from .world import Shop

pytestmark = pytest.mark.django_db(transaction=True)

HEADER = "email,points,reference\n"
EMAIL = "ada@example.com"


@pytest.fixture
def clerk(shop: Shop) -> Caller:
    """Somebody who may give points, 100 a day."""
    shop.points(max_staff_points_per_day=100)
    return merchants.staff(USERS, DISCOUNTS)


def send(
    caller: Caller, shop: Shop, *rows: str, header: str = HEADER, dry_run: bool = False
) -> list[tuple[Any, ...]]:
    """Import rows; return status, code and field of each."""
    told = imported(caller, shop, header + "\n".join(rows), dry_run=dry_run)
    return [(row["status"], row["code"], row["field"]) for row in told]


@pytest.mark.parametrize("dry_run", [True, False])
def test_a_row_about_oneself_is_refused_by_its_field(
    shop: Shop, clerk: Caller, dry_run: bool
) -> None:
    # given
    id = node_id("User", clerk.user.pk)

    # when
    found = send(
        clerk,
        shop,
        f"{clerk.user.email.upper()},,5,r1",
        f",{clerk.user.pk},5,r2",
        f",{id},5,r3",
        "other@example.com,,5,r4",
        header="email,user_id,points,reference\n",
        dry_run=dry_run,
    )

    # then
    assert found == [
        ("FAILED", "OWN_ACCOUNT", "email"),
        ("FAILED", "OWN_ACCOUNT", "user_id"),
        ("FAILED", "OWN_ACCOUNT", "user_id"),
        ("READY" if dry_run else "IMPORTED", None, None),
    ]
    assert Entry.objects.count() == (0 if dry_run else 1)


@pytest.mark.parametrize("dry_run", [True, False])
def test_rows_beyond_what_one_may_give_wait_for_another(
    shop: Shop, clerk: Caller, dry_run: bool
) -> None:
    # given
    rows = "a@example.com,60,r1", "b@example.com,60,r2", "c@example.com,40,r3"
    posted = ("READY" if dry_run else "IMPORTED", None, None)

    # when
    found = send(clerk, shop, *rows, dry_run=dry_run)

    # then
    assert found == [posted, ("WAITING", None, None), posted]
    if dry_run:
        assert not StaffAllowance.objects.exists()
        assert not PointsAdjustment.objects.exists()
        assert not Account.objects.exists()
        return
    assert StaffAllowance.objects.get().points_given == 100
    (waiting,) = PointsAdjustment.objects.all()
    assert (waiting.points, waiting.account.email) == (60, "b@example.com")
    assert waiting.reason == "Import: r2"


def test_a_bound_holds_over_imports_and_changes_by_hand_together(
    shop: Shop, clerk: Caller
) -> None:
    # given
    guest = open_guest_purse(shop, EMAIL)
    send(clerk, shop, f"{EMAIL},60,r1")

    # when
    payload = clerk.do(
        document("PointsAdjust"),
        input={"accountId": account_id(guest), "points": 60, "reason": "Sorry"},
    )

    # then
    assert payload["adjustment"]["state"] == "WAITING"
    assert send(clerk, shop, f"{EMAIL},60,r2") == [("WAITING", None, None)]
    assert available(guest) == 60


def test_a_row_that_waits_is_approved_declined_and_sent_again(
    shop: Shop, clerk: Caller
) -> None:
    # given
    rows = f"{EMAIL},101,r1", f"{EMAIL},102,r2"
    send(clerk, shop, *rows)
    colleague = merchants.staff(USERS, DISCOUNTS)
    first, second = (
        node_id("RewardsPointsAdjustment", pk)
        for pk in PointsAdjustment.objects.values_list("pk", flat=True)
    )

    # then, whoever sends it
    assert send(colleague, shop, *rows) == [("WAITING", None, None)] * 2
    assert send(colleague, shop, f"{EMAIL},9,r1") == [
        ("FAILED", "KEY_CONFLICT", "reference")
    ]
    for how, id in (("Approve", first), ("Decline", second)):
        document_ = document(f"PointsAdjust{how}")
        assert colleague.do(document_, ids=[id], reason="Seen")["errors"] == []
    assert send(clerk, shop, *rows) == [
        ("UNCHANGED", None, None),
        ("FAILED", "ALREADY_DECIDED", "reference"),
    ]
    assert available(Account.objects.get()) == 101


def test_a_file_sent_again_counts_once_for_the_day(shop: Shop, clerk: Caller) -> None:
    # given
    for _ in range(3):
        send(clerk, shop, f"{EMAIL},60,r1")

    # then
    assert StaffAllowance.objects.get().points_given == 60


def test_the_shops_own_command_gives_without_a_bound(
    shop: Shop, clerk: Caller, tmp_path: Path
) -> None:
    # given
    source = tmp_path / "in.csv"
    source.write_text(f"{HEADER}{EMAIL},5000,r1\n")

    # when
    call_command("rewards_import_balances", str(source), channel=shop.channel.slug)

    # then
    assert available(Account.objects.get()) == 5000
    assert not PointsAdjustment.objects.exists()


def plain_hashes(*texts: str) -> set[str]:
    """Return what anybody with a list of texts can compute."""
    return {sha256(text.encode()).hexdigest() for text in texts}


def test_what_outlives_a_person_cannot_be_matched_against_a_list_of_addresses(
    shop: Shop, clerk: Caller
) -> None:
    # given a row and a change whose names are an address
    guest = open_guest_purse(shop, EMAIL)
    send(clerk, shop, f"{EMAIL},60,{EMAIL}")
    clerk.do(
        document("PointsAdjust"),
        input={
            "accountId": account_id(guest),
            "points": 5,
            "reason": f"For {EMAIL}",
            "key": EMAIL,
        },
    )
    notes = list(
        EntryNote.objects.values_list("entry__points_available", "reason", "author")
    )
    guesses = plain_hashes(EMAIL) | {
        sha256(
            repr(("adjust", points, "", None, 1, reason, author)).encode()
        ).hexdigest()
        for points, reason, author in notes
    }
    assert len(guesses) == 3

    # when
    erase(guest.pk, clock.now())

    # then
    kept = list(Entry.objects.values_list("key", "fingerprint"))
    texts = " ".join(text for row in kept for text in row)
    assert EMAIL not in texts
    assert not [guess for guess in guesses if guess in texts]
    assert not EntryNote.objects.exists()


def test_a_row_is_known_by_its_reference_in_the_shop_that_has_the_secret(
    shop: Shop, clerk: Caller, settings: Any
) -> None:
    # given
    send(clerk, shop, f"{EMAIL},5,r1")
    here = Entry.objects.get().key

    # then
    assert send(clerk, shop, f"{EMAIL},5,r1") == [("UNCHANGED", None, None)]
    settings.SECRET_KEY = "another shop's"
    send(clerk, shop, f"{EMAIL},5,r1")
    assert Entry.objects.exclude(key=here).count() == 1
