"""What people leave behind, as keyed hashes of its normal forms."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable, Iterable, Iterator, Tuple

from ..emails import normal_email
from ..networks import normal_ip
from .addresses import AddressFacts, normal_address

KINDS = ("email", "address", "card", "ip")
#: From a kind and a normal form to a keyed hash, such as `digests.digest`.
Digest = Callable[[str, str], str]
#: One of `KINDS`, and a keyed hash.
Entry = Tuple[str, str]


@dataclass(frozen=True)
class Trail:
    """What one person left, as keyed hashes.

    >>> mine = Trail(cards=frozenset({"c1"}))
    >>> sorted(mine.joined(Trail(ips=frozenset({"i1"}))).entries())
    [('card', 'c1'), ('ip', 'i1')]
    """

    emails: frozenset[str] = frozenset()
    addresses: frozenset[str] = frozenset()
    cards: frozenset[str] = frozenset()
    ips: frozenset[str] = frozenset()

    @classmethod
    def of(cls, entries: Iterable[Entry]) -> Trail:
        """Put together what `entries` took apart; other kinds are left out.

        >>> Trail.of([("ip", "i1"), ("email", "e1"), ("ip", "i2")]).ips == {"i1", "i2"}
        True
        """
        found: dict[str, set[str]] = {kind: set() for kind in KINDS}
        for kind, digest in entries:
            if kind in found and digest:
                found[kind].add(digest)
        return cls(*(frozenset(found[kind]) for kind in KINDS))

    def entries(self) -> Iterator[Entry]:
        """Yield each kind and hash, to be kept one by one."""
        fields = (self.emails, self.addresses, self.cards, self.ips)
        for kind, digests in zip(KINDS, fields):
            for digest in sorted(digests):
                yield kind, digest

    def joined(self, other: Trail) -> Trail:
        """Return what either of two says."""
        return Trail.of([*self.entries(), *other.entries()])


def trail_of(
    digest: Digest,
    *,
    emails: Iterable[str] = (),
    addresses: Iterable[AddressFacts] = (),
    cards: Iterable[str] = (),
    ips: Iterable[str] = (),
) -> Trail:
    """Return the trail of what is known of a person, all of it as it was given.

    `cards` are fingerprints as the payment provider gives them; a wallet has none.
    What has no normal form, or says too little, leaves nothing.

    >>> def plain(kind, value):
    ...     return f"{kind} {value}"
    >>> found = trail_of(plain, emails=["A.B+x@gmail.com", ""], ips=["10.0.0.1"])
    >>> list(found.entries())
    [('email', 'email ab@gmail.com')]
    """
    values = [
        *(("email", normal_email(email)) for email in emails),
        *(("address", normal_address(address)) for address in addresses),
        *(("card", card.strip()) for card in cards),
        *(("ip", normal_ip(ip)) for ip in ips),
    ]
    return Trail.of((kind, digest(kind, value)) for kind, value in values if value)
