"""A person can have all that referrals hold of them, and be taken out of them."""

from __future__ import annotations

import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from saleor.account.models import User

from saleor_rewards import tasks
from saleor_rewards.customers import members
from saleor_rewards.customers.referrals import sweep_referrals
from saleor_rewards.models import (
    Evidence,
    Referral,
    ReferralCode,
    ReferralDecision,
    ReferralInvite,
    ReferralState,
    StripeCharge,
)
from saleor_rewards.referrals.errors import ReferralErrorCode
from saleor_rewards.referrals.member_codes import choose_code, code_of, invite
from saleor_rewards.referrals.reviews import decide

from .friends import (
    HOME,
    code_for,
    friend_cart,
    now,
    referrer,
    refused,
    switch_on,
    try_code,
)
from .limits import needs
from .people import change_email, customer, delete
from .world import Shop

pytestmark = pytest.mark.django_db

FRIEND = "bob@example.com"


@pytest.fixture
def ann(shop: Shop) -> User:
    """A member who thought up a code, named a friend and brought another."""
    switch_on(shop, allows_own_codes=True)
    user = referrer("ann@example.com")
    code_of(shop.program.pk, user, now(), ip=HOME)
    choose_code(shop.program.pk, user, "ANN-SMITH", now())
    invite(shop.program.pk, user, "carl@example.com", now())
    claimed = try_code(friend_cart(shop, FRIEND), "ANN-SMITH")
    decide(claimed.pk, "allow", "Ann called us", "User:7", now())
    return user


def export(*arguments: str) -> Any:
    out = StringIO()
    call_command("rewards_export_person", *arguments, stdout=out)
    return json.loads(out.getvalue())["referrals"]


def erase(*arguments: str) -> str:
    out = StringIO()
    call_command("rewards_erase_person", *arguments, stdout=out)
    return out.getvalue()


def test_a_member_gets_all_but_what_is_their_friends(shop: Shop, ann: User) -> None:
    # when
    held = export(f"--user={ann.pk}")

    # then
    assert [code["code"] for code in held["codes"]][-1] == "ANN-SMITH"
    assert [code["uses"] for code in held["codes"]] == [0, 1]
    assert len(held["invites"]) == len(held["brought"]) == 1
    assert held["brought"][0]["state"] == "claimed"
    assert "ip" in [row["kind"] for row in held["evidence"]]
    assert held["claimed"] == []
    assert FRIEND not in json.dumps(held)


def test_a_friend_gets_what_is_theirs(shop: Shop, ann: User) -> None:
    # when
    held = export(f"--email={FRIEND.upper()}")

    # then
    assert [row["email"] for row in held["claimed"]] == [FRIEND]
    assert {row["kind"] for row in held["evidence"]} == {"address", "email", "ip"}
    assert held["codes"] == held["brought"] == []
    assert "ann" not in json.dumps(held).lower()


def test_somebody_who_was_named_finds_the_invitation(shop: Shop, ann: User) -> None:
    assert len(export("--email=carl@example.com")["invites"]) == 1


def test_a_friend_who_is_erased_is_nowhere(shop: Shop, ann: User) -> None:
    # when
    out = erase(f"--email={FRIEND}")

    # then
    assert "Referrals erased: 1" in out
    assert not any(export(f"--email={FRIEND}").values())
    referral = Referral.objects.get()
    assert referral.state == ReferralState.LAPSED
    assert (referral.referee_email, referral.checkout_token) == ("", "")
    assert not Evidence.objects.filter(referral=referral).exists()
    assert not ReferralDecision.objects.exclude(reason="").exists()


def test_the_hash_of_a_card_goes_with_whoever_paid_with_it(
    shop: Shop, ann: User
) -> None:
    # given
    Referral.objects.update(order_pk="7")
    mine, other = (
        StripeCharge.objects.create(
            charge_id=f"ch_{order_pk}",
            order_pk=order_pk,
            is_live=True,
            currency="USD",
            card_digest="c" * 64,
        )
        for order_pk in "78"
    )
    assert [row["order"] for row in export(f"--email={FRIEND}")["cards"]] == ["7"]

    # when
    erase(f"--email={FRIEND}")

    # then
    for charge in (mine, other):
        charge.refresh_from_db()
    assert (mine.card_digest, other.card_digest) == ("", "c" * 64)


def test_a_member_who_is_erased_is_nowhere(shop: Shop, ann: User) -> None:
    # when
    erase(f"--user={ann.pk}")

    # then
    assert not any(export(f"--user={ann.pk}").values())
    assert not ReferralCode.objects.filter(code__contains="ANN").exists()
    assert not ReferralCode.objects.filter(lookup__contains="ANN").exists()
    assert not ReferralCode.objects.filter(retired_at=None).exists()
    assert not ReferralInvite.objects.exists()
    assert not Evidence.objects.filter(user_pk=ann.pk).exists()
    assert refused(friend_cart(shop), "ANN-SMITH") is ReferralErrorCode.NOT_ACCEPTED


def test_the_friend_of_an_erased_member_keeps_the_promise(
    shop: Shop, ann: User
) -> None:
    # when
    erase(f"--user={ann.pk}")

    # then
    referral = Referral.objects.get()
    assert (referral.state, referral.referrer_user_pk) == (ReferralState.CLAIMED, None)
    assert referral.referee_email == FRIEND


def test_others_lose_nothing(shop: Shop, ann: User) -> None:
    # given
    other = referrer()
    code = code_for(shop, other)
    claimed = try_code(friend_cart(shop), code.code, ip="")

    # when
    erase(f"--user={ann.pk}")
    erase(f"--email={FRIEND}")

    # then
    claimed.refresh_from_db()
    assert claimed.referrer_user_pk == other.pk
    assert code_for(shop, other) == code
    assert claimed.evidence.exists()


def test_whoever_leaves_the_shop_is_taken_out_by_night(shop: Shop, ann: User) -> None:
    # given
    pk = ann.pk
    delete(ann)

    # when
    tasks.sweep_referrals()

    # then
    assert not any(export(f"--user={pk}").values())


@needs("account events")
@pytest.mark.django_db(transaction=True)
def test_whoever_leaves_the_shop_is_taken_out_at_once(shop: Shop, ann: User) -> None:
    # given
    pk = ann.pk

    # when
    delete(ann)

    # then
    assert not any(export(f"--user={pk}").values())


def test_the_sweep_goes_on_in_chunks(shop: Shop, ann: User) -> None:
    # given
    gone = [referrer() for _ in range(5)]
    for user in gone:
        code_for(shop, user)
    User.objects.filter(pk__in=[user.pk for user in gone]).delete()

    # when
    after: int | None = 0
    while after is not None:
        after = sweep_referrals(after, 2, now())

    # then
    in_force = ReferralCode.objects.filter(retired_at=None)
    assert list(in_force.values_list("user_pk", flat=True)) == [ann.pk]


def test_what_a_guest_paid_for_takes_the_place_of_a_members_open_claim(
    shop: Shop, ann: User
) -> None:
    # given a member who claimed under another address than the guest's
    user = customer("dora@example.com")
    later = try_code(
        friend_cart(shop, "dora@example.com"), code_for(shop, referrer()).code, ip=""
    )
    Referral.objects.filter(pk=later.pk).update(referee_user_pk=user.pk)

    Referral.objects.filter(referee_email=FRIEND).update(
        state=ReferralState.PAID, paid_at=timezone.now()
    )

    # when the guest's address becomes theirs
    change_email(user, "old@example.com")
    User.objects.filter(pk=user.pk).update(email=FRIEND)
    follow(user)

    # then
    first = Referral.objects.get(referee_email=FRIEND)
    later.refresh_from_db()
    assert (first.state, first.referee_user_pk) == (ReferralState.PAID, user.pk)
    assert later.state == ReferralState.LAPSED


def test_a_later_claim_as_a_guest_changes_nothing(shop: Shop, ann: User) -> None:
    # given
    user = customer("dora@example.com")
    mine = Referral.objects.get()
    Referral.objects.update(referee_user_pk=user.pk)
    guests = try_code(
        friend_cart(shop, "dora@example.com"), code_for(shop, referrer()).code, ip=""
    )

    # when
    follow(user)

    # then
    guests.refresh_from_db()
    mine.refresh_from_db()
    assert (guests.state, guests.referee_user_pk) == (ReferralState.CLAIMED, None)
    assert (mine.state, mine.referee_user_pk) == (ReferralState.CLAIMED, user.pk)


def follow(user: User) -> None:
    """Follow what became of a member, as when they look at their rewards."""
    user.refresh_from_db()
    members.follow(user)
