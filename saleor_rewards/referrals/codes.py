"""Codes that members share: short, told apart by eye and ear, and not guessable."""

from __future__ import annotations

import unicodedata
from enum import Enum
from random import Random

#: Of letters and digits that look alike only one is here, and no vowel, so that no
#: code spells a word.
ALPHABET = "23456789CDFGHJKMNPQRTVWXY"
#: 25 to the power of 9 is more than 2 to the power of 41.
GROUPS = 3
GROUP_LENGTH = 3
SEPARATOR = "-"

LEAST_OWN_LENGTH = 3
MOST_OWN_LENGTH = 20
MOST_SHOWN_LENGTH = 32
#: What of a typed text is looked at: nothing that is longer is a code.
MOST_TYPED_LENGTH = 200

LOOK_ALIKES = str.maketrans("OILUSZB", "011V528")
#: Unicode categories of what may stand between letters or come with a copied text.
SEPARATORS = frozenset({"Zs", "Zl", "Zp", "Pd", "Pc", "Cc", "Cf"})


class CodeProblem(Enum):
    """Why a member cannot have a code of that spelling.

    >>> CodeProblem("TOO_SHORT").name
    'TOO_SHORT'
    """

    TOO_SHORT = "TOO_SHORT"
    TOO_LONG = "TOO_LONG"
    #: Only letters from A to Z and digits, with spaces or hyphens between them.
    INVALID_CHARACTER = "INVALID_CHARACTER"


def new_code(random_source: Random) -> str:
    """Return a random code as it is shown. Take `random.SystemRandom` for real ones.

    >>> code = new_code(Random(5))
    >>> len(code), code[3], code[7], set(code) <= {*ALPHABET, "-"}
    (11, '-', '-', True)
    """
    groups = (
        "".join(random_source.choice(ALPHABET) for _ in range(GROUP_LENGTH))
        for _ in range(GROUPS)
    )
    return SEPARATOR.join(groups)


def lookup_of(text: str) -> str:
    """Return what a typed code is looked up by, empty where it can be none.

    Case and separators make no difference, and neither do letters and digits that
    look alike: two codes with one lookup are one code.

    >>> lookup_of("k7q m2x-wdh"), lookup_of("SHOP") == lookup_of("5h0p")
    ('K7QM2XWDH', True)
    >>> lookup_of("Anna's")
    ''
    """
    letters = "".join(_words(text))
    if len(letters) > MOST_OWN_LENGTH or not _is_plain(letters):
        return ""
    return letters.upper().translate(LOOK_ALIKES)


def own_code(text: str) -> str:
    """Return a member's own code as it is shown: in capitals, hyphens between words.

    >>> own_code("  anna  and co ")
    'ANNA-AND-CO'
    """
    return SEPARATOR.join(_words(text)).upper()


def own_code_problem(text: str) -> CodeProblem | None:
    """Return what is wrong with a code that a member chose, None where nothing is.

    It has from 3 to 20 letters and digits, and up to 32 with what separates them.

    >>> own_code_problem("ANNA-2"), own_code_problem("é")
    (None, <CodeProblem.INVALID_CHARACTER: 'INVALID_CHARACTER'>)
    >>> own_code_problem("A-2")
    <CodeProblem.TOO_SHORT: 'TOO_SHORT'>
    """
    letters = "".join(_words(text))
    if letters and not _is_plain(letters):
        return CodeProblem.INVALID_CHARACTER
    if len(letters) < LEAST_OWN_LENGTH:
        return CodeProblem.TOO_SHORT
    if len(letters) > MOST_OWN_LENGTH or len(own_code(text)) > MOST_SHOWN_LENGTH:
        return CodeProblem.TOO_LONG
    return None


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKC", text[:MOST_TYPED_LENGTH])
    spaced = (" " if _is_separator(letter) else letter for letter in plain)
    return "".join(spaced).split()


def _is_separator(letter: str) -> bool:
    return letter == "." or unicodedata.category(letter) in SEPARATORS


def _is_plain(letters: str) -> bool:
    return letters.isascii() and letters.isalnum()
