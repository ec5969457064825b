"""How the demo starts and ends as a program."""

from __future__ import annotations

import os
import socket
from typing import Callable, Iterator

import pytest

from .running import RunningDemo, free_port

pytestmark = pytest.mark.skipif(
    not os.path.isdir("/proc/1"), reason="looks for processes in /proc"
)

Start = Callable[..., RunningDemo]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[RunningDemo] = []

    def begin(*arguments: str, port: int | None = None) -> RunningDemo:
        started.append(RunningDemo(*arguments, port=port or free_port()))
        return started[-1]

    yield begin
    for demo in started:
        if demo.process.poll() is None:
            demo.press_ctrl_c()
            demo.wait()


def test_ctrl_c_leaves_no_process_behind(start: Start) -> None:
    # given
    demo = start()
    demo.wait_until_open()
    assert demo.left_behind()

    # when
    demo.press_ctrl_c()
    demo.wait()

    # then
    assert demo.left_behind() == []
    assert "Traceback" not in demo.text


def test_a_terminated_demo_leaves_no_process_behind(start: Start) -> None:
    # given
    demo = start()
    demo.wait_until_open()

    # when
    demo.terminate()
    demo.wait()

    # then
    assert demo.left_behind() == []


def test_ctrl_c_while_it_starts_leaves_no_process_behind(start: Start) -> None:
    # given
    demo = start()
    while "Starting the shop" not in demo.text:
        assert demo.process.poll() is None, demo.text

    # when
    demo.press_ctrl_c()
    demo.wait()

    # then
    assert demo.left_behind() == []
    assert "Traceback" not in demo.text


def test_the_journey_agrees_with_the_receipt_and_the_demo_exits(start: Start) -> None:
    # when
    demo = start("ONCE=1")

    # then
    assert demo.wait(600) == 0, demo.text
    assert "Every step adds up to the cent" in demo.text
    assert demo.left_behind() == []


def test_a_port_that_is_taken_is_told_in_one_sentence(start: Start) -> None:
    # given
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]

        # when
        demo = start(port=port)
        code = demo.wait()

    # then
    assert code != 0
    assert f"Port {port} is taken by another program" in demo.text
    assert "Traceback" not in demo.text
