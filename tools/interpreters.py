"""Finds a Python of a given version on this machine.

``python3 -m tools.interpreters 3.8`` prints its path.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Iterator

from .report import ToolError, errors_told

HOW_TO_GET = (
    "Python {version} was not found, and Saleor 2.10.1 runs on no other: install it "
    "with 'uv python install {version}' or 'pyenv install {version}', or put a "
    "python{version} on the PATH, and run the command again."
)


def version_of(python: str | Path) -> str | None:
    """Return ``"3.8.18"`` for an interpreter that runs, else ``None``.

    Running it is the only proof: version managers put stand-ins on the PATH that
    fail for every version that is not switched on.
    """
    program = "import platform, venv; print(platform.python_version())"
    try:
        answer = subprocess.run(
            [str(python), "-c", program],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    return answer.stdout.strip() if answer.returncode == 0 else None


def _from_uv(version: str) -> Iterator[str]:
    uv = shutil.which("uv")
    if uv is None:
        return
    answer = subprocess.run(
        [uv, "python", "find", "--no-project", version],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    if answer.returncode == 0:
        yield answer.stdout.strip()


def _from_pyenv(version: str) -> Iterator[str]:
    roots = [os.environ.get("PYENV_ROOT"), str(Path.home() / ".pyenv")]
    for root in filter(None, roots):
        found = Path(root, "versions").glob(f"{version}*/bin/python")
        yield from sorted(map(str, found), reverse=True)


def _candidates(version: str) -> Iterator[str]:
    for name in (f"python{version}", "python3", "python"):
        found = shutil.which(name)
        if found:
            yield found
    yield from _from_uv(version)
    yield from _from_pyenv(version)


def find(version: str) -> Path:
    """Return the path of a Python ``version`` (``"3.8"``).

    Looks on the PATH, then asks uv, then looks among pyenv's.

    :raises ToolError: where there is none, saying how to get it.
    """
    for candidate in _candidates(version):
        found = version_of(candidate)
        if found and (found + ".").startswith(version + "."):
            return Path(candidate)
    raise ToolError(HOW_TO_GET.format(version=version))


def main() -> None:
    with errors_told():
        print(find(sys.argv[1]))


if __name__ == "__main__":
    main()
