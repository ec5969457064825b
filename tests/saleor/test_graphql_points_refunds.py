"""Staff see what a refund would do to points before they make it."""

from __future__ import annotations

from typing import Any

import pytest

from saleor_rewards.ledger.verify import verify

from . import merchants
from .inputs import document, node_id
from .merchants import Caller
from .points import available, earning_cart
from .staff import Staff
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def order(shop: Shop, shopper: Shopper) -> dict[str, Any]:
    """A paid order that earned 90 points."""
    return shopper.buy(earning_cart(shop, shopper))


@pytest.fixture
def cashier() -> Caller:
    """Somebody who makes refunds."""
    return merchants.staff(merchants.ORDERS)


def preview(caller: Caller, order: dict[str, Any], amount: Any) -> dict[str, int]:
    data = caller.ask(document("RefundPreview"), orderId=order["id"], amount=amount)
    return data["rewardsRefundPreview"]


@pytest.mark.parametrize("amount", [1, "12.34", 50])
def test_a_refund_does_what_its_preview_said(
    shop: Shop, order: dict[str, Any], cashier: Caller, amount: Any
) -> None:
    # given
    before = available()

    # when
    told = preview(cashier, order, amount)
    assert available() == before
    Staff().refund(order, str(amount))

    # then
    assert told["pointsTakenBack"] == before - available() > 0
    assert (told["pointsGivenBack"], told["pointsDebt"]) == (0, 0)
    assert verify(None) == []


@pytest.mark.parametrize("amount", [0, -5, "0.001", "1e30"])
def test_what_is_no_amount_to_refund_is_refused_in_words(
    shop: Shop, order: dict[str, Any], cashier: Caller, amount: Any
) -> None:
    # when
    _status, answer = cashier.send(
        document("RefundPreview"), orderId=order["id"], amount=amount
    )

    # then
    assert answer["data"] == {"rewardsRefundPreview": None}
    (error,) = answer["errors"]
    assert error["extensions"]["exception"]["code"] == "GraphQLError"


def test_what_is_no_order_has_no_preview(shop: Shop, cashier: Caller) -> None:
    assert preview(cashier, {"id": node_id("Product", 1)}, 5) is None
