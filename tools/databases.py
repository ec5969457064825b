"""Migrated databases, kept, and copies of them.

Migrating an empty database of Saleor takes from one to five minutes, copying a
migrated one a second.
"""

from __future__ import annotations

import os
import re

from .hosts import Host
from .locking import alone
from .paths import BUILD, INSIDE, LOGS
from .programs import followed
from .report import Progress, ToolError, say
from .server import Server


def template(server: Server, host: Host) -> str:
    """Return the name of a database with all tables of a Saleor and none of ours.

    It is made on first use and for every change of that Saleor's migrations; copy
    it with ``server.create(name, template=...)`` and leave it as it is.
    """
    name = f"rewards_{host.key}"
    if name in server.databases():
        return name
    with alone(BUILD / f"{name}.lock", f"the database of {host.name}"):
        if name not in server.databases():
            say(f"Migrating an empty database of {host.name} (once)")
            half = f"{name}_unfinished"
            server.drop(half)
            server.create(half)
            _migrate(host, server.url(half))
            server.rename(half, name)
            say(f"The database of {host.name} is ready, and kept")
    return name


def _migrate(host: Host, url: str) -> None:
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"migrate-{host.key}.log"
    command = [host.python, INSIDE / "migrate.py"]
    with log.open("w") as errors, followed(
        command, host.saleor_environ(url), errors
    ) as program:
        assert program.stdout is not None
        progress = Progress("migrations", 0)
        done = 0
        for line in program.stdout:
            if line.startswith("TOTAL"):
                progress = Progress("migrations", int(line.split()[1]))
            elif line.startswith("  Applying"):
                done += 1
                progress.reach(done, line.split()[1].rstrip("."))
    if program.returncode != 0:
        tail = "\n".join(log.read_text().splitlines()[-12:])
        raise ToolError(f"{host.name} cannot be migrated ({log}):\n{tail}")


def drop_leftovers(server: Server) -> None:
    """Drop the copies of test runs that were killed before they could."""
    for name in server.databases():
        match = re.fullmatch(r"rewards_run_(\d+)_\w+", name)
        if match and not _is_alive(int(match[1])):
            server.drop(name)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
