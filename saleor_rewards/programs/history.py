"""Which rules of a channel held at a moment, and when that changed."""

from __future__ import annotations

from datetime import datetime
from typing import Iterable, Iterator

from django.db.models import Q, QuerySet

from ..models import Rule, RuleVersion


def versions_at(channel_pk: int, at: datetime) -> list[RuleVersion]:
    """Return the versions of the rules that were switched on at a moment.

    Whether they ran by their own dates is not asked. What was switched on and off
    twice since then is taken as it was before the last time.
    """
    return in_force(_newest(channel_pk, at), at)


def versions_since(channel_pk: int, since: datetime) -> list[RuleVersion]:
    """Return the versions that rules had at a moment, and those that came later."""
    later = _known(channel_pk).filter(created_at__gt=since)
    return [*_newest(channel_pk, since), *later]


def in_force(versions: Iterable[RuleVersion], at: datetime) -> list[RuleVersion]:
    """Return those of some versions that were switched on at a moment."""
    newest: dict[int, RuleVersion] = {}
    for one in sorted(versions, key=lambda version: version.number):
        if one.created_at <= at:
            newest[one.rule_id] = one
    return [newest[pk] for pk in sorted(newest) if _was_on(newest[pk].rule, at)]


def changes(
    versions: Iterable[RuleVersion], since: datetime, at: datetime
) -> set[datetime]:
    """Return when rules came, changed or went after one moment and up to another.

    What staff did, and the rules' own dates; not the hours of a week.
    """
    return {one for one in _changes(versions) if since < one <= at}


def _changes(versions: Iterable[RuleVersion]) -> Iterator[datetime]:
    for version in versions:
        yield version.created_at
        if version.rule.switched_at is not None:
            yield version.rule.switched_at
        for name in ("starts_at", "ends_at") if version.is_readable else ():
            if version.definition.get(name):
                yield datetime.fromisoformat(version.definition[name])


def _newest(channel_pk: int, at: datetime) -> QuerySet[RuleVersion]:
    existed = Q(rule__deleted_at=None) | Q(rule__deleted_at__gt=at)
    found = _known(channel_pk).filter(existed, created_at__lte=at)
    return found.order_by("rule_id", "-number").distinct("rule_id")


def _known(channel_pk: int) -> QuerySet[RuleVersion]:
    mine = RuleVersion.objects.filter(rule__program__channel_pk=channel_pk)
    return mine.select_related("rule")


def _was_on(rule: Rule, at: datetime) -> bool:
    if rule.deleted_at is not None and rule.deleted_at <= at:
        return False
    is_later = rule.switched_at is not None and rule.switched_at > at
    return rule.is_active != is_later
