"""Whatever dies at whatever moment: reconciling ends where no death would have."""

from __future__ import annotations

import os
import random
import socket
import time
from functools import partial
from typing import Any, Callable, Iterator

import pytest
from django.db import connections

from saleor_rewards.jobs import CHUNK

from .crash import Server, at_posting, die_after_commit, in_child, own_server
from .points import Member, make_member, no_hooks, reconcile_all, written
from .staff import Staff
from .world import HOST, Shop

pytestmark = pytest.mark.django_db(transaction=True)

#: How often something dies: a few times in every run, often in a storm.
DEATHS = [3, pytest.param(200, marks=pytest.mark.storm)]

#: After so many journeys there should have been as many deaths as that.
MOST_JOURNEYS = 400

#: As many statements as a hook runs, about, and as its posting does until the end.
MOST_STATEMENTS = 40
MOST_POSTING = 20

Step = Callable[[], Any]


class Journey:
    """A member who orders with points, and staff that gives money back in parts."""

    def __init__(self, shop: Shop, goods: Any) -> None:
        # Somebody new: in a storm the access token of before has expired.
        self.staff = Staff()
        self.member: Member = make_member(shop, 1000)
        self.cart = self.member.put_aside(goods, 800)

    @property
    def order(self) -> dict[str, Any]:
        return {"id": HOST.order_of(self.cart)}

    def steps(self) -> list[Step]:
        """What happens, step by step."""
        return [
            lambda: self.member.buy(self.cart),
            lambda: self.staff.refund(self.order, "3.33"),
            lambda: self.staff.refund(self.order, "10.01"),
            lambda: self.staff.fulfill(self.order),
            lambda: self.staff.refund(self.order, "5.55"),
        ]


@pytest.fixture
def goods(shop: Shop) -> Any:
    """A variant for 40.00 that needs no shipping and earns 10 points a dollar."""
    shop.points()
    shop.earning(10)
    return shop.product("40.00", ships=False)


def reconcile_shop() -> int:
    """Reconcile all orders in chunks as large as those of the task."""
    return reconcile_all(CHUNK)


def undisturbed(shop: Shop, goods: Any) -> list[tuple[int, int]]:
    """Return what a journey leaves on the account after each step."""
    journey = Journey(shop, goods)
    left = []
    for step in journey.steps():
        step()
        left.append(journey.member.sums)
    return left


@pytest.mark.parametrize("deaths", DEATHS)
def test_a_worker_killed_between_the_order_and_the_end_of_the_hook_loses_nothing(
    shop: Shop, goods: Any, deaths: int
) -> None:
    # given
    expected = undisturbed(shop, goods)
    dice = random.Random(deaths)

    for journey, step, left in disturbed(shop, goods, expected):
        # when
        deaths -= in_child(dying(step, dice.randrange(MOST_STATEMENTS)))
        reconcile_shop()

        # then
        assert journey.member.sums == left
        assert written(reconcile_shop) == []
        if not deaths:
            return


def disturbed(
    shop: Shop, goods: Any, expected: list[tuple[int, int]]
) -> Iterator[tuple[Journey, Step, tuple[int, int]]]:
    """Yield the steps of one journey after the other, and what each leaves.

    A step that is over before its death would have come kills nobody, so that the test
    says when there were enough. Fails where hardly any does.
    """
    for _ in range(MOST_JOURNEYS):
        journey = Journey(shop, goods)
        for step, left in zip(journey.steps(), expected):
            yield journey, step, left
    raise AssertionError("Hardly anybody dies.")


def dying(step: Step, statements: int) -> Step:
    """Return a step during which the process dies in the hook, or soon after."""

    def work() -> None:
        die_after_commit(statements)
        step()

    return work


@pytest.mark.parametrize("deaths", DEATHS)
def test_a_server_killed_while_it_posts_loses_nothing(
    shop: Shop, goods: Any, deaths: int
) -> None:
    # given
    expected = undisturbed(shop, goods)
    dice = random.Random(deaths)
    with own_server() as server:
        for journey, step, left in disturbed(shop, goods, expected):
            with no_hooks():
                step()

            # when
            deaths -= killed_while_posting(server, reconcile_shop, dice)
            reconcile_shop()

            # then
            assert journey.member.sums == left
            assert written(reconcile_shop) == []
            if not deaths:
                return


def killed_while_posting(server: Server, work: Step, dice: random.Random) -> bool:
    """Kill the server while ``work`` posts in another process, or soon after.

    Restart it, and return whether it died before the work was done.
    """
    statements, delay = dice.randrange(MOST_POSTING), dice.random() / 500
    # Who waits is never done before it dies; who does not may die in its COMMIT.
    waits = dice.random() < 0.5
    connections.close_all()
    ours, theirs = socket.socketpair()
    child = os.fork()
    if not child:
        try:
            ours.close()
            at_posting(statements, partial(tell, theirs, waits))
            work()
            os._exit(0)
        finally:
            os._exit(1)
    theirs.close()
    is_posting = bool(ours.recv(1))
    time.sleep(delay)
    server.kill()
    ours.close()
    _pid, status = os.waitpid(child, 0)
    server.start()
    return is_posting and status != 0


def tell(parent: socket.socket, waits: bool) -> None:
    """Tell the parent that it is time to kill, and perhaps wait until that is done."""
    parent.send(b"!")
    if waits:
        parent.recv(1)
