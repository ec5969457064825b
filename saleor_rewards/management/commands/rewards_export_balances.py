"""Writes the balances of a channel as CSV."""

from __future__ import annotations

from typing import Any, Iterator

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from ...models import Program
from ...points.transfers import export_page
from ...programs import ProgramError
from ...programs.channels import channel_by_slug

CHUNK = 1_000


class Command(BaseCommand):
    help = (
        "Writes the balances of a channel as CSV, in the form that "
        "rewards_import_balances reads. What an account owes is a row below zero."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="File to write; - for standard output.")
        parser.add_argument("--channel", required=True, help="Slug of the channel.")

    def handle(self, *_args: Any, **options: Any) -> None:
        try:
            channel = channel_by_slug(options["channel"], field="channel")
        except ProgramError as error:
            raise CommandError(str(error)) from error
        program = Program.objects.filter(channel_pk=channel.pk).first()
        if program is None:
            raise CommandError("The channel has no program.")
        if options["file"] == "-":
            for text in _pages(program.pk):
                self.stdout.write(text, ending="")
            return
        try:
            with open(options["file"], "w", encoding="utf-8", newline="") as file:
                file.writelines(_pages(program.pk))
        except OSError as error:
            raise CommandError(str(error)) from error


def _pages(program_pk: int) -> Iterator[str]:
    at = timezone.now()
    after: int | None = 0
    while after is not None:
        page = export_page(program_pk, at, after=after, limit=CHUNK)
        yield page.csv
        after = page.after
