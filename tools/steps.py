"""Runs named steps one after the other and sums them up at the end."""

from __future__ import annotations

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Mapping, Sequence

from .report import Terminated, ToolError, say

#: How long a program may tidy up after Ctrl-C, in seconds.
_PATIENCE = 30.0


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


def call(command: Sequence[object], environ: Mapping[str, str], folder: Path) -> int:
    """Run a program whose output goes straight to the terminal.

    On Ctrl-C the terminal has told it too, so it is given time to tidy up.
    """
    with subprocess.Popen(
        [str(part) for part in command], env=dict(environ), cwd=folder
    ) as program:
        try:
            return program.wait()
        except KeyboardInterrupt as interrupt:
            if isinstance(interrupt, Terminated):
                program.terminate()
            try:
                program.wait(_PATIENCE)
            except subprocess.TimeoutExpired:
                program.kill()
            raise
