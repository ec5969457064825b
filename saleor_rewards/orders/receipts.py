"""Binds to an order what its checkout left: the receipt, and the pledge.

The order's own rows are the truth of what it got. The gate's receipt explains them;
where Saleor placed the order otherwise, the receipt is corrected and staff can see it.
"""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Sequence

from ..checkout.agreements import copied, points_of
from ..engine import (
    CustomerSnapshot,
    Effect,
    LineDiscount,
    PointsDiscount,
    PointsEarned,
    ShippingDiscount,
    effect_from_json,
)
from ..guard import bounded_transaction, faults
from ..host.bindings import GivenRewards
from ..host.current import host
from ..locks import lock_order
from ..models import Hold, PriceAgreement, Program, Receipt
from ..programs.receipts import receipt_of
from ..reservations import fulfil
from .cases import early_receipt, made_receipt
from .order_notes import tell_staff

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from saleor.order.models import Order

    from ..ledger.facts import OrderFacts

logger = logging.getLogger(__name__)

CORRECTED = "REWARDS_RECEIPT_CORRECTED"


def bind_order(order: Order) -> None:
    """Bind what its checkout left to an order that was placed a moment ago."""
    facts = host.orders([str(order.pk)]).get(str(order.pk))
    if facts is not None:
        with bounded_transaction():
            lock_order(facts.order_pk)
            bind(facts)


def bind(facts: OrderFacts) -> None:
    """Bind receipt and pledge to an order; nothing happens where they are bound."""
    token = facts.checkout_token
    if not token or Receipt.objects.filter(order_pk=facts.order_pk).exists():
        return
    # The gate of another completion writes what was agreed on before the receipt.
    agreed = list(_agreements(facts).select_for_update())
    left = Receipt.objects.filter(
        checkout_token=token, order_pk=None, created_at__lte=facts.ordered_at
    )
    if not left.update(order_pk=facts.order_pk):
        _write_as_agreed(facts, agreed)
    fulfil(token, facts.order_pk, facts.ordered_at)
    _agreements(facts).delete()
    receipt = _corrected(facts)
    if receipt is not None:
        tell_staff(receipt)


def _write_as_agreed(facts: OrderFacts, agreed: Sequence[PriceAgreement]) -> None:
    """Write the receipt of an order that passed no gate, as while we are off."""
    for agreement in agreed:
        Receipt.objects.create(
            checkout_token=facts.checkout_token,
            order_pk=facts.order_pk,
            **copied(agreement),
        )


def _agreements(facts: OrderFacts) -> QuerySet[PriceAgreement]:
    return PriceAgreement.objects.filter(
        checkout_token=facts.checkout_token, created_at__lte=facts.ordered_at
    )


def bind_unbound(order_pks: Sequence[str]) -> None:
    """Bind what checkouts left to those of the orders of which no hook told."""
    bound = Receipt.objects.filter(order_pk__in=order_pks)
    known = set(bound.values_list("order_pk", flat=True))
    facts = host.orders([pk for pk in order_pks if pk not in known])
    tokens = [one.checkout_token for one in facts.values() if one.checkout_token]
    left = Receipt.objects.filter(checkout_token__in=tokens, order_pk=None)
    agreed = PriceAgreement.objects.filter(checkout_token__in=tokens)
    waiting = {
        token
        for rows in (left, agreed)
        for token in rows.values_list("checkout_token", flat=True)
    }
    rewarded = host.rewarded_orders(list(facts))
    for pk, one in facts.items():
        if one.checkout_token in waiting or pk in rewarded:
            with bounded_transaction():
                lock_order(pk)
                bind(one)


def _corrected(facts: OrderFacts) -> Receipt | None:
    """Return the receipt, brought to what the order's rows say where it says otherwise.

    ``None`` where there is nothing to make one of.
    """
    given = host.given(facts.order_pk)
    receipt = Receipt.objects.filter(order_pk=facts.order_pk).first()
    if given is None:
        given = _by_total(receipt, facts)
    if given is None:
        return receipt
    if receipt is None and not (given.discounts or given.shipping):
        return None
    if receipt is not None and _agrees(receipt, given):
        return receipt
    receipt = receipt or _made(facts, given)
    if receipt is None:
        return None
    faults[CORRECTED] += 1
    logger.error("%s: order %s is not as it was let through", CORRECTED, facts.order_pk)
    effects = _effects(receipt, given)
    receipt.points_redeemed = _points(receipt, effects)
    receipt.effects = [effect.to_json() for effect in effects]
    receipt.is_corrected = True
    receipt.save()
    return receipt


def _by_total(receipt: Receipt | None, facts: OrderFacts) -> GivenRewards | None:
    """Return that an order got nothing where its total says so.

    For a host whose orders have no rows that say what they got.
    """
    if receipt is None or receipt.due_amount is None:
        return None
    taken = sum(
        effect.amount
        for effect in map(effect_from_json, receipt.effects)
        if not isinstance(effect, PointsEarned)
    )
    is_without = facts.total_amount == receipt.due_amount + taken
    return GivenRewards() if taken and is_without else None


def _made(facts: OrderFacts, given: GivenRewards) -> Receipt | None:
    program = Program.objects.filter(channel_pk=facts.channel_pk).first()
    if program is None:
        return None
    receipt = made_receipt(facts, program)
    if receipt is None:
        has_points = any(one.rule_id is None for one in given.discounts)
        if not (facts.is_paid or facts.is_undone or has_points):
            return early_receipt(facts, program)
        receipt = receipt_of(facts, program, CustomerSnapshot(is_known=True))
        receipt.settings = {**receipt.settings, "points": None}
    return receipt


def _agrees(receipt: Receipt, given: GivenRewards) -> bool:
    """Return whether a receipt says what the order's rows say."""
    variants = _variants(receipt)
    said: Counter[Any] = Counter()
    shipping = 0
    for effect in map(effect_from_json, receipt.effects):
        if isinstance(effect, LineDiscount):
            key = (effect.rule_id, effect.rule_version, variants.get(effect.line_id))
            said[key] += effect.amount
        elif isinstance(effect, PointsDiscount):
            said[(None, None, variants.get(effect.line_id))] += effect.amount
        elif isinstance(effect, ShippingDiscount):
            shipping += effect.amount
    rows: Counter[Any] = Counter()
    for one in given.discounts:
        rows[(one.rule_id, one.rule_version, one.variant_id)] += one.amount
    return said == rows and shipping == (given.shipping.amount if given.shipping else 0)


def _variants(receipt: Receipt) -> dict[str, str]:
    return {line["id"]: line["variant_id"] for line in receipt.snapshot["lines"]}


def _effects(receipt: Receipt, given: GivenRewards) -> list[Effect]:
    """Return what the order's rows say as effects; what it is to earn stays."""
    known = [effect_from_json(effect) for effect in receipt.effects]
    lines = {variant: line for line, variant in _variants(receipt).items()}
    return [
        *_line_effects(receipt.currency, lines, given),
        *_shipping_effects(receipt, known, given),
        *(effect for effect in known if isinstance(effect, PointsEarned)),
    ]


def _line_effects(
    currency: str, lines: dict[str, str], given: GivenRewards
) -> list[Effect]:
    found: list[Effect] = []
    for one in given.discounts:
        line = lines.get(one.variant_id, one.variant_id)
        if one.rule_id is None:
            found.append(PointsDiscount(line, one.amount, currency))
        else:
            version = one.rule_version or 0
            found.append(
                LineDiscount(one.rule_id, version, one.name, line, one.amount, currency)
            )
    return found


def _shipping_effects(
    receipt: Receipt, known: Sequence[Effect], given: GivenRewards
) -> list[Effect]:
    one = given.shipping
    if one is None or one.rule_id is None:
        return []
    for effect in known:
        if isinstance(effect, ShippingDiscount):
            return [replace(effect, amount=one.amount)]
    method = (receipt.snapshot.get("shipping") or {}).get("method_id", "")
    version, currency = one.rule_version or 0, receipt.currency
    return [
        ShippingDiscount(one.rule_id, version, one.name, method, one.amount, currency)
    ]


def _points(receipt: Receipt, effects: Sequence[Effect]) -> int:
    """Return how many points paid what points took off."""
    points = points_of(receipt, effects)
    if points or not any(isinstance(effect, PointsDiscount) for effect in effects):
        return points
    # Nobody knows what they are worth; what was put aside is what paid.
    holds = Hold.objects.filter(checkout_token=receipt.checkout_token)
    hold = holds.order_by("pk").last()
    return int(hold.points) if hold else 0
