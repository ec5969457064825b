"""A database for every run of tests on a real Saleor, and nothing beyond it."""

from __future__ import annotations

import ipaddress
import os
import socket
from contextlib import closing
from typing import Any, Iterator

import django.test
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import connections

DEFAULT = "default"

if len(settings.DATABASES) > 1:
    # Saleor reads from a second connection, which would not see what a test wrote
    # in its open transaction. Saleor's own tests make the two one in the same way.
    from saleor.tests.utils import prepare_test_db_connections

    django.test.TransactionTestCase.databases = set(connections)
    django.test.TestCase.databases = set(connections)
    prepare_test_db_connections()


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Copy the database that was given, and migrate the product into the copy."""
    template = settings.DATABASES[DEFAULT]["NAME"]
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    copy = f"rewards_run_{os.getpid()}_{worker}"
    with django_db_blocker.unblock():
        _execute(f'CREATE DATABASE "{copy}" TEMPLATE "{template}"')
        try:
            for alias in connections:
                connections[alias].close()
                connections[alias].settings_dict["NAME"] = copy
            call_command("migrate", interactive=False, verbosity=0)
            yield
        finally:
            _execute(f'DROP DATABASE "{copy}" WITH (FORCE)')


def _execute(statement: str) -> None:
    """Run a statement on the server, outside of any of Django's connections."""
    connection = connections[DEFAULT]
    parameters = connection.get_connection_params()
    # Django 3.0 calls it so, later ones as psycopg does.
    parameters.pop("database", None)
    parameters["dbname"] = "postgres"
    with closing(connection.Database.connect(**parameters)) as session:
        session.autocommit = True
        session.cursor().execute(statement)


@pytest.fixture(scope="session", autouse=True)
def nothing_leaves_the_machine() -> Iterator[None]:
    connect = socket.socket.connect

    def connect_here(self: socket.socket, address: Any) -> None:
        if self.family != socket.AF_UNIX and not _is_here(address[0]):
            raise OSError(f"a test tried to reach {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", connect_here)
        yield


def _is_here(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
