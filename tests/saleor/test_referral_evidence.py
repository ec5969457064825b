"""Every sign of a referrer who cheats, from what people really left in the shop."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from saleor.account.models import User
from saleor.order.models import Order

from saleor_rewards.customers.erasing import erase
from saleor_rewards.models import Referral, StripeCharge, Verdict
from saleor_rewards.orders.settling import settle_order
from saleor_rewards.referrals.evidence import review
from saleor_rewards.referrals.member_codes import code_of

from . import rewarded
from .friends import HOME, code_for, friend_cart, now, referrer, switch_on, try_code
from .limits import needs
from .payments import PAYMENTS
from .people import customer
from .rewarded import make_referrer
from .staff import Staff, pk_of
from .world import HOST, Cart, Shop, Shopper

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def ann(shop: Shop) -> User:
    """A member since last year, of a shop that rewards referrals."""
    switch_on(shop)
    return referrer("ann@example.com")


def bring(shop: Shop, user: User, email: str = "", **options: Any) -> Referral:
    """Let a member's code be claimed by somebody from nowhere in particular."""
    cart = friend_cart(shop, email)
    return try_code(cart, code_for(shop, user).code, **{"ip": "", **options})


def invited(shop: Shop, user: User, email: str) -> tuple[Referral, Shopper, Cart]:
    """Let somebody claim on a cart that goes to where all carts of tests go."""
    shopper = Shopper()
    cart = friend_cart(shop, email, shopper)
    cart = shopper.ship(cart, shop.shipping_method())
    return try_code(cart, code_for(shop, user).code, ip=""), shopper, cart


def bought(shopper: Shopper, cart: Cart, card: str = "") -> dict[str, Any]:
    """Let a friend buy the cart, with a card of Stripe's if any; tell the shop."""
    order = shopper.buy(cart)
    if card:
        StripeCharge.objects.create(
            charge_id=f"ch_{pk_of(order)}",
            order_pk=pk_of(order),
            is_live=True,
            currency="USD",
            card_digest=card * 64,
        )
    settle_order(pk_of(order))
    return order


def decided(referral: Referral) -> dict[str, int]:
    """Return the reasons of the latest decision that was stored, with their weights."""
    decision = referral.decisions.latest("pk")
    row = Referral.objects.get(pk=referral.pk)
    assert decision.signals == row.signals
    assert decision.verdict == row.verdict
    return dict(decision.signals)


@pytest.mark.parametrize(("hours", "is_young"), [(23, True), (25, False)])
def test_a_member_since_today(shop: Shop, hours: int, is_young: bool) -> None:
    # given
    switch_on(shop)
    joined_at = now() - timedelta(hours=hours)
    new = customer("new@example.com", date_joined=joined_at)

    # when
    claimed = bring(shop, new)

    # then
    assert ("YOUNG_ACCOUNT" in decided(claimed)) is is_young


@pytest.mark.parametrize(("days", "is_chain"), [(1, True), (3, False)])
def test_who_was_brought_by_somebody_just_brought(
    shop: Shop, ann: User, days: int, is_chain: bool
) -> None:
    # given
    bob, cyd = referrer("bob@example.com"), referrer("cyd@example.com")
    first = bring(shop, ann, bob.email)
    bring(shop, bob, cyd.email)
    Referral.objects.update(paid_at=now())
    Referral.objects.filter(pk=first.pk).update(claimed_at=now() - days * DAY)

    # when
    claimed = bring(shop, cyd)

    # then
    assert ("CHAIN" in decided(claimed)) is is_chain
    assert claimed.verdict == (Verdict.REVIEW if is_chain else Verdict.ALLOW)


@pytest.mark.parametrize(("is_dotted", "is_repeated"), [(True, True), (False, False)])
def test_two_friends_with_one_mailbox(
    shop: Shop, ann: User, is_dotted: bool, is_repeated: bool
) -> None:
    # given
    _, shopper, cart = invited(shop, ann, "fred.smith@gmail.com")
    bought(shopper, cart)

    # when
    email = "fredsmith+2@gmail.com" if is_dotted else "frieda@gmail.com"
    claimed = bring(shop, referrer(), email)

    # then
    assert ("REPEATED_EMAIL" in decided(claimed)) is is_repeated


@pytest.mark.parametrize(("card", "is_repeated"), [("a", True), ("b", False)])
def test_two_friends_with_one_card(
    shop: Shop, ann: User, card: str, is_repeated: bool
) -> None:
    # given
    _, shopper, cart = invited(shop, ann, "fred@example.com")
    bought(shopper, cart, "a")

    # when
    claimed, shopper, cart = invited(shop, ann, "greta@example.com")
    assert "REPEATED_CARD" not in decided(claimed)
    bought(shopper, cart, card)

    # then
    assert ("REPEATED_CARD" in decided(claimed)) is is_repeated


def test_two_friends_at_one_address(shop: Shop, ann: User) -> None:
    # when
    claims = []
    for email in ("fred@example.com", "greta@example.com"):
        claimed, shopper, cart = invited(shop, ann, email)
        claims.append(claimed)
        bought(shopper, cart)

    # then
    found = ["REPEATED_ADDRESS" in decided(claimed) for claimed in claims]
    assert found == [False, True]


def test_four_friends_from_one_network(shop: Shop, ann: User) -> None:
    # when
    found = []
    for number in range(4):
        claimed = bring(shop, ann, ip="198.51.100.9")
        found.append("REPEATED_IP" in decided(claimed))
        claimed.order_pk, claimed.paid_at = str(number), now()
        claimed.save()

    # then
    assert found == [False, False, False, True]


@pytest.mark.parametrize("is_hers", [True, False])
def test_a_friend_whose_earlier_order_comes_to_light(
    shop: Shop, ann: User, is_hers: bool
) -> None:
    # given a friend who is new as far as anybody knows
    shopper = Shopper()
    cart = friend_cart(shop, "gret@example.com", shopper)
    earlier = shopper.buy(shopper.ship(cart, shop.shipping_method()))
    claimed, shopper, cart = invited(shop, ann, "greta@example.com")
    bought(shopper, cart)
    assert "NOT_FIRST_ORDER" not in decided(claimed)

    # when
    email = "greta@example.com" if is_hers else "gretel@example.com"
    Order.objects.filter(pk=pk_of(earlier)).update(user_email=email)
    claimed.refresh_from_db()
    review(claimed, now())

    # then
    assert ("NOT_FIRST_ORDER" in decided(claimed)) is is_hers


@pytest.mark.parametrize(("returns", "is_told"), [(2, True), (1, False)])
def test_a_member_whose_friends_send_everything_back(
    shop: Shop, ann: User, staff: Staff, returns: int, is_told: bool
) -> None:
    # given
    for number in range(2):
        _, shopper, cart = invited(shop, ann, f"friend{number}@example.com")
        order = bought(shopper, cart)
        if number < returns:
            staff.refund(order, order["total"]["gross"]["amount"])
            settle_order(pk_of(order))

    # when
    claimed = bring(shop, ann)

    # then
    assert ("RETURNED_GOODS" in decided(claimed)) is is_told


@pytest.fixture
def ordered(shop: Shop) -> tuple[Referral, dict[str, Any]]:
    """A friend from a member's own network, who ordered and did not pay yet."""
    switch_on(shop, evidence_days=30)
    ann = referrer("ann@example.com")
    code = code_of(shop.program.pk, ann, now(), ip=HOME).code
    shopper = Shopper()
    cart = friend_cart(shop, "second@example.com", shopper)
    cart = shopper.ship(cart, shop.shipping_method())
    claimed = try_code(cart, code, ip=HOME)
    order = shopper.order(cart)
    settle_order(pk_of(order))
    assert decided(claimed) == {"SAME_IP": 25, "NEVER_ORDERED": 25}
    return claimed, order


def paid(staff: Staff, order: dict[str, Any]) -> None:
    staff.capture(order, str(order["total"]["gross"]["amount"]))
    settle_order(pk_of(order))


def test_a_friend_who_leaves_before_paying_is_judged_as_before(
    ordered: tuple[Referral, dict[str, Any]], staff: Staff
) -> None:
    # given
    claimed, order = ordered
    erase(None, "second@example.com", now())

    # when
    paid(staff, order)

    # then
    claimed.refresh_from_db()
    assert (claimed.state, claimed.verdict) == ("paid", Verdict.REVIEW)
    assert decided(claimed) == {"SAME_IP": 25, "NEVER_ORDERED": 25}


def test_what_comes_to_light_speaks_against_a_friend_who_left(
    ordered: tuple[Referral, dict[str, Any]], staff: Staff
) -> None:
    # given
    claimed, order = ordered
    erase(None, "second@example.com", now())
    ann = User.objects.get(email="ann@example.com")
    Order.objects.filter(pk=pk_of(order)).update(user_email=ann.email)

    # when
    paid(staff, order)

    # then
    claimed.refresh_from_db()
    assert claimed.verdict == Verdict.REJECT
    assert decided(claimed)["SAME_EMAIL"] == 100


def test_nothing_is_kept_anew_of_a_friend_who_left(
    ordered: tuple[Referral, dict[str, Any]], staff: Staff
) -> None:
    # given
    claimed, order = ordered
    assert claimed.evidence.exists()
    erase(None, "second@example.com", now())

    # when
    paid(staff, order)

    # then
    assert not claimed.evidence.exists()


def test_nothing_is_kept_anew_once_its_time_is_over(
    ordered: tuple[Referral, dict[str, Any]],
) -> None:
    # given
    claimed, _order = ordered
    claimed.refresh_from_db()
    for days, is_kept in ((29, True), (30, False)):
        claimed.evidence.all().delete()

        # when
        review(claimed, claimed.ordered_at + days * DAY)

        # then
        assert claimed.evidence.exists() is is_kept


def open_trusting(slug: str) -> Shop:
    """Open a channel that rewards referrals and takes orders before they are paid."""
    channel = HOST.make_channel(slug, "USD")
    channel.allow_unpaid_orders = True
    channel.save()
    HOST.open_warehouse(slug)
    opened = Shop(channel=channel)
    weights = {"NEVER_ORDERED": 0, "YOUNG_ACCOUNT": 0}
    rewarded.switch_on(opened, review_weight=50, weights=weights)
    rewarded.promise(opened, "points")
    return opened


@needs("channels")
@pytest.mark.django_db(transaction=True)
def test_one_friend_in_two_channels_is_no_two_friends(shop: Shop) -> None:
    # given two channels that take orders before they are paid
    shops = [open_trusting(slug) for slug in ("here", "there")]
    ann, email, orders = make_referrer(), "second@example.com", []
    good = shop.product("50.00", ships=False)
    for one in shops:
        shopper = Shopper()
        cart = shopper.cart((good, 1), email=email, channel=one.channel.slug)
        rewarded.claimed(one, ann, cart, email)
        orders.append(shopper.complete(cart))

    # when the later one is paid first, both are the first order
    for order in reversed(orders):
        PAYMENTS.create(order["id"], f"psp {order['id']}", amountCharged=50)
        rewarded.pay_out()

    # then
    here, there = Referral.objects.order_by("pk")
    assert (there.state, there.verdict) == ("rewarded", Verdict.ALLOW)
    assert (here.state, here.verdict) == ("paid", Verdict.REVIEW)
    assert dict(here.signals)["REPEATED_EMAIL"] == 60
