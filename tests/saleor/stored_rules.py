"""Rules as they stand once something around them went."""

from __future__ import annotations

from typing import Any

from saleor_rewards.models import Program, Rule, RuleVersion

#: Keys that no row of Saleor's has.
GONE = ["2000000001", "2000000002"]


def stored(program: Program, definition: Any, name: str = "Old") -> Rule:
    """Store a rule as one stands whose surroundings went since it was saved."""
    rule = Rule.objects.create(program=program)
    rule.current = RuleVersion.objects.create(
        rule=rule, number=1, name=name, definition=definition
    )
    rule.save()
    return rule


def percent_off(**definition: Any) -> dict[str, Any]:
    benefit = {"type": "PERCENT_OFF", "percent": "10"}
    return {"lane": "ORDER", "benefit": benefit, **definition}
