"""A person can have all that is held of them, and can be erased."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from saleor.account.models import User

from saleor_rewards.ledger import posting
from saleor_rewards.models import Account, AccountState, Entry, EntryNote
from saleor_rewards.points.members import member_account

from .people import available, customer, guest_with, now, points_of
from .points import earning_cart
from .world import Shop, Shopper

EMAIL = "ada@example.com"


@pytest.fixture
def user(shop: Shop) -> User:
    """A member who was a guest before, with points and a note."""
    shop.points()
    guest_with(shop, EMAIL, 30)
    user = customer(EMAIL)
    account = member_account(shop.program.pk, user)
    points_of(account, 12)
    with posting(account.pk, now()) as book:
        book.adjust(5, key="test:adjust", reason="Ada called us", author="staff:1")
    return user


def export(*arguments: str) -> Any:
    out = StringIO()
    call_command("rewards_export_person", *arguments, stdout=out)
    return json.loads(out.getvalue())


@pytest.mark.parametrize("by", ["user", "email"])
@pytest.mark.django_db
def test_the_export_holds_accounts_entries_and_notes(user: User, by: str) -> None:
    # when
    named = f"--user={user.pk}" if by == "user" else "--email=Ada@Example.com"
    held = export(named)

    # then
    assert (held["user"], held["email"]) == (user.pk, EMAIL)
    assert {account["state"] for account in held["accounts"]} == {"open", "merged"}
    entries = [entry for account in held["accounts"] for entry in account["entries"]]
    assert len(entries) == Entry.objects.count()
    assert "Ada called us" in [entry["reason"] for entry in entries]
    (mine,) = [one for one in held["accounts"] if one["state"] == "open"]
    assert mine["points_available"] == 47
    assert sum(lot["points_available"] for lot in mine["lots"]) == 47


@pytest.mark.django_db(transaction=True)
def test_the_export_holds_what_orders_got(shop: Shop, shopper: Shopper) -> None:
    # given
    shop.points()
    shopper.buy(earning_cart(shop, shopper))
    guest = Account.objects.get()

    # when
    ((order,),) = [
        one["orders"] for one in export(f"--email={guest.email}")["accounts"]
    ]

    # then
    assert order["points_earned"] == 90
    lines = order["receipt"]["snapshot"]["lines"]
    assert sum(line["amount"] for line in lines) == 4000
    assert order["receipt"]["effects"]


@pytest.mark.django_db
def test_the_export_of_a_stranger_is_empty(user: User) -> None:
    assert export("--email=nobody@example.com")["accounts"] == []
    held = export("--user=999999")
    referrals = held.pop("referrals")
    assert held == {"user": 999999, "email": "", "accounts": [], "imports": []}
    assert not any(referrals.values())


@pytest.mark.django_db
def test_an_account_with_an_unproven_address_takes_nobodys_data(shop: Shop) -> None:
    # given
    guest_with(shop, EMAIL, 30)
    user = customer(EMAIL)
    User.objects.filter(pk=user.pk).update(is_active=False)

    # then
    assert export(f"--user={user.pk}")["accounts"] == []


@pytest.mark.django_db
def test_erasing_leaves_nothing_of_the_person_and_a_ledger_that_adds_up(
    user: User,
) -> None:
    # when
    out = StringIO()
    call_command("rewards_erase_person", f"--user={user.pk}", stdout=out)

    # then
    assert out.getvalue() == "Accounts erased: 1\nReferrals erased: 0\n"
    assert export(f"--user={user.pk}")["accounts"] == []
    assert not Account.objects.filter(email=EMAIL).exists()
    assert not EntryNote.objects.exists()
    for account in Account.objects.filter(state=AccountState.ERASED):
        assert available(account) == 0


@pytest.mark.django_db
def test_a_guest_is_erased_by_address(shop: Shop) -> None:
    # given
    guest_with(shop, EMAIL, 30)
    other = guest_with(shop, "other@example.com", 30)

    # when
    call_command("rewards_erase_person", "--email=ADA@example.com", stdout=StringIO())

    # then
    assert export(f"--email={EMAIL}")["accounts"] == []
    assert available(other) == 30


@pytest.mark.parametrize(
    "arguments", [[], ["--email=  "], ["--user=1", "--email=a@example.com"]]
)
def test_the_commands_want_one_person(db: None, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        export(*arguments)
