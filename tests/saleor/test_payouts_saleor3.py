"""An order that is being placed with a referrer's voucher is waited for."""

from __future__ import annotations

from threading import Event, Thread, Timer

import pytest
from django.db import connection, transaction
from saleor.checkout.models import Checkout

from saleor_rewards.host.current import host
from saleor_rewards.models import RewardKind

from .limits import needs
from .rewarded import Referrer, bring, promise, reward_of, with_code
from .world import Shop

pytestmark = [
    pytest.mark.django_db(transaction=True),
    needs("stored discounts"),
]


def test_an_order_that_found_the_voucher_good_is_waited_for(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    from saleor.discount.models import VoucherCode

    promise(shop, "voucher")
    friend, _order = bring(shop, referrer)
    reward = reward_of(friend)
    _shopper, cart = with_code(shop, reward.code)
    locked, go = Event(), Event()

    def place() -> None:
        with transaction.atomic():
            list(Checkout.objects.select_for_update().filter(pk=cart.pk))
            locked.set()
            go.wait(60)
            VoucherCode.objects.filter(code=reward.code).update(used=1)
        connection.close()

    order = Thread(target=place)
    order.start()
    assert locked.wait(30)

    # when
    Timer(0.5, go.set).start()
    with transaction.atomic():
        left = host.payout_left(RewardKind.VOUCHER, reward.saleor_pk)

    # then
    assert left == 0
    order.join()
