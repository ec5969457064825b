"""Keyed hashes of personal values: equal ones are seen, and none can be read."""

from __future__ import annotations

import hmac
from hashlib import sha256

from django.conf import settings
from django.utils.encoding import force_bytes

from .emails import normal_email

#: Keeps these hashes apart from everything else that the secret key signs.
SALT = b"saleor_rewards.referrals"


def digest(kind: str, value: str) -> str:
    """Return 64 hexadecimal characters for a value of a kind, none for none.

    ``value`` is in its normal form. The key comes from ``SECRET_KEY``: with another
    one, what was kept before matches nothing any more.
    """
    if not value:
        return ""
    key = hmac.new(force_bytes(settings.SECRET_KEY), SALT, sha256).digest()
    return hmac.new(key, f"{kind}:{value}".encode(), sha256).hexdigest()


def again_digest(user_pk: int, email: str) -> str:
    """Return the hash by which a member names an address that another one named."""
    return digest(f"email again {user_pk}", normal_email(email))
