"""Processes that die at a chosen statement, and a PostgreSQL that can be killed."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import traceback
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from django.db import connection, connections, transaction

from saleor_rewards.orders import settling

from .plugin_hooks import hooks

#: The folder of PostgreSQL's programs, where the tests' server comes from them.
PROGRAMS = os.environ.get("REWARDS_POSTGRES", "")


def in_child(work: Callable[[], Any]) -> bool:
    """Run ``work`` in a process of its own; return whether it was killed."""
    # A connection that two processes share is ended for both by the first.
    connections.close_all()
    child = os.fork()
    if child:
        _pid, status = os.waitpid(child, 0)
        assert not os.WIFEXITED(status) or os.WEXITSTATUS(status) == 0
        return os.WIFSIGNALED(status)
    try:
        work()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
        os._exit(1)


def die_after_commit(statements: int) -> None:
    """Die when Saleor committed and the hook ran so many statements."""
    settle_soon = hooks.settle_soon

    def dying(order_pk: Any) -> None:
        transaction.on_commit(lambda: die_at(statements))
        settle_soon(order_pk)

    hooks.settle_soon = dying


def die_at(statements: int) -> None:
    """Die before the statement after so many more."""
    at_statement(statements, lambda: os.kill(os.getpid(), signal.SIGKILL))


def at_statement(statements: int, act: Callable[[], Any]) -> None:
    """Act once, before the statement after so many more."""
    left = [statements]

    def count(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if left[0] == 0:
            act()
        left[0] -= 1
        return execute(sql, params, many, context)

    connection.execute_wrappers.append(count)


def at_posting(statements: int, act: Callable[[], Any]) -> None:
    """Act once, before the statement after so many more of a settlement's posting."""
    posting = settling.posting

    def counting(*arguments: Any) -> Any:
        settling.posting = posting
        at_statement(statements, act)
        return posting(*arguments)

    settling.posting = counting


class Server:
    """A PostgreSQL of the test's own that flushes what it commits to the disk."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.data = home / "data"
        self.log = home / "log"
        self.user = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        if self.user is not None:
            os.chown(home, self.user.pw_uid, self.user.pw_gid)
        self._run("initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "-N")

    def start(self, **settings: str) -> None:
        """Start, and recover what was committed before a crash."""
        wanted = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.home),
            "timezone": "UTC",
            **settings,
        }
        options = [f"--{name}={value}" for name, value in wanted.items()]
        # A process of ours, and not of pg_ctl's: who dies is buried by its parent.
        self.main = subprocess.Popen(
            [f"{PROGRAMS}/postgres", "-D", str(self.data), *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self.log.open("ab"),
            cwd="/",
            preexec_fn=self._be_nobody,
        )
        ready = [f"{PROGRAMS}/pg_isready", "-q", "-h", str(self.home)]
        while subprocess.run(ready).returncode != 0:
            assert self.main.poll() is None, self.log.read_text()[-2000:]
            time.sleep(0.02)

    def stop(self) -> None:
        """Stop in good order."""
        self.main.send_signal(signal.SIGINT)
        self.main.wait(60)

    def kill(self) -> None:
        """Kill every process of the server at once, without a word."""
        # Whoever is stopped starts no more processes.
        self.main.send_signal(signal.SIGSTOP)
        children = _children(self.main.pid)
        for pid in [*children, self.main.pid]:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.main.wait()
        while any(_is_alive(pid) for pid in children):
            time.sleep(0.01)

    def copy(self, database: str) -> None:
        """Copy a database from the server that the tests run on."""
        given = connection.get_connection_params()
        source = ["-h", given["host"], "-U", given["user"]]
        self._run("createdb", "-h", self.home, "-U", "postgres", database)
        dump = subprocess.Popen(
            [f"{PROGRAMS}/pg_dump", *source, given.get("dbname") or given["database"]],
            stdout=subprocess.PIPE,
        )
        # An extension that the server lacks is one that nothing is left of.
        target = ["-X", "-q", "-h", str(self.home), "-U", "postgres", "-d", database]
        subprocess.run(
            [f"{PROGRAMS}/psql", *target],
            stdin=dump.stdout,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        assert dump.wait() == 0

    def _be_nobody(self) -> None:
        """Leave root behind: PostgreSQL does not run as root."""
        if self.user is not None:
            os.setgroups([])
            os.setgid(self.user.pw_gid)
            os.setuid(self.user.pw_uid)

    def _run(self, program: str, *arguments: object) -> None:
        with tempfile.TemporaryFile() as output:
            done = subprocess.run(
                [f"{PROGRAMS}/{program}", *map(str, arguments)],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd="/",
                preexec_fn=self._be_nobody,
            )
            output.seek(0)
            assert done.returncode == 0, output.read().decode()


@contextmanager
def own_server() -> Iterator[Server]:
    """Move the test's database to a server of its own for the time of the block."""
    if not (PROGRAMS and (Path(PROGRAMS) / "initdb").exists()):
        pytest.skip("PostgreSQL's programs are not here.")
    home = Path(tempfile.mkdtemp(prefix="rewards-kill-"))
    try:
        server = Server(home)
        server.start(fsync="off")
        server.copy("shop")
        server.stop()
        server.start()
        with _connected_to(server):
            try:
                yield server
            finally:
                connections.close_all()
                server.stop()
    finally:
        shutil.rmtree(home)


@contextmanager
def _connected_to(server: Server) -> Iterator[None]:
    connections.close_all()
    # Two names may stand for one connection, whose settings are then one as well.
    before = {alias: dict(connections[alias].settings_dict) for alias in connections}
    for alias in connections:
        connections[alias].settings_dict.update(
            HOST=str(server.home), NAME="shop", USER="postgres", PORT=""
        )
    try:
        yield
    finally:
        connections.close_all()
        for alias, settings in before.items():
            connections[alias].settings_dict.update(settings)


def _children(pid: int) -> list[int]:
    """Return the processes that a process started, from Linux's own list."""
    found = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [int(child) for child in found]


def _is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
