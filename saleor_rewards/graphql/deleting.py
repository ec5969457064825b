"""Erases whom Saleor deletes, on a Saleor that tells plugins nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from django.utils import timezone

from ..guard import guarded
from ..host.capabilities import capabilities
from .ids import pk_of

if TYPE_CHECKING:
    from ..host.port import Person

FAULT = "REWARDS_FORGET"

#: Mutations that delete people, by the argument that names them; none for oneself.
DELETING = {
    "customer_delete": "id",
    "customer_bulk_delete": "ids",
    "staff_delete": "id",
    "staff_bulk_delete": "ids",
    "account_delete": "",
}


def erase_deleted(mutations: Any) -> None:
    """Let Saleor's mutations that delete people erase them from our tables too."""
    if capabilities.account_events:
        return
    for name, argument in DELETING.items():
        field = mutations._meta.fields[name]
        field.resolver = _erasing(field.resolver, argument)


def _erasing(resolver: Callable[..., Any], argument: str) -> Callable[..., Any]:
    def resolve(root: Any, info: Any, **args: Any) -> Any:
        pks = _named(args.get(argument)) if argument else [info.context.user.pk]
        nobody: list[Person] = []
        people = guarded(FAULT, nobody, lambda: _people(pks))
        answer = resolver(root, info, **args)
        if people:
            guarded(FAULT, None, lambda: _erase_gone(people))
        return answer

    return resolve


def _named(ids: Any) -> list[int | None]:
    texts = ids if isinstance(ids, list) else [ids]
    return [pk_of(text, "User", column="integer") for text in texts if text]


def _people(pks: list[int | None]) -> list[Person]:
    # It needs the adapter, which is not there yet when the schema is built.
    from ..host.current import host

    return list(host.people([pk for pk in pks if pk is not None]).values())


def _erase_gone(people: list[Person]) -> None:
    from ..customers.erasing import erase
    from ..host.current import host

    left = host.people([person.pk for person in people])
    for person in people:
        if person.pk not in left:
            email = person.email if person.is_confirmed else ""
            erase(person.pk, email, timezone.now())
