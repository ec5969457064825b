"""Keys of entries: each says what caused the entry, and is posted once."""

from __future__ import annotations

from dataclasses import replace
from hashlib import sha256

from ..identity import digest
from ..models import Account, AccountState, Entry
from .errors import LedgerError, LedgerErrorCode
from .lots import Cause

#: What the column holds.
LONGEST_KEY = 160


def cause_of(
    verb: str,
    key: str,
    points: int,
    order_pk: str = "",
    version_pk: int | None = None,
    *others: object,
) -> Cause:
    """Return the cause of an entry, with a digest of all that it was posted with."""
    parts = (verb, points, order_pk, version_pk, *others)
    fingerprint = sha256(repr(parts).encode()).hexdigest()
    return Cause(key, fingerprint, order_pk, version_pk)


def cause_by_hand(key: str, points: int, reason: str, author: str) -> Cause:
    """Return the cause of an entry that somebody made and gave a reason for.

    What staff write may say who a person is, and an entry outlives the person: of it
    only a hash stays that is keyed by the shop's secret.
    """
    sign = -1 if points < 0 else 1
    cause = cause_of("adjust", key, abs(points), "", None, sign, reason, author)
    return replace(cause, fingerprint=digest("fingerprint", cause.fingerprint))


def key_by_hand(kind: str, pk: int, name: str) -> str:
    """Return the key of an entry that staff named, with a keyed hash of the name.

    ``pk`` is that of the account or program in which the name is the only one.
    """
    return f"{kind}:{pk}:hmac:{digest(kind, name)}"


def key_of_import(program_pk: int, reference: str) -> str:
    """Return the key of an import's row, which its reference names for good."""
    return key_by_hand("import", program_pk, sha256(reference.encode()).hexdigest())


def is_posted(account: Account, cause: Cause) -> bool:
    """Tell whether the cause's key was posted before, with the same arguments.

    Raises ``LedgerError`` (``KEY_CONFLICT``) where it was with others, or to
    another account.
    """
    found = (
        Entry.objects.filter(key=cause.key)
        .values_list("fingerprint", "account_id")
        .first()
    )
    if found is None:
        return False
    fingerprint, account_pk = found
    if fingerprint != cause.fingerprint or not _is_same(account, account_pk):
        raise LedgerError(
            LedgerErrorCode.KEY_CONFLICT,
            "This key was posted before, with other arguments.",
        )
    return True


def _is_same(account: Account, pk: int | None) -> bool:
    """Tell whether the account is, or has taken in, the one with that key."""
    while pk is not None and pk != account.pk:
        merged = Account.objects.filter(pk=pk, state=AccountState.MERGED)
        pk = merged.values_list("merged_into_id", flat=True).first()
    return pk is not None
