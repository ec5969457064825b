"""Saleor's own addresses, the product pictures and the storefront page."""

from __future__ import annotations

import os

from django.conf import settings
from django.urls import include, path
from django.views.static import serve

STOREFRONT = os.path.join(settings.HERE, "storefront")


def page(request):
    response = serve(request, "index.html", document_root=STOREFRONT)
    response["Content-Security-Policy"] = "default-src 'self'; img-src 'self' data:"
    return response


def host(request):
    """Serve what the page knows of this Saleor alone."""
    script = f"saleor{settings.SALEOR_SERIES}.js"
    return serve(request, script, document_root=STOREFRONT)


urlpatterns = [
    path("", page),
    path("shop/host.js", host),
    path("shop/<path:path>", serve, {"document_root": STOREFRONT}),
    path("media/<path:path>", serve, {"document_root": settings.MEDIA_ROOT}),
    path("", include("saleor.urls")),
]
