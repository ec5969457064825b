"""Posts the rows of an import, each in a transaction of its own."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING, Iterable, Iterator, NamedTuple

from django.db import transaction

from ...ledger import LedgerError, LedgerErrorCode, accounts
from ...ledger.keys import key_of_import
from ...models import (
    Account,
    AdjustmentState,
    Entry,
    ImportRowStatus,
    PointsAdjustment,
)
from ...programs.adjustments import (
    AdjustmentError,
    Author,
    Change,
    change_by_hand,
)
from ...programs.points import review_soon
from .reading import Row, RowError

if TYPE_CHECKING:
    from ...host.port import Person

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
    status: ImportRowStatus
    code: str = ""
    field: str = ""
    message: str = ""

    @classmethod
    def failed(cls, row: int, error: RowError) -> Outcome:
        return cls(row, ImportRowStatus.FAILED, error.code, error.field, error.message)


class Import:
    """One run over the rows of a file, into one program.

    ``author`` is who runs it: rows about themselves are refused, and what is beyond
    the points that they may give waits for a second member of staff. A dry run does
    all that the import does and takes each row back; ``points_tried`` is what its
    earlier rows would have given.
    """

    def __init__(
        self,
        program_pk: int,
        at: datetime,
        *,
        author: Author,
        dry_run: bool,
        points_tried: int = 0,
    ) -> None:
        self.program_pk = program_pk
        self.at = at
        self.author = author
        self.dry_run = dry_run
        self._references: set[str] = set()
        #: What a dry run would have given: its rows are taken back one by one.
        self.points_tried = points_tried

    def run(self, rows: Iterable[tuple[int, Row | RowError]]) -> Iterator[Outcome]:
        """Yield the outcome of each row, in order, as soon as it is there."""
        rest = iter(rows)
        while True:
            chunk = list(islice(rest, CHUNK))
            if not chunk:
                return
            yield from self._chunk(chunk)

    def _chunk(self, chunk: list[tuple[int, Row | RowError]]) -> list[Outcome]:
        known = self.known([row for _, row in chunk if isinstance(row, Row)])
        touched: set[int] = set()
        outcomes = []
        for number, row in chunk:
            outcome, account_pk = self.one(number, row, known)
            outcomes.append(outcome)
            if account_pk is not None:
                touched.add(account_pk)
        if not self.dry_run:
            review_soon(Account.objects.filter(pk__in=touched), self.at)
        return outcomes

    def known(self, rows: list[Row]) -> Known:
        """Read what there is already of some rows, and of the people they are about."""
        keys = {self._key(row) for row in rows}
        posted = Entry.objects.filter(key__in=keys)
        authors = dict(posted.values_list("key", "note__author"))
        waiting = PointsAdjustment.objects.filter(key__in=keys)
        authors.update(waiting.values_list("key", "author"))
        return Known(_People(rows), authors)

    def one(
        self, number: int, row: Row | RowError, known: Known
    ) -> tuple[Outcome, int | None]:
        """Post one row; return its outcome and the account, if it got that far."""
        try:
            if isinstance(row, RowError):
                raise row
            found = self._post(row, known)
        except RowError as error:
            return Outcome.failed(number, error), None
        is_known = self._key(row) in known.authors
        outcome = Outcome(number, self._status(found, is_known=is_known))
        return outcome, found.account_id

    def _status(
        self, found: Entry | PointsAdjustment, *, is_known: bool
    ) -> ImportRowStatus:
        if getattr(found, "state", None) == AdjustmentState.WAITING:
            return ImportRowStatus.WAITING
        if is_known:
            return ImportRowStatus.UNCHANGED
        return ImportRowStatus.READY if self.dry_run else ImportRowStatus.IMPORTED

    def _key(self, row: Row) -> str:
        return key_of_import(self.program_pk, row.reference)

    def _post(self, row: Row, known: Known) -> Entry | PointsAdjustment:
        if row.reference in self._references:
            text = "An earlier row of the file has this reference."
            raise RowError("DUPLICATE", "reference", text)
        self._references.add(row.reference)
        name = known.authors.get(self._key(row))
        author = Author(name) if name else self.author
        person = "email" if row.email else "user_id"
        try:
            with transaction.atomic():
                found = self._changed(row, known.people, author)
                if self.dry_run:
                    transaction.set_rollback(True)
        except AdjustmentError as error:
            raise _not_given(error, person) from error
        except LedgerError as error:
            raise _refused(error, person) from error
        if self.dry_run and author is self.author and isinstance(found, Entry):
            self.points_tried += row.points
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
        found = change_by_hand(account, change, self.at, given_before=self.points_tried)
        if getattr(found, "state", None) == AdjustmentState.DECLINED:
            text = "Another member of staff declined it."
            raise AdjustmentError("ALREADY_DECIDED", text)
        return found

    def _account(self, row: Row, people: _People) -> Account:
        from ..members import account_of

        person = people.of(row)
        if person is not None:
            return account_of(self.program_pk, person, self.at)
        return accounts.guest(self.program_pk, row.email, self.at)


def _not_given(error: AdjustmentError, person: str) -> RowError:
    if error.code == "OWN_ACCOUNT":
        return RowError(error.code, person, error.message)
    text = error.message
    if error.code == "KEY_CONFLICT":
        # The reference itself may say who a person is, and this text is kept.
        text = (
            "This reference was imported before, for another person or with other "
            "points: give this row one of its own."
        )
    return RowError(error.code, "reference", text)


def _refused(error: LedgerError, person: str) -> RowError:
    if error.code not in FIELDS:
        # Somebody merged or erased it at this very moment.
        return RowError("NOT_FOUND", person, "There is no such account any more.")
    return RowError(error.code.name, FIELDS[error.code], error.message)


class Known(NamedTuple):
    """What was read for a chunk of rows: the people, and by whom rows were sent.

    The names of authors are by the keys of rows that were posted, or wait. Sent again,
    a row is the same one for all, whoever sends it.
    """

    people: _People
    authors: dict[str, str | None]


class _People:
    """Who the rows of a chunk are about, read in two queries."""

    def __init__(self, rows: list[Row]) -> None:
        from ...host.current import host

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
