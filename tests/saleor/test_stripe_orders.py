"""What Stripe tells of an order's payment reaches its points, in test mode or live."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from saleor.order.models import Order

from saleor_rewards import guard
from saleor_rewards.customers.erasing import erase
from saleor_rewards.host import stripe_payments
from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.host.current import host
from saleor_rewards.models import (
    Entry,
    Referral,
    ReferralPolicy,
    Settlement,
    StripeCharge,
    StripeEvent,
    StripeEventState,
)
from saleor_rewards.orders import stripe_work as work
from saleor_rewards.orders.stripe_work import (
    PAUSES,
    due_events,
    forget_events,
    work_off,
)
from saleor_rewards.tasks import retry_stripe_events

from ..stripe_events.build import charge, dispute, intent
from .points import available, earned, reconcile_all, written
from .stripe_sender import PAID, SECRET, Sender, last_event, pay_by_stripe
from .world import NAMED, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)


@pytest.mark.parametrize("currency", ["eur", "jpy"])
def test_amounts_of_another_currency_are_left_alone(
    shop: Shop, shopper: Shopper, stripe: Sender, currency: str
) -> None:
    # given
    pay_by_stripe(shop, shopper)

    # when
    stripe.tell("charge.dispute.created", dispute(currency=currency))

    # then
    assert available() == 90


def test_an_event_that_comes_before_its_order_is_tried_again(
    shop: Shop, shopper: Shopper, stripe: Sender
) -> None:
    # given
    stripe.tell("charge.dispute.created", dispute(amount=2500))
    assert last_event() == ("unmatched", "")
    assert not StripeCharge.objects.exists()

    # when
    order_pk = pay_by_stripe(shop, shopper)
    assert available() == 90
    StripeEvent.objects.update(
        received_at=timezone.now() - timedelta(minutes=9),
        worked_at=timezone.now() - timedelta(minutes=9),
    )
    retry_stripe_events()

    # then
    assert last_event() == ("done", order_pk)
    assert available() == earned("25")


def test_what_is_tried_again_waits_longer_every_time_and_not_for_ever(
    stripe: Sender,
) -> None:
    # given
    stripe.tell("charge.dispute.created", dispute())
    event = StripeEvent.objects.get()
    end = event.received_at + 3 * DAY

    # when
    at = event.worked_at + timedelta(minutes=PAUSES[0])
    while at < end:
        assert due_events(at - timedelta(seconds=1), 10) == []
        assert due_events(at, 10) == [event.pk]
        work_off(event.pk, at)
        event.refresh_from_db()
        at += timedelta(minutes=PAUSES[min(event.attempts, len(PAUSES)) - 1])

    # then
    assert len(PAUSES) < event.attempts < 20
    assert due_events(end + DAY, 10) == []
    assert sorted(PAUSES) == list(PAUSES)


@pytest.mark.parametrize(("test_mode", "counts"), [(False, True), (True, False)])
def test_test_mode_never_touches_live_orders(
    shop: Shop, shopper: Shopper, stripe: Sender, test_mode: bool, counts: bool
) -> None:
    # given
    order_pk = pay_by_stripe(shop, shopper)
    stripe.tell("charge.succeeded", charge(**PAID), livemode=True)
    shop.stripe(SECRET, test_mode=test_mode)

    # then
    for is_live, kind in ((False, "test"), (True, "live")):
        stripe.tell(
            "charge.dispute.created",
            dispute(id=f"dp_{kind}", amount=2500),
            id=f"evt_{kind}",
            livemode=is_live,
        )
    assert last_event("evt_test")[0] == "ignored"
    assert last_event("evt_live") == (("done", order_pk) if counts else ("ignored", ""))
    assert available() == (earned("25") if counts else 90)


def test_in_test_mode_orders_of_test_payments_count(
    shop: Shop, shopper: Shopper, stripe: Sender
) -> None:
    # given
    shop.stripe(SECRET, test_mode=True)
    order_pk = pay_by_stripe(shop, shopper)

    # when
    stripe.tell("charge.refunded", charge(**PAID, amount_refunded=2000), livemode=False)

    # then
    assert last_event() == ("done", order_pk)
    assert available() == earned("20")


def test_a_fault_is_kept_and_made_up_for(
    shop: Shop, shopper: Shopper, stripe: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    pay_by_stripe(shop, shopper)

    def fail(*_: Any, **__: Any) -> Any:
        raise RuntimeError("injected")

    guard.faults.clear()
    monkeypatch.setattr(work, "settle_order", fail)

    # when
    stripe.tell("charge.refunded", charge(**PAID, amount_refunded=2000))

    # then
    assert last_event()[0] == "failed"
    assert available() == 90
    assert guard.faults["REWARDS_STRIPE_EVENT"] == 1

    # when
    monkeypatch.undo()
    for event_pk in due_events(timezone.now() + timedelta(minutes=2), 10):
        work_off(event_pk, timezone.now())

    # then
    assert last_event()[0] == "done"
    assert available() == earned("20")


def test_a_worker_that_nobody_can_tell_is_made_up_for(
    shop: Shop, shopper: Shopper, stripe: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    from saleor_rewards.tasks import work_off_stripe_event

    def fail(*_: Any, **__: Any) -> Any:
        raise ConnectionError("no broker")

    pay_by_stripe(shop, shopper)
    monkeypatch.setattr(work_off_stripe_event, "apply_async", fail)

    # when
    stripe.tell("charge.refunded", charge(**PAID, amount_refunded=2000))
    assert last_event()[0] == "received"
    assert due_events(timezone.now(), 10) == []
    for event_pk in due_events(timezone.now() + timedelta(minutes=2), 10):
        work_off(event_pk, timezone.now())

    # then
    assert available() == earned("20")


@pytest.mark.parametrize("reference", ["pi_1", "ch_1"])
def test_an_order_is_found_by_either_reference(
    shop: Shop, shopper: Shopper, stripe: Sender, reference: str
) -> None:
    # given
    order_pk = pay_by_stripe(shop, shopper, reference)

    # then
    found = host.orders_paid_by(["pi_0", "pi_1", "ch_1"], NAMED.split())
    assert found == {reference: {order_pk}}
    stripe.tell("payment_intent.succeeded", intent(amount_received=5000))
    assert last_event() == ("done", order_pk)
    assert StripeCharge.objects.get().amount == 5000
    assert available() == 90


def test_a_card_is_kept_as_a_hash_as_long_as_referrals_of_the_channel_need_it(
    shop: Shop, shopper: Shopper, stripe: Sender
) -> None:
    # given
    pay_by_stripe(shop, shopper)
    stripe.tell("charge.succeeded", charge(**PAID))
    assert StripeCharge.objects.get().card_digest == ""

    # when
    ReferralPolicy.objects.create(
        program=shop.program, is_active=True, evidence_days=30
    )
    stripe.tell("charge.updated", charge(**PAID))

    # then
    kept = StripeCharge.objects.get()
    assert len(kept.card_digest) == 64
    assert "card" not in StripeEvent.objects.latest("pk").document
    assert forget_events(kept.card_ends_at - timedelta(seconds=1), 10) == 0
    assert forget_events(kept.card_ends_at, 10) == 1
    kept.refresh_from_db()
    assert (kept.card_digest, kept.card_ends_at) == ("", None)


@pytest.mark.parametrize("is_member_of_points", [True, False])
def test_the_hash_of_a_card_does_not_come_back_for_whoever_was_erased(
    shop: Shop, shopper: Shopper, stripe: Sender, is_member_of_points: bool
) -> None:
    # given
    ReferralPolicy.objects.create(program=shop.program, is_active=True)
    order_pk = pay_by_stripe(shop, shopper)
    email = Order.objects.get(pk=order_pk).user_email
    if not is_member_of_points:
        Settlement.objects.all().delete()
        Referral.objects.create(
            program=shop.program,
            referee_email=email,
            order_pk=order_pk,
            claimed_at=timezone.now(),
            ends_at=timezone.now(),
        )
    stripe.tell("charge.succeeded", charge(**PAID))
    assert StripeCharge.objects.get().card_digest

    # when
    erase(None, email, timezone.now())
    stripe.tell("charge.updated", charge(**PAID))

    # then
    assert StripeCharge.objects.get().card_digest == ""


def test_the_hash_of_a_card_does_not_come_back_once_its_time_is_over(
    shop: Shop, shopper: Shopper, stripe: Sender
) -> None:
    # given
    ReferralPolicy.objects.create(
        program=shop.program, is_active=True, evidence_days=30
    )
    order_pk = pay_by_stripe(shop, shopper)
    created = {
        f"created{'_at' if capabilities.channels else ''}": timezone.now() - 30 * DAY
    }
    Order.objects.filter(pk=order_pk).update(**created)

    # when
    stripe.tell("charge.updated", charge(**PAID))

    # then
    assert StripeCharge.objects.get().card_digest == ""


def test_old_events_go_and_cards_of_no_order_before_them(stripe: Sender) -> None:
    # given
    stripe.tell("charge.succeeded", charge(**PAID))
    event = StripeEvent.objects.get()
    assert len(event.document["card"]) == 64

    # then
    assert forget_events(event.received_at + 2 * DAY, 10) == 0
    assert forget_events(event.received_at + 3 * DAY, 10) == 1
    event.refresh_from_db()
    assert set(event.document) == {"charge"}
    assert forget_events(event.received_at + 89 * DAY, 10) == 0
    assert forget_events(event.received_at + 90 * DAY, 10) == 1
    assert not StripeEvent.objects.exists()


def test_the_command_shows_events_and_plays_one_again(
    shop: Shop, shopper: Shopper, stripe: Sender, capsys: Any
) -> None:
    # given
    stripe.tell("charge.dispute.created", dispute(amount=2500), id="evt_lost")
    stripe.tell("customer.created", {"object": "customer"}, id="evt_other")
    order_pk = pay_by_stripe(shop, shopper)

    # then
    for options, shown in (
        ((), ["evt_other", "evt_lost"]),
        (("--last", "1"), ["evt_other"]),
        (("--failed",), ["evt_lost"]),
    ):
        call_command("rewards_stripe_events", *options)
        lines = capsys.readouterr().out.splitlines()
        assert [name for line in lines for name in line.split() if "evt_" in name] == (
            shown
        )

    # when
    for _ in range(2):
        call_command("rewards_stripe_events", "--replay", "evt_lost")

    # then
    assert (
        f"done       charge.dispute.created           evt_lost  order {order_pk}"
        in (capsys.readouterr().out)
    )
    assert available() == earned("25")
    entries = Entry.objects.count()
    call_command("rewards_stripe_events", "--replay", "evt_lost")
    assert Entry.objects.count() == entries


def test_the_command_plays_no_event_that_is_not_there_or_of_the_other_mode(
    shop: Shop, stripe: Sender
) -> None:
    # given
    stripe.tell("charge.dispute.created", dispute(), id="evt_t", livemode=False)

    # then
    for name, why in (("evt_t", "mode"), ("evt_none", "No such event")):
        with pytest.raises(CommandError, match=why):
            call_command("rewards_stripe_events", "--replay", name)
    assert StripeEvent.objects.get().state == StripeEventState.IGNORED


def test_orders_with_payments_are_read_in_a_number_of_queries_that_does_not_grow(
    shop: Shop, shopper: Shopper, stripe: Sender, django_assert_num_queries: Any
) -> None:
    # given
    pks = [pay_by_stripe(shop, shopper, f"pi_{number}") for number in range(3)]
    for number in range(3):
        told = charge(id=f"ch_{number}", payment_intent=f"pi_{number}", amount=6000)
        stripe.tell("charge.succeeded", told)

    # then
    facts = host.orders(pks)
    for chosen in (pks, pks[:1]):
        with django_assert_num_queries(3):
            stripe_payments.with_payments({pk: facts[pk] for pk in chosen})
    queries = {"saleor2": 7, "saleor3": 8}[capabilities.adapter]
    with django_assert_num_queries(queries):
        host.orders(pks)
    assert written(reconcile_all) == []
