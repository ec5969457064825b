"""Compares the points of all accounts with what was ever posted."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = (
        "Compares the points of accounts with all that was ever posted to them, and "
        "prints what differs. Ends with an error where anything does."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "account", nargs="*", type=int, help="keys of accounts; all without any"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        from ...ledger.verify import discrepancies

        count = 0
        for one in discrepancies(options["account"] or None):
            count += 1
            self.stdout.write(str(one))
        if count:
            raise CommandError(f"{count} discrepancies.")
        self.stdout.write("Every account is as its entries say.")
