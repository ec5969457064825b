"""Adds points from another provider to the balances of a channel."""

from __future__ import annotations

import sys
from typing import Any, TextIO

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ...models import ImportRowStatus
from ...points.transfers import CsvError, Import, Outcome, read_rows
from ...programs import ProgramError, get_or_create_program
from ...programs.adjustments import Author
from ...programs.channels import channel_by_slug


class Command(BaseCommand):
    help = (
        "Adds points from a CSV file to the balances of a channel. Columns: points, "
        "reference, email or user_id, and expires_at if they expire. A row counts "
        "once for its reference, so the file can be sent again. Good rows count even "
        "where others fail; those are printed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="CSV file in UTF-8; - for standard input.")
        parser.add_argument("--channel", required=True, help="Slug of the channel.")
        parser.add_argument(
            "--dry-run", action="store_true", help="Write nothing, only report."
        )

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            channel = channel_by_slug(options["channel"], field="channel")
            program = get_or_create_program(channel.pk)
            if options["file"] == "-":
                counts = self._run(sys.stdin, program.pk, options["dry_run"])
            else:
                with open(options["file"], encoding="utf-8", newline="") as lines:
                    counts = self._run(lines, program.pk, options["dry_run"])
        except (ProgramError, CsvError, OSError, UnicodeDecodeError) as error:
            raise CommandError(str(error)) from error
        told = [f"{count} {status.name}" for status, count in counts.items() if count]
        self.stdout.write(", ".join(told) or "no rows")
        if counts[ImportRowStatus.FAILED]:
            raise CommandError(f"{counts[ImportRowStatus.FAILED]} rows failed.")

    def _run(self, lines: TextIO, program_pk: int, dry_run: bool) -> dict[Any, int]:
        at = timezone.now()
        author = Author("Command", is_bounded=False)
        run = Import(program_pk, at, author=author, dry_run=dry_run)
        counts = dict.fromkeys(ImportRowStatus, 0)
        for outcome in run.run(read_rows(lines, at)):
            counts[outcome.status] += 1
            if outcome.status is ImportRowStatus.FAILED:
                self.stdout.write(_line(outcome))
        return counts


def _line(outcome: Outcome) -> str:
    return f"row {outcome.row}: {outcome.field}: {outcome.code}: {outcome.message}"
