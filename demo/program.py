"""The demo's program: what a member of staff sets up, through the product's own API."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Sequence

from .client import Client
from .talk import Channel

STAFF = {"email": "admin@example.com", "password": "admin"}
FREE_SHIPPING_FROM = 50
LADDER = ((100, 5), (300, 10))
#: One point for each 1.00 spent; 100 of them are worth 1.00.
POINTS = {
    "isActive": True,
    "returnDays": 0,
    "redeemPoints": 100,
    "redeemAmount": 1,
    "minimumPoints": 50,
    "stepPoints": 10,
    "mostPercent": 50,
}
#: By points; whoever is on one of the last two earns by the factor.
TIERS = (("Bronze", 100), ("Silver", 400), ("Gold", 2000))
TIER_FACTOR = Decimal("1.5")
#: What the sample shops of Saleor 2 and 3 call shoes.
DOUBLED = ("Footwear", "Sneakers")
#: Give 10, get 10: so much off a friend's first order, and as much in points for whoever
#: brought them, as soon as it is paid. A real shop waits until its time to return is
#: over; this one has a journey to finish.
GIVEN = 10
GIVEN_FROM = 30
FRIEND_POINTS = GIVEN * POINTS["redeemPoints"]
FRIENDS_OFFER = "A friend's first order"
FOR_A_FRIEND = "For a friend's first order"
FOR_THE_THIRD = "For every third friend"
THIRD_WORTH = 20
THIRD_DAYS = 90

PROGRAM = """
mutation Program($channel: String!, $input: RewardsProgramInput!) {
  result: rewardsProgramUpdate(channel: $channel, input: $input) {
    program { tiers { id } }
    errors { field message }
  }
}"""

RULE = """
mutation Rule($channel: String!, $input: RewardsRuleInput!) {
  result: rewardsRuleCreate(channel: $channel, input: $input) {
    errors { field message }
    warnings { field message }
  }
}"""


@dataclass(frozen=True)
class Opened:
    """Who runs the shop that :func:`set_up` opened, and its channels."""

    staff: Client
    bank: Client
    channels: Sequence[Channel]


def sign_in(shop: Client, credentials: dict[str, str]) -> Client:
    """Return the shop as somebody sees it who has signed in."""
    found = shop.ask(shop.talk.LOG_IN, **credentials)
    return shop.with_token(found["result"]["token"])


def set_up(shop: Client) -> Opened:
    """Make a program in every channel of a shop that just installed the plugin.

    :raises ShopError: where the API refuses anything.
    """
    staff = sign_in(shop, STAFF)
    found = staff.ask(shop.talk.SHOP)
    channels = shop.talk.channels(found)
    for channel in channels:
        make_rules(staff, channel, found)
    return Opened(staff, shop.talk.open_bank(staff), channels)


def make_rules(staff: Client, channel: Channel, found: Any) -> None:
    """Make a channel's program and its rules.

    :param found: what the shop says of itself.
    """
    link = f"http://{staff.host}:{staff.port}/?ref={{code}}"
    tiers = make_program(staff, channel, link)
    countries = [country["code"] for country in found["shop"]["countries"]]
    nodes = (edge["node"] for edge in found["categories"]["edges"])
    rules = [
        free_shipping(channel, countries),
        ladder(channel),
        points_on_everything(channel),
        *(double_points(node) for node in nodes if node["name"] in DOUBLED),
        points_of_members(tiers[1:]),
        friends_discount(channel),
        points_for_a_friend(channel),
        voucher_for_the_third(channel),
    ]
    for rule in rules:
        staff.ask(RULE, channel=channel.slug, input=rule)


def make_program(staff: Client, channel: Channel, link: str) -> list[str]:
    """Make the program with its points, tiers and referrals; return the tiers' IDs.

    ``link`` is the page that members share, with ``{code}`` in it.
    """
    given = {
        "name": "The demo's offers",
        "isActive": True,
        "points": POINTS,
        "referrals": {**referrals(channel), "link": link},
        "tiers": [{"name": name, "threshold": points} for name, points in TIERS],
    }
    made = staff.ask(PROGRAM, channel=channel.slug, input=given)["result"]["program"]
    return [tier["id"] for tier in made["tiers"]]


def referrals(channel: Channel) -> dict[str, Any]:
    return {
        "isActive": True,
        "holdDays": 0,
        "minimumAmount": (GIVEN_FROM - GIVEN) * channel.scale,
        "mostPerMonth": 20,
    }


def give_days_to_return(staff: Client, channel: Channel, days: int) -> None:
    """Let the points of orders from now on stay pending for so many days."""
    given = {"points": {"returnDays": days}}
    staff.ask(PROGRAM, channel=channel.slug, input=given)


def factor_of(category: str, tier: str) -> Decimal:
    """Return how many points the program gives for 1.00 of a category.

    >>> factor_of("Footwear", tier="Gold")
    Decimal('2')
    >>> factor_of("Paints", tier="Silver")
    Decimal('1.5')
    >>> factor_of("Paints", tier="Bronze")
    Decimal('1')
    """
    if category in DOUBLED:
        return Decimal(2)
    return TIER_FACTOR if tier in dict(TIERS[1:]) else Decimal(1)


def free_shipping(channel: Channel, countries: list[str]) -> dict[str, Any]:
    threshold = channel.money(FREE_SHIPPING_FROM)
    return {
        "name": "Free shipping",
        "lane": "SHIPPING",
        "conditions": {
            "minimumSubtotal": {"amounts": threshold},
            "countries": countries,
        },
        "benefit": {"freeShipping": {}},
    }


def ladder(channel: Channel) -> dict[str, Any]:
    steps = [
        {"from": channel.money(start), "percent": percent} for start, percent in LADDER
    ]
    return {
        "name": "Spend and save",
        "lane": "ORDER",
        "benefit": {"ladder": {"steps": steps}},
    }


def points_on_everything(channel: Channel) -> dict[str, Any]:
    per = [{"currency": channel.currency, "amount": 1}]
    return {
        "name": "A point for each 1.00",
        "lane": "POINTS",
        "benefit": {"pointsPerAmount": {"points": 1, "per": per}},
    }


def double_points(category: dict[str, str]) -> dict[str, Any]:
    return {
        "name": f"Double points on {category['name'].lower()}",
        "lane": "POINTS",
        "conditions": {"categories": {"include": [category["id"]]}},
        "benefit": {"pointsMultiplier": {"factor": 2}},
    }


def points_of_members(tiers: list[str]) -> dict[str, Any]:
    return {
        "name": "Half as many again from Silver on",
        "lane": "POINTS",
        "conditions": {"tiers": tiers},
        "benefit": {"pointsMultiplier": {"factor": TIER_FACTOR}},
    }


def friends_discount(channel: Channel) -> dict[str, Any]:
    least = channel.money(GIVEN_FROM)
    return {
        "name": FRIENDS_OFFER,
        "lane": "ORDER",
        "conditions": {
            "hasReferral": True,
            "firstOrder": True,
            "minimumSubtotal": {"amounts": least},
        },
        "benefit": {"amountOff": {"amounts": channel.money(GIVEN)}},
    }


def points_for_a_friend(channel: Channel) -> dict[str, Any]:
    return {
        "name": FOR_A_FRIEND,
        "lane": "REFERRAL",
        "benefit": {"referralPoints": {"points": FRIEND_POINTS * channel.scale}},
    }


def voucher_for_the_third(channel: Channel) -> dict[str, Any]:
    amounts = channel.money(THIRD_WORTH)
    return {
        "name": FOR_THE_THIRD,
        "lane": "REFERRAL",
        "conditions": {"nthFriend": {"number": 3, "repeats": True}},
        "benefit": {"referralVoucher": {"amounts": amounts, "validDays": THIRD_DAYS}},
    }
