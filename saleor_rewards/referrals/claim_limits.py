"""Counts wrong guesses by checkout, account and network, and makes guessers wait."""

from __future__ import annotations

from datetime import datetime
from typing import Iterable, Mapping

from django.db.models import QuerySet

from ..identity import digest
from ..models import ClaimLimit
from .errors import ReferralErrorCode
from .limits import LIMITS, LimitScope, blocked_until, failures_at
from .refusals import refusal


class Tries:
    """Whose guesses are counted together, each by a hash of who it is."""

    def __init__(self, digests: Mapping[LimitScope, str]) -> None:
        self.digests = dict(digests)

    @classmethod
    def of(
        cls, *, checkout_token: str = "", user_pk: int | None = None, ip: str = ""
    ) -> Tries:
        """Return the tries of a checkout, of who is logged in, and of a network."""
        named = {
            LimitScope.CHECKOUT: checkout_token,
            LimitScope.ACCOUNT: "" if user_pk is None else str(user_pk),
            LimitScope.ADDRESS: ip,
        }
        return cls(
            {
                scope: digest(f"limit:{scope.value}", value)
                for scope, value in named.items()
                if value
            }
        )

    def check(self, at: datetime) -> None:
        """Raise ``ReferralError`` (``TOO_MANY_ATTEMPTS``) for whoever has to wait."""
        _refuse_waiting(self._rows, at)

    def check_again(self, at: datetime) -> None:
        """Raise the same once a guess was right, for those made at the same time.

        The caller opens a transaction and takes it back. Nobody else counts before it
        ends.
        """
        _refuse_waiting(self._rows.select_for_update(), at)

    def count(self, at: datetime) -> None:
        """Count one wrong guess; the caller opens a transaction and keeps it.

        Raises as ``check`` does where enough were counted since, and counts no more.
        """
        # Always in one order: two guessers with a network in common cannot wait for
        # each other.
        scopes = sorted(self.digests, key=lambda scope: scope.value)
        ClaimLimit.objects.bulk_create(
            [
                ClaimLimit(scope=one.value, digest=self.digests[one], failed_at=at)
                for one in scopes
            ],
            ignore_conflicts=True,
        )
        rows = list(self._rows.select_for_update())
        _refuse_waiting(rows, at)
        for row in rows:
            scope = LimitScope(row.scope)
            row.failures = 1 + failures_at(scope, row.failures, row.failed_at, at)
            row.failed_at = at
            row.blocked_until = blocked_until(scope, row.failures, at)
        counted = ["failures", "failed_at", "blocked_until"]
        ClaimLimit.objects.bulk_update(rows, counted)

    @property
    def _rows(self) -> QuerySet[ClaimLimit]:
        mine = ClaimLimit.objects.filter(digest__in=self.digests.values())
        return mine.order_by("scope")


def _refuse_waiting(rows: Iterable[ClaimLimit], at: datetime) -> None:
    if any(row.blocked_until and row.blocked_until > at for row in rows):
        raise refusal(ReferralErrorCode.TOO_MANY_ATTEMPTS)


def forget_tries(at: datetime, limit: int) -> int:
    """Delete up to ``limit`` counts that do not count any more; return how many."""
    longest = max(rule.fades for rule in LIMITS.values())
    faded = ClaimLimit.objects.filter(failed_at__lte=at - longest).order_by("pk")
    pks = list(faded.values_list("pk", flat=True)[:limit])
    deleted, _rows = ClaimLimit.objects.filter(pk__in=pks).delete()
    return int(deleted)
