"""What Stripe refunded of orders, and what banks took of them, read for many at once."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import Any, Iterable, Mapping

from ..ledger.facts import OrderFacts
from ..models import StripeCharge, StripeDispute, StripeRefund
from .charge_state import ChargeState, DisputeState, RefundState, taken


def with_payments(orders: Mapping[str, OrderFacts]) -> dict[str, OrderFacts]:
    """Return the facts of orders with what Stripe refunded and what banks took.

    Where Saleor knows of more refunds than Stripe does, Saleor is right: not every
    payment goes through Stripe. In one query without any payments, else in three.
    """
    charges = StripeCharge.objects.filter(order_pk__in=list(orders))
    found = defaultdict(list)
    for charge, state in _states(list(charges)):
        found[charge.order_pk, charge.currency].append(state)
    return {
        order_pk: _told(facts, found.get((order_pk, facts.currency), []))
        for order_pk, facts in orders.items()
    }


def _told(facts: OrderFacts, charges: list[ChargeState]) -> OrderFacts:
    if not charges:
        return facts
    refunded, disputed = taken(charges, facts.total_amount, facts.paid_amount)
    return replace(
        facts,
        refunded_amount=max(facts.refunded_amount, refunded),
        disputed_amount=disputed,
    )


def _states(
    charges: Iterable[StripeCharge],
) -> Iterable[tuple[StripeCharge, ChargeState]]:
    ids = [charge.charge_id for charge in charges]
    if not ids:
        return
    refunds, disputes = _rows(StripeRefund, ids), _rows(StripeDispute, ids)
    for charge in charges:
        key = charge.charge_id, charge.currency
        state = ChargeState(
            amount=charge.amount,
            refunded_amount=charge.refunded_amount,
            refunded_at=charge.refunded_at,
            refunds=tuple(
                RefundState(row.amount, row.made_at, row.at) for row in refunds[key]
            ),
            disputes=tuple(dispute_state(row) for row in disputes[key]),
        )
        yield charge, state


def _rows(model: Any, charge_ids: list[str]) -> dict[tuple[str, str], list[Any]]:
    found = defaultdict(list)
    for row in model.objects.filter(charge_id__in=charge_ids):
        found[row.charge_id, row.currency].append(row)
    return found


def dispute_state(row: StripeDispute) -> DisputeState:
    return DisputeState(row.amount, row.status, row.at)
