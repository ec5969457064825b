"""A claim counts for the friend's first order, placed in time and worth enough."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from saleor_rewards.models import (
    PointsPolicy,
    Referral,
    ReferralPolicy,
)
from saleor_rewards.programs import update_referrals
from saleor_rewards.referrals.rewarding import lapse_claims

from .points import no_hooks, reconcile_all, written
from .rewarded import (
    Referrer,
    bring,
    claimed,
    make_friend,
    make_referrer,
    promise,
    switch_on,
)
from .staff import pk_of
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)


def test_only_a_first_order_counts(shop: Shop, referrer: Referrer) -> None:
    # given
    promise(shop, "points")
    friend, cart = make_friend(shop, referrer)
    email = friend.referral.referee_email
    with no_hooks():
        Shopper().buy(
            Shopper().cart((shop.product("1.00", ships=False), 1), email=email)
        )

    # when
    friend.buy(cart)

    # then
    assert (friend.state, friend.referral.order_pk) == ("claimed", "")


@pytest.mark.parametrize(
    ("claimed_at", "ends_at"), [(-9 * DAY, -1 * DAY), (1 * DAY, 9 * DAY)]
)
def test_an_order_outside_of_the_time_of_its_claim_does_not_count(
    shop: Shop, referrer: Referrer, claimed_at: timedelta, ends_at: timedelta
) -> None:
    # given
    promise(shop, "points")
    now = timezone.now()
    update_since(shop, now - 30 * DAY)

    # when
    friend, _order = bring(
        shop, referrer, claimed_at=now + claimed_at, ends_at=now + ends_at
    )

    # then
    assert friend.state == "claimed"


def test_no_order_from_before_referrals_were_switched_on_counts(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    promise(shop, "points")
    now = timezone.now()
    update_since(shop, now + DAY)

    # when
    friend, _order = bring(shop, referrer)

    # then
    assert friend.state == "claimed"


def update_since(shop: Shop, at: Any) -> None:
    ReferralPolicy.objects.filter(program=shop.program).update(since=at)


def test_the_goods_have_to_be_worth_enough_after_all_discounts(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    promise(shop, "points")
    update_referrals(shop.program.pk, minimum_amount=Decimal("50.00"))
    counted, _order = bring(shop, referrer)

    # when
    shop.ladder(("1.00", "1"))
    friend, _order = bring(shop, referrer)

    # then
    assert counted.state == "rewarded"
    assert (friend.state, referrer.points) == ("lapsed", 500)


def test_a_minimum_that_was_raised_later_does_not_touch_orders_from_before(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    promise(shop, "points")
    friend, _order = bring(shop, referrer)

    # when
    update_referrals(shop.program.pk, minimum_amount=Decimal("60.00"))

    # then
    assert written(reconcile_all) == []
    assert (friend.state, referrer.points) == ("rewarded", 500)


def test_an_order_whose_hooks_never_came_is_rewarded_by_reconciling(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    promise(shop, "voucher")
    with no_hooks():
        friend, _order = bring(shop, referrer)
    assert friend.state == "claimed"

    # when
    settled = reconcile_all()

    # then
    assert (settled, friend.state) == (1, "rewarded")
    assert written(reconcile_all) == []


def test_reconciling_works_where_points_were_never_switched_on(shop: Shop) -> None:
    # given
    switch_on(shop)
    PointsPolicy.objects.all().delete()
    referrer = make_referrer()
    promise(shop, "voucher")
    with no_hooks():
        friend, _order = bring(shop, referrer)

    # when
    reconcile_all()

    # then
    assert friend.state == "rewarded"


def test_claims_without_an_order_lapse_two_days_after_their_time(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    friends = [make_friend(shop, referrer)[0] for _ in range(3)]
    end = friends[0].referral.ends_at

    # when
    none = lapse_claims(10, end + 1 * DAY)
    some = lapse_claims(2, end + 3 * DAY)

    # then
    assert (none, some) == (0, 2)
    assert [friend.state for friend in friends] == ["lapsed", "lapsed", "claimed"]


def test_a_claim_of_an_account_counts_wherever_its_owner_buys(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    promise(shop, "points")
    member = make_referrer()
    at = timezone.now()
    referral = Referral.objects.create(
        program=shop.program,
        referrer_user_pk=referrer.user_pk,
        referee_user_pk=member.user_pk,
        checkout_token="another checkout",
        verdict="allow",
        claimed_at=at,
        ends_at=at + 30 * DAY,
    )

    # when
    order = member.buy(member.cart((shop.product("50.00", ships=False), 1)))

    # then
    referral.refresh_from_db()
    assert (referral.state, referral.order_pk) == ("rewarded", pk_of(order))
    assert referrer.points == 500


def test_of_two_claims_one_that_was_rejected_makes_way(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    promise(shop, "points")
    other, friend = make_referrer(), make_referrer()
    cart = friend.cart((shop.product("50.00", ships=False), 1))
    claimed(shop, referrer, cart, "", referee_user_pk=friend.user_pk)
    Referral.objects.update(checkout_token="another checkout")

    # when: it is the later one, too
    claimed(shop, other, cart, friend.email, verdict="reject", is_decided=True)
    friend.buy(cart)

    # then
    assert (referrer.points, other.points) == (500, 0)
