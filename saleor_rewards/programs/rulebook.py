"""Compiled programs, kept in process for as long as no rule changes."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Iterable

from ..engine import (
    CompiledProgram,
    RuleDefinition,
    RuleErrors,
    compile_program,
)
from ..guard import bounded_transaction, faults
from ..host.current import host
from ..host.port import PLUGIN_ID
from ..models import (
    Account,
    Guests,
    PointsExpiry,
    Program,
    Rule,
    RuleVersion,
    VoucherSlot,
)
from .settings import program_settings, settings_of

logger = logging.getLogger(__name__)

BROKEN_RULE = "REWARDS_BROKEN_RULE"


@dataclass(frozen=True)
class Rulebook:
    """The rules in force in one channel.

    ``settings`` is what a receipt needs beside the rule versions to compute
    an order again, see :func:`saleor_rewards.programs.settings.settings_of`.
    ``guests_by_address`` says that guests are judged by the address they give.
    ``is_stopped`` says that the merchant stopped all offers, or switched the
    program off.
    """

    channel_pk: int
    compiled: CompiledProgram
    withhold_shipping: bool
    guests_by_address: bool
    settings: dict[str, Any]
    rule_version_pks: tuple[int, ...]
    is_stopped: bool = False

    def without_rules(self) -> Rulebook:
        """Return the same channel's book with nothing to give."""
        settings = {**self.settings, "points": None, "referrals": None}
        return replace(
            self,
            compiled=compile_program(program_settings(settings), []),
            settings=settings,
            rule_version_pks=(),
            is_stopped=True,
        )

    def with_versions(self, versions: Iterable[RuleVersion]) -> Rulebook:
        """Return the same channel's book with other versions of its rules."""
        parsed = _parsed(versions)
        rules = [definition for definition, _ in parsed]
        return replace(
            self,
            compiled=compile_program(self.compiled.settings, rules),
            rule_version_pks=tuple(pk for _, pk in parsed),
        )


_rulebooks: dict[int, tuple[str, Rulebook | None]] = {}


def rulebook(version: str, channel_pk: int) -> Rulebook | None:
    """Return the channel's rulebook, or ``None`` where it has no program.

    ``version`` names the state of all rules. As long as it is the one that
    was compiled, no query runs.
    """
    known = _rulebooks.get(channel_pk)
    if known is not None and known[0] == version:
        return known[1]
    # From the writer: a replica may not have the rules of this version yet, and
    # what it has would be kept under the new version for good.
    with host.writing(), bounded_transaction():
        book = _load(channel_pk)
    _rulebooks[channel_pk] = (version, book)
    return book


@lru_cache(maxsize=1)
def has_programs(version: str) -> bool:
    """Return whether any channel has a program.

    ``version`` names the state of all rules, as for :func:`rulebook`, so that one query
    tells a process until programs change.
    """
    with host.writing(), bounded_transaction():
        return Program.objects.exists()


def _load(channel_pk: int) -> Rulebook | None:
    program = Program.objects.filter(channel_pk=channel_pk).first()
    if program is None:
        return None
    rules = Rule.objects.in_force().filter(program=program)
    parsed = _parsed(rule.current for rule in rules)
    settings = settings_of(program)
    return Rulebook(
        channel_pk=channel_pk,
        compiled=compile_program(
            program_settings(settings), [definition for definition, _ in parsed]
        ),
        withhold_shipping=program.voucher_slot == VoucherSlot.WITHHOLD,
        guests_by_address=program.guests == Guests.BY_ADDRESS,
        settings=settings,
        rule_version_pks=tuple(pk for _, pk in parsed),
        is_stopped=not program.is_active,
    )


def _parsed(versions: Iterable[RuleVersion]) -> list[tuple[RuleDefinition, int]]:
    found = ((_parse(version), version.pk) for version in versions)
    return [(one, pk) for one, pk in found if one is not None]


def _parse(version: RuleVersion) -> RuleDefinition | None:
    try:
        return version.parsed()
    except RuleErrors:
        # One unreadable rule must not take the others with it.
        faults[BROKEN_RULE] += 1
        logger.exception("%s: rule %s is left out", BROKEN_RULE, version.rule_id)
        return None


def rules_in_force(channel_pk: int, plugin: Any) -> Rulebook | None:
    """Return the rules in force in a channel, as Saleor loaded the ``plugin``.

    ``None`` where the plugin is off, or the channel has no program. A program that is
    off, and the kill switch, leave a book without rules, which takes offers off carts;
    points and referrals that are off have no settings in it.
    """
    if plugin is None or not plugin.active:
        return None
    book: Rulebook | None = plugin.channel_book(channel_pk)
    return book


def points_in_force(channel_pk: int) -> Rulebook | None:
    """Return the rules of a channel as they are now, ``None`` where points are off."""
    book = rules_in_force(channel_pk, host.loaded_plugin(PLUGIN_ID))
    return book if book is not None and book.settings["points"] else None


def ends(account: Account, book: Rulebook, at: datetime) -> dict[str, Any]:
    """Return when points that no order earned expire, as the ledger is told."""
    points = book.settings["points"]
    end = at + timedelta(days=points["expiry_days"])
    if points["expiry"] == PointsExpiry.AFTER_EARNING:
        return {"expires_at": end}
    # Only an order keeps points alive; these begin a life where there is none.
    if points["expiry"] == PointsExpiry.AFTER_INACTIVITY:
        is_alive = account.lapses_at is not None and account.lapses_at > at
        return {} if is_alive else {"lapses_at": end}
    return {}
