"""The people of Saleor 3: who they are, and mail to them."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.contrib.sites.models import Site
from django.db.models import QuerySet
from django.db.models.fields.json import KeyTransform
from saleor.account.models import User
from saleor.channel.models import Channel
from saleor.order.models import Order
from saleor.plugins.email_common import EmailConfig, send_email
from saleor.plugins.manager import PluginsManager, get_plugins_manager
from saleor.plugins.user_email.constants import PLUGIN_ID as USER_EMAILS
from saleor.site.models import SiteSettings

from ..common import KnownPeople
from ..port import Notice, Person


class People(KnownPeople):
    """The part of the adapter that is about people."""

    def loaded_plugin(self, plugin_id: str) -> Any:
        """Return the plugin as Saleor loads it outside a request, or ``None``."""
        return get_plugins_manager(allow_replica=False).get_plugin(plugin_id)

    def person(self, user: User) -> Person:
        """Return what we have to know of a user."""
        return _person(user, user.is_confirmed or not _waits_for_confirmation())

    def people(self, user_pks: list[int]) -> dict[int, Person]:
        """Return those of the users that are still there, by primary key."""
        is_open = not _waits_for_confirmation()
        users = User.objects.filter(pk__in=user_pks)
        return {user.pk: _person(user, user.is_confirmed or is_open) for user in users}

    def placed_orders(self) -> QuerySet[Order]:
        """Return the orders that were placed, drafts left out."""
        return Order.objects.non_draft()

    def newcomers(self, since: datetime, after: int, limit: int) -> list[Person]:
        """Return up to ``limit`` welcome customers who joined at ``since`` or later."""
        users = _customers(after).filter(date_joined__gte=since)
        return [_person(user, True) for user in users[:limit]]

    def people_with(
        self, key: str, after: int, limit: int
    ) -> list[tuple[Person, object]]:
        """Return up to ``limit`` welcome customers with a public metadata key."""
        users = (
            _customers(after)
            .filter(metadata__has_key=key)
            .annotate(found=KeyTransform(key, "metadata"))
        )
        return [(_person(user, True), user.found) for user in users[:limit]]

    def mail(self, notice: Notice, channel_pk: int) -> bool:
        """Send a mail by the user e-mail plugin, and tell the apps that send mails."""
        manager = get_plugins_manager(allow_replica=False)
        slug = Channel.objects.values_list("slug", flat=True).get(pk=channel_pk)
        is_sent = _send_by_plugin(manager, notice, slug)
        return _tell_apps(manager, notice, slug) or is_sent


def _person(user: User, is_settled: bool) -> Person:
    return Person(
        pk=user.pk,
        email=user.email.lower(),
        is_confirmed=user.is_active and user.is_confirmed,
        is_welcome=user.is_active and is_settled,
        joined_at=user.date_joined,
        language=user.language_code,
    )


def _customers(after: int) -> Any:
    users = User.objects.filter(pk__gt=after, is_active=True, is_staff=False)
    if _waits_for_confirmation():
        users = users.filter(is_confirmed=True)
    return users.order_by("pk")


def _waits_for_confirmation() -> bool:
    # Not from the site, which Django keeps in memory with the settings it had.
    shop = SiteSettings.objects.get(site=Site.objects.get_current())
    return bool(shop.enable_account_confirmation_by_email)


def _send_by_plugin(manager: PluginsManager, notice: Notice, slug: str) -> bool:
    plugin = manager.get_plugin(USER_EMAILS, channel_slug=slug)
    if plugin is None or not plugin.active:
        return False
    config = asdict(plugin.config)
    # What the plugin's form leaves empty stands in Saleor's settings.
    plugin._add_missing_configuration(config)
    send_email(
        config=EmailConfig(**config),
        recipient_list=[notice.recipient],
        context={"subject": notice.subject, "html": notice.html},
        subject="{{{subject}}}",
        template_str="{{{html}}}",
    )
    return True


def _tell_apps(manager: PluginsManager, notice: Notice, slug: str) -> bool:
    asked: list[bool] = []

    def payload() -> dict[str, Any]:
        # Saleor asks for it only where somebody listens.
        asked.append(True)
        return {
            **notice.payload,
            "recipient_email": notice.recipient,
            "channel_slug": slug,
        }

    manager.notify(notice.event, payload, channel_slug=slug)
    return bool(asked)
