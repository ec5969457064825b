"""Balances as they are at the moment of asking, read for all accounts at once."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime
from typing import Any, NamedTuple, Sequence

from django.db.models import Exists, OuterRef
from django.utils import timezone
from promise import Promise

from ...ledger.balances import Balance, Ended, balances, expiring
from ...models import Account, Hold, HoldState, Pledge, PriceAgreement
from ..base import DataLoader, database, reading
from ..numbers import in_int


class ExpiringPoints(NamedTuple):
    """Points that can be spent until a moment."""

    expires_at: datetime
    points: int


class Standing(NamedTuple):
    """What is on an account, and the holds of it whose time is up.

    The points of these are counted as available, before a task releases them.
    """

    balance: Balance
    ended: Sequence[Hold]


class EndedHoldsLoader(DataLoader):
    """The holds of each account that only wait to be released."""

    context_key = "rewards_ended_holds"

    def batch_load(self, keys: Sequence[Account]) -> list[Sequence[Hold]]:
        from ...checkout.ended_holds import ended_holds

        found = ended_holds(keys, timezone.now())
        return [found.get(account.pk, ()) for account in keys]


class AfterEndedHoldsLoader(DataLoader):
    """Something of each account that goes by the holds whose time is up."""

    def batch_load(self, keys: Sequence[Account]) -> Promise[list[Any]]:
        def after(found: Sequence[Sequence[Hold]]) -> list[Any]:
            pairs = zip(keys, found)
            ended = {one.pk: held for one, held in pairs if held}
            # What Saleor lets a loader read, it lets no callback read.
            with reading(self.context):
                return self.load_after(keys, ended)

        return EndedHoldsLoader(self.context).load_many(keys).then(after)

    def load_after(self, keys: Sequence[Account], ended: Ended) -> list[Any]:
        raise NotImplementedError


class StandingLoader(AfterEndedHoldsLoader):
    """How each account that was read stands at the moment of asking."""

    context_key = "rewards_standing"

    def load_after(self, keys: Sequence[Account], ended: Ended) -> list[Standing]:
        found = balances(keys, timezone.now(), ended)
        return [
            Standing(found[account.pk], ended.get(account.pk, ())) for account in keys
        ]


class OpenHoldsLoader(AfterEndedHoldsLoader):
    """What each account has put aside, the first to end first."""

    context_key = "rewards_open_holds"

    def load_after(self, keys: Sequence[Account], ended: Ended) -> list[list[Hold]]:
        rows = Hold.objects.using(database(self.context)).filter(
            account_id__in=[account.pk for account in keys if account.points_held],
            state=HoldState.OPEN,
        )
        over = {hold.pk for holds in ended.values() for hold in holds}
        found: dict[int, list[Hold]] = defaultdict(list)
        for hold in rows.exclude(pk__in=over).order_by("expires_at", "pk"):
            found[hold.account_id].append(hold)
        return [found[account.pk] for account in keys]


class ExpiringPointsLoader(AfterEndedHoldsLoader):
    """When how many points of each account expire, soonest first."""

    context_key = "rewards_expiring_points"

    def load_after(
        self, keys: Sequence[Account], ended: Ended
    ) -> list[list[ExpiringPoints]]:
        found = expiring(keys, timezone.now(), ended)
        return [
            [
                ExpiringPoints(moment, in_int(points))
                for moment, points in found[account.pk]
            ]
            for account in keys
        ]


class HoldEndByTokenLoader(DataLoader):
    """When what is put aside for each checkout is released.

    ``None`` where nothing is, and where it waits for an order that is paid or placed.
    """

    context_key = "rewards_hold_end_by_token"

    def batch_load(self, keys: Sequence[str]) -> list[datetime | None]:
        using = database(self.context)
        own = {"checkout_token": OuterRef("checkout_token")}
        agreed = PriceAgreement.objects.filter(**own)
        pledged = Pledge.objects.filter(**own, order_pk=None)
        rows = Hold.objects.using(using).filter(
            checkout_token__in=keys, state=HoldState.OPEN, expires_at__gt=timezone.now()
        )
        free = rows.annotate(is_agreed=Exists(agreed), is_pledged=Exists(pledged))
        free = free.filter(is_agreed=False, is_pledged=False)
        found = dict(free.values_list("checkout_token", "expires_at"))
        return [found.get(token) for token in keys]
