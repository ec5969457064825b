"""A mail server for tests: takes what Saleor sends by SMTP and keeps it."""

from __future__ import annotations

import socketserver
import threading
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Iterator

from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.host.current import host

from .world import HOST


class Mailbox(socketserver.ThreadingTCPServer):
    """Keeps every mail in ``mails``, except those to an address in ``refused``."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Conversation)
        self.mails: list[EmailMessage] = []
        self.refused: set[str] = set()

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def to(self, email: str) -> list[EmailMessage]:
        """Return the mails to an address, in the order that they came in."""
        return [mail for mail in self.mails if mail["To"] == email]


class _Conversation(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self._say("220 mailbox")
        for line in self.rfile:
            verb = line[:4].upper()
            if verb == b"RCPT" and any(
                email.encode() in line for email in self.server.refused
            ):
                self._say("550 nobody of that name")
            elif verb == b"DATA":
                self._say("354 go on")
                self._keep()
                self._say("250 kept")
            elif verb == b"QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 fine")

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def _keep(self) -> None:
        lines = iter(self.rfile.readline, b".\r\n")
        mail = message_from_bytes(b"".join(lines), policy=policy.default)
        self.server.mails.append(mail)


@contextmanager
def open_mailbox(settings: Any) -> Iterator[Mailbox]:
    """Run the server and let Saleor send its mail through it."""
    with Mailbox() as mailbox:
        threading.Thread(target=mailbox.serve_forever, daemon=True).start()
        try:
            _connect(settings, mailbox.port)
            yield mailbox
        finally:
            mailbox.shutdown()


def _connect(settings: Any, port: int) -> None:
    if capabilities.mail_plugins:
        configuration = {
            "host": "127.0.0.1",
            "port": str(port),
            "sender_name": "Shop",
            "sender_address": "shop@example.com",
        }
        HOST.plugins_manager().save_plugin_configuration(
            "mirumee.notifications.user_email",
            host.channels()[0].slug,
            {
                "active": True,
                "configuration": [
                    {"name": name, "value": value}
                    for name, value in configuration.items()
                ],
            },
        )
        return
    settings.TEMPLATED_EMAIL_BACKEND = (
        "templated_email.backends.vanilla_django.TemplateBackend"
    )
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
    settings.EMAIL_USE_TLS = settings.EMAIL_USE_SSL = False
    settings.DEFAULT_FROM_EMAIL = "shop@example.com"
