"""Takes back what is not paid, and says what is left of it."""

from __future__ import annotations

import time
from datetime import datetime
from datetime import timezone as time_zone
from typing import Any, Iterator

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

SECONDS = 5
#: How many of a kind are named.
NAMED = 20


class Command(BaseCommand):
    help = (
        "Takes every offer off carts that are not paid, ends the vouchers that carry "
        "offers, and says what is left and why. It does what the periodic task does, "
        "without Celery. The plugin has to be switched off. Ends with an error as long "
        "as anything is left."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--wait",
            action="store_true",
            help="Go on until nothing is left, however long paid carts take.",
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        from ...host.current import host

        known: list[str] = []
        with host.writing():
            while True:
                told = list(_pass(timezone.now()))
                for line in told:
                    if line not in known:
                        self.stdout.write(line)
                if not told:
                    self.stdout.write("No cart carries an offer, no voucher is live.")
                    return
                if not options["wait"]:
                    raise CommandError("Something is left. Run the command again.")
                known = told
                self.stdout.flush()
                time.sleep(SECONDS)


def _pass(at: datetime) -> Iterator[str]:
    """Do what can be done now; yield a line for all that is left."""
    from ...checkout import withdrawing
    from ...checkout.service import is_switched_off
    from ...host.current import host
    from ...jobs import CHUNK
    from ...orders.stopping import withdraw

    if not is_switched_off():
        raise CommandError(
            "The plugin is on. Switch it off first: in the Dashboard at "
            "/dashboard/extensions/plugin/rewards, or by the mutation pluginUpdate."
        )
    after: str | None = ""
    while after is not None:
        after = withdraw(after, CHUNK, at, ends_vouchers=True)
    host.end_strays()
    left = withdrawing.left(at)
    yield from _named([_paid(one) for one in left.paid], "paid carts")
    yield from _named(
        [f"Cart {token} is being changed at this moment." for token in left.busy],
        "carts",
    )
    yield from _named([f"Voucher {code} is live." for code in left.codes], "vouchers")


def _named(lines: list[str], what: str) -> Iterator[str]:
    yield from lines[:NAMED]
    if len(lines) > NAMED:
        yield f"And {len(lines) - NAMED} more {what}."


def _paid(one: Any) -> str:
    from ...engine import from_minor

    total = f"{from_minor(one.total_amount, one.currency)} {one.currency}"
    until = "until it is ordered or its money goes back"
    if one.ends_at is not None:
        until = f"until it is ordered or {_moment(one.ends_at)}"
    return f"Cart {one.checkout_token} is paid and keeps its price, {total}, {until}."


def _moment(at: datetime) -> str:
    return f"{at.astimezone(time_zone.utc):%Y-%m-%d %H:%M} UTC"
