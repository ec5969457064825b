"""Runs the ledger's tests inside a real Saleor's settings."""

from __future__ import annotations

import os

import pytest

if "REWARDS_DATABASE_URL" not in os.environ:
    pytest.exit("These tests need a database to copy: run 'make test'.", 4)
