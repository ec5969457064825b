"""Saleor 3's own settings with what a demo needs.

Nothing here names the plugin: Saleor finds it where it is installed. The environment
gives ``DATABASE_URL``, ``SECRET_KEY``, ``RSA_PRIVATE_KEY`` and ``DEMO_MEDIA_ROOT``, the
folder for the product pictures.
"""

from __future__ import annotations

import os

os.environ["DEBUG"] = "False"
# A shopper may look around for longer than the five minutes for which tokens are good.
os.environ["JWT_TTL_ACCESS"] = "12 hours"

from saleor.settings import *  # noqa: E402, F403

HERE = os.path.dirname(os.path.abspath(__file__))

ROOT_URLCONF = "demo.urls_saleor3"
SALEOR_SERIES = "3"
MEDIA_ROOT = os.environ["DEMO_MEDIA_ROOT"]
# A demo writes to nobody.
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
