"""What our commands ask of a PostgreSQL server."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from .report import ToolError


@dataclass(frozen=True)
class Server:
    """A running server: how to reach it, and the psql to do it with.

    ``address`` is the URL of a database on it that is there for certain.
    """

    address: str
    psql: Path

    def url(self, database: str) -> str:
        """Return the URL of a database, as Saleor's ``DATABASE_URL`` takes it.

        >>> Server("postgres://me@db:5432/shop?sslmode=require", Path()).url("x")
        'postgres://me@db:5432/x?sslmode=require'
        """
        return urlunsplit(urlsplit(self.address)._replace(path=f"/{database}"))

    def sql(self, statement: str) -> list[str]:
        """Run one statement outside a transaction; return its rows as text.

        :raises ToolError: with the server's message.
        """
        options = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]
        answer = subprocess.run(
            [str(self.psql), *options, "-d", self.address, "-c", statement],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        if answer.returncode != 0:
            raise ToolError(f"PostgreSQL refused: {answer.stderr.strip()}")
        return answer.stdout.splitlines()

    def databases(self) -> list[str]:
        """Return the names of all databases on the server."""
        return self.sql("SELECT datname FROM pg_database")

    def create(self, name: str, template: str | None = None) -> None:
        """Create a database, empty or as a copy of another."""
        source = template or "template0"
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{source}"')

    def rename(self, name: str, new_name: str) -> None:
        self.sql(f'ALTER DATABASE "{name}" RENAME TO "{new_name}"')

    def drop(self, name: str) -> None:
        """Drop a database if it is there, whoever is connected to it."""
        self.sql(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
