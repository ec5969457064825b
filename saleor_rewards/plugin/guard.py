"""The path under which operators read the count of faults."""

from __future__ import annotations

from ..guard import faults

__all__ = ["faults"]
