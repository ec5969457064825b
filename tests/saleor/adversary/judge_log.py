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
LOCKS = re.compile(r"deadlock detected|lock timeout|statement timeout|QueryCanceled")
FRAME = re.compile(r'File "([^"]*/saleor(?:_rewards)?/[^"]*)"')
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
        reason = (traceback.strip().splitlines() or [""])[-1][:200]
        if guard:
            found[f"7 {guard[1]}: {reason}"] += 1
        elif frames:
            category = "7" if MODULE in frames[-1] else "S"
            place = frames[-1].rsplit("/saleor", 1)[-1]
            found[f"{category} traceback in saleor{place}: {reason}"] += 1
    for text, times in sorted(found.items()):
        yield Difference(text[0], "log", f"{text[2:]}, {times} times")
    # What was answered stands in the log too, where there is a traceback of it.
    has_ours = any(text.startswith("7 traceback") for text in found)
    for text in outcome.journal.faults:
        is_told = "HTTP 200" in text and not has_ours
        yield Difference("S" if is_told else "7", "answer", text)


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
