"""People who sign up, confirm, change their address and leave, through the API."""

from __future__ import annotations

from datetime import datetime, timezone
from itertools import count
from typing import Any

import graphene
from saleor.account import models
from saleor.account.models import User

from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.ledger import accounts, posting
from saleor_rewards.models import Account

from .merchants import ACCESS, Caller, anonymous, staff
from .talk import TALK
from .world import Shop

numbers = count(1)

ERRORS = f"{TALK.ERRORS_OF_ACCOUNT} {{ field message code }}"
PASSWORD = "a long and winding road"


def now() -> datetime:
    return datetime.now(timezone.utc)


def _do(caller: Caller, name: str, declared: str, call: str, **variables: Any) -> None:
    payload = caller.do(
        f"mutation({declared}) {{ {name}({call}) {{ {ERRORS} }} }}", **variables
    )
    assert not any(payload.values()), payload


def _make_customer_type() -> None:
    """Make what Saleor's migrations made, and a test before this one swept away."""
    if capabilities.customer_types:
        models.CustomerType.objects.get_or_create(
            is_default=True, defaults={"name": "Customer", "slug": "customer"}
        )


def register(email: str) -> User:
    """Sign somebody up; the shop waits for them to confirm the address."""
    _make_customer_type()
    wanted = {
        "email": email,
        "password": PASSWORD,
        "redirectUrl": "http://www.example.com/confirm",
        **TALK.IN_CHANNEL,
    }
    declared = "$input: AccountRegisterInput!"
    _do(anonymous(), "accountRegister", declared, "input: $input", input=wanted)
    return User.objects.get(email=email)


def confirm(user: User) -> User:
    """Follow the link in the mail that the shop sent."""
    _do(
        anonymous(),
        "confirmAccount",
        "$email: String!, $token: String!",
        "email: $email, token: $token",
        email=user.email,
        token=ACCESS.account_tokens.make_token(user),
    )
    user.refresh_from_db()
    return user


def change_email(user: User, email: str) -> None:
    """Let staff change somebody's address."""
    _do(
        staff("manage_users"),
        "customerUpdate",
        "$id: ID!, $input: CustomerInput!",
        "id: $id, input: $input",
        id=graphene.Node.to_global_id("User", user.pk),
        input={"email": email},
    )
    user.refresh_from_db()


def delete(user: User) -> None:
    """Let staff delete somebody."""
    _do(
        staff("manage_users"),
        "customerDelete",
        "$id: ID!",
        "id: $id",
        id=graphene.Node.to_global_id("User", user.pk),
    )


def customer(email: str, **fields: Any) -> User:
    """Somebody who confirmed their address long ago, or when the fields say."""
    return User.objects.create(email=email, is_active=True, **fields)


def points_of(account: Account, points: int, **lot: Any) -> None:
    """Give points to an account, spendable at once."""
    at = lot.pop("at", None) or now()
    with posting(account.pk, at) as book:
        key = f"test:{next(numbers)}"
        book.earn(points, key=key, available_from=at, **lot)


def guest_with(shop: Shop, email: str, points: int) -> Account:
    """Somebody who earned points without an account of the shop's."""
    account = accounts.guest(shop.program.pk, email, now())
    points_of(account, points)
    return account


def available(account: Account | None) -> int:
    """Return the points that an account can spend now."""
    if account is None:
        return 0
    account.refresh_from_db()
    return accounts.balance(account, now()).available


def account_of(shop: Shop, user_pk: int) -> Account | None:
    return Account.objects.filter(
        program=shop.program, user_pk=user_pk, state="open"
    ).first()
