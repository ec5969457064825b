"""Points for occasions that are no order: a sign-up or a birthday."""

from __future__ import annotations

from datetime import datetime
from typing import Callable

from ..engine import Occasion, occasion_points
from ..ledger import earn
from ..ledger.upkeep import family
from ..models import Account, Entry, RuleVersion
from ..programs.rulebook import Rulebook, ends


def key_of(account: Account, occasion: Occasion, *parts: object) -> str:
    """Return the key of an entry for an occasion.

    It names the account and nothing of the person's, who may be erased one day.
    """
    return ":".join(map(str, ("account", account.pk, occasion.value, *parts)))


def keys_of(account: Account, occasion: Occasion, *parts: object) -> list[str]:
    """Return the keys of all entries for an occasion that begin with some ``parts``.

    Those of accounts that were merged into this one are among them.
    """
    rest = "".join(f"{part}:" for part in parts)
    entries = Entry.objects.filter(
        account_id__in=family(account.pk),
        key__regex=f"^account:[0-9]+:{occasion.value}:{rest}",
    )
    return list(entries.values_list("key", flat=True))


def give(
    account: Account,
    book: Rulebook,
    occasion: Occasion,
    at: datetime,
    key: Callable[[int], str],
    may: Callable[[int], bool] = lambda rule: True,
) -> None:
    """Post what the best rule gives for an occasion, available at once.

    ``account`` is locked by the caller. ``key`` makes the entry's key from the
    rule's; ``may`` can say no to a rule.
    """
    tier = account.tier_id
    for earned in occasion_points(
        book.compiled.rules, occasion, at, None if tier is None else str(tier)
    ):
        if not may(earned.rule_id):
            continue
        version = RuleVersion.objects.get(
            rule_id=earned.rule_id, number=earned.rule_version
        )
        earn(
            account.pk,
            earned.points,
            key=key(earned.rule_id),
            at=at,
            available_from=at,
            rule_version_pk=version.pk,
            **ends(account, book, at),
        )
