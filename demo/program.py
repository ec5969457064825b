"""The demo's program: what a member of staff sets up, through the product's own API."""

from __future__ import annotations

from typing import Any

from .client import Client

PLUGIN = "rewards"
CHANNEL = "default"
STAFF = {"email": "admin@example.com", "password": "admin"}
SHOP_NAME = "Harbour Goods"
FREE_SHIPPING_FROM = 50
LADDER = ((100, 5), (300, 10))

LOG_IN = """
mutation LogIn($email: String!, $password: String!) {
  result: tokenCreate(email: $email, password: $password) {
    token accountErrors { field message }
  }
}"""

SHOP = """
query Shop { shop { domain { host } defaultCurrency countries { code } } }"""

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


def set_up(shop: Client) -> None:
    """Switch the plugin on and make its program with a ladder and free shipping.

    :raises ShopError: where the API refuses anything.
    """
    staff = shop.with_token(shop.ask(LOG_IN, **STAFF)["result"]["token"])
    found = staff.ask(SHOP)["shop"]
    staff.ask(NAME_SHOP, input={"name": SHOP_NAME, "domain": found["domain"]["host"]})
    staff.ask(SWITCH_ON, id=PLUGIN)
    given = {"name": "The demo's offers", "isActive": True}
    staff.ask(PROGRAM, channel=CHANNEL, input=given)
    currency = found["defaultCurrency"]
    countries = [country["code"] for country in found["countries"]]
    for rule in (free_shipping(currency, countries), ladder(currency)):
        staff.ask(RULE, channel=CHANNEL, input=rule)


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
