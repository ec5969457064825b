"""Prints our part of Saleor's GraphQL schema."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from ...graphql.printing import printed_schema


class Command(BaseCommand):
    help = (
        "Prints our part of Saleor's GraphQL schema, as graphql/schema.graphql has it."
    )
    requires_system_checks: Any = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(printed_schema(), ending="")
