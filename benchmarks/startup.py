"""``django.setup()`` with the product installed against without."""

from __future__ import annotations

import os
import subprocess
import sys

from .pairs import Ratio, compare

SETUP = """
import os, time
from importlib import import_module
from django.conf import settings
module = import_module(os.environ["DJANGO_SETTINGS_MODULE"])
if {without}:
    settings.INSTALLED_APPS = [a for a in settings.INSTALLED_APPS if a != "saleor_rewards"]
    settings.PLUGINS = [p for p in settings.PLUGINS if "saleor_rewards" not in p]
import django
begun = time.perf_counter()
django.setup()
print(time.perf_counter() - begun)
"""


def measure() -> Ratio:
    """Return the time that ``django.setup()`` takes, each time in a new process."""
    return compare(
        lambda: _setup(without=False),
        lambda: _setup(without=True),
        clock=lambda setup: setup(),
    )


def _setup(*, without: bool) -> float:
    child = subprocess.run(
        [sys.executable, "-c", SETUP.format(without=without)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        env=dict(os.environ),
    )
    return float(child.stdout.split()[-1])
