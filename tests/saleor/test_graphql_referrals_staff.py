"""Staff look through referrals."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from saleor_rewards.graphql.referrals.enums import ClaimState
from saleor_rewards.graphql.referrals.messages import claim_messages, signal_texts
from saleor_rewards.models import Referral, ReferralDecision, Verdict
from saleor_rewards.referrals.reasons import Reason
from saleor_rewards.signal_codes import SignalCode

from . import merchants
from .friends import code_for, switch_on
from .inputs import document, node_id, nodes
from .members import bring, id_of, listed, make_member, pay_out
from .merchants import Caller
from .orders import make_order
from .world import Shop

pytestmark = pytest.mark.django_db


@pytest.fixture
def clerk(shop: Shop) -> Caller:
    """Somebody who looks after customers, in a shop that takes friends."""
    switch_on(shop)
    return merchants.staff(merchants.USERS)


@pytest.fixture
def ann(shop: Shop) -> Caller:
    return make_member("ann@example.com")


@pytest.fixture
def known(shop: Shop, clerk: Caller) -> Referral:
    """A referral with all that there can be."""
    ann, bob = make_member("ann@example.com"), make_member("bob@example.com")
    order = make_order(bob.user)
    referral = bring(
        shop,
        ann,
        code=code_for(shop, ann.user),
        referee_user_pk=bob.user.pk,
        referee_email="bob@example.com",
        order_pk=str(order.pk),
        state="rewarded",
        verdict=Verdict.REVIEW,
        number=1,
        weight=85,
        signals=[["SAME_CARD", 60], ["SAME_IP", 25], ["GONE", 5]],
        review_asked_at=timezone.now(),
    )
    pay_out(shop, referral, "voucher", 1000, code="TEN", worth_waived=300)
    ReferralDecision.objects.create(
        referral=referral, verdict="allow", at=timezone.now()
    )
    ReferralDecision.objects.create(
        referral=referral,
        verdict="allow",
        reason=Reason.LIMIT_REACHED.value,
        at=timezone.now(),
    )
    ReferralDecision.objects.create(
        referral=referral,
        verdict="review",
        signals=[["SAME_CARD", 60]],
        reason="Looks odd",
        author="User:7",
        at=timezone.now(),
    )
    return referral


def test_staff_see_how_far_a_referral_has_come_and_what_speaks_against_it(
    shop: Shop, clerk: Caller, known: Referral
) -> None:
    # when
    (node,) = listed(clerk)

    # then
    assert node["id"] == id_of(known)
    assert (node["state"], node["verdict"]) == ("REWARDED", "REVIEW")
    assert node["channel"] == shop.channel.slug
    assert (node["weight"], node["number"]) == (85, 1)
    assert node["signals"] == [
        {
            "code": "SAME_CARD",
            "weight": 60,
            "text": "Friend and referrer paid with the same card.",
        },
        {
            "code": "SAME_IP",
            "weight": 25,
            "text": "Friend and referrer came from the same network.",
        },
    ]


def test_staff_see_every_verdict_and_who_gave_it(
    clerk: Caller, known: Referral
) -> None:
    # when
    (node,) = listed(clerk)

    # then
    assert [
        (row["verdict"], row["reason"], row["author"])
        for row in nodes(node["decisions"])
    ] == [
        ("REVIEW", "Looks odd", "User:7"),
        (
            "ALLOW",
            "The referrer was rewarded for as many friends as a month has room for.",
            None,
        ),
        ("ALLOW", "", None),
    ]


def test_staff_see_who_brought_whom_and_for_what(
    clerk: Caller, known: Referral
) -> None:
    # when
    (node,) = listed(clerk)

    # then
    assert node["referrer"]["email"] == "ann@example.com"
    assert node["referee"]["email"] == node["refereeEmail"] == "bob@example.com"
    assert node["code"] == known.code.code
    assert node["orderId"] == node_id("Order", known.order_pk)
    assert node["orderNumber"]
    (reward,) = nodes(node["rewards"])
    assert (reward["kind"], reward["amountWaived"]["amount"]) == ("VOUCHER", 3)


def test_what_is_erased_is_told_as_nothing(
    shop: Shop, clerk: Caller, ann: Caller
) -> None:
    # given
    bring(shop, ann, referee_email="")
    Referral.objects.update(referrer_user_pk=None)

    # when
    (node,) = listed(clerk)

    # then
    assert {node[name] for name in ("referrer", "referee", "refereeEmail", "code")} == {
        None
    }
    assert (node["orderId"], node["orderNumber"]) == (None, None)


def make_crowd(shop: Shop, ann: Caller) -> Caller:
    """Let two members bring four friends; return the other member."""
    zoe = make_member("zoe@shop.test")
    code = code_for(shop, ann.user)
    bring(shop, ann, referee_email="one@example.com", code=code)
    bring(shop, ann, referee_email="two@example.com", verdict=Verdict.REVIEW)
    bring(shop, zoe, referee_email="three@shop.test", state="paid")
    bring(
        shop,
        zoe,
        referee_email="four@shop.test",
        verdict=Verdict.REJECT,
        review_asked_at=timezone.now(),
    )
    return zoe


#: What staff may look for, and the friends that they find, newest first.
FILTERS: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["four", "three", "two", "one"]),
    ({"verdict": "REVIEW"}, ["two"]),
    ({"verdict": "ALLOW"}, ["three", "one"]),
    ({"state": "PAID"}, ["three"]),
    ({"isReviewAsked": True}, ["four"]),
    ({"isReviewAsked": False}, ["three", "two", "one"]),
    ({"search": "SHOP.TEST"}, ["four", "three"]),
    ({"search": "two@"}, ["two"]),
    ({"search": "ann@exam"}, ["two", "one"]),
    ({"search": "\0nobody"}, []),
    ({"search": "%"}, []),
    ({"channel": "moon"}, []),
    ({"channel": "here"}, ["four", "three", "two", "one"]),
    ({"state": None, "verdict": None, "search": None}, ["four", "three", "two", "one"]),
]


@pytest.mark.parametrize(("wanted", "names"), FILTERS)
def test_referrals_are_filtered(
    shop: Shop, clerk: Caller, ann: Caller, wanted: dict[str, Any], names: list[str]
) -> None:
    # given
    make_crowd(shop, ann)
    if wanted.get("channel") == "here":
        wanted = {"channel": shop.channel.slug}

    # when
    found = listed(clerk, filter=wanted)

    # then
    assert [node["refereeEmail"].split("@")[0] for node in found] == names


def test_referrals_are_found_by_who_they_are_about_and_by_their_code(
    shop: Shop, clerk: Caller, ann: Caller
) -> None:
    # given
    zoe = make_crowd(shop, ann)
    Referral.objects.filter(referee_email="one@example.com").update(
        referee_user_pk=zoe.user.pk
    )
    code = code_for(shop, ann.user).code.replace("-", "").lower()

    def found(text: str) -> list[str]:
        nodes = listed(clerk, filter={"search": text})
        return [node["refereeEmail"].split("@")[0] for node in nodes]

    # then
    assert found(node_id("User", zoe.user.pk)) == ["four", "three", "one"]
    assert found(node_id("User", ann.user.pk)) == ["two", "one"]
    assert found(code) == ["one"]


def test_referrals_come_in_pages(shop: Shop, clerk: Caller, ann: Caller) -> None:
    # given
    make_crowd(shop, ann)
    query = document("Referrals")

    # when
    first = clerk.ask(query, first=3)["rewardsReferrals"]
    end = first["pageInfo"]["endCursor"]
    second = clerk.ask(query, first=3, after=end)["rewardsReferrals"]

    # then
    assert (first["totalCount"], first["pageInfo"]["hasNextPage"]) == (4, True)
    assert second["pageInfo"]["hasNextPage"] is False
    assert [edge["node"]["refereeEmail"] for edge in second["edges"]] == [
        "one@example.com"
    ]


def test_every_signal_and_every_claim_has_its_words() -> None:
    assert set(signal_texts()) == set(SignalCode)
    assert set(claim_messages()) == set(ClaimState)
    assert len(set(signal_texts().values())) == len(SignalCode)
    assert all([*signal_texts().values(), *claim_messages().values()])


@pytest.mark.parametrize(
    ("language", "text"), [("zh-hans", "同一张卡"), ("zh-hant", "同一張卡")]
)
def test_signals_speak_the_language_of_the_request(
    shop: Shop, clerk: Caller, ann: Caller, language: str, text: str
) -> None:
    # given
    bring(shop, ann, signals=[["SAME_CARD", 60]])
    clerk.client.defaults["HTTP_ACCEPT_LANGUAGE"] = language

    # when
    (node,) = listed(clerk)

    # then
    assert text in node["signals"][0]["text"]
