"""What an order was is told by how prices were entered then, whatever a shop changes."""

from __future__ import annotations

from decimal import Decimal
from importlib import import_module

import pytest

from .limits import needs
from .points import reconcile_all, written
from .rewarded import bring, make_referrer, pay_out, promise, switch_on
from .world import open_shop

pytestmark = [pytest.mark.django_db(transaction=True), needs("channels")]


@pytest.mark.parametrize("with_tax", [True, False])
def test_a_friend_counts_however_prices_are_entered_later(with_tax: bool) -> None:
    # given an order of 50.00 with tax, or of 50.00 and the tax on top
    shop = open_shop(tax_percent=23, prices_entered_with_tax=with_tax)
    switch_on(shop, minimum_amount=Decimal("45.00" if with_tax else "55.00"))
    promise(shop, "points")
    referrer = make_referrer()
    friend, _order = bring(shop, referrer)
    pay_out()
    before = friend.state, referrer.points

    # when
    taxes = import_module("saleor.tax.models").TaxConfiguration.objects
    taxes.update(prices_entered_with_tax=not with_tax)
    reconcile_all()

    # then
    assert before == (("rewarded", 500) if with_tax else ("lapsed", 0))
    assert (friend.state, referrer.points) == before
    assert written(reconcile_all) == []
