"""Our own paths in Saleor: who answers what comes in on them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import HttpResponseNotFound

from ..stripe.receiver import receive

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

STRIPE = "/stripe/"


def answer(plugin: Any, request: HttpRequest, path: str) -> HttpResponse:
    """Answer a request to one of our paths; a plugin that is off has none."""
    if not plugin.active or path != STRIPE:
        return HttpResponseNotFound()
    return receive(request, plugin.stripe)
