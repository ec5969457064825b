"""What names a friend on a claim is gone some time after the claim is over."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.apps import apps
from django.utils import timezone
from saleor.account.models import User

from saleor_rewards.models import Referral, ReferralPolicy
from saleor_rewards.referrals.errors import ReferralErrorCode
from saleor_rewards.referrals.identifiers import forget_evidence
from saleor_rewards.referrals.rewarding import lapse_claims, settle_referral

from .friends import code_for, friend_cart, refused, try_code
from .points import reconcile_all
from .rewarded import (
    Bank,
    Friend,
    Referrer,
    bring,
    make_friend,
    make_referrer,
    pay_out,
    promise,
)
from .staff import Staff
from .world import Shop

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)

#: Where nobody may find who the friend was.
REFERRALS = ("referral", "evidence", "claimlimit")


def named(friend: Friend) -> tuple[str, str]:
    """Return what a claim has of its friend in clear."""
    referral = friend.referral
    return referral.referee_email, referral.checkout_token


def end_of(friend: Friend) -> datetime:
    """Return from when on nothing of a friend is kept in clear."""
    referral = friend.referral
    policy = ReferralPolicy.objects.get(program=referral.program_id)
    return referral.ends_at + timedelta(days=policy.evidence_days)


def nights(at: datetime) -> None:
    """Let all nights pass until then: claims lapse, and what is over is forgotten."""
    while lapse_claims(2, at) == 2:
        pass
    while forget_evidence(at, 2) == 2:
        pass


def found(text: str) -> list[str]:
    """Return the tables of referrals that hold a text."""
    return [
        model.__name__
        for model in apps.get_app_config("saleor_rewards").get_models()
        if model.__name__.lower().startswith(REFERRALS)
        and any(text in str(row) for row in model.objects.values_list())
    ]


@pytest.mark.parametrize("became", ["rewarded", "revoked", "lapsed", "paid", "ordered"])
def test_whatever_became_of_a_claim_its_friend_is_forgotten(
    shop: Shop, referrer: Referrer, staff: Staff, became: str
) -> None:
    # given
    promise(shop, "points")
    verdict = "review" if became == "paid" else "allow"
    friend, cart = make_friend(shop, referrer, verdict=verdict, is_decided=True)
    order = friend.order(cart)
    if became not in ("ordered", "lapsed"):
        staff.capture(order, "50.00")
    if became == "revoked":
        staff.refund(order, "50.00")
    if became == "lapsed":
        staff.do("cancel", order)
    email = friend.referral.referee_email
    assert friend.state == became
    assert found(email) == ["Referral"]

    # when
    nights(end_of(friend) - timedelta(seconds=1))

    # then
    assert found(email) == ["Referral"]

    # when
    nights(end_of(friend))

    # then
    assert named(friend) == ("", "")
    assert found(email) == []
    assert (friend.state, friend.referral.referrer_user_pk) == (
        became,
        referrer.user_pk,
    )


@pytest.mark.parametrize("verdict", ["allow", "review", "reject"])
def test_a_claim_that_came_to_nothing_is_forgotten_and_can_be_made_anew(
    shop: Shop, referrer: Referrer, verdict: str
) -> None:
    # given
    friend, _cart = make_friend(shop, referrer, verdict=verdict)
    email = friend.referral.referee_email

    # when
    nights(end_of(friend))

    # then
    assert (friend.state, *named(friend)) == ("lapsed", "", "")
    other = User.objects.get(pk=make_referrer().user_pk)
    assert try_code(friend_cart(shop, email), code_for(shop, other).code)


def test_a_claim_that_is_open_keeps_its_friend_however_short_hashes_are_kept(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    promise(shop, "points")
    ReferralPolicy.objects.update(evidence_days=1)
    friend, cart = make_friend(shop, referrer)
    before = named(friend)

    # when
    forget_evidence(end_of(friend) + 9 * DAY, 10)

    # then
    assert named(friend) == before
    friend.buy(cart)
    assert friend.state == "rewarded"


@pytest.mark.parametrize("how", ["refund", "cancel", "dispute", "reconcile"])
def test_what_was_given_for_a_forgotten_friend_is_still_taken_back(
    shop: Shop, referrer: Referrer, staff: Staff, how: str
) -> None:
    # given
    promise(shop, "points")
    friend, order = bring(shop, referrer)
    nights(end_of(friend))
    assert named(friend) == ("", "")

    # when
    bank = Bank(order) if how in ("dispute", "reconcile") else None
    if how == "refund":
        staff.refund(order, "50.00")
    elif how == "cancel":
        staff.do("cancel", order)
    elif bank is not None:
        bank.dispute("50.00")
        reconcile_all() if how == "reconcile" else bank.tell()

    # then
    assert (friend.state, referrer.points) == ("revoked", 0)


def test_a_forgotten_friend_is_no_new_customer(shop: Shop, referrer: Referrer) -> None:
    # given
    promise(shop, "points")
    friend, _order = bring(shop, referrer)
    email = friend.referral.referee_email
    nights(end_of(friend))
    other = User.objects.get(pk=make_referrer().user_pk)

    # when
    answer = refused(friend_cart(shop, email), code_for(shop, other).code)

    # then
    assert answer is ReferralErrorCode.NOT_NEW
    assert Referral.objects.count() == 1


def test_a_guest_who_is_forgotten_before_a_dispute_was_won_brings_nothing(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    promise(shop, "points")
    ReferralPolicy.objects.update(hold_days=14)
    friend, order = bring(shop, referrer)
    bank = Bank(order)
    dispute = bank.dispute("50.00")
    bank.tell()
    assert friend.state == "lapsed"
    nights(end_of(friend))
    # somebody else may have brought the friend since, under an address not kept either
    bank.close(dispute, "won")

    # when
    bank.tell()
    settle_referral(friend.referral_pk)
    pay_out(30 * DAY)

    # then
    assert (friend.state, referrer.points) == ("lapsed", 0)


def test_much_is_forgotten_a_chunk_at_a_time(shop: Shop, referrer: Referrer) -> None:
    # given
    friends = [make_friend(shop, referrer, state="lapsed")[0] for _ in range(5)]
    at = max(end_of(friend) for friend in friends)

    # when
    done = []
    while not done or done[-1] == 2:
        done.append(forget_evidence(at, 2))

    # then
    assert done == [2, 2, 1]
    assert {named(friend) for friend in friends} == {("", "")}


def test_the_time_that_counts_is_that_of_the_program_at_the_moment(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    past = timezone.now() - 40 * DAY
    friend, _cart = make_friend(
        shop, referrer, state="lapsed", claimed_at=past, ends_at=past + 10 * DAY
    )

    # when
    forget_evidence(timezone.now(), 10)
    kept = named(friend)
    ReferralPolicy.objects.update(evidence_days=29)
    forget_evidence(timezone.now(), 10)

    # then
    assert kept != ("", "")
    assert named(friend) == ("", "")
