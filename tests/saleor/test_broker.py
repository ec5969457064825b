"""A broker that does not answer is in nobody's way."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Callable

import pytest
from django.db import transaction

from saleor_rewards import guard
from saleor_rewards.models import Tier
from saleor_rewards.programs import replace_tiers, update_points

from .inputs import document
from .limits import needs
from .merchants import merchant
from .world import HOST, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

#: Nobody listens at the port of "tcpmux".
NOBODY = "amqp://127.0.0.1:1//"


@pytest.fixture
def stop_broker(settings: Any) -> Callable[[], None]:
    """Let tasks go to a broker that is down from now on, as Saleor's app sends them.

    What a test prepares is done before: some of Saleor's own tasks wait for ever.
    """

    def stop() -> None:
        settings.CELERY_TASK_ALWAYS_EAGER = False
        settings.CELERY_BROKER_URL = NOBODY
        guard.faults.clear()

    return stop


def test_settings_are_saved_and_others_have_their_turn(
    shop: Shop, stop_broker: Callable[[], None]
) -> None:
    # given
    shop.points()
    stop_broker()
    done: list[str] = []

    # when
    with transaction.atomic():
        replace_tiers(shop.program.pk, [{"name": "Gold", "threshold": Decimal(5)}])
        transaction.on_commit(lambda: done.append("another plugin's"))

    # then
    assert done == ["another plugin's"]
    assert Tier.objects.get().name == "Gold"
    assert guard.faults["REWARDS_ENQUEUE"] == 1


def test_a_merchant_is_not_told_of_an_error_for_what_was_saved(
    shop: Shop, stop_broker: Callable[[], None]
) -> None:
    # given
    update_points(shop.program.pk, is_active=True)
    tiers = {"tiers": [{"name": "Gold", "threshold": 5}]}

    boss = merchant()
    stop_broker()

    # when
    payload = boss.do(document("ProgramUpdate"), channel=shop.channel.slug, input=tiers)

    # then
    assert payload["errors"] == []
    assert Tier.objects.get().name == "Gold"


@needs("stored discounts")
def test_the_kill_switch_is_saved_and_hooks_take_the_offers_off(
    shop: Shop, shopper: Shopper, stop_broker: Callable[[], None]
) -> None:
    # given
    shop.ladder(("30.00", "10"))
    goods = shop.product("40.00", ships=False)
    cart = shopper.cart((goods, 1))
    assert cart.total == 36
    stop_broker()

    # when
    shop.plugin(killed=True)

    # then
    assert guard.faults["REWARDS_WITHDRAW"] == 1
    assert shopper.put(cart, goods, 1).total == 40


@needs("stored discounts")
def test_a_variants_new_price_is_saved(
    shop: Shop, stop_broker: Callable[[], None]
) -> None:
    # given
    shop.ladder(("30.00", "10"))
    goods = shop.product("40.00", ships=False)
    stop_broker()

    # when
    HOST.tell_plugins_of(goods)

    # then
    assert guard.faults["REWARDS_VARIANT_UPDATED"] == 1
