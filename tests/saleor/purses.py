"""People with points, for the tests of what the API tells of them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from saleor_rewards.ledger import guest as guest_account
from saleor_rewards.ledger import member as member_account
from saleor_rewards.ledger import posting
from saleor_rewards.models import Account, Tier

from .inputs import node_id
from .merchants import Caller, customer
from .world import Cart, Shop

#: What the API shows of a balance.
BALANCE = "pending available held debt lifetime"


def days(number: int) -> timedelta:
    return timedelta(days=number)


def open_purse(shop: Shop, caller: Caller, at: datetime | None = None) -> Account:
    """Open a customer's account in the shop's program."""
    user = caller.user
    at = at or timezone.now()
    return member_account(shop.program.pk, user.pk, user.email, at)


def open_guest_purse(shop: Shop, email: str) -> Account:
    """Open the account of somebody who only gave an address."""
    return guest_account(shop.program.pk, email, timezone.now())


def earn(account: Account, points: int, key: str = "gift", **options: Any) -> None:
    """Give points, spendable at once unless the options say otherwise."""
    at = options.pop("at", None) or timezone.now()
    options.setdefault("available_from", at)
    with posting(account.pk, at) as book:
        book.earn(points, key=f"{key}:{account.pk}", **options)


def account_id(account: Account) -> str:
    return node_id("RewardsAccount", account.pk)


def give_cart(cart: Cart, caller: Caller) -> None:
    """Make the customer the owner of a cart that a guest began."""
    from saleor.checkout.models import Checkout

    Checkout.objects.filter(pk=cart.pk).update(user=caller.user)


def make_crowd(shop: Shop) -> dict[str, Account]:
    """Open accounts of two members and a guest: with 300, 20 and 100 points."""
    tier = Tier.objects.create(program=shop.program, name="Gold", threshold=200)
    accounts = {
        "ann@example.com": open_purse(shop, customer("ann@example.com")),
        "bob@example.com": open_purse(shop, customer("bob@example.com")),
        "guest@shop.test": open_guest_purse(shop, "guest@shop.test"),
    }
    for account, points in zip(accounts.values(), (300, 20, 100)):
        earn(account, points)
    Account.objects.filter(email="ann@example.com").update(tier=tier)
    return accounts
