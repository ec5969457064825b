"""Staff read why a referral earns nothing, and overrule what they can."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from saleor_rewards.models import Referral, ReferralDecision
from saleor_rewards.programs import update_referrals
from saleor_rewards.referrals.privacy import erase_referrals
from saleor_rewards.referrals.reviews import decide
from saleor_rewards.referrals.rewarding import lapse_claims, settle_referral

from . import merchants
from .friends import code_for, try_code
from .inputs import nodes
from .members import id_of, listed
from .points import no_hooks, reconcile_all, written
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
from .test_graphql_referrals_review import review
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)


@pytest.fixture
def referrer(shop: Shop, referrer: Referrer) -> Referrer:
    """A member of a shop that gives 500 points a friend."""
    promise(shop, "points")
    return referrer


def allow(friend: Friend) -> None:
    decide(friend.referral_pk, "allow", "They called us", "User:7", timezone.now())


def reasons(friend: Friend) -> list[str]:
    """Return the reasons that nobody of the staff wrote, oldest first."""
    found = ReferralDecision.objects.filter(referral=friend.referral_pk, author="")
    return [row.reason for row in found.exclude(reason="")]


def full_month(shop: Shop, referrer: Referrer) -> tuple[Friend, dict[str, Any]]:
    """Return a friend for whom the month had no room, with the order."""
    update_referrals(shop.program.pk, most_per_month=1)
    bring(shop, referrer)
    friend, order = bring(shop, referrer)
    assert (friend.state, reasons(friend)) == ("paid", ["LIMIT_REACHED"])
    return friend, order


def test_staff_grant_once_what_a_month_had_no_room_for(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    friend, _order = full_month(shop, referrer)

    # when
    allow(friend)

    # then
    assert (friend.state, referrer.points) == ("rewarded", 1000)
    assert friend.referral.number == 2

    # when
    allow(friend)
    settle_referral(friend.referral_pk)
    pay_out(60 * DAY)

    # then
    assert referrer.points == 1000
    assert reasons(friend) == ["LIMIT_REACHED"]
    assert written(reconcile_all) == []


def test_what_staff_granted_beyond_the_limit_takes_the_room_of_the_next(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    friend, _order = full_month(shop, referrer)
    allow(friend)

    # when
    another, _order = bring(shop, referrer)

    # then
    assert (another.state, referrer.points) == ("paid", 1000)


def test_staff_who_allowed_a_friend_before_did_not_lift_the_limit(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    update_referrals(shop.program.pk, most_per_month=1)
    bring(shop, referrer)
    friend, cart = make_friend(shop, referrer)
    allow(friend)

    # when
    friend.buy(cart)

    # then
    assert (friend.state, reasons(friend)) == ("paid", ["LIMIT_REACHED"])


def test_what_staff_let_through_waits_while_rewards_are_switched_off(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    friend, _order = full_month(shop, referrer)
    shop.plugin(killed=True)

    # when
    allow(friend)

    # then
    assert friend.state == "paid"
    shop.plugin()
    pay_out()
    assert (friend.state, referrer.points) == ("rewarded", 1000)


@pytest.mark.parametrize("verdict", ["review", "reject"])
def test_no_other_verdict_lifts_the_limit(
    shop: Shop, referrer: Referrer, verdict: str
) -> None:
    # given
    friend, _order = full_month(shop, referrer)

    # when
    decide(friend.referral_pk, verdict, "No", "User:7", timezone.now())
    pay_out(60 * DAY)

    # then
    assert (friend.state, referrer.points) == ("paid", 500)


def test_the_limit_stays_lifted_where_an_erased_friends_reasons_are_gone(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    friend, _order = full_month(shop, referrer)
    erase_referrals(None, friend.referral.referee_email, timezone.now())

    # when
    allow(friend)

    # then
    assert (friend.state, referrer.points) == ("rewarded", 1000)


def test_an_order_that_is_not_worth_enough_says_so_and_staff_let_it_count(
    shop: Shop, referrer: Referrer, staff: Staff
) -> None:
    # given
    update_referrals(shop.program.pk, minimum_amount=Decimal("60.00"))
    friend, order = bring(shop, referrer)
    assert (friend.state, reasons(friend)) == ("lapsed", ["BELOW_MINIMUM"])

    # when
    allow(friend)

    # then
    assert (friend.state, referrer.points) == ("rewarded", 500)
    assert written(reconcile_all) == []

    # when
    staff.refund(order, "25.00")

    # then
    assert (friend.state, referrer.points) == ("rewarded", 250)


def test_what_was_let_count_waits_for_its_hold_period_as_ever(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    update_referrals(shop.program.pk, minimum_amount=Decimal("60.00"), hold_days=14)
    friend, _order = bring(shop, referrer)

    # when
    allow(friend)

    # then
    assert (friend.state, referrer.points) == ("paid", 0)
    pay_out(14 * DAY)
    assert (friend.state, referrer.points) == ("rewarded", 500)


def test_what_was_taken_back_for_want_of_worth_is_given_again(
    shop: Shop, referrer: Referrer, staff: Staff
) -> None:
    # given
    update_referrals(shop.program.pk, minimum_amount=Decimal("40.00"))
    friend, order = bring(shop, referrer)
    staff.refund(order, "15.00")
    assert (friend.state, referrer.points) == ("revoked", 0)

    # when
    allow(friend)

    # then
    assert (friend.state, referrer.points) == ("rewarded", 350)


def test_a_friend_who_is_somebody_elses_by_now_stays_so(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    update_referrals(shop.program.pk, minimum_amount=Decimal("60.00"))
    friend, _order = bring(shop, referrer)
    email = friend.referral.referee_email
    make_friend(shop, make_referrer())
    Referral.objects.exclude(pk=friend.referral_pk).update(
        referee_email=email, paid_at=timezone.now()
    )

    # when
    allow(friend)

    # then
    assert friend.state == "lapsed"


@pytest.mark.parametrize("how", ["cancel", "refund", "dispute"])
def test_an_order_that_is_undone_says_so_and_nobody_can_let_it_count(
    shop: Shop, referrer: Referrer, staff: Staff, how: str
) -> None:
    # given
    update_referrals(shop.program.pk, minimum_amount=Decimal("40.00"), hold_days=14)
    friend, order = bring(shop, referrer)
    bank = Bank(order)

    # when
    if how == "cancel":
        staff.do("cancel", order)
    elif how == "refund":
        staff.refund(order, "50.00")
    else:
        dispute = bank.dispute("50.00")
        bank.tell()

    # then
    assert (friend.state, reasons(friend)) == ("lapsed", ["ORDER_UNDONE"])
    allow(friend)
    pay_out(30 * DAY)
    assert (friend.state, referrer.points) == ("lapsed", 0)

    # when
    if how == "dispute":
        bank.close(dispute, "won")
        bank.tell()
        staff.refund(order, "20.00")

    # then each time is told of, and the least worth was not lifted
    if how == "dispute":
        assert reasons(friend) == ["ORDER_UNDONE", "BELOW_MINIMUM"]


def test_an_order_that_was_not_the_first_is_noted_once(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    friend, cart = make_friend(shop, referrer)
    email = friend.referral.referee_email
    with no_hooks():
        other = Shopper()
        other.buy(other.cart((shop.product("1.00", ships=False), 1), email=email))
    # that order came before the claim
    Referral.objects.update(claimed_at=timezone.now())

    # when
    friend.buy(cart)
    reconcile_all()

    # then
    assert (friend.state, reasons(friend)) == ("claimed", ["NOT_FIRST_ORDER"])
    assert written(reconcile_all) == []


def test_claims_that_lapse_say_why(shop: Shop, referrer: Referrer) -> None:
    # given
    friends = [make_friend(shop, referrer)[0] for _ in range(3)]
    end = max(friend.referral.ends_at for friend in friends)

    # when
    lapse_claims(2, end + 3 * DAY)
    lapse_claims(2, end + 3 * DAY)
    lapse_claims(2, end + 4 * DAY)

    # then
    assert [reasons(friend) for friend in friends] == [["NOT_IN_TIME"]] * 3


def test_a_claim_that_makes_place_for_another_says_so(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    friend, cart = make_friend(shop, referrer, ends_at=timezone.now())
    code = code_for(shop, merchants.customer().user).code

    # when
    try_code(cart, code)

    # then
    assert (friend.state, reasons(friend)) == ("lapsed", ["OTHER_CLAIM"])


def test_staff_read_the_reasons_and_decide_through_the_api(
    shop: Shop, referrer: Referrer
) -> None:
    # given
    update_referrals(shop.program.pk, minimum_amount=Decimal("60.00"))
    friend, _order = bring(shop, referrer)
    clerk = merchants.staff(merchants.USERS)

    def said() -> list[tuple[str, bool]]:
        (node,) = listed(clerk)
        return [
            (row["reason"], bool(row["author"])) for row in nodes(node["decisions"])
        ]

    assert said()[0] == ("The order is not worth enough.", False)

    # when
    payload = review(clerk, id_of(friend.referral), "ALLOW", "BELOW_MINIMUM")

    # then
    assert (payload["errors"], payload["referral"]["state"]) == ([], "REWARDED")
    assert said()[0] == ("BELOW_MINIMUM", True)
