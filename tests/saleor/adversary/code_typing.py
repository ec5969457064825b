"""Codes that shoppers type and take off: the shop's, and those of our own vouchers."""

from __future__ import annotations

from . import discounts
from .actors import Actor, Cart
from .codes import OURS


def type_code(actor: Actor, cart: Cart, *, tab: bool = False) -> bool:
    """Type one of the shop's codes, which takes the place of the one before."""
    code = actor.random.choice(list(actor.stage.shop_codes))
    answer = actor.on(cart, "PROMO", tab=tab, detail=code, code=code)
    if answer.is_ok:
        cart.codes.append(code)
    return answer.is_ok


def take_off_by_id(actor: Actor, cart: Cart) -> None:
    """Take one of the shop's codes off by its voucher's id."""
    known = [code for code in cart.codes if code in actor.stage.shop_codes]
    if not known or not actor.stage.has_transactions:
        return
    code = known[-1]
    voucher = actor.stage.shop_codes[code].id
    _take_off(actor, cart, code, voucher)
    cart.codes.remove(code)


def look_at_slot(actor: Actor, cart: Cart) -> tuple[str, str] | None:
    """Let an app read the cart's voucher; return the code and the id of one of ours."""
    if not actor.stage.has_transactions:
        return None
    answer = actor.scout.send("slot", discounts.SLOT, id=cart.id)
    code, voucher = answer.payload.get("voucherCode"), answer.payload.get("voucher")
    if not code or not voucher or not OURS.fullmatch(code):
        return None
    actor.world.our_codes[code] = voucher["id"]
    return code, voucher["id"]


def type_ours(actor: Actor, cart: Cart, *, tab: bool = False) -> None:
    """Type a code of ours that an app saw, in whichever cart."""
    if not actor.world.our_codes:
        look_at_slot(actor, cart)
    known = list(actor.world.our_codes)
    if known:
        code = actor.random.choice(known[-3:])
        actor.on(cart, "PROMO", tab=tab, detail=code, code=code)


def take_ours_off(actor: Actor, cart: Cart) -> None:
    """Take our own voucher off the cart, by its code or its id."""
    seen = look_at_slot(actor, cart)
    if seen is None:
        return
    code, voucher = seen
    if actor.chance(50):
        actor.on(cart, "UNPROMO", detail=code, code=code)
    else:
        _take_off(actor, cart, code, voucher)


def _take_off(actor: Actor, cart: Cart, code: str, voucher: str) -> None:
    client = actor.browser
    client.authorization = cart.owner.authorization if cart.owner else None
    client.send(
        "UNPROMO_ID",
        discounts.UNPROMO_ID,
        cart.token,
        detail=code,
        cart=cart.id,
        voucher=voucher,
    )
