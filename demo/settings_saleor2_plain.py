"""Saleor 2.10.1's own settings with what a demo needs, and no plugin of ours.

The environment gives ``DATABASE_URL``, ``SECRET_KEY`` and ``DEMO_MEDIA_ROOT``, the
folder for the product pictures.
"""

from __future__ import annotations

import os

os.environ["DEBUG"] = "False"
os.environ["ENABLE_ACCOUNT_CONFIRMATION_BY_EMAIL"] = "False"
# The wheel lacks the playground's template.
os.environ["PLAYGROUND_ENABLED"] = "False"

from saleor.settings import *  # noqa: E402, F403
from saleor.settings import TEMPLATES  # noqa: E402

HERE = os.path.dirname(os.path.abspath(__file__))

ROOT_URLCONF = "demo.urls"
SALEOR_SERIES = "2"
MEDIA_ROOT = os.environ["DEMO_MEDIA_ROOT"]
# The wheel lacks the e-mail templates, and a demo writes to nobody.
TEMPLATES[0]["DIRS"] = [os.path.join(HERE, "templates")]
EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
