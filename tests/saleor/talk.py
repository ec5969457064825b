"""What the host at hand calls the mutations and fields that tests use."""

from __future__ import annotations

from importlib import import_module

from saleor_rewards.host.capabilities import capabilities

TALK = import_module(f"{__package__}.talk_{capabilities.adapter}")
