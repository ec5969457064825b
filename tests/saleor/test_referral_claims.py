"""Friends claim what members promised them; the last claim before the order counts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from saleor.account.models import User

from saleor_rewards.checkout.claiming import checkout_referral
from saleor_rewards.guard import faults
from saleor_rewards.models import (
    Evidence,
    Referral,
    ReferralDecision,
    ReferralInvite,
    ReferralState,
    Verdict,
)
from saleor_rewards.referrals.errors import ReferralError, ReferralErrorCode
from saleor_rewards.referrals.member_codes import invite, renew_code

from .friends import (
    checkout_of,
    code_for,
    friend_cart,
    now,
    referrer,
    refused,
    switch_on,
    try_code,
)
from .people import confirm, register
from .world import HOST, Shop, Shopper

pytestmark = pytest.mark.django_db


@pytest.fixture
def ann(shop: Shop) -> User:
    """A member of a shop that rewards referrals."""
    switch_on(shop)
    return referrer("ann@example.com")


def test_a_guest_claims_by_a_code(shop: Shop, ann: User) -> None:
    # given
    code = code_for(shop, ann)
    cart = friend_cart(shop, "Bob@Example.com")

    # when
    claimed = try_code(cart, code.code)

    # then
    assert claimed.verdict == Verdict.ALLOW
    assert claimed.state == ReferralState.CLAIMED
    assert (claimed.referrer_user_pk, claimed.code) == (ann.pk, code)
    assert (claimed.referee_user_pk, claimed.referee_email) == (None, "bob@example.com")
    assert claimed.ends_at - claimed.claimed_at == timedelta(days=30)
    assert checkout_referral(checkout_of(cart)) == claimed
    assert [row.verdict for row in claimed.decisions.all()] == [Verdict.ALLOW]


@pytest.mark.parametrize("spelling", ["lower", "no hyphens", "spaces"])
def test_a_code_is_read_however_it_is_typed(
    shop: Shop, ann: User, spelling: str
) -> None:
    # given
    code = code_for(shop, ann).code
    typed = {
        "lower": code.lower(),
        "no hyphens": code.replace("-", ""),
        "spaces": f"  {code.replace('-', ' ')} ",
    }[spelling]

    # then
    assert try_code(friend_cart(shop), typed).referrer_user_pk == ann.pk


def test_the_same_claim_again_has_the_same_answer(shop: Shop, ann: User) -> None:
    # given
    code = code_for(shop, ann).code
    cart = friend_cart(shop)

    # when
    first, second = try_code(cart, code), try_code(cart, code)

    # then
    assert first == second
    assert Referral.objects.count() == ReferralDecision.objects.count() == 1


def test_another_members_code_takes_the_place_of_the_first(
    shop: Shop, ann: User
) -> None:
    # given
    cart = friend_cart(shop)
    first = try_code(cart, code_for(shop, ann).code)
    other = referrer()

    # when
    last = try_code(cart, code_for(shop, other).code)

    # then
    first.refresh_from_db()
    assert (first.state, last.state) == (ReferralState.LAPSED, ReferralState.CLAIMED)
    assert last.referrer_user_pk == other.pk
    assert checkout_referral(checkout_of(cart)) == last
    assert try_code(cart, code_for(shop, ann).code) not in (first, last)


def test_a_guests_claim_is_the_carts_on_which_it_was_made(
    shop: Shop, ann: User
) -> None:
    # given
    claimed = try_code(friend_cart(shop, "bob@example.com"), code_for(shop, ann).code)

    # when
    other = friend_cart(shop, "BOB@example.com")

    # then
    assert checkout_referral(checkout_of(other)) is None
    again = try_code(other, code_for(shop, ann).code)
    assert (again.verdict, again.state) == (Verdict.ALLOW, ReferralState.CLAIMED)
    assert again != claimed


def test_a_claim_whose_window_is_over_makes_place(shop: Shop, ann: User) -> None:
    # given
    cart = friend_cart(shop)
    first = try_code(cart, code_for(shop, ann).code)
    Referral.objects.update(ends_at=now() - timedelta(seconds=1))
    other = referrer()

    # when
    second = try_code(cart, code_for(shop, other).code)

    # then
    first.refresh_from_db()
    assert first.state == ReferralState.LAPSED
    assert second.referrer_user_pk == other.pk


def test_a_friend_named_in_advance_needs_no_code(shop: Shop, ann: User) -> None:
    # given
    invite(shop.program.pk, ann, "Bob.B+shop@gmail.com", now())

    # when
    claimed = try_code(friend_cart(shop, "bobb@gmail.com"), None)

    # then
    assert (claimed.referrer_user_pk, claimed.code) == (ann.pk, None)


def test_nobody_named_a_stranger(shop: Shop, ann: User) -> None:
    # given
    invite(shop.program.pk, ann, "bob@example.com", now())

    # then
    stranger = friend_cart(shop, "eve@example.com")
    assert refused(stranger, None) is ReferralErrorCode.NOT_ACCEPTED


def test_an_address_that_is_nothing_but_a_tag_names_nobody(
    shop: Shop, ann: User
) -> None:
    # when
    with pytest.raises(ReferralError) as caught:
        invite(shop.program.pk, ann, "+bob@example.com", now())

    # then
    assert caught.value.code is ReferralErrorCode.EMAIL_REQUIRED
    assert not ReferralInvite.objects.exists()


def test_an_invitation_from_before_for_nothing_but_a_tag_is_nobodys(
    shop: Shop, ann: User
) -> None:
    # given
    invite(shop.program.pk, ann, "bob@example.com", now())
    ReferralInvite.objects.update(email_digest="")

    # then
    stranger = friend_cart(shop, "+eve@shop.test")
    assert refused(stranger, None) is ReferralErrorCode.NOT_ACCEPTED


def test_an_invitation_ends_with_its_window(shop: Shop, ann: User) -> None:
    # given
    invite(shop.program.pk, ann, "bob@example.com", now() - timedelta(days=31))

    # then
    bob = friend_cart(shop, "bob@example.com")
    assert refused(bob, None) is ReferralErrorCode.NOT_ACCEPTED


def test_the_first_who_named_a_friend_brings_them(shop: Shop, ann: User) -> None:
    # given
    invite(shop.program.pk, ann, "bob@example.com", now())
    invite(shop.program.pk, referrer(), "bob@example.com", now())

    # then
    claimed = try_code(friend_cart(shop, "bob@example.com"), None)
    assert claimed.referrer_user_pk == ann.pk


def test_codes_that_do_not_count_have_one_answer(shop: Shop, ann: User) -> None:
    # given
    retired = code_for(shop, ann).code
    renew_code(shop.program.pk, ann, now())
    gone = referrer()
    of_nobody = code_for(shop, gone).code
    gone.delete()
    twin = referrer("bob@gmail.com")
    of_same_mailbox = code_for(shop, twin).code

    # then
    for code in ("NOPE", "", "%" * 500, "\0", retired, of_nobody, of_same_mailbox):
        cart = friend_cart(shop, "b.o.b@gmail.com")
        assert refused(cart, code) is ReferralErrorCode.NOT_ACCEPTED
        assert checkout_referral(checkout_of(cart)) is None


def test_a_member_cannot_bring_themselves_and_staff_see_why(
    shop: Shop, ann: User
) -> None:
    # given
    mine = Shopper(token=HOST.sign_up("ada@example.com"))
    user = User.objects.get(email="ada@example.com")
    cart = mine.cart((shop.product("10.00"), 1))

    # when
    code = code_for(shop, user).code
    answer = refused(cart, code, user_pk=user.pk)

    # then
    assert answer is ReferralErrorCode.NOT_ACCEPTED
    rejected = Referral.objects.get()
    assert rejected.verdict == Verdict.REJECT
    assert "SAME_ACCOUNT" in dict(rejected.signals)
    assert rejected.decisions.get().signals == rejected.signals


def test_what_was_rejected_holds_no_place(shop: Shop, ann: User) -> None:
    # given
    twin = referrer("bob@gmail.com")
    cart = friend_cart(shop, "b.ob@gmail.com")
    own = code_for(shop, twin).code
    assert refused(cart, own) is ReferralErrorCode.NOT_ACCEPTED

    # when
    claimed = try_code(cart, code_for(shop, ann).code)

    # then
    assert claimed.verdict == Verdict.ALLOW
    assert checkout_referral(checkout_of(cart)) == claimed
    assert refused(cart, own) is ReferralErrorCode.NOT_ACCEPTED
    assert checkout_referral(checkout_of(cart)) == claimed


def test_what_was_rejected_makes_place_for_an_invitation(shop: Shop, ann: User) -> None:
    # given
    own = code_for(shop, referrer("bob@gmail.com")).code
    cart = friend_cart(shop, "b.ob@gmail.com")
    assert refused(cart, own) is ReferralErrorCode.NOT_ACCEPTED
    assert refused(cart, None) is ReferralErrorCode.NOT_ACCEPTED

    # when
    invite(shop.program.pk, ann, "bob@gmail.com", now())

    # then
    assert try_code(cart, None).referrer_user_pk == ann.pk


def test_a_fault_of_ours_is_told_as_one_and_the_cart_goes_on(
    shop: Shop, shopper: Shopper, ann: User
) -> None:
    # given
    code = code_for(shop, ann).code
    cart = friend_cart(shop, "", shopper)
    before = faults["REWARDS_CLAIM"]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE saleor_rewards_referral RENAME TO gone")

    # then
    assert refused(cart, code) is ReferralErrorCode.UNAVAILABLE
    assert faults["REWARDS_CLAIM"] == before + 1
    assert shopper.look(cart).subtotal == 10


def test_only_new_customers_are_brought(shop: Shop, ann: User) -> None:
    # given
    shopper = Shopper()
    bought = friend_cart(shop, "Bob.B@Example.com", shopper)
    bought = shopper.ship(bought, shop.shipping_method())
    shopper.buy(bought)

    # then: Saleor keeps an address as it was typed
    again = friend_cart(shop, "bob.b@example.com")
    assert refused(again, code_for(shop, ann).code) is ReferralErrorCode.NOT_NEW
    assert refused(again, "NO-SUCH-CODE") is ReferralErrorCode.NOT_NEW
    assert try_code(friend_cart(shop, "bob-b@example.com"), code_for(shop, ann).code)


def test_a_cart_without_an_address_is_nobodys(shop: Shop, ann: User) -> None:
    # given
    cart = friend_cart(shop)
    checkout = checkout_of(cart)
    type(checkout).objects.update(email="")

    # then
    code = code_for(shop, ann).code
    assert refused(cart, code) is ReferralErrorCode.EMAIL_REQUIRED


@pytest.mark.parametrize("off", ["policy", "program", "plugin", "killed"])
def test_nothing_is_claimed_where_referrals_are_off(
    shop: Shop, ann: User, off: str
) -> None:
    # given
    code = code_for(shop, ann).code
    cart = friend_cart(shop)
    switch: dict[str, Any] = {
        "policy": lambda: switch_on(shop, is_active=False),
        "program": lambda: shop.settings(is_active=False),
        "plugin": lambda: shop.plugin(active=False),
        "killed": lambda: shop.plugin(killed=True),
    }
    switch[off]()

    # then
    assert refused(cart, code) is ReferralErrorCode.REFERRALS_OFF


@pytest.mark.django_db(transaction=True)
def test_what_a_guest_paid_for_follows_them_into_their_account(
    shop: Shop, ann: User
) -> None:
    # given
    bob = Shopper()
    cart = bob.cart((shop.product("10.00", ships=False), 1), email="bob@example.com")
    claimed = try_code(cart, code_for(shop, ann).code)
    bob.buy(bob.look(cart))

    # when
    user = register("bob@example.com")

    # then nothing before the address is proven
    claimed.refresh_from_db()
    assert claimed.referee_user_pk is None
    confirm(user)
    claimed.refresh_from_db()
    assert claimed.referee_user_pk == user.pk
    assert set(claimed.evidence.values_list("user_pk", flat=True)) == {user.pk}


def test_what_is_kept_of_a_friend_are_hashes_with_an_end(shop: Shop, ann: User) -> None:
    # given
    switch_on(shop, evidence_days=10)

    # when
    claimed = try_code(friend_cart(shop, "bob@example.com"), code_for(shop, ann).code)

    # then
    rows = list(Evidence.objects.filter(referral=claimed))
    assert {row.kind for row in rows} == {"address", "email", "ip"}
    for row in rows:
        assert len(row.digest) == 64
        assert row.ends_at == claimed.claimed_at + timedelta(days=10)
