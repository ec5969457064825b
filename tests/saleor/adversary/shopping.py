"""What shoppers do with a cart before they pay."""

from __future__ import annotations

from typing import Any

from saleor_rewards.host.capabilities import capabilities

from ..documents import ADDRESS
from . import documents
from .actors import Actor, Cart, numbers

ADDRESSES = [ADDRESS, {**ADDRESS, "streetAddress1": "2 Side Street"}]

#: Acts by which a shopper changes what a cart costs, or whose it is.
EDITS = {
    "ADD",
    "PUT",
    "SHIP",
    "EMAIL",
    "ADDRESS",
    "ATTACH",
    "PROMO",
    "UNPROMO",
    "UNPROMO_ID",
    "REDEEM",
    "RELEASE",
    "MOVE_POINTS",
    "CLAIM",
}


def create(actor: Actor, channel: str = "", owner: Any = None) -> Cart | None:
    """Begin a cart, most often a member's."""
    stage, dice = actor.stage, actor.random
    channel = channel or dice.choice([*stage.channels, stage.channels[0]])
    if owner is None and actor.chance(75):
        # A few own most carts, so that their carts meet.
        owner = dice.choice(stage.members[: dice.choice([3, len(stage.members)])])
    goods = dice.choice(stage.goods)
    quantity = dice.choice([1, 1, 2, 3])
    wanted: dict[str, Any] = {
        "email": owner.email if owner else f"guest{next(numbers)}@example.com",
        "lines": [{"variantId": goods.id, "quantity": quantity}],
        "shippingAddress": ADDRESS,
        "billingAddress": ADDRESS,
    }
    if capabilities.transactions:
        wanted["channel"] = channel
    # Saleor 2.10 gives a customer one checkout, but lets them keep a guest's too.
    starts_as_guest = owner is None or not capabilities.transactions
    actor.browser.authorization = None if starts_as_guest else owner.authorization
    answer = actor.browser.send("CREATE", documents.CREATE, input=wanted)
    node = answer.payload.get("checkout")
    if not node:
        return None
    cart = Cart(node["id"], node["token"], channel, owner, goods, quantity)
    if owner and starts_as_guest:
        actor.on(cart, "ATTACH", user=owner.user_id)
    actor.journal.end(answer.act, cart.token)
    actor.world.put(cart)
    actor.mine = cart
    return cart


def add(actor: Actor, cart: Cart, *, tab: bool = False) -> None:
    """Add one more piece of what is in it."""
    lines = [{"variantId": cart.goods.id, "quantity": 1}]
    if actor.on(cart, "ADD", tab=tab, lines=lines).is_ok:
        cart.quantity += 1


def put(actor: Actor, cart: Cart) -> None:
    """Set how many pieces are in it; none and then one takes the line out."""
    quantity = actor.random.choice([0, 1, 2, 3])
    for wanted in [quantity] if quantity else [0, 1]:
        lines = [{"variantId": cart.goods.id, "quantity": wanted}]
        # What is not in it any more can be added alone.
        name = "ADD" if quantity == 0 and wanted else "PUT"
        if actor.on(cart, name, lines=lines).is_ok:
            cart.quantity = wanted


def ship(actor: Actor, cart: Cart) -> None:
    """Choose how it is shipped."""
    method = actor.random.choice(actor.stage.methods)
    if cart.goods.ships and actor.on(cart, "SHIP", method=method).is_ok:
        cart.has_method = True


def email(actor: Actor, cart: Cart) -> None:
    """Type another address."""
    actor.on(cart, "EMAIL", email=f"guest{next(numbers)}@example.com")


def address(actor: Actor, cart: Cart) -> None:
    """Have it sent elsewhere."""
    actor.on(cart, "ADDRESS", address=actor.random.choice(ADDRESSES))


def attach(actor: Actor, cart: Cart) -> None:
    """Sign in and keep the cart."""
    if cart.owner is not None:
        return
    cart.owner = actor.random.choice(actor.stage.members)
    if not actor.on(cart, "ATTACH", user=cart.owner.user_id).is_ok:
        cart.owner = None


def promo(actor: Actor, cart: Cart, *, tab: bool = False) -> None:
    """Type a code: one for everybody, one that works once, or a gift card's."""
    kind = actor.random.choice(["many", "once", "once", "card"])
    codes = {
        "many": actor.stage.codes,
        # Few at a time, so that several carts want the same.
        "once": actor.world.single_codes[:3],
        "card": actor.world.cards[:3],
    }[kind]
    if not codes:
        return
    code = actor.random.choice(codes)
    is_ok = actor.on(cart, "PROMO", tab=tab, detail=code, code=code).is_ok
    if is_ok:
        cart.codes.append(code)
    if kind == "once" and (not is_ok or actor.chance(40)):
        _use_up(actor.world.single_codes, code)
    if kind == "card" and actor.chance(25):
        _use_up(actor.world.cards, code)


def _use_up(codes: list[str], code: str) -> None:
    """Offer a code no longer, so that the next one comes."""
    if code in codes:
        codes.remove(code)


def unpromo(actor: Actor, cart: Cart) -> None:
    """Take a code out again."""
    if cart.codes:
        code = cart.codes.pop()
        actor.on(cart, "UNPROMO", detail=code, code=code)


def redeem(actor: Actor, cart: Cart, *, tab: bool = False) -> None:
    """Pay a part with points."""
    if cart.owner is None:
        return
    points = some_points(actor, cart)
    answer = actor.on(cart, "REDEEM", tab=tab, detail=str(points), points=points)
    if answer.is_ok:
        cart.points = points
    if "INSUFFICIENT_POINTS" in answer.act.codes and actor.chance(50):
        give_points(actor, cart)


def some_points(actor: Actor, cart: Cart) -> int:
    """Return how many points a shopper would spend on a cart."""
    wanted = [n for n in (300, 500, 1000, 1200) if n <= cart.worth * 65]
    return actor.random.choice(wanted or [300])


def release(actor: Actor, cart: Cart, *, tab: bool = False) -> None:
    """Take the points back."""
    if cart.owner is not None and actor.on(cart, "RELEASE", tab=tab).is_ok:
        cart.points = 0


def claim(actor: Actor, cart: Cart, *, tab: bool = False) -> None:
    """Type a friend's code."""
    code = actor.random.choice(actor.stage.members).codes[cart.channel]
    actor.on(cart, "CLAIM", tab=tab, code=code)


def read(actor: Actor, cart: Cart, *, tab: bool = False) -> None:
    """Merely look, at one field first or at another."""
    actor.look(cart, actor.random.choice(documents.LOOKS), tab=tab)


def give_points(actor: Actor, cart: Cart) -> None:
    """Let staff give the cart's owner some more points."""
    if cart.owner is None:
        return
    wanted = {
        "channel": cart.channel,
        "userId": cart.owner.user_id,
        "points": actor.random.choice([500, 1200]),
        "reason": "Goodwill",
        "key": f"goodwill-{next(numbers)}",
    }
    actor.staff.send("ADJUST", documents.ADJUST, input=wanted)
