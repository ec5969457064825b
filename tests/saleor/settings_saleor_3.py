"""The settings of a Saleor 3 for the tests.

Nothing here names the product's app or plugin: Saleor finds both by the entry
point of the installed distribution, as it would in a merchant's shop.
"""

from __future__ import annotations

import importlib.util
import os

os.environ["DATABASE_URL"] = os.environ["REWARDS_DATABASE_URL"]
os.environ.pop("DATABASE_URL_REPLICA", None)
os.environ.update(
    SECRET_KEY="not-a-secret",
    DEBUG="False",
    ALLOWED_HOSTS="*",
    ALLOWED_CLIENT_HOSTS="www.example.com",
    CACHE_URL="locmem://",
    # A storm takes longer than the five minutes for which tokens are good.
    JWT_TTL_ACCESS="12 hours",
    # The tests' payment app listens on this machine.
    HTTP_IP_FILTER_ENABLED="False",
)

if importlib.util.find_spec("saleor.tests.settings"):
    from saleor.tests.settings import *  # noqa: F403
else:
    from saleor.settings import *  # noqa: F403

from saleor import settings as saleor_settings  # noqa: E402

# Saleor's settings for its tests empty the list.
PLUGINS = list(saleor_settings.PLUGINS)
INSTALLED_APPS = [*saleor_settings.INSTALLED_APPS, "tests.saleor.emptying"]

CELERY_TASK_ALWAYS_EAGER = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
