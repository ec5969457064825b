"""The adapter for Saleor 2.10."""

from __future__ import annotations

from .adapter import Saleor2
from .hooks import Hooks

adapter = Saleor2()

__all__ = ["Hooks", "adapter"]
