"""Disputes and refunds in every order of arrival, twice, and all at once."""

from __future__ import annotations

import random
import threading
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice, permutations
from typing import Any, Sequence

import pytest
from django.utils import timezone

from saleor_rewards.ledger import posting
from saleor_rewards.models import (
    Account,
    Entry,
    EntryKind,
    StripeCharge,
    StripeDispute,
    StripeEvent,
    StripeRefund,
)
from saleor_rewards.orders.settling import settle_order
from saleor_rewards.orders.stripe_work import due_events, replay, work_off
from saleor_rewards.stripe.documents import dump, read

from ..stripe_events.build import NOON, charge, dispute, event, refund
from .points import available, make_member, reconcile_all
from .staff import pk_of
from .stripe_sender import SECRET, Sender, pay_by_stripe
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

TOTAL, POINTS = 5000, 90

#: How many orders of arrival to try: a few in every run, many in a storm.
TIMES = [3, pytest.param(40, marks=pytest.mark.storm)]
#: Which of a story's orders of arrival: each fifth in every run, all in a storm.
STEPS = [5, pytest.param(1, marks=pytest.mark.storm)]


@pytest.fixture(autouse=True)
def named(shop: Shop) -> None:
    """Name the gateways of these tests, as only payments of Stripe's count."""
    shop.stripe(SECRET)


def refunded(minute: int, amount: int) -> dict[str, Any]:
    """Stripe says what was refunded in all."""
    source = charge(amount=TOTAL, amount_refunded=amount)
    return event("charge.refunded", source, created=NOON + 60 * minute)


def disputed(minute: int, name: str, amount: int, status: str) -> dict[str, Any]:
    """Stripe says how a dispute stands."""
    closed = status in ("won", "lost")
    kind = "charge.dispute.closed" if closed else "charge.dispute.created"
    source = dispute(id=f"dp_{name}", amount=amount, status=status)
    return event(kind, source, created=NOON + 60 * minute)


def failed(minute: int, made: int, amount: int) -> dict[str, Any]:
    """Stripe says that a refund came to nothing."""
    source = refund(amount=amount, created=NOON + 60 * made)
    return event("refund.failed", source, created=NOON + 60 * minute)


def stories() -> dict[str, list[dict[str, Any]]]:
    """What may happen to a payment of 50.00, in the order in which it did."""
    before, after = refunded(1, 1500), refunded(4, 2500)
    opened = disputed(2, "a", 4000, "needs_response")
    return {
        "won": [before, opened, disputed(3, "a", 4000, "won"), after],
        "lost": [before, opened, disputed(3, "a", 4000, "lost"), after],
        "a question of the bank's": [
            disputed(1, "a", 5000, "warning_needs_response"),
            disputed(2, "a", 5000, "under_review"),
            disputed(3, "a", 5000, "won"),
            refunded(4, 777),
        ],
    }


def long_story() -> list[dict[str, Any]]:
    """Two disputes, one won and one lost, between refunds of which one failed."""
    return [
        refunded(1, 500),
        disputed(2, "a", 1500, "needs_response"),
        refunded(3, 1200),
        disputed(4, "b", 4000, "under_review"),
        disputed(5, "a", 1500, "won"),
        failed(6, made=3, amount=700),
        disputed(7, "b", 4000, "lost"),
    ]


def left(told: Sequence[dict[str, Any]]) -> int:
    """Return the points that are left after some events, in the words of the rules."""
    gone, counted_at, disputes = 0, 0, {}
    for one in sorted(told, key=lambda one: one["created"]):
        source = one["data"]["object"]
        if source["object"] == "charge":
            gone, counted_at = source["amount_refunded"], one["created"]
        elif source["object"] == "refund" and source["created"] <= counted_at:
            gone -= source["amount"]
        elif source["object"] == "dispute":
            counts = source["status"] in ("needs_response", "under_review", "lost")
            disputes[source["id"]] = source["amount"] if counts else 0
    gone = min(TOTAL, gone + sum(disputes.values()))
    return POINTS - POINTS * gone // TOTAL


@dataclass
class Order:
    """An order that Stripe's events come to without the way over HTTP."""

    pk: str

    def hear(self, document: dict[str, Any]) -> None:
        """Keep an event as the receiver does, unless it came before; work it off."""
        told = read(document)
        kept, _ = StripeEvent.objects.get_or_create(
            event_id=told.event_id,
            defaults={
                "kind": told.kind,
                "is_live": told.is_live,
                "created_at": told.created_at,
                "received_at": timezone.now(),
                "document": dump(told.thing),
            },
        )
        assert work_off(kept.pk, timezone.now()) is not None

    def hear_again(self, documents: Sequence[dict[str, Any]]) -> None:
        """Let events come a second time, and work them off once more."""
        before = available()
        for document in documents:
            self.hear(document)
            assert available() == before
            replay(StripeEvent.objects.get(event_id=document["id"]), timezone.now())
            assert available() == before

    def forget(self) -> None:
        """Start over: nothing was ever said of the payment."""
        for table in (StripeEvent, StripeCharge, StripeRefund, StripeDispute):
            table.objects.all().delete()
        settle_order(self.pk)
        assert available() == POINTS

    def check(self, arrivals: Sequence[dict[str, Any]]) -> None:
        """Let events arrive; compare the points after each with the rules."""
        for number, arrived in enumerate(arrivals, 1):
            self.hear(arrived)
            assert available() == left(arrivals[:number]), [
                (one["type"], one["created"] - NOON) for one in arrivals[:number]
            ]


@pytest.fixture
def order(shop: Shop, shopper: Shopper) -> Order:
    return Order(pay_by_stripe(shop, shopper))


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("name", stories())
def test_events_in_every_order_and_twice_end_where_stripe_says(
    order: Order, name: str, step: int
) -> None:
    for arrivals in islice(permutations(stories()[name]), 0, None, step):
        # when
        order.check(arrivals)
        order.hear_again(arrivals[:2])

        # then
        assert available() == left(arrivals)
        assert Account.objects.get().points_lifetime == left(arrivals)
        order.forget()


@pytest.mark.parametrize("times", TIMES)
def test_two_disputes_and_many_refunds_in_random_orders(
    order: Order, times: int
) -> None:
    # given
    dice = random.Random(times)

    # then
    for _ in range(times):
        arrivals = long_story()
        dice.shuffle(arrivals)
        order.check(arrivals)
        order.hear_again(arrivals)
        order.forget()


def test_what_a_won_dispute_took_comes_back_and_no_more(
    shop: Shop, shopper: Shopper, order: Order
) -> None:
    # given
    story = long_story()

    # then
    order.check(story)
    order.hear_again([*reversed(story)])
    taken = Entry.objects.filter(kind=EntryKind.REVERSE)
    given = Entry.objects.filter(kind=EntryKind.RESTORE)
    change = sum(-entry.points_available for entry in taken) - sum(
        entry.points_available for entry in given
    )
    assert change == POINTS - left(story)
    assert reconcile_all() == 0


@pytest.mark.parametrize(("shortage", "debt"), [("debt", 79), ("clamp", 0)])
def test_points_that_were_spent_are_owed_or_let_go_and_never_given_twice(
    shop: Shop, shortage: str, debt: int
) -> None:
    # given
    shop.points(shortage=shortage)
    shop.rule("Thanks", {"type": "POINTS_FIXED", "points": POINTS}, lane="POINTS")
    member = make_member(shop, 1)
    cart = member.cart((shop.product("50.00", ships=False), 1))
    member.pay(cart, cart.total, "pi_1")
    order = Order(pk_of(member.complete(cart)))
    with posting(member.account.pk, timezone.now()) as book:
        book.adjust(-80, key="gone", reason="spent", author="test")
    assert member.sums == (11, 0)

    # then
    for number in range(3):
        order.hear(disputed(2 * number, "a", TOTAL, "needs_response"))
        assert member.sums == (0, debt)
        order.hear(disputed(2 * number + 1, "a", TOTAL, "won"))
        assert member.sums == (11, 0)


def test_the_same_events_from_everywhere_at_once_take_one_share(
    shop: Shop, shopper: Shopper, stripe: Sender
) -> None:
    # given
    order = Order(pay_by_stripe(shop, shopper))
    story = stories()["won"]
    wave = [document for document in story for _ in range(4)]
    start = threading.Barrier(len(wave))
    answers = []

    def deliver(document: dict[str, Any]) -> None:
        start.wait(30)
        answers.append(stripe.send(document).status)

    # when
    threads = [threading.Thread(target=deliver, args=(one,)) for one in wave]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # A worker does not wait for another's lock for long.
    for event_pk in due_events(timezone.now() + timedelta(minutes=2), 100):
        work_off(event_pk, timezone.now())

    # then
    assert answers == [200] * len(wave)
    assert list(StripeEvent.objects.values_list("state", "order_pk")) == (
        [("done", order.pk)] * len(story)
    )
    assert available() == left(story)
    assert Entry.objects.filter(kind=EntryKind.EARN).count() == 2
    assert reconcile_all() == 0
