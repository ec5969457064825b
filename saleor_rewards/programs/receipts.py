"""Receipts, computed again from nothing but what they keep."""

from __future__ import annotations

from ..engine import Evaluation, Snapshot, compile_program, evaluate, parse_rule
from ..models import Receipt, RuleVersion
from .settings import program_settings


def recompute(receipt: Receipt) -> Evaluation:
    """Evaluate the receipt's order again and return what comes out.

    Reads the receipt's own snapshot, settings and rule versions, never today's.
    ``[effect.to_json() for effect in recompute(receipt).effects]`` equals
    ``receipt.effects``.
    """
    versions = (
        RuleVersion.objects.using(receipt._state.db)
        .filter(pk__in=receipt.rule_version_pks)
        .order_by("rule_id")
    )
    rules = [
        parse_rule(
            version.definition,
            id=version.rule_id,
            version=version.number,
            name=version.name,
            currencies=None,
        )
        for version in versions
    ]
    program = compile_program(program_settings(receipt.settings), rules)
    return evaluate(Snapshot.from_json(receipt.snapshot), program, receipt.at)
