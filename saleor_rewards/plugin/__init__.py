"""What Saleor calls: the plugin class, its hooks on each host, and its middlewares."""

from __future__ import annotations

from .rewards_plugin import RewardsPlugin

__all__ = ["RewardsPlugin"]
