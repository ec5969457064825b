"""Staff who switch while shoppers pay: rules, the plugin, and the vouchers of ours."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from . import code_typing, discounts, documents, operating, paying, shopping
from .actors import Actor, Cart


def change_shipping(actor: Actor, cart: Cart) -> None:
    """Edit the rule of free shipping, switch it off or on, or delete it for another."""
    rules = actor.stage.shipping_rules
    wanted: dict[str, Any] = actor.random.choice(
        [
            {"isActive": False},
            {"isActive": True},
            {"isActive": True},
            {"benefit": {"shippingPercentOff": {"percent": 50}}},
            {"benefit": {"freeShipping": {}}},
            {"name": actor.random.choice(["Free shipping", "Post is on us"])},
            {},
        ]
    )
    with actor.world.operator:
        rule = rules[cart.channel]
        if wanted:
            actor.staff.send(
                "RULE_UPDATE", documents.RULE_UPDATE, id=rule, input=wanted
            )
            return
        actor.staff.send("RULE_DELETE", documents.RULE_DELETE, id=rule)
        answer = actor.staff.send(
            "RULE_CREATE",
            documents.RULE_CREATE,
            channel=cart.channel,
            input={
                "name": "Free shipping",
                "lane": "SHIPPING",
                "benefit": {"freeShipping": {}},
            },
        )
        if answer.is_ok and answer.payload.get("rule"):
            rules[cart.channel] = answer.payload["rule"]["id"]


def meddle(actor: Actor, cart: Cart) -> None:
    """Edit a voucher of ours as staff may in the Dashboard."""
    seen = code_typing.look_at_slot(actor, cart)
    if seen is None:
        return
    _code, voucher = seen
    tomorrow = (timezone.now() + timedelta(days=1)).isoformat()
    if actor.chance(25):
        channel = actor.stage.channel_ids[cart.channel]
        actor.staff.send(
            "VOUCHER_LISTING",
            discounts.VOUCHER_LISTING,
            cart.token,
            id=voucher,
            input={"removeChannels": [channel]},
        )
        return
    wanted: dict[str, Any] = actor.random.choice(
        [
            {"applyOncePerCustomer": True},
            {"startDate": tomorrow},
            {"endDate": timezone.now().isoformat()},
        ]
    )
    actor.staff.send(
        "VOUCHER_UPDATE",
        discounts.VOUCHER_UPDATE,
        cart.token,
        detail=next(iter(wanted)),
        id=voucher,
        input=wanted,
    )


def order_while_off(actor: Actor, _cart: Cart | None = None) -> None:
    """Switch everything off under a cart with offers, pay, order, switch on again."""
    cart = shopping.create(actor)
    if cart is None:
        return
    while cart.worth < 60:
        shopping.add(actor, cart)
        if cart.is_over or actor.world.is_over.is_set():
            return
    paying.prepare(actor, cart)
    now = actor.journal.now()
    is_too_soon = now < actor.world.next_switch_at
    if is_too_soon or not actor.world.operator.acquire(blocking=False):
        return
    actor.world.next_switch_at = now + operating.SWITCH_SECONDS
    kill = actor.chance(30)
    try:
        is_off = operating.save_switches(actor, kill_switch=kill, active=kill)
        since = actor.journal.now()
        paying.pay(actor, cart)
        paying.by_shopper(actor, cart)
        if is_off:
            actor.journal.off(since, is_kill_switch=kill)
        operating.restore(actor)
    finally:
        actor.journal.stop(now)
        actor.world.operator.release()
