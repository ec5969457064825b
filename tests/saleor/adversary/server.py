"""Serve the shop in several processes over a socket that the parent has opened.

    python -m tests.saleor.adversary.server FD PROCESSES

The processes end when the parent does: their standard input is a pipe from there.
"""

from __future__ import annotations

import importlib
import os
import socket
import sys
import threading

from demo.server import shop_server


def end_with_parent() -> None:
    """Leave when the pipe from the parent closes, however the parent ended."""
    sys.stdin.buffer.read()
    os._exit(0)


def main() -> None:
    listener = socket.socket(fileno=int(sys.argv[1]))
    from django.core.wsgi import get_wsgi_application
    from django.db import connections

    application = get_wsgi_application()
    importlib.import_module("saleor.graphql.api")
    connections.close_all()
    # Loaded once and forked: the children share what no request changes.
    for _ in range(int(sys.argv[2]) - 1):
        if os.fork() == 0:
            break
    threading.Thread(target=end_with_parent, daemon=True).start()
    shop_server(listener, application).serve_forever()


if __name__ == "__main__":
    main()
