"""What the gate and its neighbours do while somebody else holds a checkout."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any, Callable

import pytest
from django.db import connection
from django.utils import timezone
from saleor.checkout.models import Checkout, CheckoutLine
from saleor.order.models import Order

from saleor_rewards import guard
from saleor_rewards.checkout import redeeming
from saleor_rewards.checkout.service import refresh_checkout
from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.host.current import host
from saleor_rewards.models import Hold, HoldState, Receipt
from saleor_rewards.programs import update_rule
from saleor_rewards.reservations import pledge
from saleor_rewards.tasks import release_holds

from .elsewhere import do_elsewhere, held_elsewhere
from .limits import needs
from .points import Member, make_member
from .staff import pk_of
from .test_races import race
from .world import HOST, Cart, Refused, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

GIVES_UP_FIRST = """
SELECT current_setting('lock_timeout')::interval
    < current_setting('deadlock_timeout')::interval
"""


@pytest.fixture
def member(shop: Shop) -> Member:
    """A customer with 1,000 points, worth 10.00."""
    shop.points()
    return make_member(shop, 1000)


def make_ready(shopper: Shopper, cart: Cart) -> None:
    """Let nothing but the gate stand between a cart and its order."""
    if capabilities.transactions:
        HOST.allow_unpaid_orders()
    else:
        shopper.pay(cart, cart.total)


def total_of(order: dict[str, Any]) -> Decimal:
    return Decimal(str(order["total"]["gross"]["amount"]))


def test_a_gate_that_cannot_lock_the_cart_in_time_stays_closed(
    shop: Shop, member: Member
) -> None:
    # given
    rule = shop.ladder(("30.00", "50"))
    cart = member.put_aside(shop.product("40.00", ships=False), 1000)
    assert cart.total == Decimal("10.00")
    make_ready(member, cart)
    update_rule(rule.pk, is_active=False)

    # when
    with held_elsewhere(lambda: Checkout.objects.select_for_update().get(pk=cart.pk)):
        with pytest.raises(Refused) as refused:
            member.complete(cart)

    # then
    assert "try again" in refused.value.errors[0]["message"]
    assert not Order.objects.exists()
    assert member.account.points_held == 1000

    # when
    with pytest.raises(Refused) as ended:
        member.complete(cart)
    cart = member.look(cart)
    make_ready(member, cart)
    order = member.complete(cart)

    # then
    assert "has ended" in ended.value.errors[0]["message"]
    assert cart.total == total_of(order) == Decimal("30.00")
    assert member.sums == (0, 0)


def test_an_offer_that_ended_is_not_kept_where_the_cart_cannot_be_locked(
    shop: Shop, shopper: Shopper
) -> None:
    # given: no points, for which alone an order would be refused
    rule = shop.ladder(("30.00", "50"))
    cart = shopper.cart((shop.product("40.00", ships=False), 1))
    assert cart.total == Decimal("20.00")
    make_ready(shopper, cart)
    update_rule(rule.pk, is_active=False)

    # when
    with held_elsewhere(lambda: Checkout.objects.select_for_update().get(pk=cart.pk)):
        with pytest.raises(Refused) as refused:
            shopper.complete(cart)

    # then
    assert "try again" in refused.value.errors[0]["message"]
    assert not Order.objects.exists()
    with pytest.raises(Refused) as ended:
        shopper.complete(cart)
    assert "has ended" in ended.value.errors[0]["message"]


def test_no_discount_goes_without_a_receipt_where_the_cart_cannot_be_locked(
    shop: Shop, shopper: Shopper
) -> None:
    # given: an offer that holds
    shop.ladder(("30.00", "50"))
    cart = shopper.cart((shop.product("40.00", ships=False), 1))
    make_ready(shopper, cart)

    # when
    with held_elsewhere(lambda: Checkout.objects.select_for_update().get(pk=cart.pk)):
        with pytest.raises(Refused) as refused:
            shopper.complete(cart)

    # then
    assert "try again" in refused.value.errors[0]["message"]
    assert not Order.objects.exists()

    # when
    order = shopper.complete(cart)

    # then
    assert total_of(order) == Decimal("20.00")
    receipt = Receipt.objects.get(order_pk=pk_of(order))
    assert sum(effect["amount"] for effect in receipt.effects) == 2000


class LateHold:
    """A cart whose points run out while its owner is about to do something."""

    def __init__(self, shop: Shop, member: Member, patch: pytest.MonkeyPatch) -> None:
        self.member, self.patch = member, patch
        self.cart = member.put_aside(shop.product("30.00", ships=False), 1000)
        make_ready(member, self.cart)
        past = timezone.now() - timedelta(minutes=1)
        Hold.objects.update(expires_at=past)

    def release_but_first(self, work: Callable[[LateHold], None]) -> HoldState:
        """Run the job, and something else between its reading and its deciding."""
        living = host.living_checkouts

        def then(tokens: list[str]) -> set[str]:
            found = living(tokens)
            work(self)
            return found

        with self.patch.context() as patch:
            patch.setattr(host, "living_checkouts", then)
            release_holds()
        return HoldState(Hold.objects.get().state)


def it_is_renewed(one: LateHold) -> None:
    Hold.objects.update(expires_at=timezone.now() + timedelta(minutes=30))


def it_is_pledged(one: LateHold) -> None:
    pledge(one.cart.pk, timezone.now())


def it_is_taken_by_an_order(one: LateHold) -> None:
    it_is_renewed(one)
    one.member.complete(one.cart)


@pytest.mark.parametrize(
    ("work", "state", "available"),
    [
        (it_is_renewed, HoldState.OPEN, 0),
        (it_is_pledged, HoldState.OPEN, 0),
        (it_is_taken_by_an_order, HoldState.CAPTURED, 0),
        (lambda _one: None, HoldState.RELEASED, 1000),
    ],
)
def test_a_hold_is_let_go_by_what_is_so_under_its_lock(
    shop: Shop,
    member: Member,
    monkeypatch: pytest.MonkeyPatch,
    work: Callable[[LateHold], None],
    state: HoldState,
    available: int,
) -> None:
    # given
    late = LateHold(shop, member, monkeypatch)
    guard.faults.clear()

    # when
    found = late.release_but_first(work)

    # then
    assert found == state
    assert not guard.faults["REWARDS_RELEASE_HOLD"]
    assert member.account.points_available == available


def test_the_test_above_sees_a_job_that_decides_by_what_it_read(
    shop: Shop, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    late = LateHold(shop, member, monkeypatch)
    monkeypatch.setattr(redeeming, "_release_hold", redeeming._let_go)

    # when / then
    assert late.release_but_first(it_is_renewed) == HoldState.RELEASED


class OldCart:
    """A cart for which a rule began since, and that Saleor is about to delete."""

    def __init__(self, shop: Shop, member: Member) -> None:
        self.cart = member.cart((shop.product("40.00", ships=False), 1))
        shop.ladder(("30.00", "25"))
        old = timezone.now() - timedelta(days=400)
        Checkout.objects.filter(pk=self.cart.pk).update(last_change=old)

    def refresh(self) -> None:
        refresh_checkout(self.cart.pk)


def delete_old_carts() -> None:
    """Run Saleor's task, which is patient on the slowest machine."""
    from saleor.checkout.tasks import delete_expired_checkouts

    with connection.cursor() as cursor:
        cursor.execute("SET deadlock_timeout = '20s'")
    delete_expired_checkouts()


@needs("stored discounts")
def test_saleors_task_that_deletes_old_carts_goes_on_beside_a_refresh(
    shop: Shop, member: Member, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    old = OldCart(shop, member)
    outcomes: list[Any] = []

    # when: it waits for the row that the refresh has locked, which then writes
    race(
        monkeypatch,
        old.refresh,
        lambda: outcomes.append(do_elsewhere(delete_old_carts)),
        lock=True,
    )

    # then
    assert outcomes == [None]
    assert not CheckoutLine.objects.exists()
    assert not Checkout.objects.exists()


@needs("stored discounts")
def test_a_refresh_gives_up_before_postgresql_looks_for_a_deadlock(
    shop: Shop, member: Member
) -> None:
    # given
    old = OldCart(shop, member)
    waits: list[bool] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.startswith('INSERT INTO "discount_checkoutlinediscount"'):
            with connection.cursor() as cursor:
                cursor.execute(GIVES_UP_FIRST)
                waits.append(cursor.fetchone()[0])
        return execute(sql, params, many, context)

    # when
    with connection.execute_wrapper(watch):
        old.refresh()

    # then
    assert waits == [True]
