"""Starts ``make demo`` as somebody at a terminal does."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import threading
import uuid
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
MARK = "DEMO_TEST_MARK"
SECONDS_TO_OPEN = 600
SECONDS_TO_CLOSE = 30


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listen_to_ctrl_c() -> None:
    # A shell starts its background jobs deaf to it, and this run may be one.
    signal.signal(signal.SIGINT, signal.SIG_DFL)


class RunningDemo:
    """A ``make demo`` in a session of its own, as a terminal gives one.

    Every process that it starts, and those started by them, carry a mark in their
    environment.
    """

    def __init__(self, *arguments: str, port: int) -> None:
        self.mark = uuid.uuid4().hex
        self.url = f"http://127.0.0.1:{port}/"
        self.output: list[str] = []
        self.is_open = threading.Event()
        self.process = subprocess.Popen(
            ["make", "--no-print-directory", "demo", f"PORT={port}", *arguments],
            cwd=ROOT,
            env={**os.environ, MARK: self.mark},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
            preexec_fn=_listen_to_ctrl_c,
        )
        self.reader = threading.Thread(target=self._read, daemon=True)
        self.reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.output.append(line)
            if line.startswith("The shop is open"):
                self.is_open.set()
        self.is_open.set()

    @property
    def text(self) -> str:
        return "".join(self.output)

    @property
    def series(self) -> str:
        """The major version of the Saleor that it runs on."""
        found = re.search(r"on Saleor (\d+)\.", self.text)
        assert found, self.text
        return found[1]

    def wait_until_open(self) -> None:
        self.is_open.wait(SECONDS_TO_OPEN)
        assert "The shop is open" in self.text, self.text

    def press_ctrl_c(self) -> None:
        """Send SIGINT to all in the foreground, as a terminal does."""
        os.killpg(self.process.pid, signal.SIGINT)

    def terminate(self) -> None:
        """Send SIGTERM to make alone, as a supervisor does."""
        self.process.terminate()

    def wait(self, seconds: int = SECONDS_TO_CLOSE) -> int:
        code = self.process.wait(seconds)
        self.reader.join(seconds)
        return code

    def left_behind(self) -> list[str]:
        """Return the command lines of processes that still carry the mark."""
        wanted = f"{MARK}={self.mark}".encode()
        return [
            process.joinpath("cmdline").read_bytes().replace(b"\0", b" ").decode()
            for process in Path("/proc").glob("[0-9]*")
            if wanted in environ_of(process).split(b"\0")
        ]


def environ_of(process: Path) -> bytes:
    try:
        return process.joinpath("environ").read_bytes()
    except OSError:
        # It is another user's, or has ended meanwhile.
        return b""
