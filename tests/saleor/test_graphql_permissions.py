"""Who may read and change what: every field and mutation of ours, every caller."""

from __future__ import annotations

from typing import Any, Callable, Tuple, Union

import pytest
from django.utils import timezone
from graphql import get_named_type, is_leaf_type
from saleor.graphql.api import schema

from saleor_rewards.ledger import posting
from saleor_rewards.models import (
    Account,
    Entry,
    PointsAdjustment,
    PointsPolicy,
    Referral,
    ReferralPolicy,
    Rule,
)

from . import merchants
from .importing import make_import
from .inputs import node_id, nodes
from .members import bring
from .merchants import DISCOUNTS, ORDERS, STAFF, USERS, Caller
from .orders import make_order
from .purses import days, earn, open_guest_purse, open_purse
from .world import Shop, Shopper

pytestmark = pytest.mark.django_db

#: One permission, or several that are all needed.
Needed = Union[str, Tuple[str, ...]]

#: By name: how a caller is made who has, or lacks, what is needed.
CALLERS: dict[str, Callable[[Needed], Caller]] = {
    "anonymous": lambda _permission: merchants.anonymous(),
    "customer": lambda _permission: merchants.customer(),
    "staff without": lambda _permission: merchants.staff(),
    "staff with another": lambda permission: merchants.staff(*others(permission)),
    "staff with": lambda permission: merchants.staff(*all_of(permission)),
    "app without": lambda _permission: merchants.app(),
    "app with another": lambda permission: merchants.app(*others(permission)),
    "app with": lambda permission: merchants.app(*all_of(permission)),
}
ALLOWED = ("staff with", "app with")

#: By the name of the field: who may, and a document that reads or changes rules of
#: channel $channel, rule $rule, points of user $user, order $order or referral
#: $referral.
GUARDED = {
    "rewardsProgram": (
        DISCOUNTS,
        "query($channel: String!) { rewardsProgram(channel: $channel) "
        "{ id points { isActive } tiers { id } } }",
    ),
    "rewardsPrograms": (
        DISCOUNTS,
        "{ rewardsPrograms(first: 1) { edges { node { id } } } }",
    ),
    "rewardsRule": (DISCOUNTS, "query($rule: ID!) { rewardsRule(id: $rule) { id } }"),
    "rewardsRules": (DISCOUNTS, "{ rewardsRules(first: 1) { edges { node { id } } } }"),
    "rewardsProgramUpdate": (
        DISCOUNTS,
        "mutation($channel: String!) { rewardsProgramUpdate(channel: $channel, "
        'input: {name: "Mine", points: {isActive: true}, tiers: [], '
        "referrals: {isActive: true}}) "
        "{ program { id } errors { code } } }",
    ),
    "rewardsRuleCreate": (
        DISCOUNTS,
        "mutation($channel: String!) { rewardsRuleCreate(channel: $channel, "
        'input: {name: "Mine", lane: ORDER, benefit: {percentOff: {percent: 99}}}) '
        "{ rule { id } errors { code } } }",
    ),
    "rewardsRuleUpdate": (
        DISCOUNTS,
        'mutation($rule: ID!) { rewardsRuleUpdate(id: $rule, input: {name: "Mine"}) '
        "{ rule { id } errors { code } } }",
    ),
    "rewardsRuleDelete": (
        DISCOUNTS,
        "mutation($rule: ID!) { rewardsRuleDelete(id: $rule) "
        "{ rule { id } errors { code } } }",
    ),
    "rewardsRuleTest": (
        DISCOUNTS,
        "mutation($checkout: ID!) { rewardsRuleTest(input: {checkoutId: $checkout}) "
        "{ rewards { savings { amount } } errors { code } } }",
    ),
    "rewardsAccount": (
        USERS,
        "query($channel: String!, $user: ID!) { rewardsAccount(channel: $channel, "
        "userId: $user) { id available } }",
    ),
    "rewardsAccounts": (
        USERS,
        "{ rewardsAccounts(first: 1) { totalCount edges { node { id } } } }",
    ),
    "rewardsLiability": (USERS, "{ rewardsLiability { currency } }"),
    "rewardsBalancesExport": (
        USERS,
        "query($channel: String!) { rewardsBalancesExport(channel: $channel) { csv } }",
    ),
    "rewardsPointsAdjust": (
        (USERS, DISCOUNTS),
        "mutation($channel: String!, $user: ID!) { rewardsPointsAdjust(input: "
        '{channel: $channel, userId: $user, points: 99, reason: "Mine"}) '
        "{ account { id } errors { code } } }",
    ),
    "rewardsPointsAdjustments": (
        (USERS, DISCOUNTS),
        "{ rewardsPointsAdjustments(first: 1) { totalCount edges { node { id } } } }",
    ),
    "rewardsPointsAdjustApprove": (
        (USERS, DISCOUNTS),
        "mutation($adjustment: ID!) { rewardsPointsAdjustApprove(ids: [$adjustment], "
        'reason: "Mine") { adjustments { id } errors { code } } }',
    ),
    "rewardsPointsAdjustDecline": (
        (USERS, DISCOUNTS),
        "mutation($adjustment: ID!) { rewardsPointsAdjustDecline(ids: [$adjustment], "
        'reason: "Mine") { adjustments { id } errors { code } } }',
    ),
    "rewardsBalancesImport": (
        (USERS, DISCOUNTS),
        "mutation($channel: String!) { rewardsBalancesImport(channel: $channel, "
        'csv: "email,points,reference\\na@b.cd,5,r1", dryRun: false) '
        "{ import { id } errors { code } } }",
    ),
    "rewardsImport": (
        (USERS, DISCOUNTS),
        "query($run: ID!) { rewardsImport(id: $run) { state author } }",
    ),
    "rewardsReferrals": (
        USERS,
        "{ rewardsReferrals(first: 1) { totalCount edges { node { id } } } }",
    ),
    "rewardsReferralReview": (
        USERS,
        "mutation($referral: ID!) { rewardsReferralReview(id: $referral, "
        'verdict: REJECT, reason: "Mine") { referral { id } errors { code } } }',
    ),
    "rewardsRefundPreview": (
        ORDERS,
        "query($order: ID!) { rewardsRefundPreview(orderId: $order, amount: 1) "
        "{ pointsTakenBack } }",
    ),
}

#: Open to everybody: they answer in words to all whom they are not for.
OF_SHOPPERS = {
    "rewardsPointsRedeem",
    "rewardsPointsRelease",
    "rewardsReferralClaim",
    "rewardsReferralCodeChoose",
    "rewardsReferralCodeRenew",
    "rewardsReferralInvite",
    "rewardsReferralReviewRequest",
}


def all_of(needed: Needed) -> tuple[str, ...]:
    """Return each of the permissions that are needed."""
    return (needed,) if isinstance(needed, str) else needed


def others(needed: Needed) -> list[str]:
    """Return all that opens anything of ours, but the first that is needed."""
    (first, *_rest) = all_of(needed)
    return [name for name in (DISCOUNTS, ORDERS, USERS) if name != first]


def used(document: str, **values: Any) -> dict[str, Any]:
    """Return those of the variables that the document declares."""
    return {name: value for name, value in values.items() if f"${name}:" in document}


def make_adjustment(shop: Shop) -> PointsAdjustment:
    """Let a guest's points wait for a second member of staff."""
    account = open_guest_purse(shop, "waiting@example.com")
    return PointsAdjustment.objects.create(
        account=account, points=5, key="k", author="User:0", entered_at=timezone.now()
    )


def state() -> list[Any]:
    """Return what a mutation might have changed."""
    rules = Rule.objects.order_by("pk").values_list("pk", "current", "deleted_at")
    policies = [
        *PointsPolicy.objects.values_list("is_active"),
        *ReferralPolicy.objects.values_list("is_active"),
    ]
    waiting = PointsAdjustment.objects.values_list("state", "decided_by")
    verdicts = Referral.objects.values_list("verdict", "is_decided")
    counts = [Account.objects.count(), Entry.objects.count()]
    return [*rules, *policies, *verdicts, *waiting, *counts]


def test_the_matrix_names_every_query_and_mutation_of_the_schema() -> None:
    # when
    ours = {
        name
        for type_name in ("Query", "Mutation")
        for name in schema.get_type(type_name).fields
        if name.startswith("rewards")
    }

    # then
    assert ours == {*GUARDED, *OF_SHOPPERS}


@pytest.mark.parametrize("who", CALLERS)
@pytest.mark.parametrize("field", GUARDED)
def test_what_is_not_for_shoppers_opens_to_its_own_permission_alone(
    shop: Shop, shopper: Shopper, field: str, who: str
) -> None:
    # given
    permission, document = GUARDED[field]
    caller = CALLERS[who](permission)
    rule = shop.ladder(("30.00", "10"))
    user = merchants.customer().user
    variables = used(
        document,
        channel=shop.channel.slug,
        rule=node_id("RewardsRule", rule.pk),
        checkout=shopper.cart((shop.product(), 1)).id,
        user=node_id("User", user.pk),
        order=node_id("Order", make_order(user).pk),
        referral=node_id("RewardsReferral", bring(shop, merchants.customer()).pk),
        adjustment=node_id("RewardsPointsAdjustment", make_adjustment(shop).pk),
        run=node_id("RewardsImport", make_import(shop).pk),
    )
    before = state()

    # when
    refused = caller.is_refused(document, **variables)

    # then
    assert refused is (who not in ALLOWED)
    if refused:
        assert state() == before


@pytest.mark.parametrize("who", CALLERS)
def test_whoever_holds_a_carts_token_sees_its_offers(
    shop: Shop, shopper: Shopper, who: str
) -> None:
    # given
    shop.ladder(("30.00", "10"))
    cart = shopper.cart((shop.product("20.00"), 2))

    # when
    data = CALLERS[who](DISCOUNTS).ask(
        "query($token: UUID!) { checkout(token: $token) { rewards { "
        "savings { amount } offers { state } } } }",
        token=cart.pk,
    )

    # then
    assert data["checkout"]["rewards"]["savings"]["amount"] == 4
    assert [offer["state"] for offer in data["checkout"]["rewards"]["offers"]] == [
        "APPLIED"
    ]


REWARDS_OF = {
    "RewardsAccount": "accounts { %s }",
    "RewardsEntry": "accounts { entries(first: 5) { edges { node { %s } } } }",
}


def selected(type_name: str, field: str) -> str:
    """Return a selection of the field that is valid, whatever its type."""
    kind = get_named_type(schema.get_type(type_name).fields[field].type)
    arguments = "(first: 1)" if kind.name.endswith("Connection") else ""
    inside = "" if is_leaf_type(kind) else " { __typename }"
    return REWARDS_OF[type_name] % f"{field}{arguments}{inside}"


@pytest.mark.parametrize(
    ("type_name", "field"),
    [
        (type_name, field)
        for type_name in REWARDS_OF
        for field in schema.get_type(type_name).fields
    ],
)
def test_owners_and_staff_may_ask_for_all_of_somebodys_points(
    shop: Shop, type_name: str, field: str
) -> None:
    # given
    owner = merchants.customer()
    earn(open_purse(shop, owner), 5)
    rewards = selected(type_name, field)
    clerk = merchants.staff(USERS)

    # then
    assert not owner.is_refused(f"{{ me {{ rewards {{ {rewards} }} }} }}")
    assert not clerk.is_refused(
        f"query($id: ID!) {{ user(id: $id) {{ rewards {{ {rewards} }} }} }}",
        id=node_id("User", owner.user.pk),
    )


#: Of an account and its postings: what holds, and what staff wrote.
THEIRS = (
    "email user { email } holds(first: 9) { edges { node { points checkoutId } } } "
    "entries(first: 9) { edges { node { kind reason author } } }"
)


def adjusted(shop: Shop, owner: Caller) -> Account:
    """Return a customer's account with points aside, and a change that staff made."""
    account = open_purse(shop, owner)
    with posting(account.pk, timezone.now()) as book:
        book.adjust(9, key="by hand", reason="Ann called", author="User:7")
        ends_at = timezone.now() + days(1)
        book.hold(4, key="aside", checkout_token="t", expires_at=ends_at)
    return account


def test_members_see_what_is_aside_for_their_own_carts_and_no_word_of_staff(
    shop: Shop,
) -> None:
    # given
    owner = merchants.customer()
    adjusted(shop, owner)

    # when
    (mine,) = owner.ask(f"{{ me {{ rewards {{ accounts {{ {THEIRS} }} }} }} }}")["me"][
        "rewards"
    ]["accounts"]

    # then
    assert mine["email"] == mine["user"]["email"] == owner.user.email
    assert [row["points"] for row in nodes(mine["holds"])] == [4]
    entries = nodes(mine["entries"])
    assert [entry["kind"] for entry in entries] == ["HOLD", "ADJUST"]
    assert {(entry["reason"], entry["author"]) for entry in entries} == {(None, None)}


@pytest.mark.parametrize("who", CALLERS)
def test_what_staff_wrote_of_a_member_is_for_manage_users_alone_and_others_are_told(
    shop: Shop, who: str
) -> None:
    # given
    account = adjusted(shop, merchants.customer())
    caller = CALLERS[who](USERS)
    query = f"query($id: ID!) {{ rewardsAccount(id: $id) {{ {THEIRS} }} }}"
    id = node_id("RewardsAccount", account.pk)

    # when
    _status, answer = caller.send(query, id=id)

    # then
    if who in ALLOWED:
        node = nodes(answer["data"]["rewardsAccount"]["entries"])[1]
        assert (node["reason"], node["author"]) == ("Ann called", "User:7")
    else:
        assert answer["data"] == {"rewardsAccount": None}
        assert answer["errors"][0]["message"]


def test_whoever_may_not_see_a_customers_rewards_is_told_who_may(shop: Shop) -> None:
    # given
    colleague = merchants.staff()
    clerk = merchants.staff(STAFF)

    # when
    _status, answer = clerk.send(
        "query($id: ID!) { user(id: $id) { rewards { accounts { available } } } }",
        id=node_id("User", colleague.user.pk),
    )

    # then
    assert "MANAGE_USERS" in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    ("permissions", "may"), [((STAFF,), False), ((STAFF, USERS), True)]
)
def test_whoever_sees_a_user_does_not_see_their_points_for_it(
    shop: Shop, permissions: tuple[str, ...], may: bool
) -> None:
    # given
    caller, colleague = merchants.staff(*permissions), merchants.staff()
    earn(open_purse(shop, colleague), 5)
    query = (
        "{ staffUsers(first: 9) { edges { node { email rewards { accounts { "
        "available } } } } } }"
    )

    # then
    assert caller.is_refused(query) is not may
