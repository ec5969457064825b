"""Judges what the servers answered and logged."""

from __future__ import annotations

import json
import re
from collections import Counter
from pathlib import Path
from typing import Any, Iterator

from .run import Outcome

#: What a guard of ours logs when it caught something.
GUARD = re.compile(r"(REWARDS_[A-Z_]+): (the checkout goes on without|no points)")
GAVE_WAY = re.compile(r"(REWARDS_[A-Z_]+): gave way")
FRAME = re.compile(r'File "([^"]*/saleor(?:_rewards)?/[^"]*)"')
#: An answer that says so tells of a code that we raised and Saleor does not know.
OUR_CODE = "Expected a value of type"
MODULE = "/saleor_rewards/"


def faults(outcome: Outcome) -> Iterator[Any]:
    """Yield the server's errors, and the guard's faults by code.

    A traceback is ours where the last of Saleor's and our frames is one of ours.
    """
    from .judge import Difference

    found: Counter[str] = Counter()
    for message, traceback in records(outcome.log):
        frames = FRAME.findall(traceback)
        guard = GUARD.search(message)
        reason = _reason(traceback)
        gave_way = GAVE_WAY.search(message)
        if gave_way:
            found[f"L {gave_way[1]}"] += 1
        elif guard:
            found[f"7 {guard[1]}: {reason}"] += 1
        elif frames:
            is_ours = MODULE in frames[-1] or "saleor_rewards" in reason
            category = "7" if is_ours else "S"
            place = frames[-1].rsplit("/saleor", 1)[-1]
            found[f"{category} traceback in saleor{place}: {reason}"] += 1
    for text, times in sorted(found.items()):
        yield Difference(text[0], "log", f"{text[2:]}, {times} times")
    tracebacks = [text for text in found if text.startswith("7 traceback")]
    answers = Counter(f"{_whose(t, tracebacks)} {t}" for t in outcome.journal.faults)
    for text, times in sorted(answers.items()):
        yield Difference(text[0], "answer", f"{text[2:]}, {times} times")


def _whose(answer: str, tracebacks: list[str]) -> str:
    """Return the category of an answer: the log has the traceback of most."""
    code = re.search(r"HTTP 200, \[\('', '(\w+)'|^job saleor\.\S+ (\w+)", answer)
    if code is None or OUR_CODE in answer:
        return "7"
    name = code[1] or code[2]
    return "7" if any(f"{name}:" in text for text in tracebacks) else "S"


def _reason(traceback: str) -> str:
    """Return the line of the last exception; a database adds lines after it."""
    lines = [line for line in traceback.splitlines() if re.match(r"[\w.]+(: |$)", line)]
    told = [
        line for line in lines if not line.startswith(("CONTEXT", "DETAIL", "HINT"))
    ]
    return told[-1][:160] if told else ""


def records(log: Path) -> Iterator[tuple[str, str]]:
    """Yield each record's message and traceback, empty where it has none."""
    lines = log.read_text(errors="replace").splitlines()
    message = ""
    traceback: list[str] = []
    for line in lines:
        if line.startswith("{"):
            record = json.loads(line)
            yield record.get("message", ""), record.get("exc_info") or ""
        elif line.startswith("Traceback"):
            traceback = [line]
        elif traceback:
            traceback.append(line)
            if line and not line.startswith(" "):
                yield message, "\n".join(traceback)
                traceback = []
        else:
            message = line
