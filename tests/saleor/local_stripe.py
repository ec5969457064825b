"""A server that stands in for Stripe, in a process and an environment of its own."""

from __future__ import annotations

import base64
import json
import os
import socket
import subprocess
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Iterator
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

#: The Python that has it.
PYTHON = os.environ.get("REWARDS_LOCALSTRIPE", "")

KEY = base64.b64encode(b"sk_test_12345:").decode()
SECONDS_TO_START = 60

#: It would keep all that it holds in one file for everybody on the machine.
PROGRAM = """
from localstripe import resources, server
resources.Store.dump_to_disk = lambda store: None
server.start()
"""


class LocalStripe:
    """Talks to the server as a shop's payment app does."""

    def __init__(self, port: int) -> None:
        self.url = f"http://localhost:{port}"

    def ask(self, path: str, **data: Any) -> dict[str, Any]:
        """Read a thing, or with data write one, and return it."""
        body = urlencode(data).encode() if data else None
        request = Request(self.url + path, body, {"Authorization": f"Basic {KEY}"})
        with urlopen(request, timeout=30) as response:
            return json.loads(response.read() or b"{}")

    def send_events_to(self, url: str, secret: str) -> None:
        """Have all events sent to a webhook."""
        body = json.dumps({"url": url, "secret": secret}).encode()
        headers = {"Content-Type": "application/json"}
        urlopen(Request(f"{self.url}/_config/webhooks/shop", body, headers), timeout=30)

    def pay(self, amount: int) -> dict[str, Any]:
        """Pay an amount of cents by card; return the payment intent."""
        card = {"number": "4242424242424242", "cvc": "123"}
        ends = {"exp_month": "12", "exp_year": "2031"}
        details = {f"card[{name}]": value for name, value in {**card, **ends}.items()}
        method = self.ask("/v1/payment_methods", type="card", **details)
        return self.ask(
            "/v1/payment_intents",
            amount=amount,
            currency="usd",
            payment_method=method["id"],
            confirm="true",
        )


@contextmanager
def running(folder: Path) -> Iterator[LocalStripe]:
    """Run the server in a folder of its own."""
    port = _free_port()
    log = folder / "localstripe.log"
    with log.open("w") as sink:
        process = subprocess.Popen(
            [PYTHON, "-c", PROGRAM, "--from-scratch", f"--port={port}"],
            cwd=folder,
            env={"PATH": os.environ["PATH"]},
            stdout=sink,
            stderr=subprocess.STDOUT,
        )
    try:
        found = LocalStripe(port)
        _wait(found, process, log)
        yield found
    finally:
        process.terminate()
        process.wait(30)


def _wait(found: LocalStripe, process: Any, log: Path) -> None:
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and process.poll() is None:
        with suppress(URLError, ConnectionError):
            found.ask("/v1/balance")
            return
        time.sleep(0.1)
    raise AssertionError(log.read_text())


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
