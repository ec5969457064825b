"""The demo's program: what a member of staff sets up, through the product's own API."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from .client import Client

PLUGIN = "rewards"
CHANNEL = "default"
STAFF = {"email": "admin@example.com", "password": "admin"}
SHOP_NAME = "Harbour Goods"
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
DOUBLED = "Footwear"
#: Give 10, get 10: so much off a friend's first order, and as much in points for whoever
#: brought them, as soon as it is paid. A real shop waits until its time to return is
#: over; this one has a journey to finish.
GIVEN = 10
GIVEN_FROM = 30
FRIEND_POINTS = GIVEN * POINTS["redeemPoints"]
REFERRALS = {
    "isActive": True,
    "holdDays": 0,
    "minimumAmount": GIVEN_FROM - GIVEN,
    "mostPerMonth": 20,
}
FRIENDS_OFFER = "A friend's first order"
FOR_A_FRIEND = "For a friend's first order"
FOR_THE_THIRD = "For every third friend"
THIRD_WORTH = 20
THIRD_DAYS = 90

LOG_IN = """
mutation LogIn($email: String!, $password: String!) {
  result: tokenCreate(email: $email, password: $password) {
    token accountErrors { field message }
  }
}"""

SHOP = """
query Shop {
  shop { domain { host } defaultCurrency countries { code } }
  categories(first: 100) { edges { node { id name } } }
}"""

NAME_SHOP = """
mutation NameShop($input: SiteDomainInput) {
  result: shopDomainUpdate(input: $input) { shopErrors { field message } }
}"""

SWITCH_ON = """
mutation SwitchOn($id: ID!) {
  result: pluginUpdate(id: $id, input: { active: true }) {
    pluginsErrors { field message }
  }
}"""

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


def set_up(shop: Client) -> Client:
    """Switch the plugin on and make its program; return the staff's client.

    :raises ShopError: where the API refuses anything.
    """
    staff = shop.with_token(shop.ask(LOG_IN, **STAFF)["result"]["token"])
    data = staff.ask(SHOP)
    found = data["shop"]
    staff.ask(NAME_SHOP, input={"name": SHOP_NAME, "domain": found["domain"]["host"]})
    staff.ask(SWITCH_ON, id=PLUGIN)
    tiers = make_program(staff, f"http://{shop.host}:{shop.port}/?ref={{code}}")
    currency = found["defaultCurrency"]
    countries = [country["code"] for country in found["countries"]]
    nodes = (edge["node"] for edge in data["categories"]["edges"])
    doubled = [node["id"] for node in nodes if node["name"] == DOUBLED]
    rules = [
        free_shipping(currency, countries),
        ladder(currency),
        points_on_everything(currency),
        double_points(doubled),
        points_of_members(tiers[1:]),
        friends_discount(currency),
        points_for_a_friend(),
        voucher_for_the_third(currency),
    ]
    for rule in rules:
        staff.ask(RULE, channel=CHANNEL, input=rule)
    return staff


def make_program(staff: Client, link: str) -> list[str]:
    """Make the program with its points, tiers and referrals; return the tiers' IDs.

    ``link`` is the page that members share, with ``{code}`` in it.
    """
    given = {
        "name": "The demo's offers",
        "isActive": True,
        "points": POINTS,
        "referrals": {**REFERRALS, "link": link},
        "tiers": [{"name": name, "threshold": points} for name, points in TIERS],
    }
    made = staff.ask(PROGRAM, channel=CHANNEL, input=given)["result"]["program"]
    return [tier["id"] for tier in made["tiers"]]


def give_days_to_return(staff: Client, days: int) -> None:
    """Let the points of orders from now on stay pending for so many days."""
    given = {"points": {"returnDays": days}}
    staff.ask(PROGRAM, channel=CHANNEL, input=given)


def factor_of(category: str, tier: str) -> Decimal:
    """Return how many points the program gives for 1.00 of a category.

    >>> factor_of(DOUBLED, tier="Gold")
    Decimal('2')
    >>> factor_of("Paints", tier="Silver")
    Decimal('1.5')
    >>> factor_of("Paints", tier="Bronze")
    Decimal('1')
    """
    if category == DOUBLED:
        return Decimal(2)
    return TIER_FACTOR if tier in dict(TIERS[1:]) else Decimal(1)


def free_shipping(currency: str, countries: list[str]) -> dict[str, Any]:
    threshold = [{"currency": currency, "amount": FREE_SHIPPING_FROM}]
    return {
        "name": "Free shipping",
        "lane": "SHIPPING",
        "conditions": {
            "minimumSubtotal": {"amounts": threshold},
            "countries": countries,
        },
        "benefit": {"freeShipping": {}},
    }


def ladder(currency: str) -> dict[str, Any]:
    steps = [
        {"from": [{"currency": currency, "amount": start}], "percent": percent}
        for start, percent in LADDER
    ]
    return {
        "name": "Spend and save",
        "lane": "ORDER",
        "benefit": {"ladder": {"steps": steps}},
    }


def points_on_everything(currency: str) -> dict[str, Any]:
    per = [{"currency": currency, "amount": 1}]
    return {
        "name": "A point for each 1.00",
        "lane": "POINTS",
        "benefit": {"pointsPerAmount": {"points": 1, "per": per}},
    }


def double_points(categories: list[str]) -> dict[str, Any]:
    return {
        "name": f"Double points on {DOUBLED.lower()}",
        "lane": "POINTS",
        "conditions": {"categories": {"include": categories}},
        "benefit": {"pointsMultiplier": {"factor": 2}},
    }


def points_of_members(tiers: list[str]) -> dict[str, Any]:
    return {
        "name": "Half as many again from Silver on",
        "lane": "POINTS",
        "conditions": {"tiers": tiers},
        "benefit": {"pointsMultiplier": {"factor": TIER_FACTOR}},
    }


def friends_discount(currency: str) -> dict[str, Any]:
    least = [{"currency": currency, "amount": GIVEN_FROM}]
    return {
        "name": FRIENDS_OFFER,
        "lane": "ORDER",
        "conditions": {
            "hasReferral": True,
            "firstOrder": True,
            "minimumSubtotal": {"amounts": least},
        },
        "benefit": {
            "amountOff": {"amounts": [{"currency": currency, "amount": GIVEN}]}
        },
    }


def points_for_a_friend() -> dict[str, Any]:
    return {
        "name": FOR_A_FRIEND,
        "lane": "REFERRAL",
        "benefit": {"referralPoints": {"points": FRIEND_POINTS}},
    }


def voucher_for_the_third(currency: str) -> dict[str, Any]:
    amounts = [{"currency": currency, "amount": THIRD_WORTH}]
    return {
        "name": FOR_THE_THIRD,
        "lane": "REFERRAL",
        "conditions": {"nthFriend": {"number": 3, "repeats": True}},
        "benefit": {"referralVoucher": {"amounts": amounts, "validDays": THIRD_DAYS}},
    }
