"""The state of all rules, named by one text that Saleor loads anyway.

Saleor reads the plugin's configuration row at every request that needs
plugins. A row in it that changes with the rules lets each process keep its
compiled rules without a query of its own.

The text is random and not a count: Saleor saves the row by reading it, changing
it and writing all of it back, without a lock. A count would go back to an older
number under which another process still keeps older rules. So whoever writes the
row puts a text there that was never used.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import connection, transaction

from ..host.port import PLUGIN_ID
from . import plugin_row

ITEM_NAME = "rules_version"

#: Two processes that both find no row would both make one, as the channel is
#: NULL and NULLs do not collide. The number says nothing but "this lock".
ROW_LOCK = 7_267_391


def bump_version() -> str:
    """Give the state of all rules a new name and return it.

    Call it in the transaction that changes the rules, after the change.
    """
    from saleor.plugins.models import PluginConfiguration

    with transaction.atomic():
        rows = list(
            PluginConfiguration.objects.select_for_update()
            .filter(identifier=PLUGIN_ID)
            .order_by("pk")
        ) or [_make_row()]
        version = ""
        for row in rows:
            row.configuration, version = renew(row.configuration)
            row.save(update_fields=["configuration"])
    return version


def renew(configuration: Any) -> tuple[list[dict[str, Any]], str]:
    """Return the configuration with a new version in it, and that version.

    The list that came in is changed in place where it is one, since Saleor's
    own saving code holds on to it.
    """
    version = uuid4().hex
    items = configuration if isinstance(configuration, list) else []
    for item in items:
        if item.get("name") == ITEM_NAME:
            item["value"] = version
            break
    else:
        items.append({"name": ITEM_NAME, "value": version})
    return items, version


def take_version(configuration: Any) -> str:
    """Take the version out of a configuration that Saleor loaded, and return it.

    It is no setting, so it must not show up among them. Empty where no rule
    was ever saved.
    """
    items = configuration if isinstance(configuration, list) else []
    for item in items:
        if item.get("name") == ITEM_NAME:
            items.remove(item)
            return str(item.get("value") or "")
    return ""


def _make_row() -> Any:
    from saleor.plugins.models import PluginConfiguration

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ROW_LOCK])
    row = PluginConfiguration.objects.filter(identifier=PLUGIN_ID).first()
    if row is not None:
        return row
    # Saleor 2.10 saves only settings that the row knows already, so a new row
    # starts with all of them.
    return PluginConfiguration.objects.create(
        identifier=PLUGIN_ID,
        name=plugin_row.NAME,
        description=plugin_row.DESCRIPTION,
        active=plugin_row.DEFAULT_ACTIVE,
        configuration=[dict(item) for item in plugin_row.DEFAULTS],
    )
