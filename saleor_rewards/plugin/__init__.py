"""What Saleor calls: the plugin class, its guard and one adapter a host."""

from __future__ import annotations

from .hooks import RewardsPlugin

__all__ = ["RewardsPlugin"]
