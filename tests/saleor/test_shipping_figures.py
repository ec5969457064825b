"""What we say is taken off the shipping is what Saleor's voucher takes off."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

import pytest
from django.utils import timezone
from prices import Money
from saleor.discount.models import Voucher

from saleor_rewards.engine import (
    Lane,
    LineSnapshot,
    ShippingDiscount,
    ShippingSnapshot,
    Snapshot,
    compile_program,
    evaluate,
    from_minor,
    parse_rule,
)
from saleor_rewards.engine import ProgramSettings as Settings
from saleor_rewards.host.capabilities import capabilities

from .limits import needs
from .world import Shop

if capabilities.stored_discounts:
    from saleor.channel.models import Channel
    from saleor.discount.models import VoucherChannelListing

pytestmark = [pytest.mark.django_db, needs("stored discounts")]

CURRENCIES = ("USD", "JPY", "BHD")


def shipping_effect(benefit: Any, currency: str, price: int) -> ShippingDiscount | None:
    """Return what a rule takes off a delivery price in minor units."""
    line = LineSnapshot("7", "1", "2", 1, list_amount=10**6, amount=10**6)
    snapshot = Snapshot(
        "main", currency, lines=(line,), shipping=ShippingSnapshot("3", price)
    )
    definition = {"lane": Lane.SHIPPING.value, "benefit": benefit}
    rule = parse_rule(definition, id=1, version=1, name="Cheaper")
    found = evaluate(snapshot, compile_program(Settings(), [rule]), timezone.now())
    return next((e for e in found.effects if isinstance(e, ShippingDiscount)), None)


def saleor_takes(
    effect: ShippingDiscount, voucher: Voucher, channel: Channel, price: Decimal
) -> Decimal:
    """Return what Saleor takes off for a voucher on the terms of an effect."""
    listing = VoucherChannelListing(channel=channel, currency=effect.currency)
    is_share = effect.percent is not None
    voucher.discount_value_type = "percentage" if is_share else "fixed"
    if effect.percent is not None:
        listing.discount_value = Decimal(effect.percent)
    else:
        listing.discount_value = from_minor(effect.limit_amount or 0, effect.currency)
    listing.voucher = voucher
    listing.save()
    listing.refresh_from_db()
    voucher._prefetched_objects_cache = {"channel_listings": [listing]}
    listing.delete()
    taken = voucher.get_discount_amount_for(Money(price, effect.currency), channel)
    return Decimal(taken.amount)


def random_benefit(dice: Random, currency: str) -> dict[str, Any]:
    amount = {currency: format(from_minor(dice.randint(1, 3000), currency), "f")}
    if dice.random() < 0.25:
        return {"type": "SHIPPING_AMOUNT_OFF", "amounts": amount}
    percent = Decimal(dice.randint(1, 1000000)).scaleb(-4)
    benefit = {"type": "SHIPPING_PERCENT_OFF", "percent": format(percent, "f")}
    return {**benefit, "cap": amount} if dice.random() < 0.25 else benefit


@pytest.mark.parametrize("currency", CURRENCIES)
def test_shipping_is_as_much_cheaper_as_saleor_makes_it(
    shop: Shop, currency: str
) -> None:
    # given
    dice, seen = Random(currency), 0
    channel = Channel.objects.get()
    voucher = Voucher.objects.create(type="shipping")

    for _ in range(300):
        benefit, minor = random_benefit(dice, currency), dice.randint(1, 20000)

        # when
        effect = shipping_effect(benefit, currency, minor)

        # then
        if effect is None:
            continue
        seen += 1
        price = from_minor(minor, currency)
        taken = saleor_takes(effect, voucher, channel, price)
        assert taken == from_minor(effect.amount, currency), (benefit, price)
    assert seen > 250
