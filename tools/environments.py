"""Makes Python environments from committed locks, once.

An environment's folder carries the hash of what it was made from, and a file that
is written last: without that file it is what an interrupted run left behind.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterable, Iterator, Sequence, TextIO

from .interpreters import find, version_of
from .locking import alone, sweep
from .paths import BUILD, LOGS, REQUIREMENTS, ROOT
from .programs import followed, terminated_like_interrupted
from .report import Progress, ToolError, errors_told, say

ENVIRONMENTS = BUILD / "environments"
_COMPLETE = ".complete"


def tools_environment() -> Path:
    """Return the Python that has PostgreSQL and what packs our distribution."""
    return environment("tools", Path(sys.executable), ["tools.txt"])


def older_postgres_environment() -> Path:
    """Return the Python that has an older PostgreSQL, for a Saleor that needs one."""
    return environment("postgres-17", Path(sys.executable), ["postgres-17.txt"])


def checks_environment() -> Path:
    """Return the Python that has the linters and the pure tests' needs."""
    return environment("checks", Path(sys.executable), ["checks.txt"])


def browser_environment() -> Path:
    """Return the Python that drives a browser."""
    return environment("browser", Path(sys.executable), ["browser.txt"])


def stripe_environment() -> Path:
    """Return the Python that has the server which stands in for Stripe."""
    return environment("localstripe", Path(sys.executable), ["localstripe.txt"])


def saleor_environment() -> Path:
    """Return the Python that has Saleor 2.10.1 and what its tests need."""
    locks = ["saleor-2.10.1.txt", "test-2.10.1.txt"]
    return environment("saleor-2.10.1", find("3.8"), locks, ["build-2.10.1.txt"])


@contextlib.contextmanager
def made_ahead() -> Iterator[None]:
    """Let a program of its own make all environments for the time of the block.

    Whoever asks for one waits until it is there, and makes it where that program
    could not.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    with (LOGS / "environments.log").open("w") as log, subprocess.Popen(
        [sys.executable, "-m", "tools.environments"],
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        cwd=ROOT,
    ) as program:
        try:
            yield
        finally:
            program.terminate()


def environment(
    name: str, base: Path, locks: Sequence[str], first: Sequence[str] = ()
) -> Path:
    """Return the Python of an environment with exactly what the locks name.

    :param name: how it is called on the terminal and in ``.build/environments``.
    :param base: the interpreter it is made with.
    :param locks: files in ``requirements/`` that name every package, once.
    :param first: such files to install before, for packages that build others.
    """
    key = _key(base, [*first, *locks])
    folder = ENVIRONMENTS / f"{name}-{key}"
    python = folder / "bin" / "python"
    if _is_complete(folder):
        return python
    with alone(ENVIRONMENTS / f"{name}.lock", f"the environment {name}"):
        if not _is_complete(folder):
            _make(folder, name, base, locks, first)
    return python


def _key(base: Path, files: Sequence[str]) -> str:
    digest = hashlib.sha256(f"{base} {version_of(base)}".encode())
    for file in files:
        digest.update((REQUIREMENTS / file).read_bytes())
    return digest.hexdigest()[:10]


def _is_complete(folder: Path) -> bool:
    return (folder / _COMPLETE).exists() and (folder / "bin" / "python").exists()


def _make(
    folder: Path, name: str, base: Path, locks: Sequence[str], first: Sequence[str]
) -> None:
    sweep(ENVIRONMENTS, f"{name}-*/")
    shutil.rmtree(folder, ignore_errors=True)
    say(f"Making the environment {name} (Python {version_of(base)})")
    _make_empty(folder, base)
    python = folder / "bin" / "python"
    options = ["--no-deps", "--no-compile"]
    for file in first:
        pip_install(python, name, [*options, "-r", str(REQUIREMENTS / file)])
    if first:
        options.append("--no-build-isolation")
    files = [part for lock in locks for part in ("-r", str(REQUIREMENTS / lock))]
    total = sum(_count(REQUIREMENTS / lock) for lock in locks)
    pip_install(python, name, [*options, *files], total)
    _compile(python)
    (folder / _COMPLETE).touch()
    say(f"The environment {name} is ready")


def _make_empty(folder: Path, base: Path) -> None:
    answer = subprocess.run(
        [str(base), "-m", "venv", str(folder)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=plain_environ(),
    )
    if answer.returncode != 0:
        raise ToolError(
            f"{base} cannot make a virtual environment (on Debian and Ubuntu it "
            f"needs the package python3-venv):\n{answer.stdout.strip()}"
        )


def _compile(python: Path) -> None:
    """Compile all modules, on every core, which pip does on one.

    Left to Python, each start of Saleor would do it where writing is switched off.
    """
    say("  compiling them")
    packages = next((python.parent.parent / "lib").glob("python*/site-packages"))
    # Some packages carry modules for other Pythons, which is no failure of ours.
    subprocess.run(
        [str(python), "-m", "compileall", "-q", "-j", "0", str(packages)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=plain_environ(),
    )


def _count(lock: Path) -> int:
    lines = lock.read_text().splitlines()
    return sum(1 for line in lines if "==" in line and not line.startswith("#"))


def plain_environ() -> dict[str, str]:
    """Return this process's environment without what would leak into another's."""
    leaks = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__"}
    return {key: value for key, value in os.environ.items() if key not in leaks}


def pip_install(
    python: Path,
    name: str,
    arguments: Sequence[str],
    total: int = 0,
    on_behalf_of: Path | None = None,
) -> None:
    """Run pip with the machine's own configuration, telling how far it is.

    :param name: what it is for, on the terminal and in the log's name.
    :param total: how many packages there are to tell about; 0 to be quiet.
    :param on_behalf_of: the Python to choose packages for, if it is another.
    :raises ToolError: with pip's last lines, and where all of them are.
    """
    LOGS.mkdir(parents=True, exist_ok=True)
    log = LOGS / f"pip-{name}.log"
    command = [str(python), "-m", "pip"]
    if on_behalf_of:
        command += ["--python", str(on_behalf_of)]
    command += ["install", "--no-input", "--progress-bar=off"]
    command += ["--disable-pip-version-check", "--no-warn-script-location"]
    with log.open("a") as sink, followed(
        [*command, *arguments], plain_environ(), subprocess.STDOUT
    ) as pip:
        assert pip.stdout is not None
        _follow(pip.stdout, sink, total)
    if pip.returncode != 0:
        tail = "\n".join(log.read_text().splitlines()[-12:])
        raise ToolError(f"pip failed for {name} ({log}):\n{tail}")


def _follow(lines: Iterable[str], log: TextIO, total: int) -> None:
    progress = Progress("packages fetched", total)
    done = 0
    for line in lines:
        log.write(line)
        # pip ignores what the lock names for another Python or system.
        if line.startswith(("Collecting ", "Ignoring ")):
            done += 1
            progress.reach(done, line.split()[1].rstrip(":"))
        elif line.startswith("  Building wheel ") and "started" in line:
            say(f"  building {line.split()[3]}")
        elif line.startswith("Installing collected") and total:
            say("  installing them")


def main() -> None:
    with errors_told(), terminated_like_interrupted():
        saleor_environment()
        tools_environment()
        stripe_environment()
        browser_environment()


if __name__ == "__main__":
    main()
