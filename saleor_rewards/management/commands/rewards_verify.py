"""Compares the points of all accounts with what was ever posted, and receipts."""

from __future__ import annotations

from typing import Any, Iterator

from django.core.management.base import BaseCommand, CommandError, CommandParser


class Command(BaseCommand):
    help = (
        "Compares the points of accounts with all that was ever posted to them, and "
        "with --receipts what orders got with what their rules give. Prints what "
        "differs, and ends with an error where anything does."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "account", nargs="*", type=int, help="keys of accounts; all without any"
        )
        parser.add_argument(
            "--receipts", action="store_true", help="compute every receipt again"
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        count = 0
        for line in _differences(options["account"], options["receipts"]):
            count += 1
            self.stdout.write(line)
        if count:
            raise CommandError(f"{count} discrepancies.")
        self.stdout.write("Every account is as its entries say.")
        if options["receipts"]:
            self.stdout.write("Every receipt is as its rules give it.")


def _differences(accounts: list[int], with_receipts: bool) -> Iterator[str]:
    from ...ledger.verify import discrepancies
    from ...programs.receipts import differing_receipts

    yield from map(str, discrepancies(accounts or None))
    if with_receipts:
        yield from differing_receipts()
