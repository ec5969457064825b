"""Staff who give points by hand, and those who approve or decline what waits."""

from __future__ import annotations

from typing import Any

from saleor_rewards.models import Account

from . import merchants
from .inputs import document
from .merchants import DISCOUNTS, USERS, Caller
from .purses import account_id

#: What one of them may give a day.
BOUND = 100


def clerk_of() -> Caller:
    return merchants.staff(USERS, DISCOUNTS)


def give(caller: Caller, account: Account, points: int, **input: Any) -> dict[str, Any]:
    """Give points by hand and return the payload."""
    wanted = {"accountId": account_id(account), "points": points, "reason": "Sorry"}
    return caller.do(document("PointsAdjust"), input={**wanted, **input})


def decide(
    caller: Caller, how: str, *ids: str, reason: str = "It is right"
) -> dict[str, Any]:
    """Approve or decline points that wait."""
    return caller.do(document(f"PointsAdjust{how}"), ids=list(ids), reason=reason)


def codes_of(payload: dict[str, Any]) -> list[tuple[str, str]]:
    assert all(error["message"] for error in payload["errors"])
    return [(error["field"], error["code"]) for error in payload["errors"]]


def listed(caller: Caller, **variables: Any) -> list[dict[str, Any]]:
    page = caller.ask(document("PointsAdjustments"), **variables)
    return [edge["node"] for edge in page["rewardsPointsAdjustments"]["edges"]]


def waiting(clerk: Caller, account: Account, points: int = BOUND + 1) -> str:
    """Enter points beyond the bound; return the ID of what waits."""
    payload = give(clerk, account, points)
    assert (payload["errors"], payload["entry"]) == ([], None)
    assert payload["adjustment"]["state"] == "WAITING"
    return payload["adjustment"]["id"]
