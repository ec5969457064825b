"""Where Saleor 3 keeps the references of payments by apps."""

from __future__ import annotations

import pytest

from saleor_rewards.host.current import host

from ..stripe_events.build import dispute
from .limits import needs
from .points import available
from .staff import Staff, pk_of
from .stripe_sender import Sender
from .world import Shop

pytestmark = [pytest.mark.django_db(transaction=True), needs("transactions")]


@pytest.mark.parametrize("place", ["transaction", "event", "payment"])
def test_an_order_is_found_by_the_reference_that_an_app_gave(
    shop: Shop, stripe: Sender, place: str
) -> None:
    from saleor.payment.models import Payment, TransactionItem

    # given
    shop.points()
    shop.earning()
    goods = shop.product("50.00", ships=False)
    order = Staff().draft((goods, 1), email="ann@example.com", channel=shop.channel)
    order_pk = pk_of(order)
    paid = {"order_id": order_pk, "currency": "USD"}
    if place == "payment":
        Payment.objects.create(
            **paid,
            gateway="saleor.payments.stripe",
            psp_reference="pi_1",
            captured_amount=50,
        )
    else:
        item = TransactionItem.objects.create(**paid, charged_value=50)
        if place == "transaction":
            item.psp_reference = "pi_1"
            item.save()
        else:
            item.events.create(psp_reference="pi_1", currency="USD")

    # when
    stripe.tell("charge.dispute.created", dispute(amount=2500))

    # then
    assert host.orders_paid_by(["ch_1", "pi_1", "pi_2"], []) == {"pi_1": {order_pk}}
    assert available() == 25


def test_a_payment_of_a_checkout_is_of_no_order_yet(shop: Shop) -> None:
    from saleor.payment.models import Payment, TransactionItem

    # given
    Payment.objects.create(psp_reference="pi_1", currency="USD")
    item = TransactionItem.objects.create(psp_reference="pi_1", currency="USD")
    item.events.create(psp_reference="pi_1", currency="USD")

    # then
    assert host.orders_paid_by(["pi_1"], []) == {}
    assert host.orders_paid_by([], []) == {}


@pytest.mark.parametrize(
    ("app", "named", "counts"),
    [
        ("saleor.app.payment.stripe", "", True),
        ("saleor.app.payment.stripe", "saleor.app.payment.stripe", True),
        ("klarna", "saleor.app.payment.stripe", False),
        (None, "saleor.app.payment.stripe", True),
    ],
)
def test_where_apps_are_named_only_theirs_and_what_staff_made_count(
    shop: Shop, app: str | None, named: str, counts: bool
) -> None:
    from saleor.payment.models import TransactionItem

    # given
    goods = shop.product("50.00", ships=False)
    order = Staff().draft((goods, 1), email="ann@example.com", channel=shop.channel)
    order_pk = pk_of(order)
    item = TransactionItem.objects.create(
        order_id=order_pk, currency="USD", psp_reference="pi_1", app_identifier=app
    )
    item.events.create(psp_reference="ch_1", currency="USD", app_identifier=app)

    # when
    found = host.orders_paid_by(["pi_1", "ch_1"], named.split())

    # then
    expected = {"pi_1": {order_pk}, "ch_1": {order_pk}} if counts else {}
    assert found == expected
