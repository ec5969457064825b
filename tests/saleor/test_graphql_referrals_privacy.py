"""Nobody reads another's friends, e-mail addresses or codes through the API."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Callable

import pytest
from graphql import get_named_type, is_leaf_type
from saleor.checkout.models import Checkout
from saleor.graphql.api import schema

from saleor_rewards.models import Referral, ReferralDecision

from . import merchants
from .friends import code_for, friend_cart, now, switch_on
from .inputs import document, node_id
from .members import bring, make_member, pay_out
from .merchants import DISCOUNTS, ORDERS, STAFF, USERS, Caller
from .orders import make_order
from .world import Cart, Shop

pytestmark = pytest.mark.django_db

FRIEND = "dear.friend@example.com"
VOUCHER = "VOUCHER-OF-ANN"
OTHERS = (DISCOUNTS, ORDERS, STAFF)

#: Who may look after customers.
TRUSTED = {"staff with", "app with"}


@dataclass
class Scene:
    """A member with a friend, and everybody who might look at the two of them."""

    shop: Shop
    owner: Caller
    cart: Cart
    code: str
    referral: Referral
    callers: dict[str, Caller]

    def who_reads(self, query: str, *path: str, **variables: Any) -> set[str]:
        """Return those whose answer has a value at the path."""
        return {
            who
            for who, caller in self.callers.items()
            if _found(caller.send(query, **variables)[1], path) is not None
        }


def _found(answer: Any, path: tuple[str, ...]) -> Any:
    found = answer.get("data")
    for name in path:
        if isinstance(found, list):
            found = found[0] if found else None
        if found is None:
            return None
        found = found[name]
    return found


@pytest.fixture
def scene(shop: Shop) -> Scene:
    switch_on(shop, link="https://shop.example/?ref={code}")
    ann = make_member("ann@example.com")
    code = code_for(shop, ann.user)
    friend = make_member(FRIEND)
    cart = friend_cart(shop, FRIEND)
    Checkout.objects.filter(pk=cart.pk).update(user=ann.user)
    referral = bring(
        shop,
        ann,
        code=code,
        checkout_token=cart.pk,
        referee_user_pk=friend.user.pk,
        referee_email=FRIEND,
        order_pk=str(make_order(friend.user).pk),
        number=1,
        signals=[["SAME_IP", 25]],
        **{
            name: now()
            for name in (
                "paid_at",
                "due_at",
                "rewarded_at",
                "revoked_at",
                "review_asked_at",
            )
        },
    )
    pay_out(shop, referral, "voucher", 1000, code=VOUCHER, valid_days=5)
    ReferralDecision.objects.create(referral=referral, verdict="allow", at=now())
    return Scene(shop, ann, cart, code.code, referral, _everybody(ann, friend))


def _everybody(owner: Caller, friend: Caller) -> dict[str, Caller]:
    return {
        "anonymous": merchants.anonymous(),
        "other customer": merchants.customer(),
        "owner": owner,
        "friend": friend,
        "staff without": merchants.staff(),
        "staff with others": merchants.staff(*OTHERS),
        "staff with": merchants.staff(USERS),
        "app without": merchants.app(),
        "app with others": merchants.app(*OTHERS),
        "app with": merchants.app(USERS),
    }


def fields_of(type_name: str) -> list[str]:
    return sorted(schema.get_type(type_name).fields)


def selection(type_name: str, field: str) -> str:
    """Return a selection of the field that is valid, whatever its type."""
    kind = get_named_type(schema.get_type(type_name).fields[field].type)
    return field if is_leaf_type(kind) else f"{field} {{ __typename }}"


#: Ways from Saleor's types to a member, and where they end.
WAYS: dict[str, tuple[str, tuple[str, ...]]] = {
    "by their ID": (
        "query($user: ID!, $c: String!) {{ user(id: $user) {0} }}",
        ("user",),
    ),
    "by their cart": (
        "query($token: UUID!, $c: String!) {{ checkout(token: $token) {{ user {0} }} }}",
        ("checkout", "user"),
    ),
}


def readers(scene: Scene, wanted: str, *path: str) -> dict[str, set[str]]:
    """Return who reads something of the member, on each way."""
    inside = f"{{ rewards {{ referral(channel: $c) {{ {wanted} }} }} }}"
    values = {
        "user": node_id("User", scene.owner.user.pk),
        "token": scene.cart.pk,
        "c": scene.shop.channel.slug,
    }
    return {
        way: scene.who_reads(
            query.format(inside),
            *start,
            "rewards",
            "referral",
            *path,
            **{name: value for name, value in values.items() if f"${name}" in query},
        )
        for way, (query, start) in WAYS.items()
    }


@pytest.mark.parametrize("field", fields_of("RewardsReferrer"))
def test_what_a_member_sees_of_referrals_is_for_that_member_and_trusted_staff(
    scene: Scene, field: str
) -> None:
    # when
    found = readers(scene, selection("RewardsReferrer", field), field)

    # then
    assert found["by their ID"] - {"owner"} == TRUSTED
    assert found["by their cart"] - TRUSTED == {"owner"}


@pytest.mark.parametrize("field", fields_of("RewardsReferralReward"))
def test_what_a_member_got_is_for_that_member_and_its_code_for_nobody_else(
    scene: Scene, field: str
) -> None:
    # given
    if field in ("points", "pointsKept"):
        pay_out(scene.shop, scene.referral, "points", 5)
    wanted = selection("RewardsReferralReward", field)
    inside = f"rewards(first: 5) {{ edges {{ node {{ {wanted} }} }} }}"

    # when
    found = readers(scene, inside, "rewards", "edges", "node", field)

    # then
    trusted = set() if field == "code" else TRUSTED
    assert found["by their ID"] - {"owner"} == trusted
    assert found["by their cart"] - TRUSTED == {"owner"}
    assert found["by their cart"] & TRUSTED <= trusted


@pytest.mark.parametrize("type_name", ["RewardsReferralFriends"])
def test_friends_are_told_as_numbers_alone(type_name: str) -> None:
    # when
    types = {
        get_named_type(field.type).name
        for field in schema.get_type(type_name).fields.values()
    }

    # then
    assert types == {"Int"}


@pytest.mark.parametrize("field", fields_of("RewardsReferral"))
def test_what_staff_see_of_a_referral_is_for_trusted_staff_alone(
    scene: Scene, field: str
) -> None:
    # given
    inside = selection("RewardsReferral", field)
    listed = f"{{ rewardsReferrals(first: 5) {{ edges {{ node {{ {inside} }} }} }} }}"
    reviewed = (
        "mutation($id: ID!) { rewardsReferralReview(id: $id, verdict: ALLOW, "
        f'reason: "Mine") {{ referral {{ id {inside} }} }} }}'
    )

    # when
    in_list = scene.who_reads(listed, "rewardsReferrals", "edges", "node", field)
    in_review = scene.who_reads(
        reviewed,
        "rewardsReferralReview",
        "referral",
        "id",
        id=node_id("RewardsReferral", scene.referral.pk),
    )

    # then
    assert in_list == TRUSTED
    assert in_review == TRUSTED


def test_no_list_of_staffs_tells_the_code_of_a_voucher(scene: Scene) -> None:
    # when
    inside = "rewards(first: 5) { edges { node { code } } }"
    query = f"{{ rewardsReferrals(first: 5) {{ edges {{ node {{ {inside} }} }} }} }}"
    page = ("edges", "node")
    path = ("rewardsReferrals", *page, "rewards", *page, "code")

    # then
    assert scene.who_reads(query, *path) == set()


def test_a_refused_decision_changes_nothing(scene: Scene) -> None:
    # when
    for who, caller in scene.callers.items():
        if who not in TRUSTED:
            assert caller.is_refused(
                document("ReferralReview"),
                id=node_id("RewardsReferral", scene.referral.pk),
                verdict="REJECT",
                reason="Mine",
            )

    # then
    assert ReferralDecision.objects.count() == 1


def test_whoever_holds_a_cart_sees_of_its_invitation_nothing_but_the_state(
    scene: Scene,
) -> None:
    # given: a guest's cart with a claim
    Checkout.objects.filter(pk=scene.cart.pk).update(user=None, email="new@b.test")
    Referral.objects.update(referee_user_pk=None)
    query = document("CheckoutReferral")
    secrets = (scene.code, VOUCHER, FRIEND, "ann@example.com")

    # when
    answers = {
        who: caller.ask(query, token=scene.cart.pk)["checkout"]
        for who, caller in scene.callers.items()
    }

    # then
    assert fields_of("CheckoutReferral") == ["message", "state"]
    assert answers["owner"]["rewards"]["referral"]["state"] == "ACCEPTED"
    for answer in answers.values():
        assert not any(str(secret) in json.dumps(answer) for secret in secrets)


#: What members and friends do; their answers are about themselves alone.
OWN_MUTATIONS: dict[str, Callable[[Scene], dict[str, Any]]] = {
    "ReferralClaim": lambda scene: {"checkoutId": scene.cart.id, "code": scene.code},
    "ReferralReviewRequest": lambda scene: {"checkoutId": scene.cart.id},
    "ReferralCodeRenew": lambda scene: {"channel": scene.shop.channel.slug},
    "ReferralCodeChoose": lambda scene: {
        "channel": scene.shop.channel.slug,
        "code": scene.code,
    },
    "ReferralInvite": lambda scene: {
        "channel": scene.shop.channel.slug,
        "email": "somebody.new@example.com",
    },
}


@pytest.mark.parametrize("name", OWN_MUTATIONS)
def test_no_answer_to_a_mutation_tells_of_anybody_else(scene: Scene, name: str) -> None:
    # given
    switch_on(scene.shop, allows_own_codes=True)
    variables = OWN_MUTATIONS[name](scene)
    secrets = (VOUCHER, FRIEND, "ann@example.com", node_id("User", scene.owner.user.pk))

    # when
    for who, caller in scene.callers.items():
        if who == "owner":
            continue
        _status, answer = caller.send(document(name), **variables)

        # then
        text = json.dumps(answer, default=str)
        assert not any(secret in text for secret in secrets), who
        assert scene.code not in text, who


def test_naming_a_friend_whom_somebody_named_has_the_same_answer(scene: Scene) -> None:
    # given
    query = (
        "mutation($c: String!, $e: String!) { rewardsReferralInvite(channel: $c, "
        "email: $e) { errors { code } } }"
    )
    channel = scene.shop.channel.slug

    # when
    answers = [
        scene.callers[who].ask(query, c=channel, e="new@example.com")
        for who in ("owner", "other customer", "friend")
    ]

    # then
    assert answers == [{"rewardsReferralInvite": {"errors": []}}] * 3


def test_looking_at_another_member_makes_no_code_for_them(scene: Scene) -> None:
    # given
    bob = make_member("bob@example.com")
    inside = "rewards { referral(channel: $c) { code link } }"

    # when
    data = scene.callers["staff with"].ask(
        f"query($id: ID!, $c: String!) {{ user(id: $id) {{ {inside} }} }}",
        id=node_id("User", bob.user.pk),
        c=scene.shop.channel.slug,
    )

    # then
    shown = data["user"]["rewards"]["referral"]
    assert shown == {"code": None, "link": None}
