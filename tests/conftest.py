"""Gives tests on a real Saleor one database for all of their folders."""

from __future__ import annotations

import os

if "REWARDS_DATABASE_URL" in os.environ:
    from .saleor.database import (  # noqa: F401
        django_db_setup,
        nothing_leaves_the_machine,
    )
