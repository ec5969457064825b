"""Gives tests on a real Saleor one database, and those of a CI the same examples."""

from __future__ import annotations

import os
from importlib.util import find_spec

if "REWARDS_DATABASE_URL" in os.environ:
    from .saleor.database import (  # noqa: F401
        django_db_setup,
        nothing_leaves_the_machine,
    )

if "CI" in os.environ and find_spec("hypothesis"):
    from hypothesis import HealthCheck, settings

    # What newer versions do by themselves: a failure there is met again anywhere.
    settings.register_profile(
        "ci",
        derandomize=True,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("ci")
