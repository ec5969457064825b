"""Shows what Stripe told last, and works one event off again."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ...host.port import PLUGIN_ID
from ...models import StripeEvent, StripeEventState

LAST = 20


class Command(BaseCommand):
    help = (
        "Prints the events that Stripe sent last, newest first: when, what became of "
        "it, kind, key, order, and why. --replay works one off again."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--last", type=int, default=LAST, help="how many to print")
        parser.add_argument(
            "--failed", action="store_true", help="only those that are not worked off"
        )
        parser.add_argument("--replay", metavar="EVENT", help="such as evt_1234")

    def handle(self, *_args: Any, **options: Any) -> None:
        from ...host.current import host

        with host.writing():
            if options["replay"]:
                self._replay(options["replay"])
            else:
                self._list(options["last"], options["failed"])

    def _list(self, last: int, failed: bool) -> None:
        from ...orders.stripe_work import OPEN

        events = StripeEvent.objects.order_by("-received_at", "-pk")
        if failed:
            events = events.filter(state__in=OPEN)
        for event in events[: max(0, last)]:
            self.stdout.write(_line(event))

    def _replay(self, event_id: str) -> None:
        from ...host.current import host
        from ...orders.stripe_work import replay

        event = StripeEvent.objects.filter(event_id=event_id).first()
        if event is None:
            raise CommandError("No such event. Those older than 90 days are deleted.")
        plugin = host.loaded_plugin(PLUGIN_ID)
        if plugin is None or not plugin.stripe.wants(event.is_live):
            raise CommandError("The settings leave out the event's mode.")
        replay(event, timezone.now())
        event.refresh_from_db()
        self.stdout.write(_line(event))
        if event.state == StripeEventState.FAILED:
            raise CommandError("It failed again.")


def _line(event: StripeEvent) -> str:
    parts = [
        event.received_at.strftime("%Y-%m-%d %H:%M:%S"),
        f"{event.state:9}",
        f"{event.kind:31}",
        event.event_id,
        f"order {event.order_pk}" if event.order_pk else "",
        event.message,
    ]
    return "  ".join(part for part in parts if part)
