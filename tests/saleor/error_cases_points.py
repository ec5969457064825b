"""Ways to every error of points: by hand, from a file, on a cart, and in queries."""

from __future__ import annotations

import io
from contextlib import contextmanager
from typing import Any, Callable, Iterator

from django.db import connection
from django.utils import timezone

from saleor_rewards.points.transfers import read_rows, store
from saleor_rewards.programs.adjustments import Author
from saleor_rewards.reservations import pledge

from . import merchants
from .by_hand import BOUND, clerk_of, waiting
from .error_stage import Case, Errors, Stage
from .importing import imported, rows_of
from .inputs import node_id
from .purses import account_id, open_purse

ADJUST, IMPORT = "rewardsPointsAdjust", "rewardsBalancesImport"
APPROVE, DECLINE = f"{ADJUST}Approve", f"{ADJUST}Decline"
REDEEM, RELEASE = "rewardsPointsRedeem", "rewardsPointsRelease"

#: One more than an account can have.
TOO_MANY = 2**31 - 1


def _adjust(**changes: Any) -> Callable[[Stage], Errors]:
    def send(stage: Stage) -> Errors:
        fine = {"accountId": stage.purse_id, "points": 5, "reason": "Sorry"}
        return stage.ask("PointsAdjust", input={**fine, **changes})

    return send


def _same_key(stage: Stage) -> Errors:
    assert _adjust(key="case 7")(stage) == []
    return _adjust(key="case 7", points=6)(stage)


def _own(stage: Stage) -> Errors:
    clerk = clerk_of()
    return stage.ask(
        "PointsAdjust",
        clerk,
        input={"accountId": account_id(open_purse(stage.shop, clerk)), "points": 5,
               "reason": "Mine"},
    )  # fmt: skip


def _decided(how: str, *, by_author: bool = False) -> Callable[[Stage], Errors]:
    """Let points wait, decide on them, and again."""

    def send(stage: Stage) -> Errors:
        stage.shop.points(max_staff_points_per_day=BOUND)
        author = clerk_of()
        asked = {"ids": [waiting(author, stage.purse)], "reason": "Seen"}
        if by_author:
            return stage.ask(f"PointsAdjust{how}", author, **asked)
        assert stage.ask(f"PointsAdjust{how}", clerk_of(), **asked) == []
        return stage.ask(f"PointsAdjust{how}", clerk_of(), **asked)

    return send


ADJUSTMENTS = [
    Case(ADJUST, "OWN_ACCOUNT", "accountId", _own),
    Case(APPROVE, "SECOND_PERSON_REQUIRED", "ids.N", _decided("Approve", by_author=True)),
    Case(APPROVE, "ALREADY_DECIDED", "ids.N", _decided("Approve")),
    Case(DECLINE, "ALREADY_DECIDED", "ids.N", _decided("Decline")),
    Case(APPROVE, "NOT_FOUND", "ids.N",
         lambda stage: stage.ask(APPROVE[7:], clerk_of(), reason="Seen",
                                 ids=[node_id("RewardsPointsAdjustment", 999_999)])),
    Case(ADJUST, "REQUIRED", "reason", _adjust(reason=" ")),
    Case(ADJUST, "REQUIRED", "accountId", _adjust(accountId=None)),
    Case(ADJUST, "OUT_OF_RANGE", "points", _adjust(points=0)),
    Case(ADJUST, "INVALID_VALUE", "expiresAt", _adjust(expiresAt="2001-01-01T00:00:00Z")),
    Case(ADJUST, "INVALID_VALUE", "reason", _adjust(reason="a\0b")),
    Case(ADJUST, "TOO_LONG", "key", _adjust(key="x" * 101)),
    Case(ADJUST, "TOO_LONG", "reason", _adjust(reason="x" * 1001)),
    Case(ADJUST, "INVALID_ID", "accountId", _adjust(accountId="x")),
    Case(ADJUST, "NOT_FOUND", "accountId",
         _adjust(accountId=node_id("RewardsAccount", 999_999))),
    Case(ADJUST, "NOT_FOUND", "channel",
         _adjust(accountId=None, channel="moon", email="ann@example.com")),
    Case(ADJUST, "INSUFFICIENT_POINTS", "points", _adjust(points=-301)),
    Case(ADJUST, "TOO_MANY_POINTS", "points", _adjust(points=TOO_MANY)),
    Case(ADJUST, "KEY_CONFLICT", "key", _same_key),
]  # fmt: skip


def _csv(text: str, channel: str = "") -> Callable[[Stage], Errors]:
    return lambda stage: stage.ask(
        "BalancesImport", channel=channel or stage.channel, csv=text, dryRun=False
    )


HEADER = "email,user_id,points,reference"


def _rows(*rows: str) -> Callable[[Stage], Errors]:
    """Import rows of which the last one fails; return what is wrong with that."""

    def send(stage: Stage) -> Errors:
        last = imported(stage.staff, stage.shop, "\n".join([HEADER, *rows]))[-1]
        return [{**last, "field": f"rows: {last['field']}"}]

    return send


def _by_nobody(stage: Stage) -> Errors:
    """Let a worker come to a row of somebody who may give no points any more."""
    at, rows = timezone.now(), io.StringIO(f"{HEADER}\na@b.test,,1,late\n")
    author = Author(f"User:{merchants.customer().user.pk}")
    made = store(
        stage.shop.program.pk,
        list(read_rows(rows, at)),
        at,
        author=author,
        dry_run=False,
    )
    (row,) = rows_of(stage.staff, node_id("RewardsImport", made.pk))
    return [{**row, "field": f"rows: {row['field']}"}]


IMPORTS = [
    Case(IMPORT, "NOT_FOUND", "channel", _csv(f"{HEADER}\n", channel="moon")),
    Case(IMPORT, "INVALID_VALUE", "csv", _csv("colour\nblue\n")),
    Case(IMPORT, "TOO_LONG", "csv", _csv(f"{HEADER}\n" + "a@b.test,,1,r\n" * 5001)),
    Case(IMPORT, "REQUIRED", "rows: email", _rows(",,1,none")),
    Case(IMPORT, "INVALID_VALUE", "rows: points", _rows("a@b.test,,ten,ten")),
    Case(IMPORT, "OUT_OF_RANGE", "rows: points", _rows(f"a@b.test,,{2**31},many")),
    Case(IMPORT, "INVALID_ID", "rows: user_id", _rows(",x,1,who")),
    Case(IMPORT, "NOT_FOUND", "rows: user_id", _rows(",999999,1,nobody")),
    Case(IMPORT, "TOO_LONG", "rows: reference", _rows(f"a@b.test,,1,{'x' * 101}")),
    Case(IMPORT, "OWN_ACCOUNT", "rows: email",
         lambda stage: _rows(f"{stage.staff.user.email},,1,own")(stage)),
    Case(IMPORT, "PERMISSION_REQUIRED", "rows: row", _by_nobody),
    Case(IMPORT, "DUPLICATE", "rows: reference",
         _rows("a@b.test,,1,twice", "a@b.test,,1,twice")),
    Case(IMPORT, "KEY_CONFLICT", "rows: reference",
         lambda stage: (_rows("c@b.test,,1,known")(stage),
                        _rows("c@b.test,,2,known")(stage))[1]),
    Case(IMPORT, "TOO_MANY_POINTS", "rows: points",
         _rows(f"d@b.test,,{TOO_MANY},full", "d@b.test,,1,over")),
]  # fmt: skip


def _redeem(stage: Stage, cart_id: str, points: int = 100, who: Any = None) -> Errors:
    asked = {"checkoutId": cart_id, "points": points}
    return stage.ask("PointsRedeem", who or stage.member, **asked)


def _release(stage: Stage, cart_id: str, points: int = 0, who: Any = None) -> Errors:
    return stage.ask("PointsRelease", who or stage.member, checkoutId=cart_id)


def _switched_off(send: Any) -> Callable[[Stage], Errors]:
    def work(stage: Stage) -> Errors:
        cart = stage.cart()
        stage.shop.points(redeem_points=None, redeem_amount=None)
        try:
            return send(stage, cart.id)
        finally:
            stage.shop.points()

    return work


def _under_way(send: Any) -> Callable[[Stage], Errors]:
    def work(stage: Stage) -> Errors:
        cart = stage.cart()
        pledge(str(cart.pk), timezone.now())
        return send(stage, cart.id)

    return work


@contextmanager
def gone(table: str) -> Iterator[None]:
    """Take one of our tables away."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} RENAME TO gone")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute(f"ALTER TABLE gone RENAME TO {table}")


def _broken(send: Any) -> Callable[[Stage], Errors]:
    def work(stage: Stage) -> Errors:
        cart = stage.cart()
        assert _redeem(stage, cart.id) == []
        with gone("saleor_rewards_entry"):
            return send(stage, cart.id)

    return work


def _paid(send: Any) -> Callable[[Stage], Errors]:
    def work(stage: Stage) -> Errors:
        cart = stage.cart()
        stage.member.pay(cart, cart.total)
        return send(stage, cart.id)

    return work


def _by(send: Any, cart_id: str = "", who: Any = None) -> Callable[[Stage], Errors]:
    def work(stage: Stage) -> Errors:
        cart = stage.cart()
        return send(stage, cart_id or cart.id, who=who and who())

    return work


def _points(points: int) -> Callable[[Stage], Errors]:
    return lambda stage: _redeem(stage, stage.cart().id, points)


def _of_carts() -> Iterator[Case]:
    for where, send, field in ((REDEEM, _redeem, "points"),
                               (RELEASE, _release, "checkoutId")):  # fmt: skip
        named = _by(send, who=merchants.anonymous)
        yield Case(where, "LOGIN_REQUIRED", "checkoutId", named)
        yield Case(where, "NOT_FOUND", "checkoutId", _by(send, cart_id="x"))
        yield Case(where, "NOT_REDEEMABLE", field, _switched_off(send))
        yield Case(where, "ORDER_IN_PROGRESS", field, _under_way(send))
        yield Case(where, "UNAVAILABLE", field, _broken(send))
        yield Case(where, "CART_IS_PAID", field, _paid(send), "transactions")
    yield Case(REDEEM, "OUT_OF_RANGE", "points", _points(0))
    yield Case(REDEEM, "INSUFFICIENT_POINTS", "points", _points(TOO_MANY))


def _refund(amount: Any) -> Callable[[Stage], Errors]:
    def send(stage: Stage) -> Errors:
        cart = stage.cart()
        order = stage.member.buy(cart)
        return stage.query("RefundPreview", orderId=order["id"], amount=amount)

    return send


def _query(name: str, **variables: Any) -> Callable[[Stage], Errors]:
    return lambda stage: stage.query(name, **variables)


PREVIEW, EXPORT = "query rewardsRefundPreview", "query rewardsBalancesExport"

QUERIES = [
    Case(PREVIEW, "OUT_OF_RANGE", "amount", _refund(0)),
    Case(PREVIEW, "TOO_MANY_DECIMALS", "amount", _refund("0.001")),
    Case(PREVIEW, "INVALID_VALUE", "amount", _refund("1e30")),
    Case(EXPORT, "OUT_OF_RANGE", "first",
         _query("BalancesExport", channel="default", first=0)),
    Case(EXPORT, "INVALID_ID", "after",
         lambda stage: stage.query("BalancesExport", channel=stage.channel, after="x")),
    Case("query rewardsImport", "INVALID_ID", "id", _query("Import", id="x")),
    Case("query rewardsAccount", "REQUIRED", "id", _query("Account")),
    Case("query rewardsAccount", "INVALID_ID", "id", _query("Account", id="x")),
    Case("query rewardsAccount", "INVALID_ID", "userId",
         _query("Account", channel="default", userId="x")),
    Case("query rewardsAccounts", "INVALID_ID", "filter.tier",
         _query("Accounts", filter={"tier": "x"})),
    Case("query rewardsRule", "INVALID_ID", "id", _query("Rule", id="x")),
    Case("query rewardsProgram", "REQUIRED", "id",
         lambda stage: stage.refused("{ rewardsProgram { id } }")),
    Case("query rewardsProgram", "INVALID_ID", "id",
         lambda stage: stage.refused('{ rewardsProgram(id: "x") { id } }')),
]  # fmt: skip

OF_POINTS = [*ADJUSTMENTS, *IMPORTS, *_of_carts(), *QUERIES]
