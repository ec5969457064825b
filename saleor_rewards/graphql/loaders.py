"""What a request reads in one query, however many nodes ask for it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Sequence

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


class ReceiptByCheckoutTokenLoader(DataLoader):
    """Receipts by the token of the checkout that the order was made of."""

    context_key = "rewards_receipt_by_checkout_token"

    def batch_load(self, keys: Sequence[str]) -> list[Receipt | None]:
        rows = Receipt.objects.using(database(self.context)).filter(
            checkout_token__in=keys
        )
        receipts = {receipt.checkout_token: receipt for receipt in rows}
        return [receipts.get(token) for token in keys]
