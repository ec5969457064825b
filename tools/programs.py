"""Runs other programs, and leaves none of them behind."""

from __future__ import annotations

import contextlib
import signal
import subprocess
from pathlib import Path
from typing import IO, Iterator, Mapping, Sequence

from .report import Terminated

#: How long a program may tidy up after Ctrl-C, in seconds.
_PATIENCE = 30.0


@contextlib.contextmanager
def followed(
    command: Sequence[object], environ: Mapping[str, str], errors: IO[str] | int
) -> Iterator[subprocess.Popen[str]]:
    """Give a program whose output the block reads, line by line.

    It is ended when the block is left early.
    """
    with subprocess.Popen(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
        env=dict(environ),
    ) as program:
        try:
            yield program
        except BaseException:
            program.kill()
            raise


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


@contextlib.contextmanager
def terminated_like_interrupted() -> Iterator[None]:
    """Let SIGTERM unwind the stack, so that nothing is left behind."""

    def interrupt(*_: object) -> None:
        raise Terminated

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
