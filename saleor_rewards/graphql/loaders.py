"""What a request reads in one query, however many nodes ask for it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Sequence

from django.db.models import Q

from ..models import Receipt, Rule
from .base import DataLoader, database


class ChannelByPkLoader(DataLoader):
    """Channel references by primary key; ``None`` where Saleor has no such channel."""

    context_key = "rewards_channel_by_pk"

    def batch_load(self, keys: Sequence[int]) -> list[Any]:
        from ..plugin.host import host

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
