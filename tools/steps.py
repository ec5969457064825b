"""Runs named steps one after the other and sums them up at the end."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Callable

from .report import ToolError, say


@dataclass(frozen=True)
class Result:
    name: str
    passed: bool
    seconds: float


class Steps:
    """A list of steps; one that fails does not keep the others from running."""

    def __init__(self) -> None:
        self.results: list[Result] = []

    def run(self, name: str, action: Callable[[], int]) -> None:
        """Run one step. It passes when ``action`` returns 0."""
        print(f"\n== {name}", flush=True)
        started_at = time.monotonic()
        try:
            passed = action() == 0
        except ToolError as error:
            print(error, flush=True)
            passed = False
        seconds = time.monotonic() - started_at
        self.results.append(Result(name, passed, seconds))
        say(f"{'passed' if passed else 'FAILED'}: {name} ({seconds:.1f} s)")

    def sum_up(self) -> int:
        """Print every step with its time; return the exit code for them all."""
        width = max(len(result.name) for result in self.results)
        print("\n== Summary", flush=True)
        for result in self.results:
            mark = "passed" if result.passed else "FAILED"
            print(f"{mark}  {result.name:{width}}  {result.seconds:6.1f} s")
        failed = sum(1 for result in self.results if not result.passed)
        print(f"{len(self.results) - failed} steps passed, {failed} failed", flush=True)
        return 1 if failed else 0
