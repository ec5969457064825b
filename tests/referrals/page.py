"""The guide's page of cases: `python3 -m tests.referrals.page > docs/referral-cases.md`."""

from __future__ import annotations

import sys
from typing import Iterable, Iterator

from .frauds import FRAUDS
from .honest import HONEST
from .people import Case

VERDICTS = {"allow": "counts", "review": "waits for staff", "reject": "does not count"}


def table(cases: Iterable[Case]) -> Iterator[str]:
    yield "| what happened | what speaks against it | verdict |"
    yield "|---|---|---|"
    for case in cases:
        signals = ", ".join(f"`{code}` {weight}" for code, weight in weights(case))
        yield f"| {case.story} | {signals or 'nothing'} | {VERDICTS[case.decided]} |"


def weights(case: Case) -> Iterator[tuple[str, int]]:
    for signal in case.found:
        yield signal.code.name, signal.weight


def page() -> str:
    """Return the page as the product judges each case at this moment."""
    held = sum(1 for case in FRAUDS if case.decided != "allow")
    lines = [
        "# Who is held back, and who is not",
        "",
        "Each line is run in the tests, from what people type in to the verdict, with "
        "the",
        "weights that hold unless you set others. The [guide to referrals](referrals.md) "
        "says",
        "what the signals mean.",
        "",
        "## Cheats",
        "",
        f"{held} of {len(FRAUDS)} are held back.",
        "",
        *table(FRAUDS),
        "",
        "## Honest friends",
        "",
        f"None of {len(HONEST)} is turned away.",
        "",
        *table(HONEST),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
