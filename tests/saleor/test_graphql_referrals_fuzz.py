"""Bad input about referrals is answered in words, every odd value in every field."""

from __future__ import annotations

from typing import Any

import pytest
from saleor.graphql.api import schema

from saleor_rewards.models import Referral, ReferralCode, ReferralPolicy, Verdict

from . import merchants
from .friends import friend_cart, switch_on
from .fuzzing import TEXTS, check_answer, doubled, ids, paths, replaced, values
from .inputs import REFERRALS, node_id
from .members import bring, make_member
from .merchants import Caller
from .test_graphql_points_fuzz import body_of, check_query
from .world import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(shop: Shop) -> Caller:
    """Somebody who looks after customers, in a shop that takes friends."""
    switch_on(shop, allows_own_codes=True)
    return merchants.staff(merchants.USERS, merchants.DISCOUNTS)


def test_odd_settings_of_referrals_are_answered_in_words(
    shop: Shop, clerk: Caller
) -> None:
    # given
    assert set(REFERRALS) == set(schema.get_type("RewardsReferralPolicyInput").fields)

    # when
    for path, kind in paths("RewardsReferralPolicyInput", REFERRALS):
        odd = [replaced(REFERRALS, path, value) for value in values(kind)]
        for input in [*odd, doubled(REFERRALS, path)]:
            before = ReferralPolicy.objects.values().get()
            body = body_of(
                "ProgramUpdate",
                channel=shop.channel.slug,
                input={"referrals": input},
            )
            payload = check_answer(clerk, body)

            # then
            if payload is None or payload["errors"]:
                assert ReferralPolicy.objects.values().get() == before


def test_odd_values_in_a_filter_of_referrals_find_nothing_or_are_refused(
    shop: Shop, clerk: Caller
) -> None:
    # given
    bring(shop, make_member())
    fine = {
        "channel": shop.channel.slug,
        "state": "CLAIMED",
        "verdict": "ALLOW",
        "isReviewAsked": False,
        "search": "friend",
    }
    assert set(fine) == set(schema.get_type("RewardsReferralFilterInput").fields)

    # then
    for path, kind in paths("RewardsReferralFilterInput", fine):
        for value in values(kind):
            check_query(clerk, "Referrals", filter=replaced(fine, path, value))
    for value in ids():
        check_query(clerk, "Referrals", after=value)
        check_query(clerk, "Referrals", filter={"search": str(value)})


def test_odd_decisions_are_answered_in_words(shop: Shop, clerk: Caller) -> None:
    # given
    referral = bring(shop, make_member())
    fine: dict[str, Any] = {
        "id": node_id("RewardsReferral", referral.pk),
        "verdict": "ALLOW",
        "reason": "Sisters",
    }
    kinds = {"id": "ID", "verdict": "RewardsReferralVerdict", "reason": "String"}

    # then
    for name, kind in kinds.items():
        for value in values(kind):
            body = body_of("ReferralReview", **{**fine, name: value})
            check_answer(clerk, body)
    referral.refresh_from_db()
    assert referral.verdict == Verdict.ALLOW


def test_odd_codes_and_carts_are_answered_in_words(shop: Shop, clerk: Caller) -> None:
    # given
    cart = friend_cart(shop)
    guest = merchants.anonymous()

    # then
    for value in ids():
        check_answer(guest, body_of("ReferralClaim", checkoutId=value, code="X"))
        check_answer(guest, body_of("ReferralReviewRequest", checkoutId=value))
    for value in [*values("String"), *ids()]:
        check_answer(guest, body_of("ReferralClaim", checkoutId=cart.id, code=value))
    assert not Referral.objects.exists()


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("ReferralCodeRenew", "channel"),
        ("ReferralCodeChoose", "channel"),
        ("ReferralCodeChoose", "code"),
        ("ReferralInvite", "channel"),
        ("ReferralInvite", "email"),
    ],
)
def test_odd_wishes_of_a_member_are_answered_in_words(
    shop: Shop, clerk: Caller, name: str, field: str
) -> None:
    # given
    ann = make_member()
    fine = {"channel": shop.channel.slug, "code": "ANNA24", "email": "bob@example.com"}
    taken = {"ReferralCodeRenew": (), "ReferralCodeChoose": ("code",)}
    names = ("channel", *taken.get(name, ("email",)))

    # when
    for value in values("String"):
        wanted = {key: fine[key] for key in names}
        check_answer(ann, body_of(name, **{**wanted, field: value}))

    # then
    for code in ReferralCode.objects.filter(user_pk=ann.user.pk):
        assert code.code.isprintable()
        assert 3 <= len(code.code) <= 23


def test_odd_channels_have_no_referrals(shop: Shop, clerk: Caller) -> None:
    # given
    ann = make_member()

    # then
    for text in TEXTS:
        check_query(ann, "MyReferral", channel=text)
