"""Django's entry point, which registers checks, fields of the schema and jobs."""

from __future__ import annotations

from django.apps import AppConfig


class RewardsConfig(AppConfig):
    """Registers the checks, our fields in Saleor's schema and the periodic tasks."""

    name = "saleor_rewards"
    label = "saleor_rewards"
    verbose_name = "Saleor Rewards"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from . import checks, tasks  # noqa: F401 - registers them
        from .graphql import mount
        from .jobs import install_schedule

        mount.install()
        install_schedule()
