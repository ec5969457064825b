"""System checks, which tell an operator what is wrong before a shopper meets it."""

from __future__ import annotations

import os
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Iterable, Iterator

from django.core.checks import CheckMessage, Error, Tags, Warning, register

#: The lines of Saleor that this release is made for.
SUPPORTED = ((2, 10), (3, 21), (3, 22), (3, 23), (3, 24))
#: Those of them that Saleor has not released yet.
ALPHA = ((3, 24),)

E001 = "saleor_rewards.E001"
E002 = "saleor_rewards.E002"
E003 = "saleor_rewards.E003"
W001 = "saleor_rewards.W001"
W002 = "saleor_rewards.W002"
W003 = "saleor_rewards.W003"
W004 = "saleor_rewards.W004"
W005 = "saleor_rewards.W005"
W006 = "saleor_rewards.W006"
W007 = "saleor_rewards.W007"

#: So many rules are looked at with one set of queries.
CHUNK = 500

PLUGIN = "saleor_rewards.plugin.RewardsPlugin"
MIDDLEWARE = "saleor_rewards.plugin.middleware.RewardsMiddleware"
ORDER_GATE = "saleor_rewards.plugin.middleware.OrderGateMiddleware"


def saleor_version() -> str:
    """Return the version of the Saleor in this process, empty if there is none.

    Saleor's own module knows it best, as images run Saleor from its source. The
    one of 2.10 says "dev", there the installed distribution tells.
    """
    try:
        from saleor import __version__

        return version("saleor") if __version__ == "dev" else str(__version__)
    except (ImportError, PackageNotFoundError):
        return ""


@register(Tags.compatibility)
def check_host(app_configs: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """E001: Saleor is missing, or its version is not one that is supported."""
    found = saleor_version()
    if tuple(int(part) for part in found.split(".")[:2] if part.isdigit()) in SUPPORTED:
        return []
    names = ", ".join(_name_of(line) for line in SUPPORTED)
    return [
        Error(
            f"Saleor Rewards does not support Saleor {found or '(not installed)'}.",
            hint=f"Use Saleor {names}, or a release of saleor-rewards that names yours.",
            id=E001,
        )
    ]


def _name_of(line: tuple[int, int]) -> str:
    name = ".".join(map(str, line))
    return f"{name} (alpha)" if line in ALPHA else name


@register(Tags.compatibility)
def check_schema(app_configs: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """E002, E003: our fields did not get into Saleor's GraphQL schema."""
    from .graphql.mount import SCHEMA_MODULE
    from .graphql.mount_state import state

    # Building the schema is what shows whether it works; Django's own check of
    # the URLs does so too.
    import_module(SCHEMA_MODULE)
    if state.too_late:
        return [
            Error(
                "Saleor's GraphQL schema was built before Saleor Rewards could add "
                "its fields.",
                hint=(
                    "Something imports saleor.graphql.api while Django still starts. "
                    "Import it later, or put saleor_rewards before that app in "
                    "INSTALLED_APPS."
                ),
                id=E002,
            )
        ]
    if state.fault is not None:
        return [
            Error(
                f"Saleor Rewards could not add its GraphQL fields: {state.fault}",
                hint="The log has the traceback under REWARDS_SCHEMA_NOT_MOUNTED.",
                id=E003,
            )
        ]
    return []


@register(Tags.compatibility)
def check_hidden_codes(app_configs: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """W005: Saleor's schema lacks a field in which our voucher codes are hidden."""
    from .graphql.mount import SCHEMA_MODULE
    from .graphql.mount_state import state

    import_module(SCHEMA_MODULE)
    if not state.missing_fields:
        return []
    return [
        Warning(
            "Saleor's GraphQL schema lacks fields in which Saleor Rewards hides the "
            f"codes of its own vouchers: {', '.join(state.missing_fields)}.",
            hint=(
                "Shoppers may see these codes, or type them, in what stands there now. "
                "Use a release of saleor-rewards that names your Saleor."
            ),
            id=W005,
        )
    ]


@register(Tags.compatibility)
def check_plugin(app_configs: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """W001: the app is installed, but Saleor does not know the plugin."""
    from django.conf import settings

    if any(path.startswith("saleor_rewards.") for path in settings.PLUGINS):
        return []
    return [
        Warning(
            "Saleor Rewards is installed, but is not among Saleor's plugins.",
            hint=(
                "Install the distribution where Saleor finds its entry point, or add "
                "saleor_rewards.plugin.RewardsPlugin to PLUGINS."
            ),
            id=W001,
        )
    ]


@register(Tags.compatibility)
def check_saleor_2(app_configs: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """W002, W003: what Saleor 2.10 needs beyond the plugin itself."""
    from django.conf import settings

    from .host.capabilities import capabilities

    if capabilities.stored_discounts or PLUGIN not in settings.PLUGINS:
        return []
    found: list[CheckMessage] = []
    if settings.PLUGINS[-1] != PLUGIN:
        found.append(
            Warning(
                "Plugins behind Saleor Rewards may compute prices without its offers.",
                hint=f"Put {PLUGIN} last in PLUGINS.",
                id=W002,
            )
        )
    for name, among, where in (
        (MIDDLEWARE, settings.MIDDLEWARE, "MIDDLEWARE"),
        (ORDER_GATE, settings.GRAPHENE["MIDDLEWARE"], 'GRAPHENE["MIDDLEWARE"]'),
    ):
        if name not in among:
            found.append(
                Warning(
                    f"{where} lacks a part of Saleor Rewards.", f"Add {name}.", id=W003
                )
            )
    return found


@register(Tags.urls)
def check_stripe(app_configs: Any = None, **_kwargs: Any) -> list[CheckMessage]:
    """W004: Stripe's secret is set, but on Saleor 2.10 no path leads to us."""
    from django.urls import NoReverseMatch, reverse

    from .host.capabilities import capabilities
    from .stripe.settings import VARIABLE

    if capabilities.plugin_paths or not os.environ.get(VARIABLE):
        return []
    try:
        reverse("rewards-stripe")
    except NoReverseMatch:
        hint = 'Add path("", include("saleor_rewards.urls")) to the ROOT_URLCONF.'
        return [Warning("Events of Stripe lead nowhere.", hint=hint, id=W004)]
    return []


@register(Tags.database)
def check_rules(app_configs: Any = None, **kwargs: Any) -> list[CheckMessage]:
    """W006, W007: a stored rule cannot be read, or something that it names is gone."""
    from django.db import ProgrammingError, transaction

    # Django 3.0 names no database, and calls this only where it is asked for.
    if not kwargs.get("databases", ["default"]):
        return []
    try:
        with transaction.atomic():
            return list(_rule_messages())
    except ProgrammingError:
        # The tables are not migrated yet.
        return []


def _rule_messages() -> Iterator[CheckMessage]:
    from .models import Rule
    from .programs import RuleStateCode, rule_warnings

    rows = Rule.objects.filter(deleted_at=None).exclude(current=None)
    pks = list(rows.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(pks), CHUNK):
        chunk = rows.filter(pk__in=pks[start : start + CHUNK]).order_by("pk")
        rules = list(chunk.select_related("current", "program"))
        for rule, warnings in zip(rules, rule_warnings(rules)):
            state = [one for one in warnings if isinstance(one.code, RuleStateCode)]
            if any(one.code is RuleStateCode.UNREADABLE for one in state):
                hint = (
                    "Say anew what is wrong by rewardsRuleUpdate, or delete the rule."
                )
                what = "cannot be read, and is left out of every cart"
                yield Warning(_told(rule, what, state), hint=hint, id=W006)
            elif state and rule.is_active:
                hint = "Change the rule by rewardsRuleUpdate, or switch it off."
                yield Warning(_told(rule, "is not what it was", state), hint, id=W007)


def _told(rule: Any, what: str, warnings: Iterable[Any]) -> str:
    found = "; ".join(
        f"{one.field}: {one.message}" if one.field else one.message for one in warnings
    )
    return f"Rule {rule.pk} ({rule.current.name}) {what}. {found}"
