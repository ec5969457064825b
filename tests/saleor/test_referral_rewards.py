"""A referrer is rewarded once for a friend's first order, when its time has come."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from saleor.account.models import User

from saleor_rewards.models import (
    Entry,
    Referral,
    ReferralDecision,
    ReferralReward,
)
from saleor_rewards.programs import update_referrals
from saleor_rewards.referrals import rewarding
from saleor_rewards.referrals.rewarding import settle_referral

from .points import reconcile_all, written
from .rewarded import (
    WORTH,
    Referrer,
    bring,
    make_friend,
    make_referrer,
    pay_out,
    promise,
)
from .staff import Staff, pk_of
from .world import Shop

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)


@pytest.mark.parametrize("kind", list(WORTH))
def test_a_friends_first_paid_order_rewards_the_referrer(
    shop: Shop, referrer: Referrer, kind: str
) -> None:
    # given
    promise(shop, kind)

    # when
    friend, order = bring(shop, referrer)

    # then
    referral = friend.referral
    assert (referral.state, referral.number) == ("rewarded", 1)
    assert referral.order_pk == pk_of(order)
    reward = ReferralReward.objects.get()
    assert (reward.kind, reward.worth) == (kind, WORTH[kind])
    assert reward.worth_kept == WORTH[kind]
    assert referrer.points == (WORTH[kind] if kind == "points" else 0)
    assert bool(reward.code) is (kind != "points")


def test_all_kinds_can_be_given_for_one_friend(shop: Shop, referrer: Referrer) -> None:
    # given
    for kind in WORTH:
        promise(shop, kind)

    # when
    bring(shop, referrer)

    # then
    assert {kind: one.worth_kept for kind, one in referrer.rewards.items()} == WORTH


def test_rewards_wait_for_the_hold_period(shop: Shop, referrer: Referrer) -> None:
    # given
    promise(shop, "points")
    update_referrals(shop.program.pk, hold_days=14)

    # when
    friend, _order = bring(shop, referrer)
    pay_out(13 * DAY)

    # then
    assert (friend.state, referrer.points) == ("paid", 0)
    assert friend.referral.due_at == friend.referral.paid_at + 14 * DAY

    # when
    pay_out(14 * DAY)
    pay_out(15 * DAY)

    # then
    assert (friend.state, referrer.points) == ("rewarded", 500)


def test_nothing_is_granted_before_the_money_came(
    shop: Shop, referrer: Referrer, staff: Staff
) -> None:
    # given
    promise(shop, "points")
    friend, cart = make_friend(shop, referrer)

    # when
    order = friend.order(cart)
    pay_out()

    # then
    assert (friend.state, referrer.points) == ("ordered", 0)

    # when
    staff.capture(order, "50.00")

    # then
    assert (friend.state, referrer.points) == ("rewarded", 500)


def test_settling_again_grants_nothing_more(shop: Shop, referrer: Referrer) -> None:
    # given
    for kind in WORTH:
        promise(shop, kind)
    friend, _order = bring(shop, referrer)
    entries = Entry.objects.count()

    # then
    assert written(lambda: settle_referral(friend.referral_pk)) == []
    assert written(reconcile_all) == []
    assert written(pay_out) == []
    assert Entry.objects.count() == entries
    assert ReferralReward.objects.count() == 3


@pytest.mark.parametrize("verdict", ["review", "reject"])
def test_what_staff_has_to_look_at_is_granted_once_they_allow_it(
    shop: Shop, referrer: Referrer, verdict: str
) -> None:
    # given
    promise(shop, "points")
    friend, _order = bring(shop, referrer, verdict=verdict, is_decided=True)
    pay_out()
    assert (friend.state, referrer.points) == ("paid", 0)

    # when
    Referral.objects.update(verdict="allow")
    settle_referral(friend.referral_pk)

    # then
    assert (friend.state, referrer.points) == ("rewarded", 500)


def test_a_step_is_given_for_the_friend_of_its_number(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    promise(shop, "points")
    third = {"nth_friend": {"number": 3, "repeats": False}}
    promise(shop, "points", points=2000, conditions=third)

    # when
    given = []
    for _ in range(4):
        before = referrer.points
        bring(shop, referrer)
        given.append(referrer.points - before)

    # then
    assert given == [500, 500, 2000, 500]


def test_a_friend_without_a_reward_counts_all_the_same(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    second = {"nth_friend": {"number": 2, "repeats": False}}
    promise(shop, "points", conditions=second)

    # when
    first, _order = bring(shop, referrer)

    # then
    assert (first.state, first.referral.number, referrer.points) == ("rewarded", 1, 0)

    # when
    bring(shop, referrer)

    # then
    assert referrer.points == 500


def test_a_friend_who_gave_all_back_makes_room_for_the_next(
    shop: Shop, referrer: Referrer, staff: Staff
) -> None:
    # given
    second = {"nth_friend": {"number": 2, "repeats": False}}
    promise(shop, "points", conditions=second)
    _friend, order = bring(shop, referrer)
    staff.refund(order, "50.00")

    # when
    bring(shop, referrer)

    # then
    assert referrer.points == 0

    # when
    bring(shop, referrer)

    # then
    assert referrer.points == 500


def test_no_more_friends_are_rewarded_than_a_month_has_room_for(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    promise(shop, "points")
    update_referrals(shop.program.pk, most_per_month=2)

    # when
    friends = [bring(shop, referrer)[0] for _ in range(3)]
    pay_out(60 * DAY)

    # then
    assert [friend.state for friend in friends] == ["rewarded", "rewarded", "paid"]
    assert referrer.points == 1000
    decision = ReferralDecision.objects.get(referral=friends[2].referral_pk)
    assert (decision.reason, decision.author) == ("LIMIT_REACHED", "")
    assert friends[2].referral.due_at is None


def test_another_month_and_another_referrer_have_room_of_their_own(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    promise(shop, "points")
    update_referrals(shop.program.pk, most_per_month=1)
    bring(shop, referrer)
    Referral.objects.update(rewarded_at=timezone.now() - 31 * DAY)
    other = make_referrer()

    # when
    bring(shop, referrer)
    bring(shop, other)

    # then
    assert (referrer.points, other.points) == (1000, 500)


@pytest.mark.parametrize("switch", ["killed", "inactive", "program"])
def test_what_is_due_while_all_is_switched_off_waits(
    shop: Shop, referrer: Referrer, switch: str
) -> None:
    # given
    promise(shop, "points")
    update_referrals(shop.program.pk, hold_days=1)
    friend, _order = bring(shop, referrer)
    turn(shop, switch, on=False)

    # when
    pay_out(2 * DAY)

    # then
    assert (friend.state, referrer.points) == ("paid", 0)

    # when
    turn(shop, switch, on=True)
    pay_out(2 * DAY)

    # then
    assert (friend.state, referrer.points) == ("rewarded", 500)


def turn(shop: Shop, switch: str, *, on: bool) -> None:
    if switch == "killed":
        shop.plugin(killed=not on)
    elif switch == "inactive":
        shop.plugin(active=on)
    else:
        shop.settings(is_active=on)


def test_what_was_promised_is_granted_after_referrals_were_switched_off(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    promise(shop, "points")
    friend, cart = make_friend(shop, referrer)
    update_referrals(shop.program.pk, is_active=False)

    # when
    friend.buy(cart)

    # then
    assert (friend.state, referrer.points) == ("rewarded", 500)


def test_points_are_no_reward_where_points_are_switched_off(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    promise(shop, "points")
    promise(shop, "voucher")
    shop.points(is_active=False)

    # when
    friend, _order = bring(shop, referrer)

    # then
    assert friend.state == "rewarded"
    assert list(referrer.rewards) == ["voucher"]


def test_nobody_is_rewarded_in_the_place_of_a_referrer_who_left(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    promise(shop, "voucher")
    update_referrals(shop.program.pk, hold_days=1)
    friend, _order = bring(shop, referrer)
    User.objects.filter(pk=referrer.user_pk).delete()

    # when
    pay_out(2 * DAY)

    # then
    assert friend.state == "paid"
    assert not ReferralReward.objects.exists()


def test_a_due_referral_that_fails_does_not_hold_up_the_others(
    shop: Shop, referrer: Referrer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    promise(shop, "points")
    update_referrals(shop.program.pk, hold_days=1)
    broken, _order = bring(shop, referrer)
    others = [bring(shop, referrer)[0] for _ in range(2)]
    settle = rewarding.settle_referral

    def fail(referral_pk: int, at: Any) -> bool:
        if referral_pk == broken.referral_pk:
            raise RuntimeError("injected")
        return settle(referral_pk, at)

    # when
    monkeypatch.setattr(rewarding, "settle_referral", fail)
    pay_out(2 * DAY)

    # then
    assert [friend.state for friend in others] == ["rewarded", "rewarded"]
    assert broken.state == "paid"
