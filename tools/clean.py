"""``make clean``: removes everything that our commands made."""

from __future__ import annotations

import shutil

from .embedded import remove
from .paths import BUILD, ROOT
from .report import errors_told

_CACHES = (".hypothesis", ".import_linter_cache", ".mypy_cache", ".pytest_cache")


def main() -> None:
    with errors_told():
        if BUILD.exists():
            remove()
            shutil.rmtree(BUILD)
        for name in (*_CACHES, ".ruff_cache"):
            shutil.rmtree(ROOT / name, ignore_errors=True)


if __name__ == "__main__":
    main()
