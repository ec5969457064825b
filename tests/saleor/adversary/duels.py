"""Two things at once: what a second tab does while a cart becomes an order."""

from __future__ import annotations

import threading
from typing import Any, Callable

from . import code_typing, operating, paying, shopping
from .actors import Actor, Cart


def redeem_behind(actor: Actor, cart: Cart) -> None:
    """Spend points right behind the gate."""
    shopping.redeem(actor, cart, tab=True)


def release_behind(actor: Actor, cart: Cart) -> None:
    """Take points back right behind the gate."""
    shopping.release(actor, cart, tab=True)


def move_points(actor: Actor, cart: Cart, other: Cart | None = None) -> None:
    """Take the points of one cart for another, in one request."""
    other = other or (other_cart(actor, cart) if cart.owner else None)
    if other is None:
        return
    points = cart.points or 500
    answer = actor.on(
        cart, "MOVE_POINTS", tab=True, detail=other.id, other=other.id, points=points
    )
    actor.journal.end(answer.act, other.token)
    if answer.is_ok:
        other.points = points


def other_cart(actor: Actor, cart: Cart) -> Cart | None:
    """Return another cart of the same customer."""
    return next(
        (
            other
            for other in actor.world.open_carts()
            if other is not cart
            and (other.owner, other.channel) == (cart.owner, cart.channel)
            and other.goods.price >= 20
        ),
        None,
    )


def complete_twice(actor: Actor, cart: Cart) -> None:
    """Press the button a second time."""
    paying.by_shopper(actor, cart, tab=True)


def look_behind(actor: Actor, cart: Cart) -> None:
    """Look at the cart while it becomes an order."""
    shopping.read(actor, cart, tab=True)


def end_rule(actor: Actor, cart: Cart) -> None:
    """Let an offer begin or end at this moment, and look."""
    operating.flash(actor, cart, now=True)
    shopping.read(actor, cart, tab=True)


def claim_behind(actor: Actor, cart: Cart) -> None:
    """Type a friend's code right behind the gate."""
    shopping.claim(actor, cart, tab=True)


def add_behind(actor: Actor, cart: Cart) -> None:
    """Put one more piece in right behind the gate."""
    shopping.add(actor, cart, tab=True)


def promo_behind(actor: Actor, cart: Cart) -> None:
    """Type a code right behind the gate."""
    shopping.promo(actor, cart, tab=True)


def type_behind(actor: Actor, cart: Cart) -> None:
    """Type one of the shop's codes right behind the gate."""
    code_typing.type_code(actor, cart, tab=True)


DUELS: list[tuple[int, Callable[..., Any]]] = [
    (9, redeem_behind),
    (9, move_points),
    (3, release_behind),
    (5, complete_twice),
    (3, look_behind),
    (4, end_rule),
    (2, claim_behind),
    (2, add_behind),
    (2, promo_behind),
    (2, type_behind),
]


def interlude(actor: Actor, cart: Cart) -> None:
    """Let something happen between the payment and the order."""
    what = actor.choose(
        [
            (4, operating.end_hold),
            (4, lambda actor, cart: operating.flash(actor, cart, now=True)),
            (4, lambda actor, _cart: actor.pause(500, 4000)),
            (3, shopping.read),
            (1, shopping.add),
            (1, shopping.redeem),
            (1, shopping.promo),
            (1, code_typing.type_code),
        ]
    )
    what(actor, cart)
    if actor.chance(60):
        shopping.read(actor, cart)


def pay_and_complete(actor: Actor, cart: Cart) -> None:
    """Pay; let something happen; order, now and then with a second tab open."""
    if not paying.prepare(actor, cart):
        return
    if cart.owner and not cart.points and actor.chance(35):
        shopping.redeem(actor, cart)
    duel = actor.choose(DUELS) if actor.chance(45) else None
    if duel is move_points and cart.owner and other_cart(actor, cart) is None:
        shopping.create(actor, cart.channel, cart.owner)
        actor.mine = cart
    paying.pay(actor, cart)
    if actor.chance(12):
        # Who pays and goes leaves the rest to Saleor's task.
        actor.mine = None
        return
    if actor.chance(40):
        interlude(actor, cart)
    if duel is None:
        paying.complete(actor, cart)
    else:
        at_once(actor, cart, duel)


def at_once(actor: Actor, cart: Cart, duel: Callable[..., Any], *others: Cart) -> None:
    """Order a cart, and do something else in a second tab at about the same time.

    Whoever got the points then orders with them.
    """

    def second() -> None:
        # A busy shop takes its time to come to the gate.
        actor.pause(0, actor.random.choice([100, 500, 2000]))
        try:
            duel(actor, cart, *others)
        except Exception as error:
            actor.journal.fault(f"{duel.__name__}: {error!r}")

    tab = threading.Thread(target=second)
    tab.start()
    paying.complete(actor, cart)
    tab.join()
    for other in others or [other_cart(actor, cart)]:
        if duel is move_points and other is not None and other.points:
            actor.mine = other
            _order_plainly(actor, other)


def _order_plainly(actor: Actor, cart: Cart) -> None:
    if paying.prepare(actor, cart) and paying.pay(actor, cart):
        paying.complete(actor, cart)
