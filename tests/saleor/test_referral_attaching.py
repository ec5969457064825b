"""An order finds the claim that held when it was placed, whoever placed it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from saleor.account.models import User

from saleor_rewards.models import Referral, ReferralState, Verdict
from saleor_rewards.referrals.reasons import Reason, note

from .friends import (
    code_for,
    give_half,
    referrer,
    switch_on,
    try_code,
    user_pk_of,
)
from .points import no_hooks, reconcile_all
from .staff import Staff, pk_of
from .world import HOST, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

NEW = "new@example.com"


@pytest.fixture
def ann(shop: Shop) -> User:
    """A member of a shop that gives friends half off."""
    switch_on(shop)
    give_half(shop)
    return referrer("ann@example.com")


@pytest.fixture
def goods(shop: Shop, ann: User) -> Any:
    """Goods of 40.00 that need no shipping."""
    return shop.product("40.00", ships=False)


def test_an_order_has_the_claim_that_held_when_it_was_placed(
    shop: Shop, ann: User, goods: Any
) -> None:
    # given: another code, on another device, before anybody told of the order
    bob = Shopper(token=HOST.sign_up("bob@example.com"))
    bob_pk, other = user_pk_of("bob@example.com"), referrer()
    cart = bob.cart((goods, 1))
    held = try_code(cart, code_for(shop, ann).code, user_pk=bob_pk)
    with no_hooks():
        order = bob.buy(bob.look(cart))
    Referral.objects.update(state=ReferralState.LAPSED)
    note([held], Reason.OTHER_CLAIM, timezone.now())
    later = Referral.objects.create(
        program=shop.program,
        referrer_user_pk=other.pk,
        referee_user_pk=bob_pk,
        verdict=Verdict.ALLOW,
        claimed_at=timezone.now(),
        ends_at=held.ends_at,
    )

    # when
    reconcile_all()

    # then
    held.refresh_from_db()
    later.refresh_from_db()
    assert (held.order_pk, held.state) == (pk_of(order), ReferralState.PAID)
    assert (later.order_pk, later.state) == ("", ReferralState.LAPSED)
    assert reconcile_all() == 0


def test_an_order_that_staff_make_is_its_accounts_and_no_addresss(
    shop: Shop, ann: User, goods: Any, staff: Staff
) -> None:
    # given
    typed = try_code(Shopper().cart((goods, 1), email=NEW), code_for(shop, ann).code)
    bob = Shopper(token=HOST.sign_up("bob@example.com"))
    bob_pk = user_pk_of("bob@example.com")
    own = try_code(
        bob.cart((goods, 1)), code_for(shop, referrer()).code, user_pk=bob_pk
    )

    # when
    orders = [
        pk_of(staff.draft((goods, 1), email=email, channel=shop.channel))
        for email in (NEW, "bob@example.com")
    ]
    reconcile_all()

    # then
    typed.refresh_from_db()
    own.refresh_from_db()
    assert typed.order_pk == ""
    assert own.order_pk == orders[1]


def test_a_claim_from_before_ends_as_it_was_promised(
    shop: Shop, ann: User, goods: Any
) -> None:
    # given: it was made when an address bound every cart, on a device that is lost
    claimed = try_code(Shopper().cart((goods, 1), email=NEW), code_for(shop, ann).code)
    later = try_code(
        Shopper().cart((goods, 1), email="late@example.com"), code_for(shop, ann).code
    )
    soon = timezone.now() + timedelta(days=1)
    Referral.objects.filter(pk=claimed.pk).update(email_until=soon)
    Referral.objects.filter(pk=later.pk).update(email_until=timezone.now())

    # when
    for email in (NEW, "late@example.com"):
        shopper = Shopper()
        shopper.buy(shopper.cart((goods, 1), email=email.upper()))
    reconcile_all()

    # then
    claimed.refresh_from_db()
    later.refresh_from_db()
    assert claimed.state == ReferralState.PAID
    assert later.order_pk == ""
