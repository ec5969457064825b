"""Posts the rows of an import, each in a transaction of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Iterable, Iterator

from django.db import transaction

from ..ledger import LedgerError, LedgerErrorCode, accounts
from ..ledger.keys import key_of_import
from ..models import Account, AdjustmentState, Entry, PointsAdjustment
from ..programs.adjustments import AdjustmentError, Author, Change, change_by_hand
from ..programs.points import review_soon
from .reading import Row, RowError, RowStatus

if TYPE_CHECKING:
    from ..plugin.host import Person

CHUNK = 500

#: Column by the ledger's code.
FIELDS = {
    LedgerErrorCode.TOO_MANY_POINTS: "points",
}


@dataclass(frozen=True)
class Outcome:
    """What became of the row with that number below the header.

    ``code``, ``field`` (a column, or ``row``) and ``message`` are empty unless it
    failed.
    """

    row: int
    status: RowStatus
    code: str = ""
    field: str = ""
    message: str = ""

    @classmethod
    def failed(cls, row: int, error: RowError) -> Outcome:
        return cls(row, RowStatus.FAILED, error.code, error.field, error.message)


class Import:
    """One run over the rows of a file, into one program.

    ``author`` is who runs it: rows about themselves are refused, and what is beyond
    the points that they may give waits for a second member of staff. A dry run does
    all that the import does and takes each row back.
    """

    def __init__(
        self, program_pk: int, at: datetime, *, author: Author, dry_run: bool
    ) -> None:
        self.program_pk = program_pk
        self.at = at
        self.author = author
        self.dry_run = dry_run
        self._references: set[str] = set()
        #: What a dry run would have given: its rows are taken back one by one.
        self._points_tried = 0

    def run(self, rows: Iterable[tuple[int, Row | RowError]]) -> Iterator[Outcome]:
        """Yield the outcome of each row, in order, as soon as it is there."""
        rest = iter(rows)
        while True:
            chunk = list(islice(rest, CHUNK))
            if not chunk:
                return
            yield from self._chunk(chunk)

    def _chunk(self, chunk: list[tuple[int, Row | RowError]]) -> list[Outcome]:
        people = _People([row for _, row in chunk if isinstance(row, Row)])
        known = self._known(
            {self._key(row) for _, row in chunk if isinstance(row, Row)}
        )
        touched: set[int] = set()
        outcomes = []
        for number, row in chunk:
            try:
                if isinstance(row, RowError):
                    raise row
                found = self._post(row, people, known.get(self._key(row), self.author))
            except RowError as error:
                outcomes.append(Outcome.failed(number, error))
                continue
            touched.add(found.account_id)
            is_known = self._key(row) in known
            outcomes.append(Outcome(number, self._status(found, is_known=is_known)))
        if not self.dry_run:
            review_soon(Account.objects.filter(pk__in=touched))
        return outcomes

    def _known(self, keys: set[str]) -> dict[str, Author]:
        """Return who sent rows before: sent again, a row is the same one for all."""
        posted = Entry.objects.filter(key__in=keys)
        authors = dict(posted.values_list("key", "note__author"))
        waiting = PointsAdjustment.objects.filter(key__in=keys)
        authors.update(waiting.values_list("key", "author"))
        return {
            key: Author(name) if name else self.author for key, name in authors.items()
        }

    def _status(self, found: Entry | PointsAdjustment, *, is_known: bool) -> RowStatus:
        if getattr(found, "state", None) == AdjustmentState.WAITING:
            return RowStatus.WAITING
        if is_known:
            return RowStatus.UNCHANGED
        return RowStatus.READY if self.dry_run else RowStatus.IMPORTED

    def _key(self, row: Row) -> str:
        return key_of_import(self.program_pk, row.reference)

    def _post(
        self, row: Row, people: _People, author: Author
    ) -> Entry | PointsAdjustment:
        if row.reference in self._references:
            text = "An earlier row of the file has this reference."
            raise RowError("DUPLICATE", "reference", text)
        self._references.add(row.reference)
        person = "email" if row.email else "user_id"
        try:
            with transaction.atomic():
                found = self._changed(row, people, author)
                if self.dry_run:
                    transaction.set_rollback(True)
        except AdjustmentError as error:
            raise _not_given(error, row, person) from error
        except LedgerError as error:
            raise _refused(error, person) from error
        if self.dry_run and author is self.author and isinstance(found, Entry):
            self._points_tried += row.points
        return found

    def _changed(
        self, row: Row, people: _People, author: Author
    ) -> Entry | PointsAdjustment:
        change = Change(
            points=row.points,
            key=self._key(row),
            reason=f"Import: {row.reference}",
            author=author,
            expires_at=row.expires_at,
        )
        account = self._account(row, people)
        found = change_by_hand(
            account, change, self.at, given_before=self._points_tried
        )
        if getattr(found, "state", None) == AdjustmentState.DECLINED:
            text = "Another member of staff declined it."
            raise AdjustmentError("ALREADY_DECIDED", text)
        return found

    def _account(self, row: Row, people: _People) -> Account:
        from ..plugin.members import account_of

        person = people.of(row)
        if person is not None:
            return account_of(self.program_pk, person, self.at)
        return accounts.guest(self.program_pk, row.email, self.at)


def _not_given(error: AdjustmentError, row: Row, person: str) -> RowError:
    if error.code == "OWN_ACCOUNT":
        return RowError(error.code, person, error.message)
    text = error.message
    if error.code == "KEY_CONFLICT":
        text = (
            f"The reference {row.reference!r} was imported before, for another person "
            "or with other points: give this row one of its own."
        )
    return RowError(error.code, "reference", text)


def _refused(error: LedgerError, person: str) -> RowError:
    if error.code not in FIELDS:
        # Somebody merged or erased it at this very moment.
        return RowError("NOT_FOUND", person, "There is no such account any more.")
    return RowError(error.code.name, FIELDS[error.code], error.message)


class _People:
    """Who the rows of a chunk are about, read in two queries."""

    def __init__(self, rows: list[Row]) -> None:
        from ..plugin.host import host

        self._by_pk = host.people([row.user_pk for row in rows if row.user_pk])
        self._by_email = host.people_with_emails(
            [row.email for row in rows if row.email]
        )

    def of(self, row: Row) -> Person | None:
        """Return who a row is about, ``None`` for a guest. Raises ``RowError``."""
        if row.user_pk is None:
            person = self._by_email.get(row.email)
            # Whoever did not confirm the address yet may not be its owner.
            return person if person is not None and person.is_confirmed else None
        person = self._by_pk.get(row.user_pk)
        if person is None:
            raise RowError("NOT_FOUND", "user_id", "There is no such customer.")
        return person
