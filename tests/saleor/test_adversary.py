"""Whatever shoppers, staff and tasks do at once: orders, points and codes add up."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from .adversary.judge import judge
from .adversary.run import let_loose

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.storm]

#: How long the full run takes; shorter while something is sought.
MINUTES = int(os.environ.get("ADVERSARY_MINUTES", "10"))
SEED = int(os.environ.get("ADVERSARY_SEED") or random.randrange(10**6))


@pytest.mark.parametrize(("clients", "seconds"), [(6, 25), (32, 60 * MINUTES)])
def test_nothing_is_given_or_taken_that_no_receipt_tells(
    clients: int, seconds: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    # given
    with capfd.disabled():
        print(f"\nseed {SEED}, {clients} clients, {seconds} s", file=sys.stderr)  # noqa: T201

    # when
    with let_loose(clients, seconds, SEED, tmp_path / "shop.log") as outcome:
        verdict = judge(outcome)

    # then
    story = "\n".join(verdict.lines())
    with capfd.disabled():
        print(story, file=sys.stderr)  # noqa: T201
    assert len(verdict.orders) >= clients // 2, "Hardly anybody orders."
    assert not verdict.ours, "\n".join(verdict.summary())
