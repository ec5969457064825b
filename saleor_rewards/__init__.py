"""Spend ladders, free shipping and rewards for Saleor, as a plugin."""

__version__ = "0.1.0"

# Django before 3.2 does not look for an AppConfig on its own.
default_app_config = "saleor_rewards.apps.RewardsConfig"
