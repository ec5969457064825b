"""PostgreSQL servers for as long as a command of ours needs them.

Either the one that ``DATABASE_URL`` names, where databases of our own are made
beside the one named, or those that come as Python packages and listen on a socket
file alone.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import Iterator

from .databases import drop_leftovers
from .embedded import Embedded, major_of
from .environments import older_postgres_environment, tools_environment
from .hosts import Host
from .programs import terminated_like_interrupted
from .report import ToolError
from .server import Server

#: The oldest server that any supported Saleor runs on.
OLDEST = 15
_PROGRAMS = "lib/python*/site-packages/*/pginstall/bin"
_DEBIAN = Path("/usr/lib/postgresql")


class Servers:
    """The servers that one command runs, each started when it is first asked for."""

    def __init__(self, stack: contextlib.ExitStack) -> None:
        self._stack = stack
        self._running: dict[int | None, Server] = {}

    def for_host(self, host: Host) -> Server:
        """Return a running server that a Saleor's migrations run on.

        :raises ToolError: where there is none, or it does not start.
        """
        if host.newest_postgres not in self._running:
            chosen = server(host.newest_postgres)
            started = self._stack.enter_context(chosen)
            if "DATABASE_URL" not in os.environ:
                drop_leftovers(started)
            self._running[host.newest_postgres] = started
        return self._running[host.newest_postgres]


@contextlib.contextmanager
def servers() -> Iterator[Servers]:
    """Give what starts servers, and stop them all when the block ends."""
    with contextlib.ExitStack() as stack:
        yield Servers(stack)


@contextlib.contextmanager
def server(newest: int | None = None) -> Iterator[Server]:
    """Give a running server for the time of the block.

    :param newest: the newest major version that will do; ``None`` for any.
    :raises ToolError: where it does not start, with the end of its log.
    """
    with terminated_like_interrupted():
        given = os.environ.get("DATABASE_URL")
        if given:
            yield Server(given, _psql())
        else:
            found = _packaged() if newest is None else _older(newest)
            with Embedded(found).running() as embedded:
                yield embedded


def _packaged() -> Path:
    return _programs_of(tools_environment())


def _programs_of(python: Path) -> Path:
    return next(python.parent.parent.glob(_PROGRAMS))


def _older(newest: int) -> Path:
    """Return the programs of a server that is not too new."""
    try:
        return _programs_of(older_postgres_environment())
    except ToolError as error:
        reason = error
    for folder in _installed():
        if OLDEST <= _major(folder / "postgres") <= newest:
            return folder
    raise ToolError(
        f"This Saleor needs a PostgreSQL of version {OLDEST} to {newest}: name one in "
        f"DATABASE_URL.\n{reason}"
    )


def _installed() -> Iterator[Path]:
    """Yield the folders in which the system may have a server of its own."""
    on_path = shutil.which("postgres")
    if on_path:
        yield Path(on_path).resolve().parent
    yield from sorted(_DEBIAN.glob("*/bin"), reverse=True)


def _major(postgres: Path) -> int:
    try:
        answer = subprocess.run([str(postgres), "--version"], capture_output=True)
    except OSError:
        return 0
    return major_of(answer.stdout.decode())


def _psql() -> Path:
    found = shutil.which("psql")
    return Path(found) if found else _packaged() / "psql"
