"""Members bring friends through the API."""

from __future__ import annotations

from typing import Any

import pytest

from saleor_rewards.models import (
    ReferralCode,
    ReferralInvite,
    ReferralPolicy,
    Verdict,
)

from . import merchants
from .friends import code_for, friend_cart, switch_on
from .inputs import document, node_id, nodes
from .members import bring, claim, errors_of, make_member, mine, pay_out
from .merchants import Caller
from .world import Shop

pytestmark = pytest.mark.django_db(transaction=True)

LINK = "https://shop.example/?ref={code}"


@pytest.fixture
def ann(shop: Shop) -> Caller:
    """A member of a shop that takes friends."""
    switch_on(shop, link=LINK)
    return make_member("ann@example.com")


def test_a_member_has_a_code_and_a_link_from_the_first_look_on(
    shop: Shop, ann: Caller
) -> None:
    # when
    first, second = mine(ann, shop), mine(ann, shop)

    # then
    code = ReferralCode.objects.get()
    assert first == second
    assert first["code"] == code.code
    assert first["link"] == f"https://shop.example/?ref={code.code}"
    assert (first["uses"], first["allowsOwnCode"]) == (0, False)
    assert set(first["friends"].values()) == {0}
    assert first["earned"] == {"points": 0, "amounts": []}
    assert nodes(first["rewards"]) == []


def test_there_is_nothing_to_see_where_no_friends_are_taken(shop: Shop) -> None:
    # given
    assert shop.program
    ann = make_member()

    # then
    assert mine(ann, shop) is None
    assert mine(ann, shop, channel="moon") is None
    assert ReferralCode.objects.count() == 0


@pytest.mark.parametrize("switched_off", ["referrals", "program"])
def test_a_code_that_brings_nobody_is_not_shown(
    shop: Shop, ann: Caller, switched_off: str
) -> None:
    # given
    assert mine(ann, shop)["code"]
    bring(shop, ann)

    # when
    if switched_off == "referrals":
        switch_on(shop, is_active=False)
    else:
        shop.settings(is_active=False)
    shown = mine(ann, shop)

    # then
    assert (shown["code"], shown["link"], shown["uses"]) == (None, None, 0)
    assert shown["friends"]["total"] == 1


def test_friends_are_counted_once_by_how_far_they_have_come(
    shop: Shop, ann: Caller
) -> None:
    # given
    code = code_for(shop, ann.user)
    for state in ("claimed", "ordered", "paid", "rewarded", "rewarded", "revoked"):
        bring(shop, ann, state=state, code=code)
    bring(shop, ann, state="lapsed")
    bring(shop, ann, state="paid", verdict=Verdict.REVIEW)
    bring(shop, ann, state="claimed", verdict=Verdict.REJECT, code=code)
    bring(shop, ann, state="revoked", verdict=Verdict.REJECT)
    bring(shop, make_member(), state="claimed")

    # when
    shown = mine(ann, shop)

    # then
    assert shown["uses"] == 6
    assert shown["friends"] == {
        "total": 10,
        "claimed": 1,
        "waiting": 3,
        "rewarded": 2,
        "revoked": 1,
        "lapsed": 1,
        "rejected": 2,
    }


def test_a_member_sees_what_was_earned_and_what_is_left_of_it(
    shop: Shop, ann: Caller
) -> None:
    # given
    first = bring(shop, ann)
    pay_out(shop, first, "points", 500, worth_kept=200)
    pay_out(shop, first, "voucher", 1000, code="TEN", valid_days=90)
    second = bring(shop, ann)
    pay_out(
        shop, second, "gift_card", 2000, worth_kept=0, worth_owed=700, worth_offset=300
    )

    # when
    shown = mine(ann, shop)

    # then
    assert shown["earned"] == {
        "points": 200,
        "amounts": [{"amount": 10, "currency": "USD"}],
    }
    assert [
        (row["kind"], row["state"], row["points"], row["pointsKept"], row["code"])
        for row in nodes(shown["rewards"])
    ] == [
        ("GIFT_CARD", "REVOKED", None, None, None),
        ("VOUCHER", "GRANTED", None, None, "TEN"),
        ("POINTS", "REDUCED", 500, 200, None),
    ]
    gift_card, voucher, points = nodes(shown["rewards"])
    assert voucher["ruleName"] == "A voucher"
    assert voucher["expiresAt"] > voucher["grantedAt"]
    assert gift_card["expiresAt"] is None
    assert [gift_card[name]["amount"] for name in ("amount", "amountKept")] == [20, 0]
    owed = [gift_card[name]["amount"] for name in ("amountOwed", "amountOffset")]
    assert owed == [7, 3]
    assert (points["amount"], points["amountKept"]) == (None, None)


def test_a_reward_without_a_code_says_why(shop: Shop, ann: Caller) -> None:
    # given
    given = bring(shop, ann)
    pay_out(shop, given, "voucher", 1000, code="TEN")
    pay_out(shop, given, "gift_card", 500, worth_given=0, worth_offset=500)
    pay_out(shop, given, "points", 50)
    undone = bring(shop, ann)
    pay_out(shop, undone, "voucher", 700, worth_given=0, worth_kept=0)
    query = (
        "query($c: String!, $id: ID!) { user(id: $id) { rewards { referral(channel: $c)"
        " { rewards(first: 9) { edges { node { state code codeState } } } } } } }"
    )
    clerk = merchants.staff(merchants.USERS)

    # when
    own = nodes(mine(ann, shop)["rewards"])
    data = clerk.ask(query, c=shop.channel.slug, id=node_id("User", ann.user.pk))
    seen = nodes(data["user"]["rewards"]["referral"]["rewards"])

    # then
    def told(rows: list[Any]) -> list[tuple[str, Any, str]]:
        found = [(row["state"], row["code"], row["codeState"]) for row in rows]
        return sorted(found, key=str)

    assert told(own) == [
        ("GRANTED", "TEN", "SHOWN"),
        ("GRANTED", None, "NO_CODE"),
        ("GRANTED", None, "OFFSET"),
        ("REVOKED", None, "NOTHING_LEFT"),
    ]
    assert told(seen) == [
        ("GRANTED", None, "HIDDEN"),
        ("GRANTED", None, "NO_CODE"),
        ("GRANTED", None, "OFFSET"),
        ("REVOKED", None, "NOTHING_LEFT"),
    ]


def test_rewards_come_in_pages_newest_first(shop: Shop, ann: Caller) -> None:
    # given
    for points in range(1, 6):
        pay_out(shop, bring(shop, ann), "points", points)

    def page(arguments: str) -> dict[str, Any]:
        data = ann.ask(
            "query($c: String!) { me { rewards { referral(channel: $c) { "
            f"rewards({arguments}) {{ totalCount edges {{ cursor node {{ points }} }} "
            "pageInfo { startCursor endCursor hasNextPage hasPreviousPage } } } } } }",
            c=shop.channel.slug,
        )
        found: dict[str, Any] = data["me"]["rewards"]["referral"]["rewards"]
        return found

    def told(found: dict[str, Any]) -> tuple[list[int], bool, bool]:
        info = found["pageInfo"]
        points = [node["points"] for node in nodes(found)]
        return points, info["hasPreviousPage"], info["hasNextPage"]

    # when
    first = page("first: 2")
    second = page(f'first: 2, after: "{first["pageInfo"]["endCursor"]}"')
    end = page(f'first: 2, after: "{second["pageInfo"]["endCursor"]}"')
    back = page(f'last: 2, before: "{end["pageInfo"]["startCursor"]}"')
    last = page("last: 1")

    # then
    assert told(first) == ([5, 4], False, True)
    assert told(second) == ([3, 2], True, True)
    assert told(end) == ([1], True, False)
    assert told(back) == ([3, 2], True, True)
    assert told(last) == ([1], True, False)
    assert {one["totalCount"] for one in (first, second, end, back, last)} == {5}


@pytest.mark.parametrize(
    "arguments",
    ["(first: 101)", "", '(first: 1, after: "x")', "(first: 1, last: 1)", "(last: -1)"],
)
def test_a_page_of_rewards_out_of_bounds_is_refused_in_words(
    shop: Shop, ann: Caller, arguments: str
) -> None:
    # when
    _status, answer = ann.send(
        "query($c: String!) { me { rewards { referral(channel: $c) { "
        f"rewards{arguments} {{ edges {{ node {{ points }} }} }} }} }} }} }}",
        c=shop.channel.slug,
    )

    # then
    (error,) = answer["errors"]
    assert error["extensions"]["exception"]["code"] == "GraphQLError"


def test_a_new_code_ends_the_one_before(shop: Shop, ann: Caller) -> None:
    # given
    before = mine(ann, shop)["code"]

    # when
    payload = ann.do(document("ReferralCodeRenew"), channel=shop.channel.slug)

    # then
    after = payload["referral"]["code"]
    assert payload["errors"] == []
    assert after != before
    assert after == mine(ann, shop)["code"]
    assert errors_of(claim(friend_cart(shop), before)) == [("code", "NOT_ACCEPTED")]


def test_a_member_may_choose_a_code_where_the_shop_lets_them(
    shop: Shop, ann: Caller
) -> None:
    # given
    channel = shop.channel.slug
    refused = ann.do(document("ReferralCodeChoose"), channel=channel, code="ANNA24")
    switch_on(shop, allows_own_codes=True)

    # when
    chosen = ann.do(document("ReferralCodeChoose"), channel=channel, code="anna24")
    other = make_member().do(
        document("ReferralCodeChoose"), channel=channel, code="ANNA24"
    )
    short = ann.do(document("ReferralCodeChoose"), channel=channel, code="x")

    # then
    assert [code for _field, code in errors_of(refused)] == ["OWN_CODES_OFF"]
    assert chosen["referral"]["code"] == "ANNA24"
    assert chosen["referral"]["allowsOwnCode"] is True
    assert errors_of(other) == [("code", "CODE_TAKEN")]
    assert errors_of(short) == [("code", "CODE_INVALID")]


def test_a_friend_named_in_advance_needs_no_code(shop: Shop, ann: Caller) -> None:
    # when
    payload = ann.do(
        document("ReferralInvite"), channel=shop.channel.slug, email="Bob@Example.com"
    )

    # then
    assert payload["errors"] == []
    assert "bob" not in ReferralInvite.objects.get().email_digest
    claimed = claim(friend_cart(shop, "bob@example.com"), None)
    assert claimed["errors"] == []
    assert claimed["referral"]["state"] == "ACCEPTED"


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("ReferralCodeRenew", {}),
        ("ReferralCodeChoose", {"code": "ANNA24"}),
        ("ReferralInvite", {"email": "bob@example.com"}),
    ],
)
def test_only_members_have_codes_and_only_where_friends_are_taken(
    shop: Shop, ann: Caller, name: str, more: dict[str, str]
) -> None:
    def errors(caller: Caller, channel: str) -> list[tuple[str, str]]:
        payload = caller.do(document(name), channel=channel, **more)
        assert payload["referral"] is None
        return errors_of(payload)

    # given
    here = shop.channel.slug

    # then
    assert errors(merchants.anonymous(), here) == [("channel", "LOGIN_REQUIRED")]
    assert errors(merchants.app(merchants.USERS), here) == [
        ("channel", "LOGIN_REQUIRED")
    ]
    assert errors(ann, "moon") == [("channel", "NOT_FOUND")]
    switch_on(shop, is_active=False)
    assert errors(ann, here) == [("channel", "REFERRALS_OFF")]
    ReferralPolicy.objects.all().delete()
    shop.program.delete()
    assert errors(ann, here) == [("channel", "REFERRALS_OFF")]
