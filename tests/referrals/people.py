"""People as a shop knows them, and cases of one who brought another."""

from __future__ import annotations

import hmac
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from typing import Any, Sequence

from saleor_rewards.referrals.addresses import AddressFacts
from saleor_rewards.referrals.signals import (
    Facts,
    Link,
    Signal,
    verdict_of,
    weigh,
)
from saleor_rewards.referrals.trails import Trail, trail_of

NOW = datetime(2024, 5, 1, 12, tzinfo=timezone.utc)


def digest(kind: str, value: str) -> str:
    """Return a keyed hash as the product does, with a key of the tests' own."""
    return hmac.new(b"tests", f"{kind}:{value}".encode(), sha256).hexdigest()


def home(
    street: str,
    second: str = "",
    postal_code: str = "00-625",
    city: str = "Warszawa",
    country: str = "PL",
) -> AddressFacts:
    return AddressFacts(street, second, city, postal_code, country)


@dataclass(frozen=True)
class Person:
    """Somebody with all that the shop was told: nothing of it is hashed yet.

    `pk` is None for a guest. `cards` are fingerprints, none where a wallet paid.
    """

    pk: int | None
    emails: Sequence[str] = ()
    addresses: Sequence[AddressFacts] = ()
    cards: Sequence[str] = ()
    ips: Sequence[str] = ()

    @property
    def trail(self) -> Trail:
        return trail_of(
            digest,
            emails=self.emails,
            addresses=self.addresses,
            cards=self.cards,
            ips=self.ips,
        )

    def but(self, **changes: Any) -> Person:
        """Return the same person with something else; one value stands for a list."""
        listed = {
            key: value if key == "pk" or isinstance(value, tuple) else (value,)
            for key, value in changes.items()
        }
        return replace(self, **listed)


#: A customer for years, with an account, who shares her code.
ANNA = Person(
    1,
    ("anna.nowak@gmail.com",),
    (home("ul. Polna 5 m. 3"),),
    ("card-of-anna",),
    ("203.0.113.7",),
)
#: A friend who has nothing in common with her.
OLEG = Person(
    2,
    ("oleg@example.com",),
    (home("Hauptstraße 12", "", "50667", "Köln", "DE"),),
    ("card-of-oleg",),
    ("198.51.100.20",),
)


def stranger(number: int, **changes: Any) -> Person:
    """Return one of many people who have nothing in common."""
    return Person(
        100 + number,
        (f"person{number}@example.com",),
        (home(f"Leśna {number}", "", f"30-{number:03}"),),
        (f"card-{number}",),
        (f"192.0.2.{number}",),
    ).but(**changes)


@dataclass(frozen=True)
class Case:
    """What happened, in a sentence, and what the shop makes of it.

    `brought_by` has who brought the referrer and how many days ago that was claimed,
    then who brought them, and so on; `joined` is how long ago the referrer did.
    """

    story: str
    verdict: str
    signals: Sequence[str]
    referee: Person = OLEG
    referrer: Person = ANNA
    siblings: Sequence[Person] = ()
    strangers: Sequence[Person] = ()
    brought_by: Sequence[tuple[Person, int]] = ()
    joined: timedelta = timedelta(days=400)
    more: dict[str, int] = field(default_factory=dict)

    @property
    def facts(self) -> Facts:
        """Everything put side by side, from what people typed in."""
        links = [
            Link(NOW - timedelta(days=days), person.pk, person.trail.emails)
            for person, days in self.brought_by
        ]
        return Facts(
            at=NOW,
            referrer_user_pk=self.referrer.pk,
            referee_user_pk=self.referee.pk,
            referrer=self.referrer.trail,
            referee=self.referee.trail,
            siblings=[person.trail for person in self.siblings],
            strangers=[person.trail for person in self.strangers],
            brought_by=links,
            referrer_joined_at=NOW - self.joined,
            **{"referrer_orders": 4, **self.more},
        )

    @property
    def found(self) -> tuple[Signal, ...]:
        return weigh(self.facts, {})

    @property
    def decided(self) -> str:
        return verdict_of(self.found)
