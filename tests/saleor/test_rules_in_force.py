"""What each way to stop offers leaves of a channel's rules."""

from __future__ import annotations

from itertools import product

import pytest

from saleor_rewards.host.current import host
from saleor_rewards.host.port import PLUGIN_ID
from saleor_rewards.programs.rulebook import points_in_force, rules_in_force

from .world import Shop

pytestmark = pytest.mark.django_db

NOTHING = "no book"
STOPPED = "a book without rules"
RULES = "the rules"

#: The rules that are found, and whether points are: by whether the plugin is active,
#: whether the kill switch is on, whether the program is active, and whether points are.
IN_FORCE = {
    (False, False, False, False): (NOTHING, False),
    (False, False, False, True): (NOTHING, False),
    (False, False, True, False): (NOTHING, False),
    (False, False, True, True): (NOTHING, False),
    (False, True, False, False): (NOTHING, False),
    (False, True, False, True): (NOTHING, False),
    (False, True, True, False): (NOTHING, False),
    (False, True, True, True): (NOTHING, False),
    (True, False, False, False): (STOPPED, False),
    (True, False, False, True): (STOPPED, True),
    (True, False, True, False): (RULES, False),
    (True, False, True, True): (RULES, True),
    (True, True, False, False): (STOPPED, False),
    (True, True, False, True): (STOPPED, False),
    (True, True, True, False): (STOPPED, False),
    (True, True, True, True): (STOPPED, False),
}


def test_the_table_has_every_combination() -> None:
    assert set(IN_FORCE) == set(product((False, True), repeat=4))


@pytest.mark.parametrize("switches", IN_FORCE)
def test_what_is_in_force(shop: Shop, switches: tuple[bool, bool, bool, bool]) -> None:
    # given
    is_active, is_killed, is_program_active, has_points = switches
    rule = shop.ladder(("10.00", "10"))
    shop.points(is_active=has_points)
    shop.settings(is_active=is_program_active)
    shop.plugin(active=is_active, killed=is_killed)

    # when
    book = rules_in_force(shop.channel.pk, host.loaded_plugin(PLUGIN_ID))

    # then
    expected, expects_points = IN_FORCE[switches]
    assert (book is None) == (expected == NOTHING)
    if book is not None:
        assert book.is_stopped == (expected == STOPPED)
        found = [one.id for one in book.compiled.rules]
        assert found == ([rule.pk] if expected == RULES else [])
    assert (points_in_force(shop.channel.pk) is not None) == expects_points


def test_a_channel_without_a_program_has_no_rules(shop: Shop) -> None:
    assert rules_in_force(shop.channel.pk, host.loaded_plugin(PLUGIN_ID)) is None
