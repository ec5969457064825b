"""Stories that mere chance tells too seldom, each with its own chances."""

from __future__ import annotations

from . import duels, operating, paying, shopping
from .actors import Actor, Cart


def spend_twice(actor: Actor, _cart: Cart | None = None) -> None:
    """Move points to another cart while the first one waits at the gateway."""
    owner = actor.random.choice(actor.stage.members)
    channel = actor.random.choice(actor.stage.channels)
    carts = [shopping.create(actor, channel, owner) for _ in range(2)]
    first, second = carts
    if first is None or second is None:
        return
    for cart in (first, second):
        if cart.worth < 30:
            shopping.add(actor, cart)
            shopping.add(actor, cart)
        paying.prepare(actor, cart)
    shopping.redeem(actor, first)
    if not first.points:
        return
    paying.pay(actor, first, is_legacy=actor.stage.has_legacy)
    duels.at_once(actor, first, duels.move_points, second)


def refuse_code(actor: Actor, _cart: Cart | None = None) -> None:
    """Order with a code that works once, while an offer comes or goes; walk away."""
    cart = shopping.create(actor)
    if cart is None or not actor.world.single_codes:
        return
    code = actor.world.single_codes.pop()
    if not actor.on(cart, "PROMO", detail=code, code=code).is_ok:
        return
    paying.prepare(actor, cart)
    paying.pay(actor, cart, is_legacy=actor.stage.has_legacy and actor.chance(70))
    operating.flash(actor, cart, now=True)
    actor.on(cart, "COMPLETE")
    if actor.chance(50):
        actor.on(cart, "UNPROMO", detail=code, code=code)


def redeem_at_the_gate(actor: Actor, _cart: Cart | None = None) -> None:
    """Spend points right behind the gate of a cart that was paid without them."""
    owner = actor.random.choice(actor.stage.members)
    cart = shopping.create(actor, actor.random.choice(actor.stage.channels), owner)
    if cart is None:
        return
    paying.prepare(actor, cart)
    paying.pay(actor, cart)
    duels.at_once(actor, cart, duels.redeem_behind)
