"""The system checks speak up where the product cannot work."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any

import pytest
from django.core.checks import run_checks
from graphene import Field, ObjectType, String
from saleor.graphql.api import schema

from saleor_rewards import checks
from saleor_rewards.graphql import mount, mount_state

from .limits import needs


def ids_of(messages: Any) -> list[str]:
    return [message.id for message in messages]


def test_nothing_is_said_on_this_saleor() -> None:
    assert [
        message
        for message in run_checks()
        if str(message.id).startswith("saleor_rewards.")
    ] == []


@pytest.mark.parametrize("version", ["", "2.11.0", "3.20.5", "4.0.0", "dev"])
def test_a_saleor_that_is_not_supported_is_named(
    monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    # given
    monkeypatch.setattr(checks, "saleor_version", lambda: version)

    # when
    (message,) = checks.check_host()

    # then
    assert message.id == "saleor_rewards.E001"
    assert version in message.msg
    assert "3.22, 3.23, 3.24 (alpha)" in message.hint


@pytest.mark.parametrize("version", ["2.10.1", "3.21.9", "3.23.28", "3.24.0-a.3"])
def test_a_saleor_that_is_supported_is_not(
    monkeypatch: pytest.MonkeyPatch, version: str
) -> None:
    # given
    monkeypatch.setattr(checks, "saleor_version", lambda: version)

    # then
    assert checks.check_host() == []


def test_a_schema_that_was_built_too_early_is_an_error(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given
    state = mount_state.MountState()
    monkeypatch.setattr(mount_state, "state", state)
    assert mount.SCHEMA_MODULE in sys.modules

    # when
    mount.install()

    # then
    (message,) = checks.check_schema()
    assert message.id == "saleor_rewards.E002"
    assert "saleor.graphql.api" in message.hint


def test_fields_that_find_no_place_are_an_error_and_the_api_goes_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    # given
    fields = ModuleType("saleor_rewards.graphql.fields")

    def mount_fields() -> None:
        raise AttributeError("Checkout has no fields")

    fields.mount_fields = mount_fields  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, fields.__name__, fields)
    monkeypatch.setattr(mount_state, "state", mount_state.MountState())

    # when
    monkeypatch.delitem(sys.modules, mount.SCHEMA_MODULE)
    mount.install()
    finder = sys.meta_path[0]
    finder.find_spec(mount.SCHEMA_MODULE, None)
    monkeypatch.undo()

    # then
    assert finder not in sys.meta_path
    assert "REWARDS_SCHEMA_NOT_MOUNTED" in caplog.text


def test_a_fault_in_the_mounting_is_told_with_its_cause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given
    state = mount_state.MountState()
    state.fault = AttributeError("Checkout has no fields")
    monkeypatch.setattr(mount_state, "state", state)

    # when
    (message,) = checks.check_schema()

    # then
    assert message.id == "saleor_rewards.E003"
    assert "Checkout has no fields" in message.msg
    assert "REWARDS_SCHEMA_NOT_MOUNTED" in message.hint


@needs("stored discounts")
def test_a_field_of_saleors_that_is_gone_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # given: hiding goes on in all that are there
    from saleor_rewards.graphql import hidden_codes

    fields = {name: Field(String) for name in hidden_codes.HIDDEN["OrderLine"]}
    order_line = type("OrderLine", (ObjectType,), fields)
    order = type("Order", (ObjectType,), {"voucher_code": Field(String)})
    monkeypatch.setattr(mount_state.state, "missing_fields", [])

    # when
    hidden_codes.hide_codes((order_line, order))

    # then
    (message,) = checks.check_hidden_codes()
    assert message.id == "saleor_rewards.W005"
    assert "Order.discountName" in message.msg
    assert "Order.voucherCode" not in message.msg
    assert "OrderLine" not in message.msg


def test_an_app_without_its_plugin_is_a_warning(settings: Any) -> None:
    # given
    settings.PLUGINS = ["saleor.plugins.webhook.plugin.WebhookPlugin"]

    # when
    (message,) = checks.check_plugin()

    # then
    assert message.id == "saleor_rewards.W001"
    assert "saleor_rewards.plugin.RewardsPlugin" in message.hint


def test_our_fields_hang_on_saleors_types() -> None:
    assert "rewards" in schema.get_type("Checkout").fields
    assert "rewards" in schema.get_type("Order").fields


@needs("price hooks")
def test_a_plugin_behind_ours_is_worth_a_warning(settings: Any) -> None:
    # given
    settings.PLUGINS = [*settings.PLUGINS, "another.Plugin"]

    # when
    (message,) = checks.check_saleor_2()

    # then
    assert message.id == "saleor_rewards.W002"


@needs("price hooks")
@pytest.mark.parametrize("part", ["RewardsMiddleware", "OrderGateMiddleware"])
def test_a_middleware_that_is_missing_is_named(settings: Any, part: str) -> None:
    # given
    def without(names: list[str]) -> list[str]:
        return [name for name in names if not name.endswith(part)]

    settings.MIDDLEWARE = without(settings.MIDDLEWARE)
    settings.GRAPHENE = {"MIDDLEWARE": without(settings.GRAPHENE["MIDDLEWARE"])}

    # when
    (message,) = checks.check_saleor_2()

    # then
    assert message.id == "saleor_rewards.W003"
    assert part in message.hint


@needs("own paths")
def test_a_secret_of_stripes_without_a_path_is_worth_a_warning(
    settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    monkeypatch.setenv("REWARDS_STRIPE_WEBHOOK_SECRET", "whsec_of_the_tests")
    assert checks.check_stripe() == []

    # when
    settings.ROOT_URLCONF = "saleor.urls"
    (message,) = checks.check_stripe()

    # then
    assert message.id == "saleor_rewards.W004"
    assert "saleor_rewards.urls" in message.hint
