"""Erases a person from the ledger and from referrals."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from ..people import add_arguments, person_named


class Command(BaseCommand):
    help = (
        "Erases a person from Saleor Rewards: their points end, notes and the "
        "address go, and so does all that referrals know of them. The sums of the "
        "ledger stay."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask whom."""
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Erase and say how many accounts and referrals there were."""
        from ...customers.erasing import erase

        erased = erase(*person_named(options), timezone.now())
        self.stdout.write(f"Accounts erased: {erased.accounts}")
        self.stdout.write(f"Referrals erased: {erased.referrals}")
