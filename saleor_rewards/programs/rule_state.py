"""Finds stored rules that do less than they say, since something around them is gone."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import AbstractSet, Any, Iterable, Iterator, Mapping, Sequence, Union

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS

from ..described import Described
from ..engine import RuleDefinition, RuleErrors, Warning, lint_rule
from ..models import Rule, Tier


class RuleStateCode(Described):
    """What can be wrong with a rule that was right when it was saved."""

    UNREADABLE = (
        "UNREADABLE",
        "The stored rule cannot be read, and is left out of every cart.",
    )
    REFERENCE_GONE = (
        "REFERENCE_GONE",
        "A product, collection, category or delivery method that the rule is for is gone.",
    )
    TIER_GONE = "TIER_GONE", "A level of members that the rule is for is gone."
    EXCLUDES_NOTHING = (
        "EXCLUDES_NOTHING",
        "What is left out of the rule is gone, so that nothing is left out by it.",
    )
    APPLIES_TO_NOTHING = (
        "APPLIES_TO_NOTHING",
        "All that the rule is for is gone: it applies to nothing.",
    )
    CURRENCY_MISMATCH = (
        "CURRENCY_MISMATCH",
        "The rule has no amount in the currency of its channel, and gives nothing there.",
    )
    CHANNEL_GONE = "CHANNEL_GONE", "The channel that the rule is for is gone."


@dataclass(frozen=True)
class StateWarning:
    """One thing that is gone, with the path of what named it in the definition."""

    code: RuleStateCode
    field: str | None
    message: str


AnyWarning = Union[Warning, StateWarning]

#: Parts of a rule's scope, with Saleor's model and a word for one of them.
SCOPE = {
    "products": ("product.Product", "product"),
    "collections": ("product.Collection", "collection"),
    "categories": ("product.Category", "category"),
}
METHODS = ("shipping.ShippingMethod", "delivery method")
LARGEST_KEY = 2**31 - 1


@dataclass(frozen=True)
class _Named:
    """Ids that a definition names at one path, and what they are of."""

    kind: str
    path: str
    ids: tuple[str, ...]
    is_excluded: bool = False

    @property
    def word(self) -> str:
        if self.kind == "tiers":
            return "level"
        return {**SCOPE, "shipping_methods": METHODS}[self.kind][1]


@dataclass(frozen=True)
class Surroundings:
    """What of all that some rules name is there, and the currency of each channel."""

    ids: Mapping[str, AbstractSet[str]]
    currencies: Mapping[int, str]

    @classmethod
    def of(
        cls, definitions: Iterable[Mapping[str, Any]], using: str = DEFAULT_DB_ALIAS
    ) -> Surroundings:
        """Look up what definitions name, in one query a kind and one for channels."""
        from ..host.current import host

        wanted: dict[str, set[str]] = defaultdict(set)
        for definition in definitions:
            for named in _named(definition):
                wanted[named.kind].update(named.ids)
        with host.writing():
            channels = {channel.pk: channel.currency for channel in host.channels()}
        return cls(
            {kind: _existing(kind, ids, using) for kind, ids in wanted.items()},
            channels,
        )


def rule_warnings(
    rules: Sequence[Rule], using: str = DEFAULT_DB_ALIAS
) -> list[tuple[AnyWarning, ...]]:
    """Return what a merchant should look at, for each of some stored rules.

    The number of queries does not grow with that of the rules, which come with their
    ``current`` version and ``program``.
    """
    parsed = [_parsed(rule) for rule in rules]
    found = Surroundings.of(
        (
            rule.current.definition
            for rule, one in zip(rules, parsed)
            if isinstance(one, RuleDefinition)
        ),
        using,
    )
    return [
        (
            *lint_rule(one),
            *state_warnings(
                one, rule.current.definition, rule.program.channel_pk, found
            ),
        )
        if isinstance(one, RuleDefinition)
        else tuple(
            StateWarning(RuleStateCode.UNREADABLE, error.field, error.message)
            for error in one.errors
        )
        for rule, one in zip(rules, parsed)
    ]


def state_warnings(
    rule: RuleDefinition,
    definition: Mapping[str, Any],
    channel_pk: int,
    found: Surroundings,
) -> Iterator[StateWarning]:
    """Yield what is gone of all that a readable rule needs to do what it says."""
    yield from _channel_warnings(rule, channel_pk, found)
    named = list(_named(definition))
    for one in named:
        yield from _gone(one, found)
    for path, group in _needed(named):
        if not any(found.ids[one.kind] & set(one.ids) for one in group):
            text = "All that it is for is gone: the rule applies to nothing."
            yield StateWarning(RuleStateCode.APPLIES_TO_NOTHING, path, text)


def _needed(named: Sequence[_Named]) -> Iterator[tuple[str, list[_Named]]]:
    """Yield what a rule is for: paths, and ids of which at least one has to be there."""
    scope = [one for one in named if one.kind in SCOPE and not one.is_excluded]
    if scope:
        yield "conditions", scope
    for one in named:
        if one.kind not in SCOPE:
            yield one.path, [one]


def _channel_warnings(
    rule: RuleDefinition, channel_pk: int, found: Surroundings
) -> Iterator[StateWarning]:
    currency = found.currencies.get(channel_pk)
    if currency is None:
        text = "Its channel is gone: the rule applies to no cart."
        yield StateWarning(RuleStateCode.CHANNEL_GONE, None, text)
        return
    for path, amounts in rule.amounts_by_field():
        if amounts.of(currency) is None:
            text = (
                f"There is no amount in {currency}, the currency of the channel: the "
                "rule gives nothing."
            )
            yield StateWarning(RuleStateCode.CURRENCY_MISMATCH, path, text)


def _gone(named: _Named, found: Surroundings) -> Iterator[StateWarning]:
    code, more = RuleStateCode.REFERENCE_GONE, "."
    if named.kind == "tiers":
        code = RuleStateCode.TIER_GONE
    if named.is_excluded:
        code, more = RuleStateCode.EXCLUDES_NOTHING, ", so nothing is left out by it."
        if named.kind != "products":
            more += " Goods that were in it count for the rule, if they can be bought."
    for index, id in enumerate(named.ids):
        if id not in found.ids[named.kind]:
            text = f"The {named.word} {id} is gone{more}"
            yield StateWarning(code, f"{named.path}.{index}", text)


def _named(definition: Mapping[str, Any]) -> Iterator[_Named]:
    """Yield all that a readable definition names by id, none of it empty."""
    conditions = definition.get("conditions") or {}
    for kind in SCOPE:
        for side in ("include", "exclude"):
            ids = (conditions.get(kind) or {}).get(side)
            if ids:
                path = f"conditions.{kind}.{side}"
                yield _Named(kind, path, tuple(ids), is_excluded=side == "exclude")
    for kind in ("shipping_methods", "tiers"):
        if conditions.get(kind):
            yield _Named(kind, f"conditions.{kind}", tuple(conditions[kind]))


def _existing(kind: str, ids: Iterable[str], using: str) -> set[str]:
    keys = [int(id) for id in ids if id.isdecimal() and len(id) < 20]
    if kind == "tiers":
        rows = Tier.objects.using(using).filter(deleted_at=None)
    else:
        name = METHODS[0] if kind == "shipping_methods" else SCOPE[kind][0]
        rows = apps.get_model(name).objects.using(using)
        keys = [key for key in keys if key <= LARGEST_KEY]
    return {str(pk) for pk in rows.filter(pk__in=keys).values_list("pk", flat=True)}


def _parsed(rule: Rule) -> RuleDefinition | RuleErrors:
    try:
        return rule.current.parsed()
    except RuleErrors as errors:
        return errors
