"""The module with all hooks of the Saleor that the tests run on."""

from __future__ import annotations

from importlib import import_module

from saleor_rewards.host.capabilities import capabilities

hooks = import_module(f"saleor_rewards.plugin.hooks_{capabilities.adapter}")
