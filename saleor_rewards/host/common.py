"""What the adapters do alike on every Saleor."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Iterable, Iterator, Sequence

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet, UUIDField
from django.db.models.functions import Cast, Lower
from saleor.account.models import User
from saleor.app.models import App
from saleor.checkout.models import Checkout
from saleor.checkout.utils import remove_voucher_from_checkout
from saleor.order import OrderEvents
from saleor.order.models import Order, OrderEvent

from ..guard import LOCK_TIMEOUT, bounded_transaction
from ..models import CheckoutVoucherSlot, Pledge, Receipt, TypedAddress
from .bindings import ChangeSigns
from .footprints import MOST_TRACES, Footprint
from .guests import DAY
from .port import Person

#: Saleor's own gateways that charge by Stripe, the one of today and the one before it.
STRIPE_GATEWAYS = ("saleor.payments.stripe", "mirumee.payments.stripe")


def of_person(user_pk: int | None, email: str) -> Q:
    """Return which orders are a user's, or of whoever gave an e-mail address.

    Saleor keeps the address of a guest as it was typed.
    """
    mine = Q(user_id=user_pk, user_id__isnull=False)
    if not email:
        return mine
    # Saleor 3 has an index that a pattern can use, and a comparison in upper case not.
    return mine | Q(user_email__iregex=f"^{re.escape(email)}$")


def first_orders(
    sources: Iterable[tuple[QuerySet[Any], str]], after: str, limit: int
) -> list[str]:
    """Return up to ``limit`` orders that rows are about, by key ``after`` one.

    Each of the ``sources`` comes with the name under which its rows know their order.
    """
    found: set[Any] = set()
    for rows, order in sources:
        rows = rows.filter(**{f"{order}__isnull": False})
        if after:
            rows = rows.filter(**{f"{order}__gt": after})
        pks = rows.order_by(order).values_list(order, flat=True)
        found.update(pks.distinct()[:limit])
    return [str(pk) for pk in sorted(found)[:limit]]


def orders_of_ours(signs: ChangeSigns) -> list[tuple[QuerySet[Any], str]]:
    """Return the sources of orders that our own rows name, see :func:`first_orders`."""
    named = Order.objects.filter(pk__in=signs.order_pks)
    made = [Order.objects.filter(checkout_token__in=one) for one in signs.checkouts]
    return [(rows, "pk") for rows in (named, *made)]


class OrderHistory:
    """The part of an adapter that writes into the history of orders."""

    def note_order(self, order_pk: str, text: str) -> None:
        """Add a note for staff to an order's history, by nobody in particular."""
        OrderEvent.objects.create(
            order_id=order_pk,
            type=OrderEvents.NOTE_ADDED,
            parameters={"message": text},
        )


class Checkouts(ABC):
    """The part of an adapter that is about which checkouts there are."""

    def checkout(self, checkout_token: str) -> Checkout | None:
        """Return a checkout, ``None`` where there is none."""
        return Checkout.objects.filter(pk=checkout_token).first()

    def living_checkouts(self, tokens: list[str]) -> set[str]:
        """Return those of the tokens that a checkout still has."""
        found = Checkout.objects.filter(pk__in=tokens).values_list("pk", flat=True)
        return {str(pk) for pk in found}

    def ordered_checkouts(self, tokens: list[str]) -> dict[str, list[str]]:
        """Return the keys of the orders made of these checkouts, by token."""
        found: dict[str, list[str]] = {}
        orders = Order.objects.filter(checkout_token__in=tokens).order_by("pk")
        for token, pk in orders.values_list("checkout_token", "pk"):
            found.setdefault(token, []).append(str(pk))
        return found

    @contextmanager
    def locked(self, checkout_token: str) -> Iterator[bool]:
        """Open a transaction of ours in which a checkout's row is locked.

        Yields ``False`` where the checkout is gone. The lock is taken by a statement
        of its own: one that waits for it reads all other tables as they were before.
        """
        found: list[bool] = []
        with bounded_transaction(lambda: found.append(_lock(checkout_token))):
            yield found[0]

    def lock_if_free(self, checkout_token: str) -> bool:
        """Lock a checkout's row at once; say ``False`` where somebody else has it."""
        rows = Checkout.objects.filter(pk=checkout_token)
        found = rows.select_for_update(skip_locked=True).values_list("pk", flat=True)
        return bool(list(found)) or not rows.exists()

    def lock_shared(self, checkout_token: str) -> None:
        """Keep a checkout's row from being locked or changed, beside others who do."""
        table, column = Checkout._meta.db_table, Checkout._meta.pk.column
        statement = f'SELECT 1 FROM "{table}" WHERE "{column}" = %s FOR SHARE'
        with connection.cursor() as cursor:
            cursor.execute(statement, [checkout_token])

    @abstractmethod
    def loaded_plugin(self, plugin_id: str) -> Any:
        """Return the plugin as Saleor loads it outside a request, or ``None``."""

    def forget_receipts(self, limit: int) -> int:
        """Forget up to ``limit`` receipts of checkouts that are no orders yet.

        One that somebody writes at this moment is left to the next time.
        """
        token = Cast(OuterRef("checkout_token"), UUIDField())
        living = Exists(Checkout.objects.filter(pk=token))
        ordered = Exists(
            Order.objects.filter(checkout_token=OuterRef("checkout_token"))
        )
        under_way = Pledge.objects.filter(order_pk=None).values("checkout_token")
        stale = (
            Receipt.objects.filter(living, ~ordered, order_pk=None)
            .exclude(checkout_token__in=under_way)
            .order_by("pk")
        )
        with bounded_transaction():
            found = stale.select_for_update(of=("self",), skip_locked=True)[:limit]
            pks = [receipt.pk for receipt in found]
            deleted, _ = Receipt.objects.filter(pk__in=pks).delete()
        return int(deleted)

    def forget_typed_addresses(self, at: datetime, limit: int) -> int:
        """Forget up to ``limit`` addresses of checkouts that are gone for a day."""
        token = Cast(OuterRef("checkout_token"), UUIDField())
        living = Exists(Checkout.objects.filter(pk=token))
        gone = TypedAddress.objects.filter(~living, typed_at__lte=at - DAY)
        pks = list(gone.order_by("pk").values_list("pk", flat=True)[:limit])
        deleted, _ = TypedAddress.objects.filter(pk__in=pks).delete()
        return int(deleted)

    def put_code(self, checkout_token: str, code: str) -> None:
        """Put a code on a checkout as it is, asking nobody."""
        Checkout.objects.filter(pk=checkout_token).update(voucher_code=code)

    def take_code(self, checkout_token: str, code: str) -> None:
        """Take a code off a checkout that has it."""
        found = Checkout.objects.filter(pk=checkout_token, voucher_code=code).first()
        if found is not None:
            remove_voucher_from_checkout(found)

    def purge_voucher_slots(self, limit: int) -> int:
        """Delete what is kept of up to ``limit`` voucher slots whose checkout is gone."""
        token = Cast(OuterRef("checkout_token"), UUIDField())
        living = Exists(Checkout.objects.filter(pk=token))
        gone = CheckoutVoucherSlot.objects.filter(~living).order_by("pk")
        pks = list(gone.values_list("pk", flat=True)[:limit])
        deleted, _ = CheckoutVoucherSlot.objects.filter(pk__in=pks).delete()
        return int(deleted)


def _lock(checkout_token: str) -> bool:
    table, column = Checkout._meta.db_table, Checkout._meta.pk.column
    statement = f"""
        WITH bounded AS (SELECT set_config('lock_timeout', %s, true))
        SELECT 1 FROM "{table}", bounded WHERE "{table}"."{column}" = %s
        FOR UPDATE OF "{table}"
    """
    with connection.cursor() as cursor:
        cursor.execute(statement, [LOCK_TIMEOUT, checkout_token])
        return cursor.fetchone() is not None


class KnownPeople(ABC):
    """The part of an adapter that finds people, and what they left in the shop."""

    @abstractmethod
    def person(self, user: User) -> Person:
        """Return what we have to know of a user."""

    @abstractmethod
    def placed_orders(self) -> QuerySet[Order]:
        """Return the orders that were placed, drafts left out."""

    def person_with_email(self, email: str) -> Person | None:
        """Return who has an e-mail address, however it is written."""
        user = User.objects.filter(email__iexact=email).first()
        return self.person(user) if user else None

    def people_with_emails(self, emails: list[str]) -> dict[str, Person]:
        """Return those who have one of the addresses, by address in lower case."""
        users = User.objects.annotate(address=Lower("email")).filter(
            address__in=[email.lower() for email in emails]
        )
        return {user.address: self.person(user) for user in users}

    def has_permissions(self, name: str, permissions: Sequence[str]) -> bool:
        """Return whether a user or an app, as ``User:7`` or ``App:3``, has them all."""
        kind, _, pk = name.partition(":")
        people = {"User": User, "App": App}[kind].objects.filter(is_active=True)
        who = people.filter(pk=pk).first()
        return who is not None and bool(who.has_perms(permissions))

    def footprint(self, user_pk: int | None, email: str) -> Footprint:
        """Return what a user, or whoever gives an e-mail address, left in the shop."""
        user = User.objects.filter(pk=user_pk).first() if user_pk else None
        mine = of_person(user_pk, email)
        return Footprint.of(self._with_addresses().filter(mine)[:MOST_TRACES], user)

    def order_footprint(self, order_pk: str) -> Footprint:
        """Return what the buyer left with one order, nothing where it is gone."""
        return Footprint.of(self._with_addresses().filter(pk=order_pk))

    def _with_addresses(self) -> QuerySet[Order]:
        return self.placed_orders().select_related(
            "billing_address", "shipping_address"
        )
