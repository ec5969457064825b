"""Prints the journey while it goes on, and the receipt at its end."""

from __future__ import annotations

from decimal import Decimal
from typing import Iterable

from .cart import Cart
from .checks import Order
from .journey import Step, Variant
from .table import Column, Table

STEPS = Table(
    [
        Column("step", 30),
        Column("subtotal", 8, is_amount=True),
        Column("offers applied", 23),
        Column("how far the next one is", 24),
        Column("shipping", 8, is_amount=True),
        Column("total", 8, is_amount=True),
        Column("without the plugin", 10, is_amount=True),
    ]
)
LINES = Table(
    [
        Column("ordered", 36),
        Column("price", 9, is_amount=True),
        Column("off", 9, is_amount=True),
        Column("paid", 9, is_amount=True),
        Column("by", 36),
    ]
)


def plain(amount: Decimal) -> str:
    """Return an amount as the tables have it.

    >>> plain(Decimal("1234.5"))
    '1,234.50'
    """
    return f"{amount:,.2f}"


def show(lines: Iterable[str]) -> None:
    for line in lines:
        print(line, flush=True)


def show_shop(variants: list[Variant], currency: str) -> None:
    products = len({variant.product_id for variant in variants})
    print(
        f"\nA shopper's journey: {products} products in {len(variants)} variants, from "
        f"{plain(variants[0].price)} to {plain(variants[-1].price)} {currency}. "
        "Subtotals are before offers.\n"
    )
    show(STEPS.head())


def show_step(step: Step) -> None:
    cart = step.cart
    cells = [
        step.what,
        plain(cart.subtotal + cart.goods_savings),
        applied(cart),
        ahead(cart),
        plain(cart.shipping) if cart.has_delivery else "-",
        plain(cart.total),
        plain(step.plain.total),
    ]
    show(STEPS.row(cells))


def applied(cart: Cart) -> str:
    """Return the offers that the cart has, one a line."""
    return "\n".join(f"{offer.name} -{plain(offer.amount)}" for offer in cart.applied)


def ahead(cart: Cart) -> str:
    """Return how far the next offer is, in words."""
    offer = cart.next_offer
    return f"{plain(offer.gap)} more for {offer.next_worth}" if offer else "all reached"


def show_order(order: Order, last: Step) -> None:
    print(f"\nOrder {order.number} is placed and paid. Its receipt:\n")
    show(LINES.head())
    for line in last.plain.lines:
        off = order.off(line.variant_id)
        rules = sorted(
            {e.name for e in order.entries if e.variant_id == line.variant_id}
        )
        name = f"{line.quantity} x {line.name}"
        show(receipt_line(name, line.total, off, rules))
    rules = sorted({entry.name for entry in order.entries if entry.variant_id is None})
    show(receipt_line("shipping", last.plain.shipping, order.off(None), rules))
    print(LINES.rule())
    show(receipt_line("total", last.plain.total, order.savings, []))


def receipt_line(
    name: str, before: Decimal, off: Decimal, rules: list[str]
) -> Iterable[str]:
    taken = f"-{plain(off)}" if off else ""
    cells = [name, plain(before), taken, plain(before - off), ", ".join(rules)]
    return LINES.row(cells)


def show_differences(differences: list[str]) -> None:
    print("\nSomething differs:")
    show(f"  {sentence}" for sentence in differences)


def show_agreement(order: Order) -> None:
    print(
        "\nEvery step adds up to the cent, with the plugin and without it. The order's "
        f"total of {plain(order.total)} is\nthe last total shown, what the gateway "
        "captured, and what the receipt says.",
        flush=True,
    )
