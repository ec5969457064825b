"""Whatever dies at whatever moment: reconciling ends where no death would have."""

from __future__ import annotations

import os
import random
import time
from typing import Any, Callable

import pytest
from django.db import connections

from saleor_rewards.tasks import CHUNK

from .crash import Server, at_statement, die_after_commit, in_child, own_server
from .points import Member, make_member, no_hooks, reconcile_all, written
from .staff import Staff
from .world import HOST, Shop

pytestmark = pytest.mark.django_db(transaction=True)

#: How many journeys something dies in, at every step: one in every run, many in a storm.
JOURNEYS = [1, pytest.param(40, marks=pytest.mark.storm)]

#: More statements than a hook ever runs.
MOST_STATEMENTS = 40

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


@pytest.mark.parametrize("journeys", JOURNEYS)
def test_a_worker_killed_between_the_order_and_the_end_of_the_hook_loses_nothing(
    shop: Shop, goods: Any, journeys: int
) -> None:
    # given
    expected = undisturbed(shop, goods)
    dice = random.Random(journeys)
    deaths = 0

    for _ in range(journeys):
        journey = Journey(shop, goods)
        for step, left in zip(journey.steps(), expected):
            # when
            deaths += in_child(dying(step, dice.randrange(MOST_STATEMENTS)))
            reconcile_shop()

            # then
            assert journey.member.sums == left
            assert written(reconcile_shop) == []
    assert deaths >= 2 * journeys


def dying(step: Step, statements: int) -> Step:
    """Return a step during which the process dies in the hook, or soon after."""

    def work() -> None:
        die_after_commit(statements)
        step()

    return work


@pytest.mark.parametrize("journeys", JOURNEYS)
def test_a_server_killed_while_it_posts_loses_nothing(
    shop: Shop, goods: Any, journeys: int
) -> None:
    # given
    expected = undisturbed(shop, goods)
    dice = random.Random(journeys)
    deaths = 0
    with own_server() as server:
        for _ in range(journeys):
            journey = Journey(shop, goods)
            for step, left in zip(journey.steps(), expected):
                with no_hooks():
                    step()

                # when
                statements, delay = dice.randrange(MOST_STATEMENTS), dice.random() / 500
                deaths += killed_while(server, reconcile_shop, statements, delay)
                reconcile_shop()

                # then
                assert journey.member.sums == left
                assert written(reconcile_shop) == []
    assert deaths >= 2 * journeys


def killed_while(server: Server, work: Step, statements: int, delay: Any) -> bool:
    """Kill the server soon after ``work`` in another process ran some statements.

    Restart it, and return whether it died before the work was done.
    """
    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            at_statement(statements, lambda: os.write(writing, b"now"))
            work()
            os._exit(0)
        finally:
            os._exit(1)
    os.close(writing)
    os.read(reading, 3)
    time.sleep(delay)
    server.kill()
    _pid, status = os.waitpid(child, 0)
    os.close(reading)
    server.start()
    return status != 0
