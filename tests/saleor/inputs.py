"""Documents and inputs that merchants send."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import graphene

import saleor_rewards

from .merchants import Caller
from .world import Shop

DOCUMENTS = (
    Path(saleor_rewards.__file__).parent / "graphql" / "operations.graphql"
).read_text(encoding="utf-8")


#: Every setting of points, none of them as it is by default.
POINTS = {
    "isActive": True,
    "earnOn": "FULFILLED",
    "base": "NET",
    "returnDays": 30,
    "expiry": "AFTER_EARNING",
    "expiryDays": 365,
    "noticeDays": 14,
    "redeemPoints": 100,
    "redeemAmount": 1.5,
    "minimumPoints": 50,
    "stepPoints": 10,
    "mostPercent": 50.5,
    "holdMinutes": 30,
    "shortage": "CLAMP",
    "birthdayKey": "born",
    "tierMeasure": "SPEND",
    "tierWindowDays": 365,
    "tierGraceDays": 30,
    "maxStaffPointsPerDay": 500,
    "tierDowngrade": "STEP",
}

#: All settings of referrals, none of them the default.
REFERRALS: dict[str, Any] = {
    "isActive": True,
    "link": "https://shop.example/?ref={code}",
    "allowsOwnCodes": True,
    "claimDays": 60,
    "holdDays": 7,
    "minimumAmount": 25.5,
    "mostPerMonth": 10,
    "shortage": "CLAMP",
    "reviewWeight": 40,
    "rejectWeight": 90,
    "weights": [{"code": "SAME_IP", "weight": 5}],
    "evidenceDays": 90,
}


def document(name: str) -> str:
    """Return one of the ready operations with the fragments that it spreads."""
    parts = re.split(r"\n(?=#|query|mutation|fragment)", DOCUMENTS)
    (wanted,) = [
        part for part in parts if re.match(rf"(query|mutation) {name}\b", part)
    ]
    fragments = [part for part in parts if part.startswith("fragment")]
    return wanted + "".join(
        part for part in fragments if f"...{part.split()[1]}\n" in wanted
    )


def dollars(amount: Any) -> list[dict[str, Any]]:
    return [{"currency": "USD", "amount": amount}]


def node_id(type_name: str, pk: Any) -> str:
    return graphene.Node.to_global_id(type_name, pk)


def ladder(*steps: tuple[Any, Any]) -> dict[str, Any]:
    return {
        "ladder": {
            "steps": [
                {"from": dollars(threshold), "percent": percent}
                for threshold, percent in steps
            ]
        }
    }


def order_rule(**changes: Any) -> dict[str, Any]:
    """Return the input of a rule that is fine as it is."""
    return {
        "name": "Spend more, save more",
        "lane": "ORDER",
        "benefit": ladder((100, 5), (300, 10)),
        **changes,
    }


def create(caller: Caller, shop: Shop, **changes: Any) -> dict[str, Any]:
    return caller.do(
        document("RuleCreate"), channel=shop.channel.slug, input=order_rule(**changes)
    )


def nodes(connection: dict[str, Any]) -> list[dict[str, Any]]:
    """Return what stands on a page."""
    return [edge["node"] for edge in connection["edges"]]
