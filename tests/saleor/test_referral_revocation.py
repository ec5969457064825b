"""What a referrer got for a friend goes and comes back as the friend's order does."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone
from saleor.account.models import User

from saleor_rewards.host.current import host
from saleor_rewards.models import Account, Entry, Referral, ReferralReward
from saleor_rewards.programs import update_referrals
from saleor_rewards.referrals.rewarding import settle_referral

from .inputs import document
from .points import reconcile_all, written
from .rewarded import (
    WORTH,
    Bank,
    Referrer,
    bring,
    make_friend,
    make_referrer,
    pay_out,
    promise,
)
from .staff import Staff
from .world import Shop

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)

#: An order of 50.00, with what is refunded and disputed of it in cents.
PRICE = 5000


@pytest.fixture
def referrer(shop: Shop, referrer: Referrer) -> Referrer:
    """A member of a shop that gives 500 points, a voucher and a gift card a friend."""
    for kind in WORTH:
        promise(shop, kind)
    return referrer


def left(taken: int, worth: int) -> int:
    """Return what is left of a reward once so much of the order is gone."""
    return worth - worth * min(taken, PRICE) // PRICE


def assert_kept(referrer: Referrer, taken: int) -> None:
    """Check every kind of reward, none of which was spent."""
    for kind, reward in referrer.rewards.items():
        assert reward.worth_kept == left(taken, WORTH[kind]), kind
        assert (reward.worth_owed, reward.worth_waived) == (0, 0)
        if kind != "points":
            assert reward.worth_given == reward.worth_kept
            assert in_hand(reward) == reward.worth_kept
    assert referrer.points == left(taken, WORTH["points"])


def in_hand(reward: ReferralReward) -> int | None:
    """Return what Saleor lets the referrer spend, in cents."""
    with transaction.atomic():
        return host.payout_left(reward.kind, reward.saleor_pk)


def test_refunds_take_their_share_of_every_reward(
    shop: Shop, referrer: Referrer, staff: Staff
) -> None:
    # given
    friend, order = bring(shop, referrer)
    taken = 0

    # then
    for cents in (1, 333, 1666, 1000, 1999):
        staff.refund(order, Decimal(cents) / 100)
        taken += cents
        assert_kept(referrer, taken)
        assert friend.state == "rewarded"

    # when
    staff.refund(order, "0.01")

    # then
    assert_kept(referrer, PRICE)
    assert friend.state == "revoked"
    assert friend.referral.number is None


@pytest.mark.parametrize("refund", [None, "12.34"])
def test_a_cancelled_order_leaves_nothing_of_the_rewards(
    shop: Shop, referrer: Referrer, staff: Staff, refund: str | None
) -> None:
    # given
    friend, order = bring(shop, referrer)
    if refund is not None:
        staff.refund(order, refund)

    # when
    staff.do("cancel", order)

    # then
    assert_kept(referrer, PRICE)
    assert friend.state == "revoked"
    assert written(reconcile_all) == []


def test_an_order_that_is_not_worth_enough_any_more_keeps_nothing(
    shop: Shop, referrer: Referrer, staff: Staff
) -> None:
    # given
    update_referrals(shop.program.pk, minimum_amount=Decimal("40.00"))
    friend, order = bring(shop, referrer)
    staff.refund(order, "10.00")
    assert_kept(referrer, 1000)

    # when
    staff.refund(order, "0.01")

    # then
    assert_kept(referrer, PRICE)
    assert friend.state == "revoked"


def test_what_was_taken_back_before_the_reward_is_never_granted(
    shop: Shop, referrer: Referrer, staff: Staff
) -> None:
    # given
    update_referrals(shop.program.pk, hold_days=1)
    _friend, order = bring(shop, referrer)
    gone, undone = bring(shop, make_referrer())

    # when
    staff.refund(order, "20.00")
    staff.refund(undone, "50.00")
    pay_out(2 * DAY)

    # then
    assert_kept(referrer, 2000)
    assert gone.state == "lapsed"
    assert ReferralReward.objects.count() == 3


def test_a_dispute_before_the_reward_only_puts_it_off(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    update_referrals(shop.program.pk, hold_days=1)
    friend, order = bring(shop, referrer)
    bank = Bank(order)
    dispute = bank.dispute("50.00")
    bank.tell()
    pay_out(2 * DAY)
    assert (friend.state, referrer.rewards) == ("lapsed", {})

    # when
    bank.close(dispute, "won")
    bank.tell()
    pay_out(2 * DAY)

    # then
    assert_kept(referrer, 0)


def test_an_order_that_counts_again_does_not_push_out_another_claim(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    update_referrals(shop.program.pk, hold_days=1)
    friend, order = bring(shop, referrer)
    bank = Bank(order)
    dispute = bank.dispute("50.00")
    bank.tell()
    other, _cart = make_friend(shop, make_referrer())
    email = friend.referral.referee_email
    Referral.objects.filter(pk=other.referral_pk).update(
        referee_email=email, paid_at=timezone.now()
    )

    # when
    bank.close(dispute, "won")
    bank.tell()

    # then
    assert (friend.state, other.state) == ("lapsed", "claimed")


def test_staff_who_reject_a_referral_take_its_rewards_and_may_give_them_again(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    friend, _order = bring(shop, referrer)

    # then
    for verdict, state, taken in (
        ("reject", "revoked", PRICE),
        ("allow", "rewarded", 0),
        ("review", "rewarded", 0),
    ):
        Referral.objects.update(verdict=verdict, is_decided=True)
        settle_referral(friend.referral_pk)
        assert friend.state == state
        assert_kept(referrer, taken)


@pytest.mark.parametrize(
    ("shortage", "debt", "waived"), [("debt", 300, 0), ("clamp", 0, 300)]
)
def test_spent_points_are_owed_or_let_go_as_the_merchant_chose(
    shop: Shop, referrer: Referrer, staff: Staff, shortage: str, debt: int, waived: int
) -> None:
    # given
    update_referrals(shop.program.pk, shortage=shortage)
    _friend, order = bring(shop, referrer)
    referrer.spend(shop.product("5.00", ships=False), 400)
    assert referrer.points == 100

    # when
    staff.refund(order, "40.00")

    # then
    assert referrer.points == -debt
    reward = referrer.rewards["points"]
    assert (reward.worth_kept, reward.worth_waived) == (100, waived)


def test_refunds_take_nothing_of_what_a_referrer_who_left_has_no_more(
    shop: Shop, referrer: Referrer, staff: Staff
) -> None:
    # given
    friend, order = bring(shop, referrer)
    reward = referrer.rewards["voucher"]
    Account.objects.filter(user_pk=referrer.user_pk).update(state="erased")
    entries = Entry.objects.filter(order_pk__startswith="referral").count()
    User.objects.filter(email=referrer.email).delete()
    Referral.objects.update(referrer_user_pk=None)

    # when
    staff.refund(order, "50.00")

    # then
    assert friend.state == "revoked"
    assert in_hand(reward) == 0
    assert Entry.objects.filter(order_pk__startswith="referral").count() == entries


def test_entries_of_a_reward_do_not_tell_of_the_friends_order(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    friend, _order = bring(shop, referrer)

    # when
    page = referrer.ask(
        document("MyPointsHistory"), channel=shop.channel.slug, first=5
    )["me"]["rewards"]["account"]["entries"]

    # then
    (entry,) = [edge["node"] for edge in page["edges"]]
    assert (entry["points"], entry["ruleName"]) == (500, "Thanks points")
    assert (entry["orderId"], entry["orderNumber"]) == (None, None)
    assert Entry.objects.get().order_pk == f"referral:{friend.referral_pk}"
