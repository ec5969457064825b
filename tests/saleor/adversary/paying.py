"""How shoppers pay, how carts become orders, and what becomes of these."""

from __future__ import annotations

from decimal import Decimal

from saleor_rewards.host.capabilities import capabilities

from ..staff import DOCUMENTS as STAFF_DOCUMENTS
from . import documents, shopping
from .actors import Actor, Cart, numbers
from .gateway import PLUGIN_ID

COMPLETION = "saleor.checkout.tasks.automatic_checkout_completion_task"


def prepare(actor: Actor, cart: Cart) -> bool:
    """See to it that nothing but money is missing."""
    if cart.goods.ships and not cart.has_method:
        shopping.ship(actor, cart)
    return not cart.is_over


def pay(actor: Actor, cart: Cart, *, is_legacy: bool = False) -> str:
    """Pay what the cart shows, in one of the ways; return ``legacy`` or ``app``."""
    unpaid = not is_legacy and cart.channel == "unpaid" and actor.chance(70)
    total = actor.look(cart, documents.BALANCE_LOOK)
    if total is None or unpaid:
        return ""
    if cart.held:
        # Saleor takes no payment beside transactions.
        return _pay_the_rest(actor, cart, total)
    if total == 0:
        return "legacy" if not actor.stage.has_transactions else "app"
    stage = actor.stage
    is_legacy = is_legacy or not stage.has_transactions or actor.chance(45)
    if stage.has_legacy and is_legacy:
        return "legacy" if _pay_legacy(actor, cart, total) else ""
    return _pay_by_app(actor, cart, total)


def _pay_the_rest(actor: Actor, cart: Cart, total: Decimal) -> str:
    """Pay what an edit, or another offer, made of the total beyond what was paid."""
    if total <= cart.held or actor.chance(30):
        return "app"
    act = actor.note_payment("charge", total, total)
    if not actor.pay_by_app(cart, "charge", total - cart.held):
        return ""
    cart.held = total
    actor.journal.end(act, cart.token)
    return "app"


def _pay_legacy(actor: Actor, cart: Cart, total: Decimal) -> bool:
    modes = ["pay"] * 7 + ["hold", "ask", "ask", "fail"]
    mode = actor.random.choice(modes)
    milliseconds = actor.random.choice([0, 0, 100, 600, 1500])
    token = f"{mode}-{milliseconds}-{next(numbers)}"
    wanted = {"gateway": PLUGIN_ID, "token": token, "amount": str(total)}
    answer = actor.on(cart, "PAY", detail=token, input=wanted)
    answer.act.begun_at, answer.act.shown = actor.looked_at, total
    return answer.is_ok


def _pay_by_app(actor: Actor, cart: Cart, total: Decimal) -> str:
    mode = actor.random.choice(["charge", "charge", "authorize", "pending"])
    shares = [total]
    if actor.chance(8):
        shares = [total + 5]
    elif actor.chance(8):
        shares = [total - 3, Decimal(3)] if total > 3 else shares
    elif actor.chance(4):
        shares = [total - 1] if total > 1 else shares
    act = actor.note_payment(mode, total, sum(shares, Decimal(0)))
    for share in shares:
        if not actor.pay_by_app(cart, mode, share):
            return ""
        cart.held += share
    actor.journal.end(act, cart.token)
    return "app"


def complete(actor: Actor, cart: Cart, *, tab: bool = False) -> None:
    """Make the cart an order, by the shopper, an app or Saleor's own task."""
    if not actor.stage.has_transactions or actor.chance(60):
        by_shopper(actor, cart, tab=tab)
    elif actor.chance(55):
        by_app(actor, cart)
    else:
        pk = cart.token
        actor.job(COMPLETION, cart, pk, None, None)


def by_shopper(actor: Actor, cart: Cart, *, tab: bool = False) -> None:
    """Order, and confirm where the bank asks for a second step."""
    answer = actor.on(cart, "COMPLETE", tab=tab)
    if answer.is_ok and answer.payload.get("confirmationNeeded"):
        actor.pause(100, 1200)
        answer = actor.on(cart, "COMPLETE", tab=tab, detail="second step")
    _note_order(actor, cart, answer.payload)
    if answer.act.is_refused_by_us and actor.chance(60):
        # The shopper reads the new total and orders again.
        total = actor.look(cart, documents.BALANCE_LOOK, tab=tab)
        if total:
            _note_order(actor, cart, actor.on(cart, "COMPLETE", tab=tab).payload)


def by_app(actor: Actor, cart: Cart) -> None:
    """Let an app make the order, which may keep the checkout."""
    remove = actor.chance(65)
    answer = actor.app.send(
        "ORDER",
        documents.ORDER,
        cart.token,
        detail="" if remove else "checkout kept",
        cart=cart.id,
        remove=remove,
    )
    _note_order(actor, cart, answer.payload, is_over=remove)


def _note_order(
    actor: Actor, cart: Cart, payload: dict, *, is_over: bool = True
) -> None:
    order = payload.get("order")
    if order:
        cart.order_id = order["id"]
        cart.is_over = is_over
        actor.world.orders.append(cart)
        del actor.world.orders[:-40]


def after_sale(actor: Actor, _cart: Cart | None = None) -> None:
    """Let staff send, cancel or refund an order, in part or whole."""
    if not actor.world.orders:
        return
    cart = actor.random.choice(actor.world.orders)
    what = actor.random.choice(["refund", "refund", "cancel", "app", "pay"])
    if what == "app" and capabilities.transactions:
        actor.pay_by_app(cart, "refund", Decimal(actor.random.choice([1, 5, 10])))
        return
    more = {"amount": str(actor.random.choice([1, 3, 8]))} if what == "refund" else {}
    name = what if what in STAFF_DOCUMENTS else "refund"
    if name == "refund":
        more = more or {"amount": "2"}
    actor.staff.send(
        f"staff {name}", STAFF_DOCUMENTS[name], cart.token, id=cart.order_id, **more
    )
