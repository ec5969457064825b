"""What the journey of Ada's friends is compared with finds what is wrong."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from demo.account import Account, Posting, Refund
from demo.cart import Cart, Offer
from demo.checks import (
    check_invitation,
    check_referrer,
    check_refund,
    check_refused,
    check_revoked,
)
from demo.program import FOR_A_FRIEND, FRIENDS_OFFER
from demo.referral import Referral, Referrer, Signal, referral_of

from .test_demo_points_checks import ORDER

NONE = Decimal(0)
OFFER = Offer(FRIENDS_OFFER, "ORDER", False, NONE, Decimal("19.50"), "AMOUNT_OFF", NONE)
CART = Cart(
    id="Q2hlY2tvdXQ6MQ==",
    token="1",
    lines=(),
    subtotal=Decimal("10.50"),
    shipping=NONE,
    total=Decimal("10.50"),
    has_delivery=False,
    offers=(replace(OFFER, next_amount=Decimal(10)),),
    claim="ACCEPTED",
)
CHEAT = Referral(
    email="ada+friend@example.com",
    verdict="REJECT",
    state="CLAIMED",
    weight=150,
    signals=(Signal("SAME_EMAIL", 100, "…"), Signal("SAME_ADDRESS", 50, "…")),
)
FRIEND = Referral("ben@example.com", "ALLOW", "REWARDED", 0, (), 1000, 667)
REFERRER = Referrer("8P9-3N7-8W7", "…", rewarded=1, revoked=0, points=667)
ACCOUNT = Account(
    available=667,
    postings=(
        Posting("EARN", 0, 1000, 0, 0, "", FOR_A_FRIEND),
        Posting("REVERSE", 0, -333, 0, 0, "", FOR_A_FRIEND),
    ),
)
THIRD = Refund("22", Decimal("35.23"), taken_back=46, given_back=67)


def test_friends_that_add_up_have_no_differences() -> None:
    assert check_invitation(CART) == []
    assert check_refused(CHEAT, CART, replace(CART, claim="")) == []
    assert check_referrer(REFERRER, [FRIEND, CHEAT], ACCOUNT) == []
    assert check_revoked(FRIEND, 333, THIRD, ORDER) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"offers": ()}, "the friend's offer is missing"),
        ({"claim": "IN_REVIEW"}, "the invitation is IN_REVIEW"),
        ({"claim": ""}, "the invitation is not known"),
        (
            {"offers": (replace(OFFER, amount=Decimal(5)),)},
            "the friend's offer: 5, but 10 was to be expected",
        ),
    ],
)
def test_an_invitation_without_what_it_promises_is_a_difference(
    change: dict[str, Any], sentence: str
) -> None:
    assert check_invitation(replace(CART, **change)) == [sentence]


def test_a_cheat_that_gets_away_with_it_is_a_difference() -> None:
    # given
    allowed = replace(CHEAT, verdict="ALLOW")
    cheaper = replace(CART, total=Decimal("0.50"), claim="ACCEPTED")

    # then
    assert check_refused(allowed, CART, cheaper) == [
        "total after the refusal: 0.50, but 10.50 was to be expected",
        "the verdict on a code of one's own: ALLOW",
        "the claim is ACCEPTED",
    ]


def test_a_verdict_without_a_reason_is_a_difference() -> None:
    # given
    mute = replace(CHEAT, signals=())

    # then
    assert len(check_refused(mute, CART, replace(CART, claim=""))) == 2


@pytest.mark.parametrize("name", ["points", "rewarded", "revoked"])
def test_a_member_who_is_told_otherwise_than_staff_is_a_difference(name: str) -> None:
    # given
    wrong = replace(REFERRER, **{name: getattr(REFERRER, name) + 1})

    # then
    assert len(check_referrer(wrong, [FRIEND], ACCOUNT)) == 1


def test_points_for_a_friend_that_were_not_posted_are_a_difference() -> None:
    # given
    short = replace(ACCOUNT, postings=ACCOUNT.postings[:1])

    # then
    assert check_referrer(REFERRER, [FRIEND], short) == [
        "posted for friends: 1000, but 667 was to be expected"
    ]


def test_a_point_too_little_taken_back_for_a_friend_is_a_difference() -> None:
    # given
    lucky = replace(FRIEND, points_kept=668)

    # then
    assert check_revoked(lucky, 332, THIRD, ORDER) == [
        "taken back for the friend: 332, but 333 was to be expected",
        "left for the friend: 668, but 667 was to be expected",
    ]


def test_the_last_of_several_refunds_takes_what_is_left() -> None:
    # given a refund of all that the one before left
    rest = Refund("22", Decimal("70.46"), 92, 134, before=THIRD.amount)
    first = (
        Posting("EARN", 138, 0, 0, 0, "22", ""),
        Posting("REVERSE", -46, 0, 0, 0, "22", ""),
        Posting("RETURN", 0, 67, 0, 0, "22", ""),
    )
    last = (
        Posting("REVERSE", -92, 0, 0, 0, "22", ""),
        Posting("RETURN", 0, 134, 0, 0, "22", ""),
    )
    earlier, after = Account(postings=first), Account(postings=first + last)

    # then
    assert check_refund(rest, ORDER, after, earlier) == []
    assert check_refund(rest, ORDER, earlier, earlier) != []
    assert check_revoked(replace(FRIEND, points_kept=0), 667, rest, ORDER) == []


def test_a_friend_is_read_with_all_that_speaks_against_them() -> None:
    # given
    signal = {"code": "SAME_IP", "weight": 25, "text": "One network."}
    reward = {"points": 1000, "pointsKept": 667}
    voucher = {"points": None, "pointsKept": None}

    # when
    found = referral_of(
        {
            "refereeEmail": None,
            "verdict": "ALLOW",
            "state": "REWARDED",
            "weight": 25,
            "signals": [signal],
            "rewards": {"edges": [{"node": voucher}, {"node": reward}]},
        }
    )

    # then
    assert found.email == ""
    assert found.signals == (Signal("SAME_IP", 25, "One network."),)
    assert (found.points, found.points_kept) == (1000, 667)
