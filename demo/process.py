"""Shops as processes: a socket that listens, and a Saleor that answers on it."""

from __future__ import annotations

import contextlib
import errno
import socket
import subprocess
from dataclasses import dataclass
from typing import Iterator

from tools.hosts import Host
from tools.paths import LOGS, ROOT
from tools.report import ToolError

from .client import Client, ShopError
from .talks import talk_with

ADDRESS = "127.0.0.1"
SECONDS_TO_STOP = 5


def listen(port: int) -> socket.socket:
    """Return a socket that listens; port 0 takes any that is free.

    :raises ToolError: where the port is taken or not to be had.
    """
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((ADDRESS, port))
        listener.listen(64)
    except (OSError, OverflowError) as error:
        listener.close()
        raise ToolError(why_not(port, error)) from None
    return listener


def why_not(port: int, error: Exception) -> str:
    """Return the sentence that says why a port is not to be had.

    >>> why_not(80, PermissionError(errno.EACCES, "Permission denied"))
    'Port 80 cannot be used: [Errno 13] Permission denied'
    """
    if getattr(error, "errno", None) == errno.EADDRINUSE:
        return (
            f"Port {port} is taken by another program: stop that one, or choose "
            f"another port, as in 'make demo PORT={port + 1}'."
        )
    return f"Port {port} cannot be used: {error}"


@dataclass(frozen=True)
class Shop:
    """A running shop: its process, and a client that speaks to it."""

    name: str
    client: Client
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://{self.client.host}:{self.client.port}/"

    def wait_until_up(self) -> None:
        """Return as soon as the shop answers.

        :raises ToolError: where it died, with the end of its log.
        """
        try:
            self.client.ask("{ shop { name } }")
        except ShopError as error:
            raise ToolError(f"The shop did not start: {error}\n{self.tail()}") from None

    def hand_over(self, token: str) -> None:
        """Give the shop's page what it lets shoppers pay with."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{token}\n".encode())
        self.process.stdin.flush()

    def wait_until_gone(self) -> None:
        """Return never, unless by a signal: a shop does not end by itself.

        :raises ToolError: where it did.
        """
        self.process.wait()
        raise ToolError(f"The shop has ended by itself:\n{self.tail()}")

    def tail(self) -> str:
        log = LOGS / f"{self.name}.log"
        return "\n".join([str(log), *log.read_text().splitlines()[-12:]])


@contextlib.contextmanager
def serving(
    name: str, listener: socket.socket, host: Host, environ: dict[str, str]
) -> Iterator[Shop]:
    """Run a shop on a listening socket for the time of the block.

    It can be asked at once: the first request waits until Saleor is up.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    port = listener.getsockname()[1]
    command = ["-W", "ignore", "-m", "demo.server", str(listener.fileno())]
    with (LOGS / f"{name}.log").open("w") as log:
        process = subprocess.Popen(
            [str(host.python), *command],
            pass_fds=[listener.fileno()],
            stdin=subprocess.PIPE,
            stdout=log,
            stderr=log,
            env=environ,
            cwd=ROOT,
        )
    # With our own end of the socket open, a shop that died would go unnoticed.
    listener.close()
    try:
        yield Shop(name, Client(ADDRESS, port, talk_with(host.series)), process)
    finally:
        stop(process)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a shop: its input ends, and if that is not enough it is killed."""
    assert process.stdin is not None
    process.stdin.close()
    try:
        process.wait(SECONDS_TO_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
