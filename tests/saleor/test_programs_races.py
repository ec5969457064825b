"""Two merchants who change one rule at once both get their way."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import connections

from saleor_rewards.graphql import mutations
from saleor_rewards.graphql.definitions import Draft
from saleor_rewards.models import Rule, RuleVersion

from .inputs import document, node_id
from .merchants import Caller, merchant
from .world import Shop

pytestmark = pytest.mark.django_db(transaction=True)

#: How long a request holds its breath between reading and writing, for the other
#: one to read the same, unless a lock keeps it from reading.
PAUSE = 1.5


def change_at_once(
    monkeypatch: pytest.MonkeyPatch, rule: Rule, changes: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Send each change by a request of its own, all at once; return the answers."""
    meeting = threading.Barrier(len(changes))
    take = Draft.take

    def take_after_meeting(self: Draft, data: Any) -> None:
        try:
            meeting.wait(PAUSE)
        except threading.BrokenBarrierError:
            pass
        take(self, data)

    monkeypatch.setattr(Draft, "take", take_after_meeting)
    callers = [merchant() for _ in changes]
    answers: list[dict[str, Any]] = []
    database = connections["default"].settings_dict["NAME"]

    def send(caller: Caller, change: dict[str, Any]) -> None:
        try:
            for alias in connections:
                # A thread has a connection of its own to Saleor's replica, too.
                connections[alias].settings_dict["NAME"] = database
            variables = {"id": node_id("RewardsRule", rule.pk), "input": change}
            answers.append(caller.send(document("RuleUpdate"), **variables)[1])
        finally:
            connections.close_all()

    threads = [
        threading.Thread(target=send, args=pair) for pair in zip(callers, changes)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


CHANGES: list[dict[str, Any]] = [
    {"priority": 7},
    {"conditions": {"minimumQuantity": 3}},
]


def test_two_changes_at_once_are_both_kept(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    rule = shop.ladder(("30.00", "10"))

    # when
    answers = change_at_once(monkeypatch, rule, CHANGES)

    # then
    payloads = [answer["data"]["rewardsRuleUpdate"] for answer in answers]
    assert [payload["errors"] for payload in payloads] == [[], []]
    rule.refresh_from_db()
    assert rule.current.number == 3
    assert rule.current.definition["priority"] == 7
    assert rule.current.definition["conditions"] == {"minimum_quantity": 3}


def test_the_same_test_catches_a_twin_that_does_not_lock(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    # given
    def read_without_lock(pk: int) -> Rule:
        return Rule.objects.select_related("current", "program").get(pk=pk)

    rule = shop.ladder(("30.00", "10"))
    monkeypatch.setattr(mutations, "locked_rule", read_without_lock)

    # when
    change_at_once(monkeypatch, rule, CHANGES)

    # then
    newest = RuleVersion.objects.order_by("number").last()
    kept = [key for key in ("priority", "conditions") if key in newest.definition]
    assert len(kept) == 1
