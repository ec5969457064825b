"""Staff take units off an order that waits for their consent: points follow them."""

from __future__ import annotations

from typing import Any, Callable

import pytest
from saleor.order.models import Order

from saleor_rewards.models import Receipt

from .inputs import document, node_id
from .limits import needs
from .points import Member, make_member, reconcile_all, written
from .staff import Staff
from .world import HOST, Shop

pytestmark = [pytest.mark.django_db(transaction=True), needs("transactions")]

UPDATE = """
mutation($id: ID!, $quantity: Int!) {
  orderLineUpdate(id: $id, input: {quantity: $quantity}) {
    order { total { gross { amount } } } errors { field message code }
  }
}
"""
DELETE = """
mutation($id: ID!) {
  orderLineDelete(id: $id) {
    order { total { gross { amount } } } errors { field message code }
  }
}
"""
ADD = """
mutation($id: ID!, $input: [OrderLineCreateInput!]!) {
  orderLinesCreate(id: $id, input: $input) {
    order { total { gross { amount } } } errors { field message code }
  }
}
"""
DISCOUNT = """
mutation($id: ID!, $input: OrderDiscountCommonInput!) {
  orderLineDiscountUpdate(orderLineId: $id, input: $input) {
    order { total { gross { amount } } } errors { field message code }
  }
}
"""


class EditedOrder:
    """An order of 35.00 that waits for consent: two at 20.00 and one at 10.00.

    A rule takes 5.00 off, points 8.00 off the two and 2.00 off the one.
    """

    def __init__(self, shop: Shop, staff: Staff) -> None:
        HOST.confirm_orders_by_hand()
        shop.points()
        shop.earning()
        shop.ladder(("30.00", "10"))
        self.staff = staff
        self.member: Member = make_member(shop, 1000)
        pair, single = (
            shop.product(price, ships=False) for price in ("20.00", "10.00")
        )
        cart = self.member.cart((pair, 2), (single, 1))
        self.member.do(document("PointsRedeem"), checkoutId=cart.id, points=1000)
        self.node = self.member.buy(self.member.look(cart))
        assert self.total == 35
        line = Order.objects.get().lines.get(variant=pair)
        self.pair_id = node_id("OrderLine", line.pk)

    @property
    def total(self) -> Any:
        return Order.objects.get().total_gross_amount

    def put(self, quantity: int) -> None:
        """Set how many of the pair are in the order."""
        self.do(UPDATE, self.pair_id, quantity=quantity)

    def drop(self) -> None:
        """Take the line of the pair out."""
        self.do(DELETE, self.pair_id)

    def do(self, document_: str, id_: str, **variables: Any) -> None:
        """Let staff change the order, or a line of it."""
        answer = self.staff.caller.do(document_, id=id_, **variables)
        assert answer["errors"] == []

    def told(self) -> dict[str, Any]:
        """What the order says of its points."""
        found = self.member.ask(document("OrderWithReceipt"), token=self.node["token"])
        return dict(found["orderByToken"]["rewards"])


@pytest.fixture
def edited(shop: Shop, staff: Staff) -> EditedOrder:
    return EditedOrder(shop, staff)


def test_points_that_paid_for_units_go_back_with_them(edited: EditedOrder) -> None:
    # then: of 800 points for two, and 200 for the other line
    for change, back in (
        (lambda: edited.put(1), 400),
        (lambda: edited.put(2), 0),
        (lambda: edited.put(3), 0),
        (edited.drop, 800),
    ):
        change()
        assert edited.member.sums == (back, 0)
        assert edited.told()["pointsReturned"] == back
    assert written(reconcile_all) == []


def test_what_is_left_of_an_edited_order_earns_and_is_refunded(
    edited: EditedOrder,
) -> None:
    # given
    edited.put(1)
    assert edited.total == 21

    # when
    edited.staff.do("confirm", edited.node)

    # then: 400 went back, and 21.00 earn
    assert edited.member.sums == (421, 0)
    told = edited.told()
    assert (told["pointsEarned"], told["pointsPosted"]) == (35, 21)

    # when: 14.00 were paid too much, and 10.50 are half of the rest
    edited.staff.refund(edited.node, "24.50")

    # then
    told = edited.told()
    assert (told["pointsTakenBack"], told["pointsReturned"]) == (10, 700)
    assert edited.member.sums == (711, 0)


def its_pair_is_gone_and_comes_back(edited: EditedOrder) -> None:
    variant = Order.objects.get().lines.get(quantity=2).variant
    edited.drop()
    lines = [{"variantId": node_id("ProductVariant", variant.pk), "quantity": 2}]
    edited.do(ADD, edited.node["id"], input=lines)


def its_products_leave_the_shop_afterwards(edited: EditedOrder) -> None:
    edited.drop()
    for line in Order.objects.get().lines.all():
        line.variant.product.delete()


def its_products_leave_the_shop_before(edited: EditedOrder) -> None:
    for line in Order.objects.get().lines.all():
        line.variant.product.delete()
    edited.drop()


def another_discount_takes_the_place(edited: EditedOrder) -> None:
    discount = {"valueType": "FIXED", "value": "1.00", "reason": "Goodwill"}
    edited.do(DISCOUNT, edited.pair_id, input=discount)


@pytest.mark.parametrize(
    "edit",
    [
        its_pair_is_gone_and_comes_back,
        its_products_leave_the_shop_afterwards,
        its_products_leave_the_shop_before,
        another_discount_takes_the_place,
    ],
)
def test_points_that_pay_for_nothing_any_more_are_given_back_for_good(
    edited: EditedOrder, edit: Callable[[EditedOrder], None]
) -> None:
    # when
    edit(edited)
    reconcile_all()

    # then
    assert edited.member.sums == (800, 0)
    assert Receipt.objects.get().points_redeemed == 1000
