"""``make test`` and its parts.

``python3 -m tools.check [PART ...] [-- PYTEST_ARGUMENT ...]``; all parts but storms
without any named. Parts: source, pure, saleor, browser, storms.
"""

from __future__ import annotations

import contextlib
import os
import sys
from typing import Callable

from .databases import template
from .environments import (
    browser_environment,
    checks_environment,
    made_ahead,
    plain_environ,
    saleor_environment,
    stripe_environment,
)
from .hosts import Host, given_hosts, pypi_host
from .paths import INSIDE, NOWHERE, ROOT
from .postgres import Servers, servers
from .programs import call
from .report import ToolError, errors_told
from .steps import Steps

PARTS = ("source", "pure", "saleor", "browser")
#: On how many cores to run tests; ``ARGS=-n0`` runs them in one process.
WORKERS = ["-n", os.environ.get("WORKERS") or str(min(os.cpu_count() or 1, 4))]
PURE_OF_REFERRALS = ("addresses", "codes", "limits", "settle", "signals", "trails")
PURE = [
    *WORKERS,
    "--doctest-modules",
    "saleor_rewards/described.py",
    "saleor_rewards/emails.py",
    "saleor_rewards/engine",
    "saleor_rewards/host/charge_state.py",
    "saleor_rewards/networks.py",
    *(f"saleor_rewards/referrals/{name}.py" for name in PURE_OF_REFERRALS),
    "saleor_rewards/signal_codes.py",
    "saleor_rewards/stripe/amounts.py",
    "saleor_rewards/stripe/documents.py",
    "tests/engine",
    "tests/referrals",
    "tests/stripe_events",
    "tests/guides",
]
#: What runs inside a Saleor.
ON_SALEOR = ["tests/saleor", "tests/ledger"]


def check_source(steps: Steps) -> None:
    """Check lint, formatting, types, import contracts and house rules."""
    environ = plain_environ()

    def python(*arguments: str) -> Callable[[], int]:
        return lambda: call([checks_environment(), *arguments], environ, ROOT)

    def contracts() -> int:
        program = checks_environment().with_name("lint-imports")
        return call([program], environ, ROOT)

    steps.run("ruff check", python("-m", "ruff", "check", "."))
    steps.run("ruff format", python("-m", "ruff", "format", "--check", "."))
    steps.run("mypy", python("-m", "mypy"))
    steps.run("import contracts", contracts)
    steps.run("house rules", python("-m", "tools.house_rules"))


def check_pure(steps: Steps, arguments: list[str]) -> None:
    """Test what needs no Saleor, on the oldest Python and on the one of make."""
    environ = {**plain_environ(), "PYTHONPATH": str(ROOT)}

    def on_checks() -> int:
        own = ["--doctest-modules", "tools", f"--ignore={INSIDE}"]
        command = [checks_environment(), "-m", "pytest", "-q", *PURE, *own]
        return call([*command, *arguments], environ, ROOT)

    def on_saleors() -> int:
        command = [saleor_environment(), "-m", "pytest", "-q", *PURE]
        return call([*command, *arguments], environ, ROOT)

    version = ".".join(map(str, sys.version_info[:2]))
    steps.run(f"pure parts on Python {version}", on_checks)
    steps.run("pure parts on Python 3.8", on_saleors)


class SaleorChecks:
    """The checks that run inside one Saleor, or the reason why they cannot."""

    def __init__(self, running: Servers, name: str, find: Callable[[], Host]) -> None:
        self.servers = running
        self.name = name
        self.host: Host | ToolError
        try:
            self.host = find()
        except ToolError as reason:
            self.host = reason
        if isinstance(self.host, Host):
            self.name = self.host.name

    def _call(self, *arguments: object) -> int:
        if not isinstance(self.host, Host):
            raise self.host
        postgres = self.servers.for_host(self.host)
        url = postgres.url(template(postgres, self.host))
        NOWHERE.mkdir(parents=True, exist_ok=True)
        command = [self.host.python, *arguments]
        programs = {
            "REWARDS_POSTGRES": str(postgres.psql.parent),
            "REWARDS_LOCALSTRIPE": str(stripe_environment()),
        }
        return call(command, {**self.host.tests_environ(url), **programs}, NOWHERE)

    def manage(self, *arguments: str) -> Callable[[], int]:
        return lambda: self._call("-m", "django", *arguments)

    def pytest(self, *arguments: str) -> Callable[[], int]:
        where = [f"--rootdir={ROOT}", f"--config-file={ROOT / 'pyproject.toml'}"]
        paths = [_absolute(argument) for argument in arguments]
        return lambda: self._call(INSIDE / "run_pytest.py", *where, *paths)


def _absolute(argument: str) -> str:
    """Turn ``tests/saleor/test_x.py::test_y`` into a path from anywhere."""
    named = not argument.startswith("-") and (ROOT / argument.split("::")[0]).exists()
    return str(ROOT / argument) if named else argument


def _tests(default: list[str], arguments: list[str]) -> list[str]:
    """Return pytest's arguments: all tests, unless some of them are named."""
    named = any(_absolute(argument) != argument for argument in arguments)
    return arguments if named else [*default, *arguments]


def saleors(running: Servers) -> list[SaleorChecks]:
    """Return the checks on the Saleor from PyPI, and on those given if any are."""
    given = given_hosts()
    return [
        SaleorChecks(running, "Saleor 2.10.1", pypi_host),
        *(SaleorChecks(running, "SALEOR_PYTHON", find) for find in given),
    ]


def check_saleor(steps: Steps, running: Servers, arguments: list[str]) -> None:
    """Check migrations and settings and run ``ON_SALEOR`` on every Saleor."""
    migrations = ("makemigrations", "saleor_rewards", "--check", "--dry-run")
    tests = _tests(ON_SALEOR, arguments)
    for saleor in saleors(running):
        steps.run(f"migrations on {saleor.name}", saleor.manage(*migrations))
        steps.run(f"system checks on {saleor.name}", saleor.manage("check"))
        steps.run(
            f"tests on {saleor.name}",
            saleor.pytest("-m", "not storm", *WORKERS, *tests),
        )


def check_storms(steps: Steps, running: Servers, arguments: list[str]) -> None:
    """Run the long tests: many carts, many requests at once."""
    tests = _tests(ON_SALEOR, arguments)
    for saleor in saleors(running):
        steps.run(f"storms on {saleor.name}", saleor.pytest("-m", "storm", *tests))


def check_browser(steps: Steps, arguments: list[str], is_alone: bool) -> None:
    """Test the demo's page in a browser, on the Saleor from PyPI.

    Alone, as ``make browser``, it takes the one that ``SALEOR_PYTHON`` names.
    """
    environ = {**plain_environ(), "PYTHONPATH": str(ROOT)}
    if not is_alone:
        environ.pop("SALEOR_PYTHON", None)

    def run() -> int:
        tests = _tests(["tests/browser"], arguments)
        # A file at a time, since every worker starts a shop of its own.
        workers = [*WORKERS, "--dist", "loadfile"]
        command = [browser_environment(), "-m", "pytest", *workers, *tests]
        return call(command, environ, ROOT)

    steps.run("tests in a browser", run)


def run(parts: list[str], arguments: list[str]) -> int:
    """Run the named parts; return the exit code for all of them."""
    steps = Steps()
    ahead = made_ahead() if parts == list(PARTS) else contextlib.nullcontext()
    with ahead, servers() as running:
        if "source" in parts:
            check_source(steps)
        if "pure" in parts:
            check_pure(steps, arguments)
        if "saleor" in parts:
            check_saleor(steps, running, arguments)
        if "storms" in parts:
            check_storms(steps, running, arguments)
        if "browser" in parts:
            check_browser(steps, arguments, parts == ["browser"])
    return steps.sum_up()


def main() -> None:
    given = sys.argv[1:]
    split = given.index("--") if "--" in given else len(given)
    parts, arguments = given[:split] or list(PARTS), given[split + 1 :]
    with errors_told():
        sys.exit(run(parts, arguments))


if __name__ == "__main__":
    main()
