"""Compares what the shop says in one place with what it says in another.

Each function returns sentences, one for each difference; none means that all agrees
to the last minor unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Iterable

from .account import Account, Refund
from .cart import NOTHING, Cart
from .program import (
    FOR_A_FRIEND,
    FRIEND_POINTS,
    FRIENDS_OFFER,
    GIVEN,
    POINTS,
    factor_of,
)
from .referral import Referral, Referrer

SHIPPING = "SHIPPING"
CENT = Decimal("0.01")


@dataclass(frozen=True)
class OrderLine:
    """One line of the order; ``unit`` is what Saleor keeps of a price, rounded."""

    variant_id: str
    name: str
    quantity: int
    unit: Decimal


@dataclass(frozen=True)
class Entry:
    """What the receipt says that one rule took off.

    ``variant_id`` names the line; there is none for what went off the shipping.
    """

    name: str
    version: int
    variant_id: str | None
    amount: Decimal


@dataclass(frozen=True)
class Order:
    """The placed order and its receipt."""

    id: str
    number: str
    is_paid: bool
    lines: tuple[OrderLine, ...]
    shipping: Decimal
    total: Decimal
    captured: Decimal
    savings: Decimal
    shipping_savings: Decimal
    entries: tuple[Entry, ...]
    points_earned: int = 0
    points_redeemed: int = 0
    points_worth: Decimal = NOTHING

    def off(self, variant_id: str | None) -> Decimal:
        """Return what the receipt takes off a line; ``None`` is the shipping."""
        taken = (e.amount for e in self.entries if e.variant_id == variant_id)
        return sum(taken, NOTHING)


def compare(pairs: Iterable[tuple[str, Decimal, Decimal]]) -> list[str]:
    """Return a sentence for each pair of amounts that differ.

    >>> compare([("total", Decimal("9.5"), Decimal("9.50"))])
    []
    >>> compare([("total", Decimal("9.50"), Decimal("9.51"))])
    ['total: 9.50, but 9.51 was to be expected']
    """
    return [
        f"{what}: {found}, but {expected} was to be expected"
        for what, found, expected in pairs
        if found != expected
    ]


def check_cart(cart: Cart, plain: Cart) -> list[str]:
    """Compare a cart with the same one in the shop without the plugin."""
    of_lines = [offer.amount for offer in cart.applied if offer.lane != SHIPPING]
    of_shipping = [offer.amount for offer in cart.applied if offer.lane == SHIPPING]
    line_totals = sum((line.total for line in cart.lines), NOTHING)
    worth = cart.points.worth
    return compare(
        [
            ("sum of the lines", line_totals, cart.subtotal),
            (
                "subtotal",
                cart.subtotal,
                plain.subtotal - cart.goods_savings - worth,
            ),
            ("shipping", cart.shipping, plain.shipping - cart.shipping_savings),
            ("total", cart.total, plain.total - cart.savings - worth),
            ("offers on the lines", sum(of_lines, NOTHING), cart.goods_savings),
            (
                "offers on the shipping",
                sum(of_shipping, NOTHING),
                cart.shipping_savings,
            ),
        ]
    )


def check_points(cart: Cart, tier: str) -> list[str]:
    """Compare a cart's points with what the program says of its lines."""
    points = cart.points
    parts = (line.total * factor_of(line.category, tier) for line in cart.lines)
    rate = Decimal(POINTS["redeemAmount"]) / POINTS["redeemPoints"]
    differences = compare(
        [
            ("points that the cart earns", points.earned, int(sum(parts, NOTHING))),
            ("worth of the points", points.worth, points.redeemed * rate),
        ]
    )
    if points.redeemed > points.most:
        differences.append(
            f"{points.redeemed} points pay for the cart, but {points.most} could"
        )
    return differences


def check_order(order: Order, cart: Cart, plain: Cart) -> list[str]:
    """Compare an order and its receipt with the cart that it was made from."""
    entries = sum((entry.amount for entry in order.entries), NOTHING)
    differences = compare(
        [
            ("order total", order.total, cart.total),
            ("charged for the order", order.captured, order.total),
            ("savings on the receipt", order.savings, cart.savings),
            (
                "shipping savings on the receipt",
                order.shipping_savings,
                cart.shipping_savings,
            ),
            ("entries of the receipt", entries, order.savings),
            (
                "order total by the receipt",
                order.total,
                plain.total - order.savings - order.points_worth,
            ),
            ("points on the receipt", order.points_redeemed, cart.points.redeemed),
            ("worth on the receipt", order.points_worth, cart.points.worth),
            ("earned on the receipt", order.points_earned, cart.points.earned),
            ("shipping of the order", order.shipping, plain.shipping - order.off(None)),
        ]
    )
    if not order.is_paid:
        differences.append("the order is not paid")
    return differences + check_lines(order, plain)


def check_lines(order: Order, plain: Cart) -> list[str]:
    """Compare each order line with its price without the plugin and the receipt."""
    before = {
        line.variant_id: line.total - order.off(line.variant_id) for line in plain.lines
    }
    share = order.points_worth / (sum(before.values(), NOTHING) or 1)
    differences = []
    for line in order.lines:
        goods = before.pop(line.variant_id, NOTHING)
        expected = (goods - goods * share).quantize(CENT)
        # Saleor 2 keeps a line as a rounded price of one piece, and the points are
        # split in whole cents.
        rounding = Decimal("0.005") * line.quantity + (CENT if share else 0)
        if abs(line.unit * line.quantity - expected) > rounding:
            differences.append(
                f"{line.name}: {line.quantity} x {line.unit} in the order, but "
                f"{expected} by the receipt"
            )
    return differences + [f"{variant} is not in the order" for variant in before]


def check_account(account: Account) -> list[str]:
    """Compare a balance with the sums of the postings behind it."""
    sums = ("pending", "available", "held", "debt")
    return compare(
        (
            f"{name} points",
            getattr(account, name),
            sum(getattr(posting, name) for posting in account.postings),
        )
        for name in sums
    )


def check_settled(order: Order, account: Account) -> list[str]:
    """Compare what a paid order did to the account with its receipt."""
    earned = account.posted("EARN", order.number)
    spent = -account.posted("CAPTURE", order.number)
    return compare(
        [
            (f"earned by order {order.number}", earned, order.points_earned),
            (f"spent on order {order.number}", spent, order.points_redeemed),
        ]
    )


def check_invitation(cart: Cart) -> list[str]:
    """See that a friend's cart has what the invitation promises."""
    promised = [offer for offer in cart.offers if offer.name == FRIENDS_OFFER]
    differences = compare(
        ("the friend's offer", offer.amount or offer.next_amount, Decimal(GIVEN))
        for offer in promised
    )
    if not promised:
        differences.append("the friend's offer is missing")
    if cart.claim != "ACCEPTED":
        differences.append(f"the invitation is {cart.claim or 'not known'}")
    return differences


def check_refused(referral: Referral, before: Cart, after: Cart) -> list[str]:
    """See that a code of one's own is rejected for a reason, and changes no price."""
    weights = sum(signal.weight for signal in referral.signals)
    differences = compare(
        [
            ("total after the refusal", after.total, before.total),
            ("weight of all signals", Decimal(referral.weight), Decimal(weights)),
        ]
    )
    if referral.verdict != "REJECT" or not referral.signals:
        differences.append(f"the verdict on a code of one's own: {referral.verdict}")
    return differences + ([f"the claim is {after.claim}"] if after.claim else [])


def check_referrer(
    referrer: Referrer, referrals: Iterable[Referral], account: Account
) -> list[str]:
    """Compare what a member is told of friends with the staff's list and the ledger."""
    friends = list(referrals)
    states = [friend.state for friend in friends]
    kept = sum(friend.points_kept for friend in friends)
    return compare(
        [
            ("points for friends", referrer.points, kept),
            ("posted for friends", account.given(FOR_A_FRIEND), kept),
            ("friends who bought", referrer.rewarded, states.count("REWARDED")),
            ("friends who gave all back", referrer.revoked, states.count("REVOKED")),
        ]
    )


def check_revoked(
    referral: Referral, taken_back: int, refund: Refund, order: Order
) -> list[str]:
    """Compare what a friend's refund took from the member with its share."""
    due = refund.share(FRIEND_POINTS, order.total)
    left = FRIEND_POINTS - int(
        FRIEND_POINTS * (refund.before + refund.amount) / order.total
    )
    return compare(
        [
            ("taken back for the friend", taken_back, due),
            ("left for the friend", referral.points_kept, left),
        ]
    )


def check_refund(
    refund: Refund, order: Order, account: Account, earlier: Account | None = None
) -> list[str]:
    """Compare what a refund did with its share of the order, and what was foretold.

    ``earlier`` is the account before it, where it is not the order's first refund.
    """
    before = earlier or Account()
    taken = before.posted("REVERSE", order.number)
    taken -= account.posted("REVERSE", order.number)
    given = account.posted("RETURN", order.number)
    given -= before.posted("RETURN", order.number)
    due = refund.share(account.posted("EARN", order.number), order.total)
    return compare(
        [
            ("taken back", taken, due),
            ("given back", given, refund.share(order.points_redeemed, order.total)),
            ("foretold to be taken back", refund.taken_back, taken),
            ("foretold to be given back", refund.given_back, given),
        ]
    )
