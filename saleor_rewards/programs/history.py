"""Which rules of a channel held at a moment, and when that changed."""

from __future__ import annotations

from datetime import datetime
from typing import Iterator

from django.db.models import Q

from ..models import Rule, RuleVersion


def versions_at(channel_pk: int, at: datetime) -> list[RuleVersion]:
    """Return the versions of the rules that were switched on at a moment.

    Whether they ran by their own dates is not asked. What was switched on and off
    twice since then is taken as it was before the last time.
    """
    found = RuleVersion.objects.filter(
        _existed(at), _of(channel_pk), created_at__lte=at
    )
    newest = found.order_by("rule_id", "-number").distinct("rule_id")
    return [one for one in newest.select_related("rule") if _was_on(one.rule, at)]


def changes(channel_pk: int, since: datetime, at: datetime) -> list[datetime]:
    """Return when rules came, changed or went after one moment and up to another.

    Newest first: what staff did, and the rules' own dates.
    """
    moments = set(_changes(channel_pk, since))
    return sorted((one for one in moments if since < one <= at), reverse=True)


def _changes(channel_pk: int, since: datetime) -> Iterator[datetime]:
    before = versions_at(channel_pk, since)
    later = RuleVersion.objects.filter(_of(channel_pk), created_at__gt=since)
    for version in [*before, *later.select_related("rule")]:
        yield version.created_at
        for moment in (version.rule.switched_at, version.rule.deleted_at):
            if moment is not None:
                yield moment
        for name in ("starts_at", "ends_at"):
            if version.definition.get(name):
                yield datetime.fromisoformat(version.definition[name])


def _of(channel_pk: int) -> Q:
    return Q(rule__program__channel_pk=channel_pk)


def _existed(at: datetime) -> Q:
    return Q(rule__deleted_at=None) | Q(rule__deleted_at__gt=at)


def _was_on(rule: Rule, at: datetime) -> bool:
    is_later = rule.switched_at is not None and rule.switched_at > at
    return rule.is_active != is_later
