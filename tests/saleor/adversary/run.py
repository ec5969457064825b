"""Lets the clients loose for some time, then brings everything to rest."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterator

from django.db import connections

from . import (
    clock,
    code_typing,
    duels,
    natives,
    operating,
    paying,
    plots,
    shopping,
    storefront,
    switching,
)
from .actors import Actor, Cart, World
from .journal import Journal
from .payment_app import PaymentApp, serving
from .processes import running
from .stage import listen, set_stage
from .watcher import Watcher, watching

#: What a client does next, by weight; the first ones need a cart.
ON_CARTS: list[tuple[int, Callable[..., Any]]] = [
    (34, duels.pay_and_complete),
    (5, plots.spend_twice),
    (4, plots.refuse_code),
    (3, plots.redeem_at_the_gate),
    (7, shopping.add),
    (4, shopping.put),
    (8, shopping.ship),
    (2, shopping.email),
    (2, shopping.address),
    (3, shopping.attach),
    (10, shopping.promo),
    (3, shopping.unpromo),
    (16, shopping.redeem),
    (4, shopping.release),
    (4, shopping.claim),
    (12, shopping.read),
    (4, operating.end_hold),
    (3, operating.flash),
    (1, operating.renew_flash),
    (1, operating.switch),
    (3, operating.job),
    (5, paying.after_sale),
    (12, code_typing.type_code),
    (3, code_typing.take_off_by_id),
    (4, code_typing.type_ours),
    (3, code_typing.take_ours_off),
    (2, natives.change_promotion),
    (2, natives.end_voucher),
    (2, switching.change_shipping),
    (2, switching.meddle),
    (2, switching.order_while_off),
    (14, storefront.visit),
]

#: Milliseconds between two things that any client does, on average: as many as a
#: machine of two cores takes to answer. A shop that cannot keep up tests its queue.
PAUSE = 130


@dataclass
class Outcome:
    """What the judge needs beside the database."""

    world: World
    journal: Journal
    log: Path


@contextmanager
def let_loose(clients: int, seconds: int, seed: int, log: Path) -> Iterator[Outcome]:
    """Play, come to rest and yield while the shop still runs."""
    stage = set_stage()
    journal = Journal(seed)
    connections.close_all()
    with running(log) as site:
        app = PaymentApp(site.port, journal, stage.app, seed)
        with serving(app) as port:
            listen(port)
            world = World(site, stage, journal, port, clients)
            actors = [Actor(world, number) for number in range(clients)]
            with watching(world) as watcher:
                _play(world, actors, seconds)
            app.finish()
            _come_to_rest(actors[0])
            _look_once_more(watcher, clients)
        yield Outcome(world, journal, log)


def _play(world: World, actors: list[Actor], seconds: int) -> None:
    threads = [threading.Thread(target=_client, args=[actor]) for actor in actors]
    for thread in threads:
        thread.start()
    time.sleep(seconds)
    world.is_over.set()
    for thread in threads:
        thread.join(120)


def _client(actor: Actor) -> None:
    while not actor.world.is_over.is_set():
        try:
            _step(actor)
        except Exception as error:
            actor.journal.fault(f"the adversary itself: {error!r}")
        actor.pause(0, 2 * PAUSE * actor.world.clients)
    connections.close_all()


def _step(actor: Actor) -> None:
    cart = actor.cart()
    if cart is None:
        cart = shopping.create(actor)
    if cart is not None:
        actor.choose(ON_CARTS)(actor, cart)


def _come_to_rest(actor: Actor) -> None:
    """Let all rules stand still, all time be over and all tasks run."""
    operating.restore(actor)
    clock.age_all_holds()
    for path in operating.JOBS:
        actor.job(path)


def _look_once_more(watcher: Watcher, carts: int) -> None:
    """Look at what is live, and compare some carts, now that all stands still."""
    watcher.look_for_strays()
    for cart in watcher.world.open_carts()[-carts:]:
        watcher.compare(cart)


def try_again(actor: Actor, cart: Cart) -> None:
    """Order a cart that was paid and is no order yet, as its owner would."""
    for _ in range(2):
        if not cart.is_over:
            answer = actor.on(cart, "COMPLETE", detail="afterwards")
            cart.is_over = answer.is_ok and bool(answer.payload.get("order"))
