"""Saleor takes a referrer's voucher or gift card once, for what it is worth now."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from saleor.discount.models import Voucher
from saleor.giftcard.models import GiftCard

from saleor_rewards.guard import guarded
from saleor_rewards.host.current import host
from saleor_rewards.models import ReferralReward
from saleor_rewards.referrals import grants
from saleor_rewards.referrals.rewarding import settle_referral

from .points import no_hooks, reconcile_all
from .rewarded import (
    Referrer,
    bring,
    make_referrer,
    promise,
    reward_of,
    spend,
    switch_on,
    with_code,
    worth,
)
from .staff import Staff
from .world import HOST, Refused, Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def referrer(shop: Shop, referrer: Referrer, kind: str) -> Referrer:
    """A member who gets a voucher, or a gift card, over 10.00 for each friend."""
    promise(shop, kind)
    return referrer


def test_saleor_takes_the_code_once(shop: Shop, referrer: Referrer) -> None:
    # given
    friend, _order = bring(shop, referrer)

    # then
    assert worth(shop, friend) == 10
    assert spend(shop, friend) == 10
    assert worth(shop, friend) == 0


def test_it_ends_when_the_rule_says(shop: Shop, kind: str) -> None:
    # given
    switch_on(shop)
    promise(shop, kind, valid_days=90)

    # when
    friend, _order = bring(shop, make_referrer())

    # then
    reward = reward_of(friend)
    end = reward.granted_at + timedelta(days=90)
    if kind == "voucher":
        assert Voucher.objects.get(pk=reward.saleor_pk).end_date == end
    else:
        card = GiftCard.objects.get(pk=reward.saleor_pk)
        assert getattr(card, HOST.CARD_ENDS_AT) == end.date()


def test_nobody_can_use_it_before_it_is_granted(
    shop: Shop, referrer: Referrer, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    with no_hooks():
        friend, _order = bring(shop, referrer)

    def fail(*_: Any) -> None:
        raise RuntimeError("injected")

    # when
    monkeypatch.setattr(grants, "tell_earned", fail)
    guarded("REWARDS_TEST", None, reconcile_all)

    # then
    assert (friend.state, ReferralReward.objects.count()) == ("claimed", 0)
    assert Voucher.objects.count() == GiftCard.objects.count() == 0


def test_a_refund_lowers_what_it_is_worth_and_the_last_one_ends_it(
    shop: Shop, referrer: Referrer, staff: Staff
) -> None:
    # given
    friend, order = bring(shop, referrer)

    # then
    for refund, left in (("20.00", 6), ("5.00", 5), ("25.00", 0)):
        staff.refund(order, refund)
        assert worth(shop, friend) == left


def test_carts_that_have_the_code_already_follow(
    shop: Shop, referrer: Referrer, staff: Staff
) -> None:
    # given
    friend, order = bring(shop, referrer)
    shopper, cart = with_code(shop, reward_of(friend).code)
    assert cart.total == 40

    # when
    staff.refund(order, "20.00")

    # then
    assert shopper.look(cart).total == 44

    # when
    staff.refund(order, "30.00")

    # then
    assert shopper.look(cart).total == 50
    with pytest.raises(Refused):
        shopper.buy(shopper.look(cart))


def test_what_staff_put_on_a_gift_card_besides_stays_on_it(
    shop: Shop, staff: Staff
) -> None:
    # given
    switch_on(shop)
    promise(shop, "gift_card")
    friend, order = bring(shop, make_referrer())
    card = GiftCard.objects.get(pk=reward_of(friend).saleor_pk)
    GiftCard.objects.filter(pk=card.pk).update(current_balance_amount=Decimal(25))

    # when
    staff.refund(order, "50.00")

    # then
    assert worth(shop, friend) == 15


def test_nobody_spends_of_it_while_it_is_being_changed(
    shop: Shop, referrer: Referrer, kind: str
) -> None:
    # given
    friend, _order = bring(shop, referrer)
    pk = reward_of(friend).saleor_pk

    # then
    with pytest.raises(transaction.TransactionManagementError):
        host.payout_left(kind, pk)
    with transaction.atomic():
        assert host.payout_left(kind, pk) == 1000
        assert host.payout_left(kind, pk + 1) is None


def test_settling_again_puts_nothing_more_on_it(
    shop: Shop, referrer: Referrer, staff: Staff
) -> None:
    # given
    friend, order = bring(shop, referrer)
    staff.refund(order, "20.00")

    # when
    assert not settle_referral(friend.referral_pk)

    # then
    assert worth(shop, friend) == 6
