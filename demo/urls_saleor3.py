"""The demo's addresses on Saleor 3: there its page has a till of its own."""

from __future__ import annotations

from django.urls import path

from demo import till, urls

urlpatterns = [path("till/", till.charge), *urls.urlpatterns]
