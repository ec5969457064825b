"""Prints everything that is held of a person."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from ...customers.export import export_imported
from ...ledger.privacy import export_person
from ..people import add_arguments, person_named


class Command(BaseCommand):
    help = "Prints everything that Saleor Rewards holds of a person, as JSON."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Ask whose it is."""
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the JSON to the standard output."""
        from ...referrals.privacy import export_referrals

        person = person_named(options)
        held = {
            **export_person(*person),
            "imports": export_imported(*person),
            "referrals": export_referrals(*person),
        }
        self.stdout.write(json.dumps(held, indent=2, ensure_ascii=False))
