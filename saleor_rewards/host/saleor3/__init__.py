"""The adapter for Saleor 3.21 and later."""

from __future__ import annotations

from .adapter import Saleor3

adapter = Saleor3()

__all__ = ["adapter"]
