"""Prints the journey while it goes on, and the receipt at its end."""

from __future__ import annotations

from decimal import Decimal
from typing import Iterable, Sequence

from .account import Account, Posting, Refund
from .cart import Cart
from .checks import Order
from .friends import Revocation
from .program import FRIEND_POINTS, GIVEN
from .referral import Referral, Referrer
from .table import Column, Table
from .talk import Channel
from .visit import Step, Variant

STEPS = Table(
    [
        Column("step", 28),
        Column("subtotal", 8, is_amount=True),
        Column("offers and points", 23),
        Column("how far the next one is", 24),
        Column("earns", 5, is_amount=True),
        Column("shipping", 8, is_amount=True),
        Column("total", 8, is_amount=True),
        Column("without the plugin", 10, is_amount=True),
    ]
)
POSTINGS = Table(
    [
        Column("posting", 22),
        Column("order", 5),
        Column("pending", 8, is_amount=True),
        Column("held", 8, is_amount=True),
        Column("to spend", 8, is_amount=True),
        Column("by", 36),
    ]
)
SIGNALS = Table(
    [
        Column("what staff see", 16),
        Column("weight", 6, is_amount=True),
        Column("in words", 60),
    ]
)
REVOKED = Table(
    [
        Column("what happened", 24),
        Column("paid back", 9, is_amount=True),
        Column("Ben's points", 12, is_amount=True),
        Column("left", 6, is_amount=True),
        Column("Ada's for him", 13, is_amount=True),
        Column("left", 6, is_amount=True),
    ]
)
#: What a shopper calls each kind of posting.
KINDS = {
    "EARN": "earned",
    "REVERSE": "taken back",
    "HOLD": "put aside for a cart",
    "RELEASE": "no longer put aside",
    "CAPTURE": "spent",
    "RETURN": "given back",
}
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


def show_shop(variants: list[Variant], channel: Channel) -> None:
    products = len({variant.product_id for variant in variants})
    print(
        f"\nA shopper's journey: {products} products in {len(variants)} variants, from "
        f"{plain(variants[0].price)} to {plain(variants[-1].price)} {channel.currency}. "
        "Subtotals are before offers and points.",
        flush=True,
    )


def show_visit(what: str) -> None:
    print(f"\n{what}\n")
    show(STEPS.head())


def show_step(step: Step) -> None:
    cart = step.cart
    cells = [
        step.what,
        plain(cart.subtotal + cart.goods_savings + cart.points.worth),
        applied(cart),
        ahead(cart),
        f"{cart.points.earned:,}",
        plain(cart.shipping) if cart.has_delivery else "-",
        plain(cart.total),
        plain(step.plain.total),
    ]
    show(STEPS.row(cells))


def applied(cart: Cart) -> str:
    """Return the offers that the cart has and the points that pay, one a line."""
    lines = [f"{offer.name} -{plain(offer.amount)}" for offer in cart.applied]
    if cart.points.redeemed:
        lines.append(f"{cart.points.redeemed} points -{plain(cart.points.worth)}")
    return "\n".join(lines)


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
    before = last.plain.total
    if order.points_redeemed:
        print(LINES.rule())
        before -= order.savings
        name = f"{order.points_redeemed} points"
        show(receipt_line(name, before, order.points_worth, ["Points"]))
    print(LINES.rule())
    show(receipt_line("total", last.plain.total, last.plain.total - order.total, []))
    print(f"\nIt earns {order.points_earned:,} points.", flush=True)


def receipt_line(
    name: str, before: Decimal, off: Decimal, rules: list[str]
) -> Iterable[str]:
    taken = f"-{plain(off)}" if off else ""
    cells = [name, plain(before), taken, plain(before - off), ", ".join(rules)]
    return LINES.row(cells)


def show_account(account: Account, name: str = "Ada") -> None:
    """Print a shopper's balance and tier in a sentence each."""
    pending = f", {account.pending:,} more are pending" if account.pending else ""
    print(
        f"{name}'s account: {account.available:,} points to spend, worth "
        f"{plain(account.worth)}{pending}.\n{standing(account)}",
        flush=True,
    )


def standing(account: Account) -> str:
    """Return the tier and what is missing for the next one.

    >>> standing(Account(tier="Silver", next_tier="Gold", missing=477))
    'Her tier: Silver, 477 more points for Gold.'
    >>> standing(Account(tier="Gold"))
    'Her tier: Gold.'
    """
    tier = f"Her tier: {account.tier or 'none yet'}"
    ahead = f", {account.missing:,} more points for {account.next_tier}"
    return f"{tier}{ahead if account.next_tier else ''}."


def show_refund(refund: Refund) -> None:
    print(
        f"\nStaff refund {plain(refund.amount)} of order {refund.order}. Of what it "
        f"earned {refund.taken_back:,} points are taken back,\nof what it was paid "
        f"with {refund.given_back:,} points are given back. Every posting so far:\n"
    )


def show_postings(account: Account) -> None:
    show(POSTINGS.head())
    for posting in account.postings:
        show(POSTINGS.row(posting_cells(posting)))
    print(POSTINGS.rule())
    sums = (account.pending, account.held, account.available)
    show(POSTINGS.row(["balance", "", *(f"{points:,}" for points in sums), ""]))
    print()


def posting_cells(posting: Posting) -> list[str]:
    moved = (posting.pending, posting.held, posting.available)
    kind = KINDS.get(posting.kind, posting.kind.lower())
    points = [f"{change:+,}" if change else "" for change in moved]
    return [kind, posting.order, *points, posting.rule]


def show_code(referrer: Referrer) -> None:
    print(
        f"\nGive {GIVEN}, get {GIVEN}: friends get {GIVEN} off their first order, and "
        f"Ada {FRIEND_POINTS:,} points once it is paid.\nHer code: {referrer.code}, her "
        f"link: {referrer.link}",
        flush=True,
    )


def show_friends(referrer: Referrer) -> None:
    """Print what came of a member's code in a sentence."""
    print(
        f"What Ada sees: friends who bought: {referrer.rewarded}, who gave all back: "
        f"{referrer.revoked}; points earned: {referrer.points:,}.",
        flush=True,
    )


def show_another(order: Order) -> None:
    print(
        "\nAnother friend, Cleo, opens the same link, buys for "
        f"{plain(order.total)} and keeps it.",
        flush=True,
    )


def show_refusal(sentence: str, referral: Referral) -> None:
    """Print what the shopper is told of a claim, and what staff see of it."""
    print(f'\nThe shop says to her: "{sentence}"\n')
    show(SIGNALS.head())
    for signal in referral.signals:
        show(SIGNALS.row([signal.code, str(signal.weight), signal.text]))
    print(SIGNALS.rule())
    show(SIGNALS.row([f"verdict {referral.verdict}", str(referral.weight), ""]))


def show_revocations(order: Order, revocations: Sequence[Revocation]) -> None:
    """Print what refunds of a friend's order took back on both sides."""
    print(
        f"\nBen returns a part of order {order.number}, then the rest. Both lose what "
        "the refunds' share comes to:\n"
    )
    show(REVOKED.head())
    left, kept = order.points_earned, FRIEND_POINTS
    cells = ["the order is paid", "", f"+{left:,}", f"{left:,}", f"+{kept:,}"]
    show(REVOKED.row([*cells, f"{kept:,}"]))
    for one in revocations:
        taken = [one.left - left, one.kept - kept]
        left, kept = one.left, one.kept
        paid = plain(one.refund.amount)
        cells = ["staff refund", paid, f"{taken[0]:+,}", f"{left:,}"]
        show(REVOKED.row([*cells, f"{taken[1]:+,}", f"{kept:,}"]))
    print()


def show_differences(differences: list[str]) -> None:
    print("\nSomething differs:")
    show(f"  {sentence}" for sentence in differences)


def show_agreement(orders: Iterable[Order], paid_by: str) -> None:
    totals = ", ".join(plain(order.total) for order in orders)
    print(
        "\nEvery step adds up to the cent, with the plugin and without it. The orders' "
        f"totals ({totals}) are\nthe last totals shown, what {paid_by} charged, and "
        "what the receipts say. The postings add up to\nthe balances, and the refunds "
        "took back their share from Ada and from Ben, to the point.",
        flush=True,
    )
