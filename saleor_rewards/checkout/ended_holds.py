"""Holds whose time is up: counted as ended before a task has released them."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from functools import partial
from typing import Sequence

from ..guard import guarded
from ..host.current import host
from ..models import Account, Hold, HoldState, Pledge, PriceAgreement
from ..reservations import UNDER_WAY
from . import agreements
from .completions import may_come
from .lately import PAYING

FAULT = "REWARDS_ENDED_HOLDS"


def ended_holds(accounts: Sequence[Account], at: datetime) -> dict[int, list[Hold]]:
    """Return the open holds of each account that only wait to be released.

    Their time is up, and no order can come of their checkout any more, so that the task
    which releases them would do so ``at`` this moment. No query where nothing is put
    aside, one where no time is up, else five, and a few for each that is being paid.
    """
    holding = [account for account in accounts if account.points_held]
    if not holding:
        return {}
    found: dict[int, list[Hold]] = defaultdict(list)
    nothing: list[Hold] = []
    for hold in guarded(FAULT, nothing, partial(_ended, holding, at)):
        found[hold.account_id].append(hold)
    return dict(found)


def _ended(accounts: Sequence[Account], at: datetime) -> list[Hold]:
    over = list(
        Hold.objects.using(accounts[0]._state.db)
        .filter(
            account__in=[account.pk for account in accounts],
            state=HoldState.OPEN,
            expires_at__lte=at,
        )
        .order_by("pk")
    )
    # What was paid, and ordered, is never asked of a replica.
    with host.writing():
        return _free(over, at) if over else []


def _free(holds: Sequence[Hold], at: datetime) -> list[Hold]:
    """Return those of the holds that nothing keeps beyond their time."""
    tokens = [hold.checkout_token for hold in holds]
    living = host.living_checkouts(tokens)
    ordered = host.ordered_checkouts(tokens)
    pledges = {
        one.checkout_token: one
        for one in Pledge.objects.filter(checkout_token__in=tokens, order_pk=None)
    }
    agreed = {
        one.checkout_token: one
        for one in PriceAgreement.objects.filter(checkout_token__in=tokens)
    }

    def is_kept(hold: Hold) -> bool:
        token = hold.checkout_token
        if token in ordered:
            return True
        if token in pledges and may_come(pledges[token], at):
            return True
        if token not in living:
            return False
        if token in agreed and agreements.is_paid_or_asked(agreed[token], at):
            return True
        return is_being_paid(hold, at)

    return [hold for hold in holds if not is_kept(hold)]


def is_being_paid(hold: Hold, at: datetime) -> bool:
    """Return whether somebody is paying a total that the points were part of."""
    if hold.expires_at <= at - UNDER_WAY:
        return False
    return bool(host.payments_begun(hold.checkout_token, at - PAYING))
