"""Brings the points to what the orders say, from the orders alone."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from ...jobs import CHUNK
from ...orders.reconciling import begin, step


class Command(BaseCommand):
    help = (
        "Looks at every order placed since points were switched on, and settles those "
        "whose points are not what the order says. On a healthy shop it settles none. "
        "The nightly task looks only at what may have changed since the last good run."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        orders = settled = failed = 0
        run_pk = begin(timezone.now(), is_full=True)
        after: str | None = None if run_pk is None else ""
        while run_pk is not None and after is not None:
            chunk = step(run_pk, after, CHUNK)
            after = chunk.after
            orders += chunk.orders
            settled += chunk.settled
            failed += chunk.failed
            self.stdout.write(
                f"{orders} orders looked at, {settled} settled, {failed} failed"
            )
        if failed:
            raise CommandError("The log says why. Run the command again.")
