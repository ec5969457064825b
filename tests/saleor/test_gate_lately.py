"""An offer that ends while somebody pays is theirs, for as long as paying takes."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Callable

import pytest
from django.utils import timezone
from saleor.checkout.models import Checkout
from saleor.order.models import Order

from saleor_rewards import tasks
from saleor_rewards.checkout import lately, service
from saleor_rewards.engine import Evaluation, evaluate
from saleor_rewards.host.current import host
from saleor_rewards.host.port import PLUGIN_ID, Reading
from saleor_rewards.models import Hold, PriceAgreement, Receipt, Rule, RuleVersion
from saleor_rewards.programs import delete_rule, recompute, update_rule
from saleor_rewards.programs.history import changes, versions_at, versions_since
from saleor_rewards.tasks import release_holds

from .limits import needs
from .points import Member, make_member, reconcile_all
from .second_step import REFERENCE
from .world import HOST, Refused, Shop, Shopper

pytestmark = [pytest.mark.django_db(transaction=True), needs("transactions")]


class Paying:
    """A cart of 40.00, of which an offer takes 10.00 and points take 10.00."""

    def __init__(self, shop: Shop) -> None:
        shop.points()
        self.shop = shop
        self.member: Member = make_member(shop, 1000)
        self.rule = shop.ladder(("30.00", "25"))
        self.variant = shop.product("40.00", ships=False)
        self.cart = self.member.put_aside(self.variant, 1000)
        assert self.cart.total == Decimal("20.00")

    def change(self, benefit: dict[str, Any]) -> None:
        definition = dict(self.rule.current.definition, benefit=benefit)
        update_rule(self.rule.pk, definition=definition)

    def begin(self) -> str:
        return str(self.member.payments.begin(self.member, self.cart, "20.00"))

    def pay(self) -> None:
        self.member.pay(self.cart, Decimal("20.00"))

    def assert_ordered_at_20(self) -> None:
        """Order, and check that order, receipt and ledger say the same."""
        self.member.complete(self.cart)
        assert Order.objects.get().total_gross_amount == Decimal("20.00")
        receipt = Receipt.objects.get()
        assert (receipt.points_redeemed, receipt.is_corrected) == (1000, False)
        effects = [effect.to_json() for effect in recompute(receipt).effects]
        assert effects == receipt.effects
        reconcile_all()
        assert self.member.sums == (0, 0)


@pytest.fixture
def paying(shop: Shop) -> Paying:
    return Paying(shop)


def it_is_switched_off(paying: Paying) -> None:
    update_rule(paying.rule.pk, is_active=False)


def it_is_deleted(paying: Paying) -> None:
    delete_rule(paying.rule.pk)


def it_gives_less(paying: Paying) -> None:
    paying.change({"type": "PERCENT_OFF", "percent": "5"})


def it_gives_less_and_then_nothing(paying: Paying) -> None:
    it_gives_less(paying)
    it_is_switched_off(paying)


def it_ends_by_itself(paying: Paying) -> None:
    soon = timezone.now() + timedelta(milliseconds=300)
    definition = dict(paying.rule.current.definition, ends_at=soon.isoformat())
    update_rule(paying.rule.pk, definition=definition)
    time.sleep(0.4)


def its_points_run_out(paying: Paying) -> None:
    Hold.objects.update(expires_at=timezone.now())


def many_rules_are_made_afterwards(paying: Paying) -> None:
    it_is_switched_off(paying)
    for _ in range(12):
        delete_rule(paying.shop.ladder(("90.00", "5")).pk)


def its_prices_expire(paying: Paying) -> None:
    it_is_switched_off(paying)
    Checkout.objects.update(price_expiration=timezone.now())


def everything_ends(paying: Paying) -> None:
    it_is_switched_off(paying)
    its_points_run_out(paying)


ENDS = [
    it_is_switched_off,
    it_is_deleted,
    it_gives_less,
    it_gives_less_and_then_nothing,
    it_ends_by_itself,
    its_points_run_out,
    many_rules_are_made_afterwards,
    its_prices_expire,
    everything_ends,
]


@pytest.mark.parametrize("end", ENDS)
def test_the_total_that_was_shown_is_agreed_on_when_it_is_paid(
    paying: Paying, end: Callable[[Paying], None]
) -> None:
    # given
    end(paying)

    # when
    paying.pay()

    # then
    assert PriceAgreement.objects.get().total_amount == 2000
    paying.assert_ordered_at_20()


def test_the_gate_agrees_where_the_hook_failed(
    paying: Paying, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    it_is_switched_off(paying)

    # when
    with monkeypatch.context() as patch:
        patch.delattr(service, "refresh")
        paying.pay()

    # then
    assert not PriceAgreement.objects.exists()
    paying.assert_ordered_at_20()


@pytest.fixture
def second_step(settings: Any) -> None:
    """Let the bank ask for a second step in each payment."""
    plugin = "tests.saleor.second_step.SecondStepPlugin"
    settings.PLUGINS = [*settings.PLUGINS, plugin]


@pytest.mark.usefixtures("second_step")
@pytest.mark.parametrize("end", [it_is_switched_off, it_gives_less, it_ends_by_itself])
def test_a_payment_that_began_keeps_the_price_before_the_money_is_there(
    paying: Paying, end: Callable[[Paying], None]
) -> None:
    # given
    transaction = paying.begin()

    # when
    end(paying)

    # then
    assert paying.member.look(paying.cart).total == Decimal("20.00")
    assert not PriceAgreement.objects.exists()

    # when
    payments = paying.member.payments
    payments.report(transaction, "CHARGE_SUCCESS", "20.00", REFERENCE)

    # then
    assert PriceAgreement.objects.get().total_amount == 2000
    paying.assert_ordered_at_20()


@pytest.mark.usefixtures("second_step")
def test_points_stay_while_the_total_that_they_were_part_of_is_paid(
    paying: Paying,
) -> None:
    # given
    transaction = paying.begin()

    # when
    its_points_run_out(paying)
    release_holds()

    # then
    assert paying.member.look(paying.cart).total == Decimal("20.00")

    # when
    payments = paying.member.payments
    payments.report(transaction, "CHARGE_SUCCESS", "20.00", REFERENCE)

    # then
    paying.assert_ordered_at_20()


@pytest.mark.usefixtures("second_step")
def test_points_go_where_nobody_paid_in_time(paying: Paying) -> None:
    # given
    paying.begin()

    # when
    Hold.objects.update(expires_at=timezone.now() - lately.UNDER_WAY)
    release_holds()

    # then
    assert paying.member.look(paying.cart).total == Decimal("30.00")
    assert paying.member.sums == (1000, 0)


@pytest.mark.usefixtures("second_step")
def test_a_payment_that_begins_after_the_offer_keeps_nothing(paying: Paying) -> None:
    # given
    it_is_switched_off(paying)
    paying.begin()

    # then
    assert paying.member.look(paying.cart).total == Decimal("30.00")


@pytest.mark.usefixtures("second_step")
def test_a_payment_of_less_than_was_shown_keeps_nothing(paying: Paying) -> None:
    # given
    paying.member.payments.begin(paying.member, paying.cart, "19.99")
    it_is_switched_off(paying)

    # then
    assert paying.member.look(paying.cart).total == Decimal("30.00")


def it_ended_long_ago(paying: Paying) -> None:
    it_is_switched_off(paying)
    Rule.objects.update(switched_at=timezone.now() - lately.UNDER_WAY)


def the_program_is_off_and_rules_are_prepared(paying: Paying) -> None:
    paying.shop.settings(is_active=False)
    paying.shop.ladder(("50.00", "5"))


def all_offers_are_stopped(paying: Paying) -> None:
    it_is_switched_off(paying)
    # Nothing withdraws the offers, as if no worker ran.
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tasks.withdraw_offers, "apply_async", lambda *_, **__: None)
        paying.shop.plugin(killed=True)


@pytest.mark.parametrize(
    "end",
    [
        it_ended_long_ago,
        all_offers_are_stopped,
        the_program_is_off_and_rules_are_prepared,
    ],
)
def test_what_ended_otherwise_is_not_agreed_on(
    paying: Paying, end: Callable[[Paying], None]
) -> None:
    # given
    end(paying)

    # when
    paying.pay()

    # then
    assert not PriceAgreement.objects.exists()
    assert paying.member.look(paying.cart).total > Decimal("20.00")
    with pytest.raises(Refused):
        paying.member.complete(paying.cart)


def test_what_is_changed_after_paying_brings_no_ended_offer_back(
    paying: Paying,
) -> None:
    # given
    paying.pay()
    it_is_switched_off(paying)

    # when
    HOST.make_voucher("CODE", "10")
    paying.member.promo(paying.cart, "CODE")

    # then
    assert not PriceAgreement.objects.exists()
    assert paying.member.look(paying.cart).total > Decimal("20.00")


def test_an_offer_that_begins_meanwhile_is_given(paying: Paying) -> None:
    # given
    paying.shop.ladder(("30.00", "50"))

    # when
    paying.pay()

    # then
    assert paying.member.look(paying.cart).total == Decimal("10.00")
    paying.member.complete(paying.cart)
    assert Order.objects.get().total_gross_amount == Decimal("10.00")


@pytest.mark.parametrize(("minutes", "is_found"), [(0, True), (9, True), (11, False)])
def test_hours_that_are_over_are_remembered(
    shop: Shop, shopper: Shopper, minutes: int, is_found: bool
) -> None:
    # given: an offer each day until noon
    hours = [{"weekday": day, "start": "00:00", "end": "12:00"} for day in range(7)]
    shop.ladder(("30.00", "25"), conditions={"weekly_windows": hours})
    cart = shopper.cart((shop.product("40.00", ships=False), 1))
    noon = (timezone.now() + timedelta(days=1)).replace(hour=12, minute=0, second=0)
    noon = noon.replace(microsecond=0)
    checkout = Checkout.objects.get(pk=cart.pk)
    book = host.loaded_plugin(PLUGIN_ID).book(checkout)

    def read() -> Reading:
        reading = host.read(checkout, book)
        assert reading is not None
        return reading

    def given(at: datetime) -> Evaluation:
        return evaluate(read().snapshot, book.compiled, at)

    host.write(checkout, book, read(), given(noon - timedelta(minutes=1)))

    # when
    at = noon + timedelta(minutes=minutes)
    now = lately.Pricing(book, given(at), at)
    found = lately.shown_lately(checkout, read(), now)

    # then
    assert (found is not None) is is_found
    assert found is None or found.at == noon - lately.INSTANT


def test_a_rules_past_is_told_from_its_versions(shop: Shop) -> None:
    # given
    start = timezone.now()
    rule = shop.ladder(("30.00", "25"))
    channel = shop.channel.pk
    update_rule(rule.pk, is_active=False)
    switched = Rule.objects.get().switched_at
    update_rule(rule.pk, name="Another name")
    update_rule(rule.pk, is_active=True)
    again = Rule.objects.get().switched_at
    delete_rule(rule.pk)
    gone = Rule.objects.get().switched_at
    first, second = RuleVersion.objects.order_by("pk")

    def names(at: Any) -> list[str]:
        return [version.name for version in versions_at(channel, at)]

    # then: what was switched twice is taken as it was before the last time
    assert names(start) == []
    assert names(first.created_at) == [first.name]
    assert names(again) == [second.name]
    assert names(gone) == []
    known = versions_since(channel, start)
    assert changes(known, start, timezone.now()) == {
        first.created_at,
        second.created_at,
        gone,
    }
    assert versions_since(channel, second.created_at) == [second]
    assert switched < again < gone
