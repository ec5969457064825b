"""What the adapters do alike on every Saleor."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod

from django.db.models import Exists, OuterRef, Q, QuerySet, UUIDField
from django.db.models.functions import Cast, Lower
from saleor.account.models import User
from saleor.checkout.models import Checkout
from saleor.order.models import Order

from ..models import Receipt
from .host import MOST_TRACES, Footprint, Person


def of_person(user_pk: int | None, email: str) -> Q:
    """Return which orders are a user's, or of whoever gave an e-mail address.

    Saleor keeps the address of a guest as it was typed.
    """
    mine = Q(user_id=user_pk, user_id__isnull=False)
    if not email:
        return mine
    # Saleor 3 has an index that a pattern can use, and a comparison in upper case not.
    return mine | Q(user_email__iregex=f"^{re.escape(email)}$")


class Checkouts:
    """The part of an adapter that is about which checkouts there are."""

    def living_checkouts(self, tokens: list[str]) -> set[str]:
        """Return those of the tokens that a checkout still has."""
        found = Checkout.objects.filter(pk__in=tokens).values_list("pk", flat=True)
        return {str(pk) for pk in found}

    def ordered_checkouts(self, tokens: list[str]) -> dict[str, str]:
        """Return the keys of the orders made of these checkouts, by token."""
        orders = Order.objects.filter(checkout_token__in=tokens)
        return {
            token: str(pk) for token, pk in orders.values_list("checkout_token", "pk")
        }

    def forget_receipts(self, limit: int) -> int:
        """Forget up to ``limit`` receipts of checkouts that are no orders yet."""
        token = Cast(OuterRef("checkout_token"), UUIDField())
        living = Exists(Checkout.objects.filter(pk=token))
        stale = Receipt.objects.filter(living, order_pk=None).order_by("pk")
        deleted, _ = Receipt.objects.filter(
            pk__in=list(stale.values_list("pk", flat=True)[:limit])
        ).delete()
        return int(deleted)


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
