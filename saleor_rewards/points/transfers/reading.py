"""Reads a CSV of balances, a row at a time."""

from __future__ import annotations

import csv
from base64 import b64decode
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timezone
from typing import Iterable, Iterator

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.dateparse import parse_date, parse_datetime

from .cells import unescaped

#: The most rows that a request of the API takes; the command takes any number.
MOST_ROWS = 5_000

PEOPLE = ("email", "user_id")
COLUMNS = (*PEOPLE, "points", "expires_at", "reference")
MOST_POINTS = 2**31 - 1
LARGEST_USER_PK = 2**31 - 1
LONGEST_EMAIL = 254
LONGEST_REFERENCE = 100


class CsvError(Exception):
    """The text as a whole cannot be read; the message says why."""


class RowError(Exception):
    """A row is wrong in one field; ``line`` is where it ends in the file."""

    def __init__(self, code: str, field: str, message: str, line: int = 0) -> None:
        self.code = code
        self.field = field
        self.message = message
        self.line = line
        super().__init__(message)


@dataclass(frozen=True)
class Row:
    """A row that can be posted; ``number`` counts rows below the header from 1.

    ``line`` is where it ends in the file. The person is ``user_pk`` or, where that is
    ``None``, ``email`` in lower case. A row that has both goes by the user.
    """

    number: int
    user_pk: int | None
    email: str
    points: int
    expires_at: datetime | None
    reference: str
    line: int = 0


def read_rows(
    lines: Iterable[str], at: datetime
) -> Iterator[tuple[int, Row | RowError]]:
    """Yield each row's number with the row, or with what is wrong with it.

    ``lines`` start with a header that names ``points``, ``reference``, one or both
    of ``email`` and ``user_id``, and maybe ``expires_at`` (a date, or a time
    with its offset). Points expire after ``at``. Raises ``CsvError`` for a header
    that lacks a column or has another one, and for text that is no CSV.
    """
    reader = csv.reader(_without_mark(lines), strict=True)
    try:
        header = [name.strip().lower() for name in next(reader, [])]
        _check_header(header)
        number = 0
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            number += 1
            try:
                row = _row(number, header, cells, at)
                yield number, replace(row, line=reader.line_num)
            except RowError as error:
                error.line = reader.line_num
                yield number, error
    except csv.Error as error:
        raise CsvError(f"Line {reader.line_num} is no CSV: {error}.") from error


def _without_mark(lines: Iterable[str]) -> Iterator[str]:
    for index, line in enumerate(lines):
        # Spreadsheets put a byte order mark in front.
        yield line[1:] if not index and line.startswith("\ufeff") else line


def _check_header(header: list[str]) -> None:
    unknown = [name for name in header if name not in COLUMNS]
    if unknown:
        raise CsvError(f"There is no column {unknown[0][:40]!r}: {', '.join(COLUMNS)}.")
    if len(set(header)) < len(header):
        raise CsvError("A column is there twice.")
    missing = [name for name in ("points", "reference") if name not in header]
    if missing:
        raise CsvError(f"The column {missing[0]!r} is missing.")
    if not set(PEOPLE) & set(header):
        raise CsvError("The column 'email' or 'user_id' is missing.")


def _row(number: int, header: list[str], cells: list[str], at: datetime) -> Row:
    if len(cells) != len(header):
        text = f"The row has {len(cells)} cells, the header {len(header)}."
        raise RowError("INVALID_VALUE", "row", text)
    values = {name: cell.strip() for name, cell in zip(header, cells)}
    email, user_id = values.get("email", ""), values.get("user_id", "")
    if not email and not user_id:
        raise RowError("REQUIRED", "email", "Give an e-mail address or a user.")
    return Row(
        number=number,
        user_pk=_user_pk(user_id) if user_id else None,
        email="" if user_id else _email(email),
        points=_points(values["points"]),
        expires_at=_expires_at(values.get("expires_at", ""), at),
        reference=_reference(values["reference"]),
    )


def _user_pk(text: str) -> int:
    pk = _whole(text if text.isdigit() else _out_of_id(text))
    if pk is None or pk > LARGEST_USER_PK:
        raise RowError("INVALID_ID", "user_id", "This is not the ID of a user.")
    return pk


def _out_of_id(text: str) -> str:
    try:
        kind, _, pk = b64decode(text, validate=True).decode("ascii").partition(":")
    except ValueError:
        return ""
    return pk if kind == "User" else ""


def is_email(text: str) -> bool:
    """Tell whether an account can be opened for the address."""
    try:
        validate_email(text)
    except ValidationError:
        return False
    return len(text) <= LONGEST_EMAIL


def _email(text: str) -> str:
    email = unescaped(text).lower()
    if not is_email(email):
        raise RowError("INVALID_VALUE", "email", "This is no e-mail address.")
    return email


def _points(text: str) -> int:
    points = _whole(text)
    if points is None:
        raise RowError("INVALID_VALUE", "points", "Give a whole number, in digits.")
    if not 0 < points <= MOST_POINTS:
        raise RowError(
            "OUT_OF_RANGE", "points", f"Give a number from 1 to {MOST_POINTS}."
        )
    return points


def _whole(text: str) -> int | None:
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        return None
    return int(text)


def _expires_at(text: str, at: datetime) -> datetime | None:
    if not text:
        return None
    try:
        # A newer Python takes a date for a time without an offset.
        moment = _midnight(parse_date(text)) or parse_datetime(text)
        # The ends of the calendar are hours away from what UTC can hold.
        aware = moment and _in_utc(moment)
    except (ValueError, OverflowError):
        aware = None
    if aware is None:
        text = (
            "Give a date (from its midnight in UTC on) or a time with its offset, such "
            "as 2030-12-31 or 2030-12-31T23:59:59+02:00."
        )
        raise RowError("INVALID_VALUE", "expires_at", text)
    if aware <= at:
        raise RowError("INVALID_VALUE", "expires_at", "This is over already.")
    return aware


def _midnight(day: date | None) -> datetime | None:
    return None if day is None else datetime.combine(day, time(), timezone.utc)


def _in_utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("an offset is needed")
    return moment.astimezone(timezone.utc)


def _reference(text: str) -> str:
    if not text:
        raise RowError("REQUIRED", "reference", "Give each row a name of its own.")
    if len(text) > LONGEST_REFERENCE:
        most = f"It has at most {LONGEST_REFERENCE} characters."
        raise RowError("TOO_LONG", "reference", most)
    if not text.isprintable():
        clean = "It has no line breaks or control characters."
        raise RowError("INVALID_VALUE", "reference", clean)
    return text
