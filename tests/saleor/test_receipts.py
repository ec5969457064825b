"""A receipt is computed again from what it keeps, whatever changed since."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from django.utils import timezone

from saleor_rewards.models import Receipt
from saleor_rewards.programs import delete_rule, recompute, update_rule

from .inputs import document
from .staff import Staff
from .test_redeeming import redeem, rich
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order(shop: Shop, shopper: Shopper) -> dict[str, Any]:
    """An order of 47.99 that got 5.33 off its goods and 9.99 off its shipping."""
    shop.ladder(("30.00", "10"))
    shop.free_shipping("40.00")
    cart = shopper.cart((shop.product("13.33"), 4))
    return shopper.buy(shopper.ship(cart, shop.shipping_method("9.99")))


def again() -> list[dict[str, Any]]:
    return [effect.to_json() for effect in recompute(Receipt.objects.get()).effects]


def test_a_receipt_gives_the_same_effects_again(order: dict[str, Any]) -> None:
    assert again() == Receipt.objects.get().effects
    assert sum(effect["amount"] for effect in again()) == 533 + 999


def test_an_operator_is_told_which_receipts_are_not_as_their_rules_give(
    order: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    # given
    call_command("rewards_verify", "--receipts")
    assert "Every receipt is as its rules give it." in capsys.readouterr().out
    receipt = Receipt.objects.get()
    receipt.effects[0]["amount"] += 1
    receipt.save()

    # when
    with pytest.raises(CommandError, match="1 discrepancies"):
        call_command("rewards_verify", "--receipts")

    # then
    assert f"Receipt of order {receipt.order_pk}: " in capsys.readouterr().out


def test_rules_that_change_or_go_leave_old_receipts_as_they_were(
    shop: Shop, order: dict[str, Any]
) -> None:
    # given
    before = again()
    changed, deleted = shop.program.rules.all()

    # when
    benefit = {"type": "PERCENT_OFF", "percent": "99"}
    update_rule(changed.pk, definition={"lane": "ORDER", "benefit": benefit})
    delete_rule(deleted.pk)
    shop.settings(cap_percent=Decimal(1), time_zone="Asia/Tokyo")

    # then
    assert again() == before == Receipt.objects.get().effects


def test_the_order_shows_its_receipt(
    shop: Shop, shopper: Shopper, order: dict[str, Any]
) -> None:
    # when
    found = shopper.ask(document("OrderWithReceipt"), token=order["token"])

    # then
    receipt = found["orderByToken"]["rewards"]
    assert receipt["savings"] == {"amount": Decimal("15.32"), "currency": "USD"}
    assert receipt["shippingSavings"]["amount"] == Decimal("9.99")
    goods, shipping = receipt["entries"]
    assert (goods["name"], goods["isShipping"]) == ("Spend more, save more", False)
    assert goods["lineId"] is not None
    assert goods["variantId"] is not None
    assert (shipping["name"], shipping["isShipping"]) == ("Free shipping", True)
    assert (shipping["lineId"], shipping["variantId"]) == (None, None)
    assert (receipt["pointsEarned"], receipt["pointsRedeemed"]) == (0, 0)


def paid_in_points(shop: Shop) -> tuple[Shopper, dict[str, Any]]:
    """Let a member buy goods of 20.00, shipped for 5.00, for 16.00 and 900 points."""
    shop.earning()
    member = rich(shop, "ann@example.com", 5000)
    cart = member.cart((shop.product("10.00"), 2))
    cart = member.ship(cart, shop.shipping_method("5.00"))
    redeem(member, cart, 900)
    return member, member.buy(member.look(cart))


def test_the_receipt_tells_of_points_apart_from_what_rules_took_off(
    shop: Shop,
) -> None:
    # given
    shop.points()
    member, order = paid_in_points(shop)

    # when
    found = member.ask(document("OrderWithReceipt"), token=order["token"])

    # then
    receipt = found["orderByToken"]["rewards"]
    assert (receipt["pointsRedeemed"], receipt["pointsEarned"]) == (900, 11)
    assert receipt["pointsWorth"] == {"amount": Decimal("9.00"), "currency": "USD"}
    assert receipt["savings"]["amount"] == 0
    assert receipt["entries"] == []
    assert again() == Receipt.objects.get().effects


def test_the_order_tells_what_became_of_its_points(shop: Shop, staff: Staff) -> None:
    # given: 11 points are earned
    shop.points(return_days=14)
    member, order = paid_in_points(shop)

    def told() -> dict[str, Any]:
        found = member.ask(document("OrderWithReceipt"), token=order["token"])
        return dict(found["orderByToken"]["rewards"])

    def numbers() -> list[int]:
        names = ("pointsEarned", "pointsPosted", "pointsTakenBack", "pointsReturned")
        return [told()[name] for name in names]

    # then
    until = datetime.fromisoformat(told()["pointsPendingUntil"].replace("Z", "+00:00"))
    assert until - timezone.now() > timedelta(days=13)
    assert numbers() == [11, 11, 0, 0]

    # when
    staff.refund(order, "8.00")

    # then
    assert numbers() == [11, 11, 5, 450]

    # when
    staff.refund(order, "8.00")

    # then
    assert numbers() == [11, 11, 11, 900]
    assert told()["pointsPendingUntil"] is None


def test_a_receipt_from_before_says_how_many_points_paid(
    shop: Shop, shopper: Shopper
) -> None:
    # given: an order that points and a rule paid for
    shop.points()
    shop.ladder(("10.00", "10"))
    member = rich(shop, "ann@example.com", 5000)
    cart = member.cart((shop.product("30.00"), 1), email="ann@example.com")
    cart = member.ship(cart, shop.shipping_method())
    redeem(member, cart, 1000)
    member.buy(member.look(cart))
    Receipt.objects.update(points_redeemed=0)

    # when
    migration = import_module("saleor_rewards.migrations.0002_agreements")
    migration.keep_points(apps, None)

    # then
    assert Receipt.objects.get().points_redeemed == 1000
