"""The Saleors that the product is run on, and how to run a program on one.

::

    with servers() as running:
        host = pypi_host()
        postgres = running.for_host(host)
        url = postgres.url(template(postgres, host))
        call([host.python, "-m", "django", "check"], host.tests_environ(url), NOWHERE)
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Callable, Mapping, Sequence, TypedDict

from . import installing
from .environments import plain_environ, saleor_environment
from .paths import BUILD, INSIDE, ROOT
from .report import ToolError

#: What would make a Saleor talk to the outside, or to a real shop's services.
_OUTSIDE = (
    "CACHE_URL CELERY_BROKER_URL CLOUDAMQP_URL DATABASE_URL_REPLICA EMAIL_URL "
    "JAEGER_AGENT_HOST REDIS_URL SENTRY_DSN"
).split()


#: By Python. A key takes a second to make.
_rsa_keys: dict[Path, str] = {}


class Found(TypedDict):
    """What a Python answered about the Saleor it imports."""

    saleor: str
    folder: str
    python: str
    django: str
    missing: list[str]


@dataclass(frozen=True)
class Host:
    """A Saleor and the Python that it runs on.

    ``saleor_path`` is what has to be on the path for ``import saleor`` and for what
    the tests need; ``rewards_path`` is where the product is imported from.
    """

    saleor: str
    python_version: str
    django: str
    folder: Path
    python: Path
    saleor_path: Sequence[str] = ()
    rewards_path: Sequence[str] = ()

    @property
    def name(self) -> str:
        return f"Saleor {self.saleor}"

    @property
    def series(self) -> str:
        """``"2"`` or ``"3"``: which of our adapters and test settings it takes."""
        return self.saleor.split(".")[0]

    @property
    def newest_postgres(self) -> int | None:
        """The newest server that its migrations run on, ``None`` where any will do."""
        return 17 if self.saleor.startswith("3.22.") else None

    @property
    def key(self) -> str:
        """A name for its database's tables: the version and the migrations."""
        found = sorted(
            str(path.relative_to(self.folder))
            for path in self.folder.glob("**/migrations/[0-9]*.py")
        )
        digest = hashlib.sha256("\n".join(found).encode()).hexdigest()[:8]
        version = "".join(c if c.isalnum() else "_" for c in self.saleor)
        return f"saleor_{version}_{digest}"

    def saleor_environ(self, database_url: str) -> dict[str, str]:
        """Return the environment for Saleor as it is, without the product."""
        return {
            **self._environ(self.saleor_path, database_url),
            "DJANGO_SETTINGS_MODULE": "saleor.settings",
        }

    def tests_environ(self, database_url: str) -> dict[str, str]:
        """Return the environment for ``tests/saleor``.

        Tests never write to ``database_url``: they copy it.
        """
        # The source comes after an installed product, which must not be hidden.
        path = [*self.rewards_path, str(ROOT), *self.saleor_path]
        return {
            **self._environ(path, database_url),
            "DJANGO_SETTINGS_MODULE": f"tests.saleor.settings_saleor_{self.series}",
            "REWARDS_DATABASE_URL": database_url,
            "REWARDS_SALEOR": self.saleor,
        }

    def _environ(self, path: Sequence[str], database_url: str) -> dict[str, str]:
        environ = plain_environ()
        for name in _OUTSIDE:
            environ.pop(name, None)
        if BUILD not in self.python.parents:
            # Keep what Python compiles, but not in somebody else's environment.
            environ.pop("PYTHONDONTWRITEBYTECODE", None)
            environ["PYTHONPYCACHEPREFIX"] = str(BUILD / "compiled")
        environ.update(
            PYTHONPATH=os.pathsep.join(path),
            DATABASE_URL=database_url,
            CACHE_URL="locmem://",
            SECRET_KEY="not-a-secret",
            DEBUG="False",
            ALLOWED_HOSTS="*",
            ALLOWED_CLIENT_HOSTS="localhost,127.0.0.1,example.com",
            # A shop of the tests' own is all that is in it.
            POPULATE_DEFAULTS="False",
        )
        if self.series != "2":
            environ["RSA_PRIVATE_KEY"] = self._rsa_key()
        return environ

    def _rsa_key(self) -> str:
        """Return a key that Saleor 3 signs tokens with, made for this process."""
        if self.python not in _rsa_keys:
            command = [str(self.python), str(INSIDE / "rsa_key.py")]
            path = {"PYTHONPATH": os.pathsep.join(self.saleor_path)}
            _rsa_keys[self.python] = subprocess.check_output(
                command, text=True, env={**plain_environ(), **path}
            )
        return _rsa_keys[self.python]


def pypi_host() -> Host:
    """Return Saleor 2.10.1 from PyPI, installed on first use.

    :raises ToolError: where there is no Python 3.8, or pip fails.
    """
    return _host(saleor_environment(), [], rewards_path=[])


@dataclass(frozen=True)
class GivenSaleor:
    """A Saleor that somebody names: its Python, and its folder if it is a checkout."""

    python: str
    folder: str = ""


def given_saleors(environ: Mapping[str, str]) -> list[GivenSaleor]:
    """Return the Saleors that ``SALEOR_PYTHON`` names, colons between them.

    ``SALEOR_PYTHONPATH`` names as many folders, each of a Saleor that is not
    installed into its Python but lies there as a checkout, or nothing.

    >>> given_saleors({"SALEOR_PYTHON": "a/python:b/python", "SALEOR_PYTHONPATH": ":s"})
    [GivenSaleor(python='a/python', folder=''), GivenSaleor(python='b/python', folder='s')]

    :raises ToolError: where there are more or fewer folders than Pythons.
    """
    pythons = environ.get("SALEOR_PYTHON", "").split(os.pathsep)
    if not any(pythons):
        return []
    folders = environ.get("SALEOR_PYTHONPATH", "").split(os.pathsep)
    if folders == [""]:
        folders = [""] * len(pythons)
    if len(folders) != len(pythons):
        raise ToolError(
            f"SALEOR_PYTHON names {len(pythons)} Saleors and SALEOR_PYTHONPATH "
            f"{len(folders)} folders: name as many, with nothing between two colons "
            "for a Saleor that is installed into its Python."
        )
    return [GivenSaleor(*pair) for pair in zip(pythons, folders)]


def given_hosts() -> list[Callable[[], Host]]:
    """Return what finds each Saleor that ``SALEOR_PYTHON`` names.

    :raises ToolError: where the variables do not fit.
    """
    return [partial(given_host, given) for given in given_saleors(os.environ)]


def one_host() -> Host:
    """Return the one Saleor that ``SALEOR_PYTHON`` names, else the one from PyPI.

    :raises ToolError: where it names several, or one that is none.
    """
    given = given_hosts()
    if len(given) > 1:
        raise ToolError("This command runs on one Saleor: name one in SALEOR_PYTHON.")
    return given[0]() if given else pypi_host()


def given_host(given: GivenSaleor) -> Host:
    """Return a Saleor that somebody names, the product installed for it.

    :raises ToolError: where that Python has no Saleor.
    """
    python = Path(given.python).absolute()
    path = [str(Path(given.folder).absolute())] if given.folder else []
    names = installing.test_requirements()
    needs = installing.missing(python, probe(python, path, names)["missing"])
    return _host(python, [*needs, *path], rewards_path=[installing.product()])


def _host(python: Path, saleor_path: list[str], rewards_path: list[str]) -> Host:
    found = probe(python, saleor_path)
    return Host(
        saleor=found["saleor"],
        python_version=found["python"],
        django=found["django"],
        folder=Path(found["folder"]),
        python=python,
        saleor_path=saleor_path,
        rewards_path=rewards_path,
    )


def probe(python: Path, path: Sequence[str], names: Sequence[str] = ()) -> Found:
    """Ask a Python which Saleor it imports, and which distributions it lacks."""
    try:
        answer = subprocess.run(
            [str(python), str(INSIDE / "probe.py"), *names],
            capture_output=True,
            text=True,
            env={**plain_environ(), "PYTHONPATH": os.pathsep.join(path)},
        )
    except OSError as error:
        raise ToolError(f"SALEOR_PYTHON={python} does not run: {error}") from None
    if answer.returncode != 0:
        reason = (answer.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise ToolError(
            f"{python} cannot import saleor ({reason}). If Saleor is a checkout that "
            "is not installed, name its folder in SALEOR_PYTHONPATH."
        )
    found: Found = json.loads(answer.stdout.splitlines()[-1])
    return found
