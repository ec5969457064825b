"""Where Django starts the product."""

from __future__ import annotations

from django.apps import AppConfig


class RewardsConfig(AppConfig):
    """Registers the checks and hangs our fields onto Saleor's schema."""

    name = "saleor_rewards"
    label = "saleor_rewards"
    verbose_name = "Saleor Rewards"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks  # noqa: F401 - registers them
        from .graphql import mount

        mount.install()
