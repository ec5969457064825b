"""Where a request comes from, as far as nobody can make it up."""

from __future__ import annotations

from typing import Any

from django.conf import settings

from ..networks import is_shared, normal_ip


def client_address(request: Any) -> str:
    """Return the network address that a request comes from, ``""`` if unknown.

    It is read where Saleor's ``REAL_IP_ENVIRON`` says. Where a proxy hides all
    shoppers behind an address of its own, nothing is known of any of them, and neither
    where an app asks: it is a part of the shop and speaks for all of its shoppers.
    """
    if getattr(request, "app", None):
        return ""
    names = getattr(settings, "REAL_IP_ENVIRON", "REMOTE_ADDR")
    for name in [names] if isinstance(names, str) else names:
        found = last_outside(request.META.get(name) or "")
        if found:
            return found
    return ""


def last_outside(text: str) -> str:
    """Return the last address of a list that can be a shopper's, ``""`` if none.

    A client can begin such a list with whatever it likes; each proxy adds at the
    end where the request came from. So nothing counts that stands before what is
    unknown.

    >>> last_outside("198.51.100.1, 203.0.113.9:4711, 10.0.0.1")
    '203.0.113.9'
    >>> last_outside("198.51.100.1, unknown, 10.0.0.1")
    ''
    """
    last = (word for word in reversed(text.split(",")) if not is_shared(word))
    return normal_ip(next(last, ""))
