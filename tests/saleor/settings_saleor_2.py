"""Saleor 2.10.1's settings with the product in them, for the tests."""

from __future__ import annotations

import os

os.environ["DATABASE_URL"] = os.environ["REWARDS_DATABASE_URL"]
os.environ.update(
    SECRET_KEY="not-a-secret",
    DEBUG="False",
    ALLOWED_HOSTS="*",
    ALLOWED_CLIENT_HOSTS="www.example.com",
    CACHE_URL="locmem://",
    # The wheel lacks the playground's template.
    PLAYGROUND_ENABLED="False",
)

from saleor.settings import *  # noqa: E402, F403
from saleor.settings import (  # noqa: E402
    GRAPHENE,
    INSTALLED_APPS,
    MIDDLEWARE,
    PLUGINS,
)

INSTALLED_APPS = [*INSTALLED_APPS, "saleor_rewards", "tests.saleor.emptying"]
PLUGINS = [*PLUGINS, "saleor_rewards.plugin.RewardsPlugin"]
MIDDLEWARE = [*MIDDLEWARE, "saleor_rewards.plugin.middleware.RewardsMiddleware"]
GRAPHENE["MIDDLEWARE"] = [
    *GRAPHENE["MIDDLEWARE"],
    "saleor_rewards.plugin.middleware.OrderGateMiddleware",
]

ROOT_URLCONF = "tests.saleor.urls_saleor_2"
CELERY_TASK_ALWAYS_EAGER = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
TEMPLATED_EMAIL_BACKEND = "tests.saleor.silent_email.SilentEmail"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
