"""Erases a person from the ledger."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ...ledger.privacy import erase_person
from ..people import add_arguments, person_named


class Command(BaseCommand):
    help = (
        "Erases a person from Saleor Rewards: their points end, notes and the "
        "address go, the sums of the ledger stay."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask whom."""
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Erase and say how many accounts there were."""
        count = erase_person(*person_named(options), timezone.now())
        self.stdout.write(f"Accounts erased: {count}")
