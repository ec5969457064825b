"""Brings the points to what the orders say, from the orders alone."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from ...plugin.points.settling import reconcile
from ...tasks import CHUNK


class Command(BaseCommand):
    help = (
        "Looks at every order placed since points were switched on, and settles those "
        "whose points are not what the order says. On a healthy shop it writes nothing."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        orders = settled = failed = 0
        after: str | None = ""
        while after is not None:
            chunk = reconcile(after, CHUNK)
            after = chunk.after
            orders += chunk.orders
            settled += chunk.settled
            failed += chunk.failed
            self.stdout.write(
                f"{orders} orders looked at, {settled} settled, {failed} failed"
            )
        if failed:
            raise CommandError("The log says why. Run the command again.")
