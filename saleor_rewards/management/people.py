"""How a command names a person: by Saleor's user or by an e-mail address."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError


def add_arguments(parser: ArgumentParser) -> None:
    """Ask for one of ``--user`` and ``--email``."""
    who = parser.add_mutually_exclusive_group(required=True)
    who.add_argument("--user", type=int, help="Primary key of a user of Saleor.")
    who.add_argument("--email", help="An e-mail address, of a member or of a guest.")


def person_named(options: dict[str, Any]) -> tuple[int | None, str]:
    """Return the user's primary key and e-mail address, as far as they are known.

    A user who is gone has no address any more, and one who did not confirm it has
    no right to what is held under it. Raises ``CommandError`` for an empty address.
    """
    from ..host.current import host

    if options["user"] is not None:
        person = host.people([options["user"]]).get(options["user"])
        address = person.email if person is not None and person.is_confirmed else ""
        return options["user"], address
    email = options["email"].strip().lower()
    if not email:
        raise CommandError("Give an e-mail address.")
    person = host.person_with_email(email)
    return (person.pk if person else None), email
