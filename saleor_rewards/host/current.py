"""The adapter of the Saleor that this process runs in."""

from __future__ import annotations

from importlib import import_module

from .capabilities import capabilities
from .port import Host

host: Host = import_module(f".{capabilities.adapter}", __package__).adapter
