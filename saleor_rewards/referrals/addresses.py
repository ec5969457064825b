"""One spelling for all ways to write one postal address.

Names are left out: people who live together have one address. The city is left out
where there is a postal code, since it is spelled in many ways. What tells homes in one
house apart stays: the number of the flat, its letter, the floor.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

#: Letters that are no letter with an accent to Unicode.
LETTERS = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "æ": "ae", "œ": "oe", "ı": "i", "þ": "th"}
)
#: Where people without umlauts on the keyboard write two letters.
UMLAUT_COUNTRIES = frozenset({"AT", "CH", "DE", "LI"})
UMLAUTS = re.compile("([aou])e")

#: Words for kinds of streets, by the short form they are compared in.
STREETS = {
    "al": ("aleja", "aleje", "alley"),
    "av": ("ave", "avenue", "avenida", "avda", "avd"),
    "bd": ("blvd", "boulevard", "bulvar", "bulwar"),
    "c": ("calle", "cl"),
    "ch": ("chemin", "che"),
    "crt": ("court", "ct"),
    "dr": ("drive", "drv"),
    "hwy": ("highway",),
    "ln": ("lane",),
    "os": ("osiedle",),
    "pkwy": ("parkway", "pky"),
    "pl": ("place", "plac", "plaza", "platz", "pza", "piazza", "pzza"),
    "r": ("rue", "rua"),
    "rd": ("road",),
    "sq": ("square",),
    "st": ("street", "str", "saint", "strasse", "straat", "sankt", "sint"),
    "ter": ("terrace", "terr"),
    "v": ("via",),
    "wg": ("weg",),
    "e": ("east",),
    "n": ("north",),
    "s": ("south",),
    "w": ("west",),
}
SHORT = {word: short for short, words in STREETS.items() for word in words}
#: Ends of words that are kinds of streets, longest first.
ENDINGS = (("strasse", "st"), ("straat", "st"), ("str", "st"), ("platz", "pl"))
#: Words that say nothing: "No. 5", "ul. Polna".
NOISE = frozenset(
    {"no", "nr", "num", "number", "numero", "ul", "ulica", "ulice", "the"}
)
#: Words before the number or the letter of a flat.
UNITS = frozenset(
    {
        "ap", "apartment", "appartement", "apt", "bldg", "building", "door", "etage",
        "fl", "flat", "floor", "lok", "lokal", "m", "mieszkanie", "og", "piso", "puerta",
        "rm", "room", "ste", "suite", "top", "unit", "wohnung", "whg",
    }
)  # fmt: skip
#: Where parcels wait for many people.
COUNTERS = frozenset(
    {"locker", "packstation", "paczkomat", "parcelshop", "postfiliale", "postlagernd"}
)
#: Letters after a house number that are a point of the compass there.
COMPASS = frozenset("ensw")

TOKEN = re.compile(r"[0-9]+[a-z]*|[^\W\d_]+")
#: A floor whose number stands before the word: "2nd floor", but not "12 floor 2".
FLOOR = re.compile(
    r"\b([0-9]+)(?:(?:st|nd|rd|th) (?:fl|floor)\b"
    r"|[. ]*(?:etage|fl|floor|og|piso)\b(?![. ]*[0-9]))"
)
ORDINAL_SIGN = re.compile("(?<=[0-9])[\u00aa\u00ba]")
ORDINAL = re.compile(r"([0-9]+)(?:st|nd|rd|th)\Z")
#: A word behind "flat" that is longer than this is no name of a flat.
MOST_UNIT_LENGTH = 2


@dataclass(frozen=True)
class AddressFacts:
    """A postal address as it was typed in; `country` is a code of two letters.

    >>> AddressFacts("Polna 5", "m. 3", "Warszawa", "00-001", "PL").city
    'Warszawa'
    """

    street: str = ""
    street_2: str = ""
    city: str = ""
    postal_code: str = ""
    country: str = ""


def normal_address(address: AddressFacts) -> str:
    """Return one spelling for an address, empty where too little of it is known.

    That is: without a country, a postal code or a city, the name of a street and a
    number; and where it is a place at which parcels wait for many people.

    >>> home = AddressFacts("Hauptstraße 12a", "", "Köln", "50667", "DE")
    >>> normal_address(home)
    'DE|50667|haupt st|12a'
    >>> other = AddressFacts("Hauptstr. 12 A", "", "Koeln", "50667", "de")
    >>> normal_address(other) == normal_address(home)
    True
    >>> normal_address(AddressFacts("Hauptstraße", "", "Köln", "50667", "DE"))
    ''
    """
    country = address.country.strip().upper()
    first = _read(address.street, country)
    second = _read(address.street_2, country)
    place = _place(address, country)
    # What else stands in the second line is for the courier.
    words = first.words or second.words
    numbers = [*first.numbers, *second.numbers, *first.units, *second.units]
    if COUNTERS.intersection(first.words + second.words):
        return ""
    if not (country and place and words and numbers):
        return ""
    return "|".join([country, place, " ".join(words), " ".join(numbers)])


class _Line:
    """What one line of an address says: words, numbers, and what names a flat."""

    def __init__(self) -> None:
        self.words: list[str] = []
        self.numbers: list[str] = []
        self.units: list[str] = []

    def take(self, token: str, before: str) -> None:
        """Read one token and the one before it."""
        if token[0].isdigit():
            number = ORDINAL.sub(r"\1", token).lstrip("0") or "0"
            (self.units if before in UNITS else self.numbers).append(number)
        elif token in UNITS or token in NOISE:
            return
        elif before in UNITS and len(token) <= MOST_UNIT_LENGTH:
            self.units.append(token)
        elif self._belongs_to_number(token, before):
            self.numbers[-1] += token
        else:
            self.words.extend(_street_words(token))

    def _belongs_to_number(self, token: str, before: str) -> bool:
        return (
            len(token) == 1
            and token.isascii()
            and token not in COMPASS
            and before.isdigit()
            and bool(self.numbers)
        )


def _read(text: str, country: str) -> _Line:
    line = _Line()
    tokens = TOKEN.findall(_plain(text, country))
    for before, token in zip(["", *tokens], tokens):
        line.take(token, before)
    return line


def _street_words(word: str) -> list[str]:
    for ending, short in ENDINGS:
        if word.endswith(ending) and word != ending:
            return [word[: -len(ending)], short]
    return [SHORT.get(word, word)]


def _place(address: AddressFacts, country: str) -> str:
    code = re.sub(r"[^0-9A-Z]", "", address.postal_code.upper())
    if country == "US":
        # The four digits after it name the mailman's round, and most leave them out.
        code = code[:5]
    return code or " ".join(TOKEN.findall(_plain(address.city, country)))


def _plain(text: str, country: str) -> str:
    folded = ORDINAL_SIGN.sub("", text.casefold())
    folded = unicodedata.normalize("NFKD", folded).translate(LETTERS)
    plain = "".join(map(_letter, folded))
    if country in UMLAUT_COUNTRIES:
        plain = UMLAUTS.sub(r"\1", plain)
    return FLOOR.sub(r" unit \1 ", plain)


def _letter(letter: str) -> str:
    if unicodedata.combining(letter) or letter in "'\u2019":
        return ""
    digit = unicodedata.decimal(letter, None)
    return letter if digit is None else str(digit)
