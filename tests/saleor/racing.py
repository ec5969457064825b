"""Two who do the same at once: both have read before either writes, unless locked out."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import Any, Callable, Iterator, Sequence

import pytest

from saleor_rewards.referrals.errors import ReferralError

from .elsewhere import in_thread

#: How long who has read waits for the other one to read too, unless a lock keeps that
#: one from it; less than our own locks are waited for.
PAUSE = 1.2


def at_once(works: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all on connections of their own; return what they say, or were refused by."""
    answers: list[Any] = []

    def run(work: Callable[[], Any]) -> None:
        try:
            answers.append(work())
        except ReferralError as error:
            answers.append(error.code)

    threads = [in_thread(lambda work=work: run(work)) for work in works]
    for thread in threads:
        thread.join()
    assert len(answers) == len(works)
    return answers


@contextmanager
def meeting_before(
    patch: pytest.MonkeyPatch, module: Any, name: str, parties: int = 2
) -> Iterator[None]:
    """Let those who have read meet before they write."""
    meeting, write = threading.Barrier(parties), getattr(module, name)

    def write_after_meeting(*arguments: Any, **options: Any) -> Any:
        try:
            meeting.wait(PAUSE)
        except threading.BrokenBarrierError:
            pass
        return write(*arguments, **options)

    with patch.context() as patched:
        patched.setattr(module, name, write_after_meeting)
        yield
