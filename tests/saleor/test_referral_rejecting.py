"""What becomes of both sides where a friend is rejected after the order."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from saleor.account.models import User
from saleor.order.models import Order

from saleor_rewards.models import Account
from saleor_rewards.programs import update_referrals
from saleor_rewards.referrals.reviews import decide

from .points import Member, no_hooks, reconcile_all, sums
from .rewarded import WORTH, Referrer, bring, claimed, pay_out, promise
from .staff import pk_of
from .world import HOST, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)


@pytest.fixture
def referrer(shop: Shop, referrer: Referrer) -> Referrer:
    """A member of a shop that gives 500 points a friend."""
    promise(shop, "points")
    return referrer


def test_an_order_from_before_that_turns_up_later_speaks_against_the_friend(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    update_referrals(shop.program.pk, hold_days=14, weights={"NOT_FIRST_ORDER": 1000})
    friend, order = bring(shop, referrer)
    earlier = Shopper()
    with no_hooks():
        draft = earlier.buy(
            earlier.cart(
                (shop.product("1.00", ships=False), 1),
                email=friend.referral.referee_email,
            )
        )
    first = Order.objects.get(pk=pk_of(order))
    Order.objects.filter(pk=pk_of(draft)).update(
        **{HOST.ORDERED_AT: getattr(first, HOST.ORDERED_AT) - DAY}
    )

    # when
    pay_out(14 * DAY)

    # then
    assert (friend.state, friend.referral.verdict) == ("paid", "reject")
    assert ["NOT_FIRST_ORDER", 1000] in friend.referral.signals
    assert referrer.points == 0


@pytest.mark.parametrize("kind", ["points", "voucher", "gift_card"])
def test_who_is_rejected_after_the_order_takes_the_referrers_reward_alone(
    shop: Shop, referrer: Referrer, kind: str
) -> None:
    # given
    if kind != "points":
        promise(shop, kind)
    shop.earning(conditions={"has_referral": True})
    friend = Member(token=HOST.sign_up("bob@example.com"))
    friend.email = "bob@example.com"
    cart = friend.cart((shop.product("50.00", ships=False), 1))
    referral = claimed(shop, referrer, cart, friend.email)
    friend.buy(cart)
    account = Account.objects.get(user_pk=User.objects.get(email=friend.email).pk)
    before = sums(account)
    assert sum(before[:2]) == 50
    assert referrer.rewards[kind].worth_kept == WORTH[kind]

    # when
    decide(referral.pk, "reject", "A trick", "User:7", timezone.now())
    reconcile_all()

    # then
    referral.refresh_from_db()
    assert (referral.state, referrer.points) == ("revoked", 0)
    assert referrer.rewards[kind].worth_kept == 0
    account.refresh_from_db()
    assert sums(account) == before
