"""The plugin that Saleor calls: its class, its hooks on each host, its middlewares."""

from __future__ import annotations

from .rewards_plugin import RewardsPlugin

__all__ = ["RewardsPlugin"]
