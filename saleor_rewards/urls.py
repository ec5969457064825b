"""Paths of our own for Saleor 2.10, which knows no paths of plugins.

A ``ROOT_URLCONF`` of the shop's adds ``path("", include("saleor_rewards.urls"))``;
Saleor 3 has the same path without it.
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse, HttpResponseNotFound
from django.urls import path
from django.views.decorators.csrf import csrf_exempt

from .host.port import PLUGIN_ID


@csrf_exempt
def stripe(request: HttpRequest) -> HttpResponse:
    """Give a request of Stripe's to the plugin, as Saleor 3 does."""
    from .host.current import host

    plugin = host.loaded_plugin(PLUGIN_ID)
    if plugin is None:
        return HttpResponseNotFound()
    return plugin.webhook(request, "/stripe/", None)


urlpatterns = [path("plugins/global/rewards/stripe/", stripe, name="rewards-stripe")]
