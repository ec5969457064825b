"""What tests look at when orders earn and spend points."""

from __future__ import annotations

from contextlib import contextmanager
from decimal import Decimal
from itertools import count
from typing import Any, Callable, Iterator

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from saleor.account.models import User

from saleor_rewards.ledger import balance, posting
from saleor_rewards.ledger import member as member_account
from saleor_rewards.ledger.invariants import assert_account
from saleor_rewards.models import Account, Entry, Hold, Lot, Pledge, Settlement
from saleor_rewards.orders.settling import reconcile
from saleor_rewards.reservations import UNDER_WAY

from .inputs import document
from .plugin_hooks import hooks
from .world import HOST, Cart, Shop, Shopper

WRITES = ("INSERT", "UPDATE", "DELETE")

numbers = count(1)


class Member(Shopper):
    """A customer with an account in the shop, and points on it."""

    email: str

    def put_aside(self, variant: Any, points: int) -> Cart:
        """Put one of a variant into a cart and so many points beside it."""
        cart = self.cart((variant, 1))
        self.do(document("PointsRedeem"), checkoutId=cart.id, points=points)
        return self.look(cart)

    def spend(self, variant: Any, points: int) -> dict[str, Any]:
        """Buy one of a variant and pay with so many points."""
        return self.buy(self.put_aside(variant, points))

    @property
    def account(self) -> Account:
        user_pk = User.objects.get(email=self.email).pk
        return Account.objects.get(user_pk=user_pk)

    @property
    def sums(self) -> tuple[int, int]:
        """What is available and what is owed; nothing is pending or put aside."""
        pending, available, debt = sums(self.account)
        assert (pending, self.account.points_held) == (0, 0)
        return available, debt


def let_completions_end() -> None:
    """Let so much time pass that no order comes of a completion any more."""
    Pledge.objects.update(gate_at=F("gate_at") - UNDER_WAY)


def make_member(shop: Shop, points: int) -> Member:
    """Sign somebody up and give them points."""
    email = f"member{next(numbers)}@example.com"
    made = Member(token=HOST.sign_up(email))
    made.email = email
    at = timezone.now()
    user_pk = User.objects.get(email=email).pk
    account = member_account(shop.program.pk, user_pk, email, at)
    with posting(account.pk, at) as book:
        book.earn(points, key=f"gift:{email}", available_from=at)
    return made


def sums(account: Account | None = None) -> tuple[int, int, int]:
    """Return what an account, or the only one, has pending, available and as debt."""
    account = account or Account.objects.get()
    assert_account(account.pk)
    found = balance(account, timezone.now())
    return found.pending, found.available, found.debt


def available() -> int:
    """Return the points of the one account, all of which are available."""
    pending, found, debt = sums()
    assert (pending, debt) == (0, 0)
    return found


@contextmanager
def no_hooks() -> Iterator[None]:
    """Let events pass without a word, as when the process dies before the hook."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hooks, "settle_soon", lambda _order_pk: None)
        yield


def written(work: Callable[[], Any]) -> list[str]:
    """Return the statements of ``work`` that write."""
    with CaptureQueriesContext(connection) as captured:
        work()
    statements = [query["sql"].lstrip() for query in captured.captured_queries]
    return [sql for sql in statements if sql.upper().startswith(WRITES)]


def rows() -> list[list[Any]]:
    """Return every row of the ledger and of what it made of orders."""
    tables = (Account, Entry, Hold, Lot, Settlement)
    return [list(table.objects.order_by("pk").values()) for table in tables]


def reconcile_all(limit: int = 2) -> int:
    """Reconcile the whole shop in chunks; return how many orders were settled."""
    after: str | None = ""
    settled = 0
    while after is not None:
        chunk = reconcile(after, limit)
        assert chunk.failed == 0
        after, settled = chunk.after, settled + chunk.settled
    return settled


def earning_cart(shop: Shop, shopper: Shopper) -> Cart:
    """Return a cart of 40.00, shipped for 10.00, that earns 40 points and 50 more."""
    shop.points()
    shop.earning()
    shop.rule("Thanks", {"type": "POINTS_FIXED", "points": 50}, lane="POINTS")
    cart = shopper.cart((shop.product("10.00"), 4))
    return shopper.ship(cart, shop.shipping_method("10.00"))


def earned(refunded: str = "0") -> int:
    """Return what that cart's order earns once so much of it was refunded."""
    return 90 - int(90 * Decimal(refunded) / 50)
