"""Carts that ship free of charge, and what is in their voucher slot."""

from __future__ import annotations

from saleor.checkout.models import Checkout

from .world import Cart, Shop, Shopper

#: A code of our form that no row of ours names.
STRAY = "REWARDS-0123456789ABCDEF"


def shipped(shop: Shop, shopper: Shopper, price: str = "40.00") -> Cart:
    """Return a cart of goods at a price, with shipping chosen that costs 10.00."""
    cart = shopper.cart((shop.product(price), 1), email="ada@example.com")
    return shopper.ship(cart, shop.shipping_method("10.00"))


def code_in(cart: Cart) -> str | None:
    """Return the code in the slot, whoever may see it."""
    code: str | None = Checkout.objects.get(pk=cart.pk).voucher_code
    return code
