"""The adapter for Saleor 2.10."""

from __future__ import annotations

from .adapter import Saleor2

adapter = Saleor2()

__all__ = ["adapter"]
