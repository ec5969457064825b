"""The people of Saleor 2.10: who they are, and mail to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.contrib.postgres.fields.jsonb import KeyTransform
from django.db.models import QuerySet
from saleor.account.models import User
from saleor.core.emails import get_email_context
from saleor.order.models import Order
from saleor.plugins.manager import get_plugins_manager
from templated_email import send_templated_mail

from ..common import KnownPeople
from ..port import Notice, Person

TEMPLATE = "saleor_rewards/notice"


class People(KnownPeople):
    """The part of the adapter that is about people."""

    def loaded_plugin(self, plugin_id: str) -> Any:
        """Return the plugin as Saleor loads it outside a request, or ``None``."""
        return get_plugins_manager().get_plugin(plugin_id)

    def person(self, user: User) -> Person:
        """Return what we have to know of a user."""
        return Person(
            pk=user.pk,
            email=user.email.lower(),
            # Whoever has to confirm the address is not active until then.
            is_confirmed=user.is_active,
            is_welcome=user.is_active,
            joined_at=user.date_joined,
        )

    def people(self, user_pks: list[int]) -> dict[int, Person]:
        """Return those of the users that are still there, by primary key."""
        users = User.objects.filter(pk__in=user_pks)
        return {user.pk: self.person(user) for user in users}

    def placed_orders(self) -> QuerySet[Order]:
        """Return the orders that were placed, drafts left out."""
        return Order.objects.confirmed()

    def newcomers(self, since: datetime, after: int, limit: int) -> list[Person]:
        """Return up to ``limit`` welcome customers who joined at ``since`` or later."""
        users = _customers(after).filter(date_joined__gte=since)
        return [self.person(user) for user in users[:limit]]

    def people_with(
        self, key: str, after: int, limit: int
    ) -> list[tuple[Person, object]]:
        """Return up to ``limit`` welcome customers with a public metadata key."""
        users = (
            _customers(after)
            .filter(metadata__has_key=key)
            .annotate(found=KeyTransform(key, "metadata"))
        )
        return [(self.person(user), user.found) for user in users[:limit]]

    def mail(self, notice: Notice, channel_pk: int) -> bool:
        """Send a mail through Saleor's templated e-mail."""
        options, _site = get_email_context()
        send_templated_mail(
            template_name=TEMPLATE,
            recipient_list=[notice.recipient],
            context={
                "subject": notice.subject,
                "text": notice.text,
                "html": notice.html,
            },
            **options,
        )
        return True


def _customers(after: int) -> Any:
    return User.objects.filter(pk__gt=after, is_active=True, is_staff=False).order_by(
        "pk"
    )
