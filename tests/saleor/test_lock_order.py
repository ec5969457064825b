"""Whoever takes more than one lock takes them in the order that the guide names."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from saleor.account.models import User
from saleor.checkout.models import Checkout

from saleor_rewards.checkout.claiming import claim
from saleor_rewards.host.current import host
from saleor_rewards.models import Account, Hold, Referral
from saleor_rewards.referrals.member_codes import code_of
from saleor_rewards.tasks import end_stale_pledges, release_holds, settle_due_points

from .locking import documented_order, locks_recorded
from .points import make_member, reconcile_all
from .rewarded import Referrer, bring, make_friend, pay_out, promise
from .staff import Staff
from .world import Shop

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_journey_takes_locks_in_the_order_of_the_guide(
    shop: Shop, referrer: Referrer, staff: Staff, each_way_to_pay: None
) -> None:
    # given
    promise(shop, "points")
    shop.earning()
    shop.ladder(("1.00", "1"), conditions={"nth_order": {"number": 1}})
    member = make_member(shop, 3000)
    member.payments = staff.payments
    variant = shop.product("40.00", ships=False)
    left = member.put_aside(variant, 500)
    Checkout.objects.filter(pk=left.pk).update(user=None)

    # when
    with locks_recorded() as record:
        order = member.spend(variant, 1000)
        staff.refund(order, "10.00")
        bring(shop, referrer)
        pay_out()
        Hold.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
        release_holds()
        end_stale_pledges()
        settle_due_points()
        reconcile_all()

    # then
    # Claims have a test of their own below.
    assert record.seen == {*documented_order()} - {"CLAIM_LOCKS"}
    assert record.violations(documented_order()) == []


def test_a_claim_takes_locks_in_the_order_of_the_guide(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    promise(shop, "points")
    code = code_of(
        shop.program.pk, User.objects.get(pk=referrer.user_pk), timezone.now()
    )
    _friend, cart = make_friend(shop, referrer)
    Referral.objects.all().delete()
    checkout = Checkout.objects.get(pk=cart.pk)

    # when
    with locks_recorded() as record:
        claim(checkout, code=code.code, user_pk=None, ip="203.0.113.7")

    # then
    assert {"checkout_checkout", "CLAIM_LOCKS"} <= record.seen
    assert record.violations(documented_order()) == []


def test_the_record_sees_locks_that_are_taken_the_other_way_round(
    shop: Shop,
) -> None:
    # given
    shop.points()
    member = make_member(shop, 1000)
    cart = member.cart((shop.product("40.00", ships=False), 1))

    # when
    with locks_recorded() as record, transaction.atomic():
        Account.objects.select_for_update().get(pk=member.account.pk)
        with host.locked(cart.pk):
            pass

    # then
    assert record.violations(documented_order()) != []
