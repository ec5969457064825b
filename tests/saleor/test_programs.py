"""Programs and rules: what their services keep, refuse and tell Saleor."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from saleor.plugins.models import PluginConfiguration

from saleor_rewards.models import Program, Rule, RuleVersion
from saleor_rewards.programs import (
    ProgramError,
    bump_version,
    create_rule,
    delete_rule,
    get_or_create_program,
    is_time_zone,
    update_program,
    update_rule,
)
from saleor_rewards.programs.versions import ITEM_NAME, renew, take_version

from . import merchants
from .talk import TALK
from .world import HOST, Shop

pytestmark = pytest.mark.django_db

SETTINGS = [
    "kill_switch",
    "stripe_webhook_secret",
    "stripe_test_mode",
    "stripe_gateways",
]

PERCENT: dict[str, Any] = {
    "lane": "ORDER",
    "benefit": {"type": "PERCENT_OFF", "percent": "10"},
}


def row() -> Any:
    return PluginConfiguration.objects.get(identifier="rewards")


def version() -> str:
    return take_version(list(row().configuration))


def test_a_channel_has_one_program(shop: Shop) -> None:
    # when
    first = get_or_create_program(shop.channel.pk)

    # then
    assert get_or_create_program(shop.channel.pk) == first
    assert Program.objects.count() == 1


def test_a_channel_that_saleor_does_not_have_gets_no_program(shop: Shop) -> None:
    # when
    with pytest.raises(ProgramError) as refused:
        get_or_create_program(shop.channel.pk + 1)

    # then
    (error,) = refused.value.errors
    assert (error.code, error.field) == ("NOT_FOUND", "channel")


def test_a_rule_without_an_amount_in_the_channels_currency_is_refused(
    shop: Shop,
) -> None:
    # given
    benefit = {"type": "AMOUNT_OFF", "amounts": {"EUR": "5.00"}}

    # when
    with pytest.raises(ProgramError) as refused:
        create_rule(
            shop.program, name="Euro", definition={"lane": "ORDER", "benefit": benefit}
        )

    # then
    (error,) = refused.value.errors
    assert (error.code, error.field) == ("MISSING_CURRENCY", "benefit.amounts.USD")
    assert Rule.objects.count() == 0


def test_a_definition_is_stored_in_one_form_however_it_was_written(shop: Shop) -> None:
    # given
    benefit = {"type": "AMOUNT_OFF", "amounts": {"USD": "5"}}
    definition = {"lane": "ORDER", "priority": 0, "benefit": benefit}

    # when
    rule = create_rule(shop.program, name="Five", definition=definition).rule
    again = update_rule(rule.pk, definition={**definition, "exclusive": False}).rule

    # then
    assert rule.current.definition == {
        "lane": "ORDER",
        "benefit": {"type": "AMOUNT_OFF", "amounts": {"USD": "5.00"}},
    }
    assert again.current.number == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE saleor_rewards_ruleversion SET name = 'Other'",
        "DELETE FROM saleor_rewards_ruleversion",
    ],
)
def test_the_database_refuses_to_change_a_version(shop: Shop, statement: str) -> None:
    # given
    create_rule(shop.program, name="Ten", definition=PERCENT)

    # when
    with pytest.raises(DatabaseError, match="only ever added"):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)

    # then
    assert RuleVersion.objects.get().name == "Ten"


def test_every_change_gives_the_state_of_the_rules_a_name_of_its_own(
    shop: Shop,
) -> None:
    # given
    seen = [version()]

    # when
    rule = create_rule(shop.program, name="Ten", definition=PERCENT).rule
    seen.append(version())
    update_rule(rule.pk, name="Tenth")
    seen.append(version())
    update_rule(rule.pk, is_active=False)
    seen.append(version())
    update_program(shop.program.pk, cap_percent=Decimal(30))
    seen.append(version())
    delete_rule(rule.pk)
    seen.append(version())

    # then
    assert len(set(seen)) == len(seen)


def test_a_refused_change_leaves_the_name_as_it_was(shop: Shop) -> None:
    # given
    rule = create_rule(shop.program, name="Ten", definition=PERCENT).rule
    before = version()

    # when
    with pytest.raises(ProgramError):
        update_rule(rule.pk, name="")

    # then
    assert version() == before


def test_the_first_rule_makes_the_plugins_row_with_all_its_settings(db: None) -> None:
    # given
    PluginConfiguration.objects.filter(identifier="rewards").delete()

    # when
    bumped = bump_version()

    # then
    assert version() == bumped
    assert row().active is HOST.plugins_manager().get_plugin("rewards").DEFAULT_ACTIVE
    assert {item["name"] for item in row().configuration} == {*SETTINGS, ITEM_NAME}


def test_a_merchants_save_keeps_a_version_and_makes_it_new(shop: Shop) -> None:
    # given
    bumped = bump_version()

    # when
    payload = merchants.staff("manage_plugins").do(
        'mutation { pluginUpdate(id: "rewards", input: {active: true, configuration: '
        '[{name: "kill_switch", value: "true"}]}) '
        "{ errors { field message } } }"
    )

    # then
    assert payload["errors"] == []
    assert version() not in ("", bumped)
    assert HOST.plugins_manager().get_plugin("rewards").rules_version == version()


def test_the_version_is_no_setting_that_a_merchant_sees(shop: Shop) -> None:
    # given
    bump_version()
    admin = merchants.staff("manage_plugins")

    # when
    shown = TALK.plugin_settings(admin, "name value")

    # then
    assert [item["name"] for item in shown] == SETTINGS


def test_a_save_that_read_an_older_row_brings_no_older_version_back(
    shop: Shop,
) -> None:
    # given
    stale = row()
    old = take_version(list(stale.configuration))
    bump_version()

    # when
    plugin = HOST.plugins_manager().get_plugin("rewards")
    plugin.save_plugin_configuration(stale, {"active": True})

    # then
    assert version() not in ("", old)


def test_a_configuration_of_an_unknown_kind_gets_a_version_too() -> None:
    # when
    items, made = renew({})

    # then
    assert items == [{"name": ITEM_NAME, "value": made}]
    assert take_version(None) == ""


@pytest.mark.parametrize("name", ["UTC", "Europe/Warsaw", "America/Argentina/Salta"])
def test_a_zone_of_the_database_is_one(name: str) -> None:
    assert is_time_zone(name)


@pytest.mark.parametrize(
    "name", ["", "Mars/Base", "UTC+3", "/etc/localtime", "../UTC", "EST5EDT4", "a\0b"]
)
def test_anything_else_is_no_zone(name: str) -> None:
    assert not is_time_zone(name)
