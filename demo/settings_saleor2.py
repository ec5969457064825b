"""The shop with the plugin: what a merchant on Saleor 2.10.1 adds to the settings."""

from __future__ import annotations

from demo.settings_saleor2_plain import *  # noqa: F403
from demo.settings_saleor2_plain import GRAPHENE, INSTALLED_APPS, MIDDLEWARE, PLUGINS

INSTALLED_APPS = [*INSTALLED_APPS, "saleor_rewards"]
PLUGINS = [*PLUGINS, "saleor_rewards.plugin.RewardsPlugin"]
MIDDLEWARE = [*MIDDLEWARE, "saleor_rewards.plugin.middleware.RewardsMiddleware"]
GRAPHENE["MIDDLEWARE"] = [
    *GRAPHENE["MIDDLEWARE"],
    "saleor_rewards.plugin.middleware.OrderGateMiddleware",
]
