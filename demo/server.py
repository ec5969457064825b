"""Serve the shop over a socket that the parent process has opened.

    python -m demo.server FD

The parent listens before this process has even loaded Saleor, so a port that is taken
is known at once and the first request waits instead of failing. The process ends when
the parent does: its standard input is a pipe from there, by which the parent also hands
over what the page's till asks Saleor with.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from socketserver import ThreadingMixIn


def listen_to_parent():
    """Take what it hands over; leave when the pipe closes, however the parent ended."""
    for line in sys.stdin:
        os.environ["DEMO_TILL_TOKEN"] = line.strip()
    os._exit(0)


def shop_server(listener, application):
    from django.core.servers.basehttp import WSGIRequestHandler, WSGIServer
    from django.db import connections

    class ShopServer(ThreadingMixIn, WSGIServer):
        """A thread and a database connection for as long as a client stays."""

        daemon_threads = True

        def process_request_thread(self, request, client_address):
            super().process_request_thread(request, client_address)
            connections.close_all()

    address = listener.getsockname()
    server = ShopServer(address, WSGIRequestHandler, bind_and_activate=False)
    server.socket.close()
    server.socket = listener
    server.server_name, server.server_port = address
    server.setup_environ()
    server.set_app(application)
    return server


def main():
    # Ctrl-C reaches the whole terminal; the parent decides what it means.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=listen_to_parent, daemon=True).start()
    listener = socket.socket(fileno=int(sys.argv[1]))
    from django.core.wsgi import get_wsgi_application

    shop_server(listener, get_wsgi_application()).serve_forever()


if __name__ == "__main__":
    main()
