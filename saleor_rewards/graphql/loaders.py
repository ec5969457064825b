"""What a request reads in one query, however many nodes ask for it."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Sequence

from django.db.models import Max, Q, Sum

from ..models import Entry, EntryKind, Lot, Receipt, Rule, Settlement
from ..programs import AnyWarning, rule_warnings
from .base import DataLoader, database


class ChannelByPkLoader(DataLoader):
    """Channel references by primary key; ``None`` where Saleor has no such channel."""

    context_key = "rewards_channel_by_pk"

    def batch_load(self, keys: Sequence[int]) -> list[Any]:
        from ..host.current import host

        with host.writing():
            channels = {channel.pk: channel for channel in host.channels()}
        return [channels.get(pk) for pk in keys]


class RulesByProgramPkLoader(DataLoader):
    """The rules of each program that are not deleted, oldest first."""

    context_key = "rewards_rules_by_program_pk"

    def batch_load(self, keys: Sequence[int]) -> list[list[Rule]]:
        rules: dict[int, list[Rule]] = defaultdict(list)
        rows = (
            Rule.objects.using(database(self.context))
            .filter(program_id__in=keys, deleted_at=None)
            .select_related("current", "program")
            .order_by("pk")
        )
        for rule in rows:
            rules[rule.program_id].append(rule)
        return [rules[pk] for pk in keys]


class RuleWarningsLoader(DataLoader):
    """What a merchant should look at, by the key of a rule's version and the rule."""

    context_key = "rewards_rule_warnings"

    def batch_load(
        self, keys: Sequence[tuple[int, Rule]]
    ) -> list[tuple[AnyWarning, ...]]:
        return rule_warnings([rule for _, rule in keys], database(self.context))


class ReceiptByOrderLoader(DataLoader):
    """Receipts by the key of the order, and the token of the checkout it was made of.

    A receipt that is not bound yet is told as that of its checkout's order.
    """

    context_key = "rewards_receipt_by_order"

    def batch_load(self, keys: Sequence[tuple[str, str]]) -> list[Receipt | None]:
        left = Q(checkout_token__in=[token for _, token in keys], order_pk=None)
        rows = Receipt.objects.using(database(self.context)).filter(
            left | Q(order_pk__in=[pk for pk, _ in keys])
        )
        by_token = {one.checkout_token: one for one in rows if one.order_pk is None}
        by_order = {receipt.order_pk: receipt for receipt in rows}
        return [by_order.get(pk) or by_token.get(token) for pk, token in keys]


@dataclass(frozen=True)
class Posted:
    """What the ledger has of one order's points.

    ``earned`` were given in all and ``taken_back`` of them not given again; of those
    that paid, ``returned`` were given back. The last of them can be spent at
    ``pending_until``, ``None`` where all can.
    """

    earned: int = 0
    taken_back: int = 0
    returned: int = 0
    pending_until: datetime | None = None


class PostedByOrderLoader(DataLoader):
    """What was posted for orders, by their keys."""

    context_key = "rewards_posted_by_order"

    def batch_load(self, keys: Sequence[str]) -> list[Posted]:
        mine = {"order_pk__in": [key for key in keys if key]}
        using = database(self.context)
        entries = Entry.objects.using(using).filter(**mine).order_by()
        sums = entries.values_list("order_pk", "kind").annotate(Sum("points_lifetime"))
        posted: dict[str, Counter[str]] = defaultdict(Counter)
        for pk, kind, points in sums:
            posted[pk][kind] = points
        lots = Lot.objects.using(using).filter(**mine, points_pending__gt=0).order_by()
        waiting = lots.values_list("order_pk").annotate(Max("available_from"))
        pending_until = dict(waiting)
        settled = Settlement.objects.using(using).filter(**mine)
        returned = dict(settled.values_list("order_pk", "points_returned"))
        return [
            Posted(
                earned=posted[pk][EntryKind.EARN],
                taken_back=-posted[pk][EntryKind.REVERSE]
                - posted[pk][EntryKind.RESTORE],
                returned=returned.get(pk, 0),
                pending_until=pending_until.get(pk),
            )
            for pk in keys
        ]
