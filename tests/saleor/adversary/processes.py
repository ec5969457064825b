"""The shop's processes: web servers behind one port, and a worker for Celery tasks."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Iterator

from django.db import connections

PROCESSES = 4


def _environ() -> dict[str, str]:
    """Return this run's environment, for processes on its copy of the database."""
    url = os.environ["REWARDS_DATABASE_URL"].rsplit("/", 1)[0]
    name = connections["default"].settings_dict["NAME"]
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.saleor.adversary.settings",
        "REWARDS_DATABASE_URL": f"{url}/{name}",
    }


def _start(module: str, *arguments: str, log: IO[bytes], **options: Any) -> Any:
    command = [sys.executable, "-m", f"tests.saleor.adversary.{module}", *arguments]
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=log, env=_environ(), **options
    )


@dataclass
class Worker:
    """A process that runs tasks; one at a time."""

    process: Any
    lock: threading.Lock = field(default_factory=threading.Lock)

    def run(self, path: str, *arguments: Any) -> str:
        """Run a task and return ``done`` or what went wrong."""
        line = json.dumps([path, *arguments]) + "\n"
        with self.lock:
            self.process.stdin.write(line.encode())
            self.process.stdin.flush()
            return self.process.stdout.readline().decode().strip() or "worker died"


@dataclass
class Site:
    """The running shop: where it listens, its worker and its log."""

    port: int
    worker: Worker
    log: Path


@contextmanager
def running(log: Path) -> Iterator[Site]:
    """Start the shop on the test's database, and end it with the block."""
    with socket.socket() as listener, log.open("ab") as output:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        port, fd = listener.getsockname()[1], listener.fileno()
        server = _start(
            "server", str(fd), str(PROCESSES), log=output, stdout=output, pass_fds=[fd]
        )
        worker = _start("worker", log=output, stdout=subprocess.PIPE)
        try:
            _wait_for(port, server, log)
            yield Site(port, Worker(worker), log)
        finally:
            for process in (server, worker):
                process.stdin.close()
                process.wait(60)


def _wait_for(port: int, server: Any, log: Path) -> None:
    """Wait until every process had the time to load; the first request tells."""
    until = time.monotonic() + 180
    while time.monotonic() < until:
        assert server.poll() is None, log.read_text(errors="replace")[-4000:]
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            headers = {"Content-Type": "application/json"}
            body = json.dumps({"query": "{ shop { name } }"})
            connection.request("POST", "/graphql/", body, headers)
            connection.getresponse().read()
            connection.close()
            return
        except OSError:
            time.sleep(1)
    raise AssertionError("The shop does not answer.")
