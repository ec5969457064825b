"""A shopper of Saleor's own storefront, whose server calls step by step as they do.

Half of the members sign in before they begin, half at the checkout.
It begins with an empty cart, reads the whole cart after each step, looks at the total
once more before it pays by ``transactionInitialize``, orders and reads the order.
Reads are anonymous; the steps carry the shopper's own token where they signed in.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import graphene

from ..documents import ADDRESS
from . import storefront_documents as documents
from .actors import Actor, Cart, numbers
from .clients import Answer
from .codes import OURS


def visit(actor: Actor, _cart: Cart | None = None) -> None:
    """Shop from the empty cart to the order, as the storefront's pages would."""
    if not actor.stage.has_transactions:
        return
    cart = _fill(actor)
    if cart is None or not _check_out(actor, cart):
        return
    total = _read(actor, cart)
    if total is None:
        return
    _step(actor, cart, "BILLING", address=ADDRESS)
    if actor.chance(15):
        # Who leaves here comes back another day.
        return
    if _pay(actor, cart, total):
        _order(actor, cart)


def _fill(actor: Actor) -> Cart | None:
    stage, dice = actor.stage, actor.random
    owner = dice.choice(stage.members) if actor.chance(50) else None
    channel = dice.choice(stage.channels)
    signs_in_late = owner is not None and actor.chance(50)
    is_member = owner is not None and not signs_in_late
    actor.browser.authorization = owner.authorization if is_member else None
    answer = actor.browser.send("CREATE", documents.CREATE, channel=channel)
    node = answer.payload.get("checkout")
    if not node:
        return None
    token = graphene.Node.from_global_id(node["id"])[1]
    goods = dice.choice([one for one in stage.goods if one.ships])
    cart = Cart(node["id"], token, channel, owner if is_member else None, goods, 1)
    actor.journal.end(answer.act, token)
    actor.world.put(cart)
    actor.mine = cart
    if not _step(actor, cart, "ADD", variant=goods.id).is_ok:
        return None
    page = _anonymous(actor, cart, "PAGE")
    quantity = dice.choice([1, 2, 3, 4])
    if page and quantity > 1:
        lines = [{"lineId": page["lines"][0]["id"], "quantity": quantity}]
        if _step(actor, cart, "PUT", lines=lines).is_ok:
            cart.quantity = quantity
    if signs_in_late:
        cart.owner = owner
        _step(actor, cart, "ATTACH")
    return cart


def _check_out(actor: Actor, cart: Cart) -> bool:
    if _anonymous(actor, cart, "READ") is None:
        return False
    if not cart.owner:
        _step(actor, cart, "EMAIL", email=f"guest{next(numbers)}@example.com")
    _step(actor, cart, "ADDRESS", address=ADDRESS)
    method = _first_method(actor, cart)
    if method is None or not _step(actor, cart, "SHIP", method=method).is_ok:
        return False
    cart.has_method = True
    if actor.chance(55):
        code = actor.random.choice(list(actor.stage.shop_codes))
        if _step(actor, cart, "PROMO", detail=code, code=code).is_ok:
            cart.codes.append(code)
    _press_cross(actor, cart)
    return True


def _first_method(actor: Actor, cart: Cart) -> str | None:
    if documents.HAS_DELIVERIES:
        found = _step(actor, cart, "DELIVERIES").payload.get("deliveries")
    else:
        found = _step(actor, cart, "METHODS").payload.get("shippingMethods")
    return found[0]["id"] if found else None


def _press_cross(actor: Actor, cart: Cart) -> None:
    """Press the cross beside whatever code the page shows, now and then."""
    shown = (_anonymous(actor, cart, "READ") or {}).get("voucherCode")
    if not shown or not actor.chance(100 if OURS.fullmatch(shown) else 25):
        return
    if _step(actor, cart, "UNPROMO", detail=shown, code=shown).is_ok:
        cart.codes = [code for code in cart.codes if code != shown]


def _pay(actor: Actor, cart: Cart, total: Decimal) -> bool:
    """Pay the total shown, unless a last look shows another."""
    if total == 0:
        return True
    if _read(actor, cart) != total:
        return False
    from ..transactions import IDENTIFIER

    act = actor.note_payment("storefront", total, total)
    gateway: dict[str, Any] = {"id": IDENTIFIER, "data": {"event": "CHARGE_SUCCESS"}}
    answer = _step(actor, cart, "INITIALIZE", gateway=gateway, amount=str(total))
    event = answer.payload.get("transactionEvent")
    if not event or event["type"] != "CHARGE_SUCCESS":
        return False
    cart.held += total
    actor.journal.end(act, cart.token)
    return True


def _order(actor: Actor, cart: Cart) -> None:
    answer = _step(actor, cart, "COMPLETE")
    order = answer.payload.get("order")
    if not order:
        return
    cart.order_id, cart.is_over = order["id"], True
    actor.world.orders.append(cart)
    del actor.world.orders[:-40]
    client = actor.browser
    client.authorization = cart.owner.authorization if cart.owner else None
    client.send("order page", documents.ORDER, id=order["id"])


def _read(actor: Actor, cart: Cart) -> Decimal | None:
    _anonymous(actor, cart, "READ")
    return actor.last_total


def _anonymous(actor: Actor, cart: Cart, name: str) -> dict[str, Any] | None:
    """Read the cart by its id alone."""
    client = actor.browser
    client.authorization = None
    answer = client.send("look", getattr(documents, name), cart.token, id=cart.id)
    actor.looked_at, actor.last_total = answer.act.begun_at, answer.act.total
    return answer.payload or None


def _step(
    actor: Actor, cart: Cart, name: str, *, detail: str = "", **more: Any
) -> Answer:
    """Send one of the steps with the token of whoever signed in."""
    client = actor.browser
    client.authorization = cart.owner.authorization if cart.owner else None
    document = getattr(documents, name)
    return client.send(name, document, cart.token, detail=detail, cart=cart.id, **more)
