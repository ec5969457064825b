"""A PostgreSQL server for as long as a command of ours needs one.

Either the one that ``DATABASE_URL`` names, where databases of our own are made
beside the one named, or one from the tools environment that listens on a socket
file alone.
"""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path
from typing import Iterator

from .embedded import Embedded, programs
from .programs import terminated_like_interrupted
from .server import Server


@contextlib.contextmanager
def server() -> Iterator[Server]:
    """Give a running server for the time of the block.

    :raises ToolError: where it does not start, with the end of its log.
    """
    with terminated_like_interrupted():
        given = os.environ.get("DATABASE_URL")
        if given:
            yield Server(given, _psql())
        else:
            with Embedded().running() as embedded:
                yield embedded


def _psql() -> Path:
    found = shutil.which("psql")
    return Path(found) if found else programs() / "psql"
