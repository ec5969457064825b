"""Every number is bounded where it is entered, and capped where it is summed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Iterator, NamedTuple

import pytest
from django.utils import timezone
from graphql import get_named_type
from saleor.graphql.api import schema

from saleor_rewards.graphql.numbers import MAX_INT
from saleor_rewards.ledger.invariants import assert_account
from saleor_rewards.ledger.upkeep import merge
from saleor_rewards.models import Account, Entry, EntryKind

from . import merchants
from .error_table import PAGE
from .fuzzing import paths, replaced
from .inputs import POINTS, REFERRALS, document, dollars, nodes
from .merchants import Caller
from .points import make_member, reconcile_all
from .purses import account_id, days, earn, open_purse
from .staff import Staff, pk_of
from .test_graphql_fuzz import BENEFITS, OF_REFERRERS
from .world import Cart, Shop, Shopper

pytestmark = pytest.mark.django_db(transaction=True)


class Bounds(NamedTuple):
    """What a number may be, as the guide's table says."""

    field: str
    least: Decimal
    most: Decimal

    @property
    def unit(self) -> Decimal:
        powers = [int(one.as_tuple().exponent) for one in (self.least, self.most)]
        return Decimal(1).scaleb(min(powers))


def bounds() -> list[Bounds]:
    """Return the rows of the guide's table, a field each."""
    table = PAGE.read_text(encoding="utf-8").split("<!-- checked: numbers -->")[1]
    rows = [
        [cell.strip() for cell in line.strip("| ").split(" | ")]
        for line in table.split("\n\n")[0].splitlines()
        if line.startswith("| `")
    ]
    return [
        Bounds(name.strip("`"), Decimal(least), Decimal(most))
        for names, least, most in rows
        for name in names.split(", ")
    ]


def numbers_of(type_name: str, fine: dict[str, Any], at: str = "") -> Iterator[str]:
    """Yield the paths of the numbers in an input that fills in every field."""
    for path, kind in paths(type_name, fine):
        if kind in ("Int", "Decimal"):
            steps = ["N" if isinstance(step, int) else step for step in path]
            yield ".".join([*([at] if at else []), *steps])


def kind_of(input_name: str, field: str) -> str:
    """Return the name of the type of an input's field."""
    return str(get_named_type(schema.get_type(input_name).fields[field].type).name)


def test_the_guide_has_bounds_for_every_number_that_merchants_enter() -> None:
    # given
    conditions = {
        "minimumSubtotal": {"amounts": dollars(5)},
        "minimumQuantity": 2,
        "nthOrder": {"number": 1},
        **OF_REFERRERS,
    }
    found = {"priority", "capPercent", "tiers.N.threshold"}
    found |= set(numbers_of("RewardsConditionsInput", conditions, "conditions"))
    found |= set(numbers_of("RewardsPointsInput", POINTS, "points"))
    found |= set(numbers_of("RewardsReferralPolicyInput", REFERRALS, "referrals"))
    for kind, (_lane, benefit) in BENEFITS.items():
        named = kind_of("RewardsBenefitInput", kind)
        found |= set(numbers_of(named, benefit, f"benefit.{kind}"))

    # then: the inputs above leave out no condition that has a number
    others = set(schema.get_type("RewardsConditionsInput").fields) - set(conditions)
    for name in others:
        kind = kind_of("RewardsConditionsInput", name)
        assert kind not in ("Int", "Decimal"), name
        inner = getattr(schema.get_type(kind), "fields", {})
        for field in inner.values() if isinstance(inner, dict) else ():
            assert get_named_type(field.type).name not in ("Int", "Decimal"), name
    assert {one.field for one in bounds()} == found


def rule_with(field: str, value: Any) -> dict[str, Any]:
    """Return the input of a rule that is fine but for one number."""
    rule: dict[str, Any] = {
        "name": "Rule",
        "lane": "ORDER",
        "priority": 0,
        "benefit": {"percentOff": {"percent": 5}},
        "conditions": {
            "minimumSubtotal": {"amounts": dollars(5)},
            "minimumQuantity": 2,
            "nthOrder": {"number": 1},
        },
    }
    first, kind, *_rest = [*field.split("."), ""]
    if first == "benefit":
        lane, benefit = BENEFITS[kind]
        if kind == "ladder":
            takes = {"amount": dollars(5)} if "N.amount.N" in field else {"percent": 5}
            step = {"from": dollars(100), **takes}
            benefit = {"steps": [step], "cap": dollars(50)}
        rule = {**rule, "lane": lane, "benefit": {kind: benefit}, "conditions": {}}
    elif kind == "nthFriend":
        lane, benefit = BENEFITS["referralPoints"]
        rule = {**rule, "lane": lane, "benefit": {"referralPoints": benefit}}
        rule["conditions"] = OF_REFERRERS
    return replaced(rule, path_of(field), value)


def program_with(field: str, value: Any) -> dict[str, Any]:
    """Return the input of a program that is fine but for one number."""
    weights = {"reviewWeight": 1} if "rejectWeight" in field else {"rejectWeight": 1000}
    part = field.split(".")[0]
    fine = {
        "capPercent": 30,
        "points": POINTS,
        "referrals": {**REFERRALS, **weights},
        "tiers": [{"name": "Gold", "threshold": 5}],
    }
    if part == "tiers":
        measured = {"points": {"tierMeasure": "POINTS"}, part: fine[part]}
        return replaced(measured, path_of(field), value)
    return replaced({part: fine[part]}, path_of(field), value)


def path_of(field: str) -> tuple[Any, ...]:
    return tuple(0 if step == "N" else step for step in field.split("."))


def save(boss: Caller, shop: Shop, one: Bounds, number: Decimal) -> list[Any]:
    """Save a rule or a program with that number; return fields and codes of errors."""
    is_whole = one.unit == 1
    value = int(number) if is_whole else str(number)
    of_program = one.field.startswith(("capPercent", "points.", "referrals.", "tiers"))
    name, fill = (
        ("ProgramUpdate", program_with) if of_program else ("RuleCreate", rule_with)
    )
    input = fill(one.field, value)
    payload = boss.do(document(name), channel=shop.channel.slug, input=input)
    return [(error["field"], error["code"]) for error in payload["errors"]]


def test_each_number_is_taken_up_to_its_bounds_and_refused_by_name_beyond(
    shop: Shop,
) -> None:
    # given
    boss = merchants.staff(merchants.DISCOUNTS, merchants.STAFF)

    for one in bounds():
        named = ".".join(map(str, path_of(one.field)))
        beyond = [one.least - one.unit, one.most + one.unit]

        # when
        taken = [save(boss, shop, one, number) for number in (one.least, one.most)]
        refused = [
            save(boss, shop, one, number)
            for number in beyond
            # Saleor refuses what is no whole number of GraphQL.
            if one.unit != 1 or abs(number) <= MAX_INT
        ]

        # then
        assert taken == [[], []], one
        for found in refused:
            assert found == [(named, "OUT_OF_RANGE")], one


def huge(shop: Shop) -> None:
    """Let every order earn as many points as rules can give."""
    shop.rule(
        "A billion a cent",
        {"type": "POINTS_PER_AMOUNT", "points": 10**9, "per": {"USD": "0.01"}},
        lane="POINTS",
    )
    shop.rule(
        "A billion more", {"type": "POINTS_FIXED", "points": 10**9}, lane="POINTS"
    )


def test_a_cart_and_an_order_never_earn_more_than_graphql_can_say(shop: Shop) -> None:
    # given
    shop.points(return_days=0)
    huge(shop)
    member = make_member(shop, 5)

    # when
    cart = member.cart((shop.product("30.00", ships=False), 1))
    data = member.ask(document("CheckoutPoints"), token=cart.pk)
    shown = member.ask(document("CheckoutWithRewards"), token=cart.pk)
    offers = shown["checkout"]["rewards"]["offers"]
    order = member.buy(cart)
    reconcile_all()

    # then
    assert data["checkout"]["rewards"]["points"]["earned"] == MAX_INT - 5
    assert sum(offer["points"] for offer in offers) == MAX_INT
    assert member.account.points_available == MAX_INT
    told = receipt_of(member, order)
    assert (told["pointsEarned"], told["pointsPosted"]) == (MAX_INT, MAX_INT - 5)


def receipt_of(member: Any, order: dict[str, Any]) -> dict[str, Any]:
    data = member.ask(document("OrderWithReceipt"), token=order["token"])
    rewards: dict[str, Any] = data["orderByToken"]["rewards"]
    return rewards


def earned_by(asking: Shopper | Caller, cart: Cart) -> int:
    """Return how many points whoever asks is told that a cart earns."""
    data = asking.ask(document("CheckoutPoints"), token=cart.pk)
    return int(data["checkout"]["rewards"]["points"]["earned"])


def test_points_that_pay_make_room_for_those_that_an_order_earns(shop: Shop) -> None:
    # given
    shop.points(return_days=0, minimum_points=1)
    shop.rule("A thousand", {"type": "POINTS_FIXED", "points": 1000}, lane="POINTS")
    member = make_member(shop, MAX_INT)

    # when
    cart = member.put_aside(shop.product("30.00", ships=False), 400)
    earned = earned_by(member, cart)
    member.buy(cart)
    reconcile_all()

    # then
    assert earned == 400
    assert member.account.points_available == MAX_INT
    assert_account(member.account.pk)


def test_a_full_account_takes_what_fits_and_says_so(shop: Shop) -> None:
    # given
    shop.points(return_days=0)
    shop.rule("A thousand", {"type": "POINTS_FIXED", "points": 1000}, lane="POINTS")
    member = make_member(shop, MAX_INT - 300)

    # when
    cart = member.cart((shop.product("30.00", ships=False), 1))
    clerk = merchants.staff("manage_checkouts")
    told_before = earned_by(member, cart), earned_by(clerk, cart)
    order = member.buy(cart)
    reconcile_all()

    # then: nobody else learns that the account is full
    assert told_before == (300, 1000)
    account = member.account
    assert account.points_available == MAX_INT
    earned = Entry.objects.get(kind=EntryKind.EARN, order_pk=str(pk_of(order)))
    assert (earned.points_lifetime, earned.points_waived) == (300, 700)
    assert_account(account.pk)
    told = receipt_of(member, order)
    assert (told["pointsEarned"], told["pointsPosted"]) == (1000, 300)
    clerk = merchants.staff(merchants.USERS)
    data = clerk.ask(document("Account"), id=account_id(account))["rewardsAccount"]
    assert (data["available"], data["isFull"]) == (MAX_INT, True)


def test_a_refund_takes_no_more_than_a_full_account_took(shop: Shop) -> None:
    # given
    shop.points(return_days=0)
    shop.rule("A thousand", {"type": "POINTS_FIXED", "points": 1000}, lane="POINTS")
    member = make_member(shop, MAX_INT - 300)
    order = member.buy(member.cart((shop.product("30.00", ships=False), 1)))
    reconcile_all()

    # when
    Staff().refund(order, "15.00")
    reconcile_all()

    # then: what was let go goes first
    assert member.account.points_available == MAX_INT

    # when
    Staff().refund(order, "15.00")
    reconcile_all()

    # then
    assert member.account.points_available == MAX_INT - 300
    assert member.account.points_debt == 0
    assert_account(member.account.pk)


def test_staff_cannot_add_more_than_fits(shop: Shop) -> None:
    # given
    shop.points()
    account = open_purse(shop, merchants.customer())
    earn(account, MAX_INT - 10)
    clerk = merchants.staff(merchants.USERS, merchants.DISCOUNTS)
    change = {"accountId": account_id(account), "reason": "Sorry"}

    # when
    over, fits = [
        clerk.do(document("PointsAdjust"), input={**change, "points": points})
        for points in (11, 10)
    ]

    # then
    (error,) = over["errors"]
    assert (error["field"], error["code"]) == ("points", "TOO_MANY_POINTS")
    assert "Only 10 more points fit" in error["message"]
    assert fits["errors"] == []
    assert (fits["account"]["available"], fits["account"]["isFull"]) == (MAX_INT, True)


def test_sums_beyond_what_graphql_can_say_are_told_as_the_most(shop: Shop) -> None:
    # given
    shop.points(minimum_points=1)
    people = [merchants.customer() for _ in range(2)]
    one, other = [open_purse(shop, caller) for caller in people]
    end = timezone.now() + days(1)
    for account in (one, other):
        earn(account, MAX_INT, expires_at=end)

    # when
    merge(one.pk, other.pk, timezone.now())

    # then
    account = Account.objects.get(pk=other.pk)
    assert account.points_available == account.points_lifetime == 2 * MAX_INT
    clerk = merchants.staff(merchants.USERS)
    data = clerk.ask(ACCOUNT, id=account_id(account))["rewardsAccount"]
    assert data["available"] == data["lifetime"] == MAX_INT
    assert [row["points"] for row in nodes(data["expiringSoon"])] == [MAX_INT]
    newest = data["entries"]["edges"][0]["node"]
    assert (newest["points"], newest["available"]) == (MAX_INT, MAX_INT)
    assert data["isFull"] is True


ACCOUNT = """
query($id: ID!) {
  rewardsAccount(id: $id) {
    pending available held debt lifetime isFull worth { amount }
    expiringSoon(days: 3, first: 5) { edges { node { points } } }
    entries(first: 5) { edges { node {
      points pending available held debt waived } } }
  }
}
"""
