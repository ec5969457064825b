"""The paths of a shop on Saleor 2.10 with ours added, for the tests."""

from __future__ import annotations

from django.urls import include, path
from saleor.urls import urlpatterns as saleors

urlpatterns = [path("", include("saleor_rewards.urls")), *saleors]
