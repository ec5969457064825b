"""Receipts, computed again from nothing but what they keep."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Iterable, Iterator

from ..engine import (
    CompiledProgram,
    CustomerSnapshot,
    Evaluation,
    Lane,
    LineSnapshot,
    PointsDiscount,
    RuleErrors,
    ShippingSnapshot,
    Snapshot,
    compile_program,
    effect_from_json,
    evaluate,
)
from ..ledger.settle import GONE, Agreement, Terms, grant_of, lines_digest
from ..models import Outcome, Program, Receipt, RuleVersion
from .history import versions_at
from .settings import program_settings, settings_of

if TYPE_CHECKING:
    from ..ledger.facts import OrderFacts, OrderLineFacts

TAX_RATE = Decimal("0.0001")


def recompute(receipt: Outcome, counted: CustomerSnapshot | None = None) -> Evaluation:
    """Evaluate a receipt's order, or an agreement's checkout, again.

    With the orders of ``counted`` in place of the customer's of then, if given.

    Reads the row's own snapshot, settings and rule versions, never today's. What the
    running engine wrote comes out the same:
    ``[effect.to_json() for effect in recompute(receipt).effects]`` equals
    ``receipt.effects``, unless the receipt was corrected.
    """
    versions = _versions([receipt])
    program = _compile(receipt.settings, versions.values())
    snapshot = Snapshot.from_json(receipt.snapshot)
    if counted is not None:
        names = ("order_count", "has_ordered", "is_ordering")
        orders = {name: getattr(counted, name) for name in names}
        snapshot = replace(snapshot, customer=replace(snapshot.customer, **orders))
    return evaluate(snapshot, program, receipt.at)


def differing_receipts() -> Iterator[str]:
    """Yield a line for each receipt that its own rules and inputs give no more.

    Those that were corrected say what their orders got, and are left out.
    """
    for receipt in Receipt.objects.filter(is_corrected=False).order_by("pk").iterator():
        order = receipt.order_pk or f"of checkout {receipt.checkout_token}"
        try:
            found = [effect.to_json() for effect in recompute(receipt).effects]
        except RuleErrors as errors:
            yield f"Receipt of order {order}: its rules cannot be read: {errors}"
            continue
        if found != receipt.effects:
            yield f"Receipt of order {order}: {receipt.effects}, computed {found}"


def agreements(
    receipts: Iterable[tuple[Receipt, OrderFacts]],
) -> Iterator[Agreement]:
    """Yield what each of the receipts says of its order's points.

    What an order earns is read from its receipt. It is computed, with one query for
    all, where no settlement has kept it yet or staff changed the order's lines since.
    """
    pairs = list(receipts)
    new = [receipt for receipt, facts in pairs if _kept(receipt, facts) is None]
    versions = _versions(new)
    programs: dict[str, CompiledProgram] = {}
    for receipt, facts in pairs:
        points = receipt.settings.get("points")
        if points is None:
            yield Agreement(
                redeemed_points=receipt.points_redeemed,
                dropped_share=_dropped_share(receipt, facts),
            )
            continue
        grant = _kept(receipt, facts)
        if grant is None:
            mine = [versions[pk] for pk in receipt.rule_version_pks]
            key = json.dumps([receipt.settings, receipt.rule_version_pks])
            if key not in programs:
                programs[key] = _compile(receipt.settings, mine)
            grant = _computed(receipt, facts, mine, programs[key])
        yield Agreement(
            terms=Terms.from_settings(points),
            grant=grant,
            redeemed_points=receipt.points_redeemed,
            dropped_share=_dropped_share(receipt, facts),
        )


def _dropped_share(receipt: Receipt, facts: OrderFacts) -> Fraction:
    """Return which part of the points paid for units that they pay for no longer.

    Staff took the units off the order, or the discount off their line.
    """
    if not (receipt.points_redeemed and facts.tells_points):
        return Fraction(0)
    bought: Counter[str] = Counter()
    variants = {}
    for line in receipt.snapshot["lines"]:
        variants[line["id"]] = line["variant_id"]
        bought[line["variant_id"]] += line["quantity"]
    paid: Counter[str] = Counter()
    for known in facts.lines:
        paid[known.sold_id] += known.quantity if known.points_amount else 0
    gone = bought - paid
    whole = dropped = Fraction(0)
    for effect in map(effect_from_json, receipt.effects):
        if isinstance(effect, PointsDiscount):
            variant = variants.get(effect.line_id, effect.line_id)
            whole += effect.amount
            dropped += Fraction(effect.amount * gone[variant], bought[variant] or 1)
    return dropped / (whole or 1)


def keep_grant(receipt: Receipt, facts: OrderFacts, agreement: Agreement) -> None:
    """Keep what an order earns, so that no later engine finds another number."""
    if agreement.terms is not None:
        receipt.grant = {
            "lines": lines_digest(facts),
            "points": [list(pair) for pair in agreement.grant],
        }


def _kept(receipt: Receipt, facts: OrderFacts) -> tuple[tuple[int, int], ...] | None:
    grant = receipt.grant
    if grant is None or grant["lines"] != lines_digest(facts):
        return None
    return tuple((version_pk, points) for version_pk, points in grant["points"])


def receipt_of(
    facts: OrderFacts, program: Program, customer: CustomerSnapshot
) -> Receipt:
    """Return a receipt, not saved, for an order that left none at its checkout.

    Its points are those of the rules as they stood when the order was placed;
    offers that take off money are in the order's prices already.
    """
    settings = settings_of(program)
    versions = _points_versions(program, facts.ordered_at)
    snapshot = _snapshot(facts, customer)
    now = evaluate(snapshot, _compile(settings, versions), facts.ordered_at)
    return Receipt(
        checkout_token=facts.checkout_token,
        order_pk=facts.order_pk,
        channel_pk=facts.channel_pk,
        currency=facts.currency,
        at=facts.ordered_at,
        snapshot=snapshot.to_json(),
        settings=settings,
        rule_version_pks=[version.pk for version in versions],
        effects=[effect.to_json() for effect in now.effects],
    )


def _computed(
    receipt: Receipt,
    facts: OrderFacts,
    versions: Iterable[RuleVersion],
    program: CompiledProgram,
) -> tuple[tuple[int, int], ...]:
    snapshot = Snapshot.from_json(receipt.snapshot)
    evaluation = evaluate(snapshot, program, receipt.at)
    return grant_of(
        facts,
        Terms.from_settings(receipt.settings["points"]),
        evaluation.points_rules,
        {(version.rule_id, version.number): version.pk for version in versions},
        snapshot.lines,
        evaluation.stand_ins,
    )


def _versions(receipts: Iterable[Outcome]) -> dict[int, RuleVersion]:
    receipts = list(receipts)
    pks = {pk for receipt in receipts for pk in receipt.rule_version_pks}
    if not pks:
        return {}
    database = receipts[0]._state.db
    versions = RuleVersion.objects.using(database).filter(pk__in=pks)
    return {version.pk: version for version in versions.order_by("rule_id")}


def _points_versions(program: Program, at: datetime) -> list[RuleVersion]:
    versions = versions_at(program.channel_pk, at)
    points = Lane.POINTS.value
    return [
        version
        for version in versions
        # One that cannot be read must not take the others with it.
        if version.is_readable and version.definition["lane"] == points
    ]


def _compile(
    settings: dict[str, Any], versions: Iterable[RuleVersion]
) -> CompiledProgram:
    rules = [version.parsed() for version in versions]
    return compile_program(program_settings(settings), rules)


def _snapshot(facts: OrderFacts, customer: CustomerSnapshot) -> Snapshot:
    method_id = facts.shipping_method_id
    shippable = any(line.is_shippable for line in facts.lines)
    return Snapshot(
        channel=facts.channel,
        currency=facts.currency,
        country=facts.country,
        lines=tuple(_line(line, facts.prices_with_tax) for line in facts.lines),
        shipping=ShippingSnapshot(method_id, 0) if method_id else None,
        customer=customer,
        prices_with_tax=facts.prices_with_tax,
        is_shipped=bool(method_id) or (shippable and not facts.is_picked_up),
    )


def _line(line: OrderLineFacts, with_tax: bool) -> LineSnapshot:
    amount = line.gross_amount if with_tax else line.net_amount
    tax = Decimal(line.gross_amount - line.net_amount)
    return LineSnapshot(
        id=line.id,
        product_id=line.product_id or GONE,
        variant_id=line.variant_id or GONE,
        quantity=line.quantity,
        list_amount=amount + line.sale_amount,
        amount=amount,
        category_ids=line.category_ids,
        collection_ids=line.collection_ids,
        is_gift=line.is_gift,
        tax_rate=(tax / line.net_amount).quantize(TAX_RATE)
        if line.net_amount
        else tax * 0,
        is_gift_card=line.is_gift_card,
        is_shippable=line.is_shippable,
    )
