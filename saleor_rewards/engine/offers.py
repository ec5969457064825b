"""What a shopper sees of a rule: applied, how far, or why not."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ..described import Described
from .kinds import BenefitType, Lane


class OfferState(Described):
    """The three answers that a rule can give for a cart.

    >>> [state.value for state in OfferState]
    ['APPLIED', 'REACHABLE', 'BLOCKED']
    """

    APPLIED = (
        "APPLIED",
        "It is in the prices already, `amount` says how much; or the order earns "
        "`points`.",
    )
    REACHABLE = "REACHABLE", "`gap` more in the cart, or `gapQuantity` more items."
    BLOCKED = "BLOCKED", "Not for this cart; `code` says why."


class OfferCode(Described):
    """Why an offer is in its state; the one list that every surface uses.

    >>> OfferCode("BEATEN").name
    'BEATEN'
    """

    APPLIED = "APPLIED", "In the prices, or among the points that the order earns."
    NEXT_STEP = "NEXT_STEP", "A better step of the ladder is `gap` away."
    AWAITING_DELIVERY_METHOD = (
        "AWAITING_DELIVERY_METHOD",
        "Unlocked; choose a delivery method to see its worth.",
    )
    MINIMUM_SUBTOTAL = "MINIMUM_SUBTOTAL", "`gap` is missing in the cart."
    MINIMUM_QUANTITY = (
        "MINIMUM_QUANTITY",
        "`gapQuantity` items are missing in the cart.",
    )
    NOT_STARTED = "NOT_STARTED", "The offer has not started yet."
    ENDED = (
        "ENDED",
        "The offer has ended. Told in a trial alone: a cart lists none that is over.",
    )
    OUTSIDE_WINDOW = "OUTSIDE_WINDOW", "The offer is not open at this time of the week."
    CURRENCY_NOT_CONFIGURED = (
        "CURRENCY_NOT_CONFIGURED",
        "The rule has no amount in the cart's currency.",
    )
    COUNTRY_NOT_ELIGIBLE = (
        "COUNTRY_NOT_ELIGIBLE",
        "The cart's country is unknown, or none of the rule's.",
    )
    SHIPPING_METHOD_NOT_ELIGIBLE = (
        "SHIPPING_METHOD_NOT_ELIGIBLE",
        "The delivery method is none of the rule's.",
    )
    NO_ELIGIBLE_ITEMS = "NO_ELIGIBLE_ITEMS", "Nothing in the cart counts."
    CUSTOMER_UNKNOWN = (
        "CUSTOMER_UNKNOWN",
        "Needs an e-mail address or, where the program's `guests` says so and for the "
        "n-th order, a confirmed account. Also where too many addresses came from one "
        "network.",
    )
    NOT_FIRST_ORDER = (
        "NOT_FIRST_ORDER",
        "For a first order only, and the shopper has ordered before.",
    )
    NOT_NTH_ORDER = (
        "NOT_NTH_ORDER",
        "For another order of the shopper's, counted from the first.",
    )
    TIER_NOT_ELIGIBLE = "TIER_NOT_ELIGIBLE", "For members on another level."
    NO_REFERRAL = (
        "NO_REFERRAL",
        "For friends whom a member brought; no claim of this shopper's counts.",
    )
    POINTS_OFF = "POINTS_OFF", "The program gives no points."
    VOUCHER_IN_USE = (
        "VOUCHER_IN_USE",
        "Withheld while the shopper's own voucher is in use.",
    )
    SALEOR_OFFER_IS_BETTER = (
        "SALEOR_OFFER_IS_BETTER",
        "The shopper's own code, or a promotion of the shop's, is worth more and "
        "would fall beside it.",
    )
    BEATEN = "BEATEN", "Another offer, `beatenBy`, saves more or gives more points."
    EXCLUSIVE_APPLIED = (
        "EXCLUSIVE_APPLIED",
        "The exclusive offer `beatenBy` stands alone.",
    )
    CAP_REACHED = "CAP_REACHED", "The most that this shop discounts is reached."
    SHIPPING_NOT_REQUIRED = (
        "SHIPPING_NOT_REQUIRED",
        "The cart is picked up, or nothing in it needs shipping: no delivery price to "
        "lower.",
    )


@dataclass(frozen=True)
class Offer:
    """One rule's answer for one cart.

    `amount`, `gap_amount` and `next_amount` are minor units of the cart's currency.
    `gap_amount` is the price of further items (in the rule's scope) that reaches the
    next benefit, `gap_quantity` how many items are missing. `next_percent` or
    `next_amount` is what is then given; both are None for free shipping. `points` is
    what a rule of the points lane gives for the cart, `next_points` what it would give
    once the gap is closed; `step_amount` is the amount of which only each full one
    gives points, None where they are in proportion.
    `beaten_by` is the id of the rule that is better, where one is.

    >>> offer = Offer(
    ...     5, 2, "Spring", Lane.ORDER, BenefitType.LADDER,
    ...     OfferState.REACHABLE, OfferCode.MINIMUM_SUBTOTAL, gap_amount=720,
    ...     next_percent=Decimal("5"),
    ... )
    >>> offer.amount, offer.gap_amount, offer.beaten_by
    (0, 720, None)
    """

    rule_id: int
    rule_version: int
    name: str
    lane: Lane
    benefit_type: BenefitType
    state: OfferState
    code: OfferCode
    amount: int = 0
    gap_amount: int | None = None
    gap_quantity: int | None = None
    next_percent: Decimal | None = None
    next_amount: int | None = None
    beaten_by: int | None = None
    points: int = 0
    step_amount: int | None = None
    next_points: int | None = None
