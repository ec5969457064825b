"""What a referrer spent of a reward that goes is owed, or let go, and comes back."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
from saleor.discount.models import Voucher
from saleor.giftcard.models import GiftCard

from saleor_rewards.programs import update_referrals

from .points import reconcile_all
from .rewarded import (
    Bank,
    Referrer,
    bring,
    make_referrer,
    owed,
    promise,
    reward_of,
    spend,
    switch_on,
    worth,
)
from .staff import Staff
from .world import HOST, Shop

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def referrer(shop: Shop, referrer: Referrer, kind: str) -> Referrer:
    """A member who gets a voucher, or a gift card, over 10.00 for each friend."""
    promise(shop, kind)
    return referrer


def test_what_was_spent_is_owed_and_the_next_rewards_pay_for_it(
    shop: Shop, referrer: Referrer, staff: Staff
) -> None:
    # given
    friend, order = bring(shop, referrer)
    spend(shop, friend)

    # when
    staff.refund(order, "50.00")

    # then
    assert (friend.state, owed(friend)) == ("revoked", 1000)

    # when
    lesser, lesser_order = bring(shop, referrer)
    staff.refund(lesser_order, "20.00")
    next_one, _order = bring(shop, referrer)

    # then
    assert worth(shop, lesser) == 0
    assert (owed(friend), owed(lesser)) == (0, 0)
    assert worth(shop, next_one) == 6
    assert reward_of(next_one).worth_offset == 400
    assert reward_of(lesser).code == ""


def test_another_referrers_reward_pays_nothing_of_it(
    shop: Shop, referrer: Referrer, staff: Staff
) -> None:
    # given
    friend, order = bring(shop, referrer)
    spend(shop, friend)
    staff.refund(order, "50.00")

    # when
    other, _order = bring(shop, make_referrer())

    # then
    assert worth(shop, other) == 10
    assert owed(friend) == 1000


def test_what_was_spent_is_let_go_where_the_merchant_chose_so(
    shop: Shop, referrer: Referrer, staff: Staff
) -> None:
    # given
    update_referrals(shop.program.pk, shortage="clamp")
    friend, order = bring(shop, referrer)
    spend(shop, friend)

    # when
    staff.refund(order, "50.00")
    next_one, _order = bring(shop, referrer)

    # then
    assert (owed(friend), reward_of(friend).worth_waived) == (0, 1000)
    assert worth(shop, next_one) == 10


def test_a_won_dispute_gives_the_rest_back_to_a_code_that_was_used(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    friend, order = bring(shop, referrer)
    bank = Bank(order)
    dispute = bank.dispute("20.00")
    bank.tell()
    assert spend(shop, friend) == 6

    # when
    bank.close(dispute, "won")
    bank.tell()

    # then
    assert spend(shop, friend) == 4
    assert worth(shop, friend) == 0


def test_a_won_dispute_gives_back_what_other_rewards_paid_for_it(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    friend, order = bring(shop, referrer)
    spend(shop, friend)
    bank = Bank(order)
    dispute = bank.dispute("50.00")
    bank.tell()
    payer, _order = bring(shop, referrer)
    assert worth(shop, payer) == 0

    # when
    bank.close(dispute, "won")
    bank.tell()

    # then
    assert worth(shop, friend) == 10
    assert (friend.state, owed(friend)) == ("rewarded", 0)


def test_a_reward_that_paid_for_another_owes_it_once_it_is_taken_back(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    friend, order = bring(shop, referrer)
    spend(shop, friend)
    Bank(order).refund("50.00")
    reconcile_all()
    payer, paid_order = bring(shop, referrer)
    bank = Bank(paid_order)

    # when
    dispute = bank.dispute("50.00")
    bank.tell()

    # then
    assert (owed(friend), owed(payer)) == (0, 1000)

    # when
    bank.close(dispute, "won")
    bank.tell()

    # then
    assert (owed(friend), owed(payer), worth(shop, payer)) == (0, 0, 0)


def test_what_ended_while_a_dispute_ran_begins_anew(shop: Shop, kind: str) -> None:
    # given
    switch_on(shop)
    promise(shop, kind, valid_days=30)
    friend, order = bring(shop, make_referrer())
    bank = Bank(order)
    dispute = bank.dispute("50.00")
    bank.tell()
    assert worth(shop, friend) == 0

    # when
    bank.close(dispute, "won")
    bank.tell(datetime.now(timezone.utc) + timedelta(days=60))

    # then
    assert worth(shop, friend) == 10


def test_what_staff_deleted_is_nobodys_debt(
    shop: Shop, referrer: Referrer, staff: Staff, kind: str
) -> None:
    # given
    friend, order = bring(shop, referrer)
    model = Voucher if kind == "voucher" else GiftCard
    model.objects.filter(pk=reward_of(friend).saleor_pk).delete()

    # when
    staff.refund(order, "50.00")

    # then
    assert (friend.state, owed(friend)) == ("revoked", 0)


def test_a_voucher_that_a_checkout_did_not_use_after_all_is_not_owed(
    shop: Shop, staff: Staff
) -> None:
    # given
    switch_on(shop)
    promise(shop, "voucher")
    friend, order = bring(shop, make_referrer())
    counted = HOST.uses_of_voucher(reward_of(friend).saleor_pk)
    counted.update(used=1)
    staff.refund(order, "30.00")
    assert owed(friend) == 600

    # when
    counted.update(used=0)

    # then
    assert worth(shop, friend) == 0

    # when
    staff.refund(order, "10.00")

    # then
    assert (owed(friend), worth(shop, friend)) == (0, 2)


def test_a_gift_card_that_was_spent_in_part_gives_the_rest_first(
    shop: Shop, staff: Staff
) -> None:
    # given
    switch_on(shop)
    promise(shop, "gift_card")
    friend, order = bring(shop, make_referrer())
    spend(shop, friend, "3.00")

    # when
    staff.refund(order, "30.00")

    # then
    assert (owed(friend), worth(shop, friend)) == (0, 1)

    # when
    staff.refund(order, "10.00")

    # then
    assert (owed(friend), worth(shop, friend)) == (100, 0)
