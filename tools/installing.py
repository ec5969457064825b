"""Installs the product beside a Saleor that is not ours to change.

It goes into a folder of its own with its metadata, so that Saleor discovers it as
it would after ``pip install``; the environment of that Saleor stays as it is.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from pathlib import Path
from typing import Sequence

from .environments import pip_install, tools_environment
from .interpreters import version_of
from .locking import alone, sweep
from .paths import BUILD, REQUIREMENTS, ROOT
from .report import say

INSTALLED = BUILD / "installed"
_SOURCES = ("setup.cfg", "pyproject.toml", "README.md", "LICENSE", "saleor_rewards")
_LOCK = REQUIREMENTS / "test-3.txt"


def product() -> str:
    """Return the folder with the product as pip installs it from this source."""
    folder = INSTALLED / f"product-{_source_key()}"
    with alone(INSTALLED / "product.lock", "the installed product"):
        if not folder.exists():
            say("Installing the product from its source")
            sweep(INSTALLED, "product-*/")
            _install_product(folder)
    return str(folder)


def _source_key() -> str:
    digest = hashlib.sha256()
    for path in sorted(_source_files()):
        digest.update(str(path.relative_to(ROOT)).encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def _source_files() -> list[Path]:
    found: list[Path] = []
    for name in _SOURCES:
        path = ROOT / name
        inside = path.rglob("*") if path.is_dir() else [path]
        found += [p for p in inside if p.is_file() and p.suffix != ".pyc"]
    return found


def _install_product(folder: Path) -> None:
    # Building leaves files beside the sources, so it is done on a copy.
    copy = INSTALLED / "source"
    shutil.rmtree(copy, ignore_errors=True)
    for path in _source_files():
        target = copy / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    options = ["--no-deps", "--no-build-isolation", "--no-compile"]
    _pip_into(folder, [*options, str(copy)])
    shutil.rmtree(copy)


def _pip_into(
    folder: Path, arguments: Sequence[str], on_behalf_of: Path | None = None
) -> None:
    half = folder.with_name(f"unfinished-{folder.name}")
    shutil.rmtree(half, ignore_errors=True)
    pip_install(
        tools_environment(),
        folder.name,
        [*arguments, "--target", str(half)],
        on_behalf_of=on_behalf_of,
    )
    half.rename(folder)


def test_requirements() -> list[str]:
    """Return the names of the distributions that tests on a Saleor 3 need."""
    return [name for name, _ in _locked()]


def _locked() -> list[tuple[str, str]]:
    lines = _LOCK.read_text().splitlines()
    matches = (re.match(r"([\w.-]+)==", line) for line in lines)
    return [(match[1], match.string) for match in matches if match]


def missing(python: Path, names: Sequence[str]) -> list[str]:
    """Return the path that adds the named test requirements to a Python.

    :param names: those of :func:`test_requirements` that it lacks.
    """
    lines = [line for name, line in _locked() if name in names]
    if not lines:
        return []
    marks = f"{python} {version_of(python)} {lines}"
    key = hashlib.sha256(marks.encode()).hexdigest()[:12]
    folder = INSTALLED / f"tests-{key}"
    with alone(INSTALLED / "tests.lock", "what the tests need"):
        if not folder.exists():
            say(f"Installing what the tests need beside {python}")
            _pip_into(folder, ["--no-deps", "--no-compile", *lines], python)
    return [str(folder)]
