"""Whatever shoppers, staff and tasks do at once: orders, points and codes add up."""

from __future__ import annotations

import os
import random
import sys
from pathlib import Path

import pytest

from .adversary import trace
from .adversary.judge import judge
from .adversary.run import let_loose

pytestmark = pytest.mark.django_db(transaction=True)

#: How long the full run takes; shorter while something is sought.
MINUTES = int(os.environ.get("ADVERSARY_MINUTES", "10"))
#: The small run plays one story, as far as that is up to the players.
SMALL, LARGE = 1, random.randrange(10**6)


@pytest.mark.parametrize(
    ("clients", "seconds", "seed"),
    [(6, 25, SMALL), pytest.param(32, 60 * MINUTES, LARGE, marks=pytest.mark.storm)],
    ids=["small", "large"],
)
def test_nothing_is_given_or_taken_that_no_receipt_tells(
    clients: int,
    seconds: int,
    seed: int,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    # given
    seed = int(os.environ.get("ADVERSARY_SEED") or seed)
    with capfd.disabled():
        print(f"\nseed {seed}, {clients} clients, {seconds} s", file=sys.stderr)  # noqa: T201

    # when
    with trace.kept():
        with let_loose(clients, seconds, seed, tmp_path / "shop.log") as outcome:
            verdict = judge(outcome)
        story = "\n".join(verdict.lines())

    # then
    with capfd.disabled():
        print(story, file=sys.stderr)  # noqa: T201
    assert len(verdict.orders) >= clients // 2, "Hardly anybody orders."
    assert not verdict.ours, "\n".join(verdict.summary())
