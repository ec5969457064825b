"""Orders are settled while offers are stopped, by the scheduled jobs alone."""

from __future__ import annotations

from decimal import Decimal

import pytest

from saleor_rewards.models import PriceAgreement, Receipt
from saleor_rewards.programs import update_referrals

from .points import make_member, sums
from .rewarded import Referrer, make_friend, promise, worth
from .staff import Staff
from .stopping import (
    STOPS,
    a_later_run,
    agree,
    every_job,
    ordered_at_last,
    switch_off,
    total_of,
)
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("stop", STOPS)
def test_what_was_agreed_on_is_the_orders_though_the_job_comes_before_any_other(
    shop: Shop, shopper: Shopper, stop: dict[str, bool]
) -> None:
    # given
    shop.points()
    shop.earning()
    shop.ladder(("30.00", "10"))
    member = make_member(shop, 1000)
    cart = member.put_aside(shop.product("40.00", ships=False), 600)
    assert cart.total == Decimal("30.00")
    agree(member, cart)
    switch_off(shop, **stop)

    # when
    order = member.complete(cart)
    a_later_run()
    every_job()

    # then
    assert total_of(order) == Decimal("30.00")
    assert Receipt.objects.get().points_redeemed == 600
    assert sums(member.account) == (0, 430, 0)
    assert not PriceAgreement.objects.exists()


@pytest.mark.parametrize("stop", STOPS)
def test_an_order_earns_loses_and_gets_back_points_by_the_jobs_alone(
    shop: Shop, staff: Staff, stop: dict[str, bool]
) -> None:
    # given: points come when it is paid, are pending for a day and expire after two
    shop.points(return_days=1, expiry="after_earning", expiry_days=2)
    shop.earning()
    member = make_member(shop, 500)
    order = member.order(member.put_aside(shop.product("45.00", ships=False), 500))
    shop.plugin(**stop)

    # when
    staff.capture(order, "40.00")
    every_job()

    # then
    assert sums(member.account) == (40, 0, 0)

    # when
    staff.refund(order, "10.00")
    every_job()

    # then
    assert sums(member.account)[0] == 30
    assert member.account.points_available == 125

    # when
    every_job(hours=25)

    # then
    assert member.account.points_pending == 0
    assert member.account.points_available == 155

    # when
    every_job(hours=100)

    # then
    assert member.account.points_available == 125


@pytest.mark.parametrize("stop", STOPS)
def test_a_friends_order_is_rewarded_and_taken_back_by_the_jobs_alone(
    shop: Shop, referrer: Referrer, kind: str, staff: Staff, stop: dict[str, bool]
) -> None:
    # given
    promise(shop, kind)
    friend, cart = make_friend(shop, referrer)
    friend.pay(cart, cart.total)
    order = friend.complete(cart)
    before = friend.state
    shop.plugin(**stop)

    # when
    every_job()

    # then
    assert (before, friend.state) == ("rewarded", "rewarded")
    assert worth(shop, friend) == Decimal("10.00")

    # when
    staff.refund(order, "50.00")
    every_job()

    # then
    assert friend.state == "revoked"
    assert worth(shop, friend) == 0


@pytest.mark.parametrize("stop", STOPS)
@pytest.mark.parametrize("is_paid_before", [True, False])
def test_what_a_friend_brings_waits_until_offers_are_given_again(
    shop: Shop, referrer: Referrer, stop: dict[str, bool], is_paid_before: bool
) -> None:
    # given: what is due waits for a day
    update_referrals(shop.program.pk, hold_days=1)
    promise(shop, "points")
    friend, cart = make_friend(shop, referrer)
    if is_paid_before:
        friend.buy(cart)
    shop.plugin(**stop)
    if not is_paid_before:
        ordered_at_last(friend, cart)

    # when
    every_job()

    # then
    assert (friend.state, referrer.points) == ("paid", 0)

    # when: the day is over
    every_job(hours=25)

    # then
    assert (friend.state, referrer.points) == ("paid", 0)

    # when
    shop.plugin()
    every_job(hours=25)

    # then
    assert (friend.state, referrer.points) == ("rewarded", 500)
