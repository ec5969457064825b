"""Gives referrers their rewards: of each kind the best, for each friend."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Iterable

from .benefits import ReferralPoints, ReferralVoucher
from .conditions import Facts
from .kinds import ReferralKind
from .rules import RuleDefinition
from .snapshot import CustomerSnapshot


@dataclass(frozen=True)
class ReferralGrant:
    """What one rule gives a referrer for one friend.

    `worth` is points, or minor units of the currency that was asked for. `valid_days`
    is None for what has no end.

    >>> ReferralGrant(5, 1, "Thanks", ReferralKind.POINTS, worth=500).valid_days is None
    True
    """

    rule_id: int
    rule_version: int
    rule_name: str
    kind: ReferralKind
    worth: int
    valid_days: int | None = None


def referral_grants(
    rules: Iterable[RuleDefinition],
    *,
    number: int,
    at: datetime,
    tier_id: str | None,
    currency: str,
) -> tuple[ReferralGrant, ...]:
    """Return what a referrer gets for the friend of that `number`, counted from 1.

    Of the rules that run at `at` and hold for the referrer's `tier_id`, the one of
    each kind that is worth most counts; ties go to the higher priority, then to the
    lower id. Those of other lanes, and those that are not configured in `currency`,
    give nothing. Sorted as `ReferralKind` is.

    >>> from datetime import timezone
    >>> from saleor_rewards.engine.parse import parse_rule
    >>> twenty = {"type": "REFERRAL_VOUCHER", "amounts": {"USD": "20.00"}}
    >>> third = {"lane": "REFERRAL", "benefit": twenty,
    ...          "conditions": {"nth_friend": {"number": 3}}}
    >>> rule = parse_rule(third, id=8, version=1, name="Third friend")
    >>> now = {"at": datetime(2024, 5, 1, tzinfo=timezone.utc), "tier_id": None}
    >>> [grant.worth for grant in
    ...  referral_grants([rule], number=3, currency="USD", **now)]
    [2000]
    >>> referral_grants([rule], number=2, currency="USD", **now)
    ()
    """
    referrer = CustomerSnapshot(is_known=True, tier_id=tier_id)
    facts = Facts(at=at, currency=currency, customer=referrer)
    best: dict[ReferralKind, ReferralGrant] = {}
    for rule in sorted(rules, key=lambda rule: rule.rank):
        benefit = rule.benefit
        if not isinstance(benefit, (ReferralPoints, ReferralVoucher)):
            continue
        known, worth = best.get(benefit.kind), benefit.worth(currency)
        if _holds(rule, facts, number) and (known is None or worth > known.worth):
            best[benefit.kind] = ReferralGrant(
                rule_id=rule.id,
                rule_version=rule.version,
                rule_name=rule.name,
                kind=benefit.kind,
                worth=worth,
                valid_days=benefit.valid_days,
            )
    return tuple(best[kind] for kind in ReferralKind if kind in best)


def _holds(rule: RuleDefinition, facts: Facts, number: int) -> bool:
    conditions = rule.conditions
    return (
        rule.is_configured(facts.currency)
        and (conditions.nth_friend is None or conditions.nth_friend.holds(number))
        and all(
            condition.check(facts).is_met
            for condition in (rule.dates, *conditions.gate)
        )
    )
