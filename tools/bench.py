"""``make bench``: runs ``benchmarks/`` on a Saleor with a database of its own.

On the Saleor of ``SALEOR_PYTHON`` where that is set, else on the one from PyPI.
"""

from __future__ import annotations

import os
import sys

from .databases import template
from .hosts import one_host
from .paths import NOWHERE
from .postgres import server
from .programs import call
from .report import errors_told, say


def main() -> int:
    host = one_host()
    with server(host.newest_postgres) as postgres:
        name = f"rewards_run_{os.getpid()}_bench"
        postgres.create(name, template=template(postgres, host))
        NOWHERE.mkdir(parents=True, exist_ok=True)
        try:
            environ = host.tests_environ(postgres.url(name))

            def on_host(*arguments: str) -> int:
                return call([host.python, *arguments], environ, NOWHERE)

            say(f"Measuring on {host.name}, Python {host.python_version}")
            migrated = on_host("-m", "django", "migrate", "-v0")
            return migrated or on_host("-m", "benchmarks", *sys.argv[1:])
        finally:
            postgres.drop(name)


if __name__ == "__main__":
    with errors_told():
        sys.exit(main())
