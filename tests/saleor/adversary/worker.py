"""Run Celery tasks, Saleor's and ours, as a worker would: one by one, when told.

    python -m tests.saleor.adversary.worker

Each line of standard input is a JSON list: a task's dotted path and its arguments. Each
is answered by a line: ``done``, or the exception's name and text.
"""

from __future__ import annotations

import importlib
import json
import sys
import traceback


def main() -> None:
    import django

    django.setup()
    # Tasks import what imports them; this way round all is well.
    importlib.import_module("saleor.graphql.api")
    from django.utils.module_loading import import_string

    for line in sys.stdin:
        path, *arguments = json.loads(line)
        try:
            import_string(path).delay(*arguments).get()
            answer = "done"
        except Exception as error:
            traceback.print_exc()
            answer = f"{type(error).__name__} {error}".replace("\n", " ")
        print(answer, flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
