"""What a shopper sees of a rule: applied, how far, or why not."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from .kinds import BenefitType, Lane


class OfferState(Enum):
    """The three answers that a rule can give for a cart.

    >>> [state.value for state in OfferState]
    ['APPLIED', 'REACHABLE', 'BLOCKED']
    """

    APPLIED = "APPLIED"
    REACHABLE = "REACHABLE"
    BLOCKED = "BLOCKED"


class OfferCode(Enum):
    """Why an offer is in its state; the one list that every surface uses.

    >>> OfferCode("BEATEN").name
    'BEATEN'
    """

    #: The rule gives its benefit.
    APPLIED = "APPLIED"
    #: A further step of the ladder is within reach, `gap_amount` says how far.
    NEXT_STEP = "NEXT_STEP"
    #: Unlocked; its amount is known once a delivery method is chosen.
    AWAITING_DELIVERY_METHOD = "AWAITING_DELIVERY_METHOD"
    #: The subtotal is `gap_amount` short.
    MINIMUM_SUBTOTAL = "MINIMUM_SUBTOTAL"
    #: `gap_quantity` more items are needed.
    MINIMUM_QUANTITY = "MINIMUM_QUANTITY"
    #: `starts_at` lies ahead.
    NOT_STARTED = "NOT_STARTED"
    #: `ends_at` is reached.
    ENDED = "ENDED"
    #: None of the weekly windows is open.
    OUTSIDE_WINDOW = "OUTSIDE_WINDOW"
    #: The rule names amounts, none of them in the cart's currency.
    CURRENCY_NOT_CONFIGURED = "CURRENCY_NOT_CONFIGURED"
    #: The country is unknown or not one of the rule's.
    COUNTRY_NOT_ELIGIBLE = "COUNTRY_NOT_ELIGIBLE"
    #: The delivery method is not one of the rule's.
    SHIPPING_METHOD_NOT_ELIGIBLE = "SHIPPING_METHOD_NOT_ELIGIBLE"
    #: No line of the cart is in the rule's scope.
    NO_ELIGIBLE_ITEMS = "NO_ELIGIBLE_ITEMS"
    #: The rule asks about the shopper's orders, and the shopper is not known.
    CUSTOMER_UNKNOWN = "CUSTOMER_UNKNOWN"
    #: The shopper has ordered before.
    NOT_FIRST_ORDER = "NOT_FIRST_ORDER"
    #: It is not the shopper's order of the number asked.
    NOT_NTH_ORDER = "NOT_NTH_ORDER"
    #: The shopper is not on one of the rule's levels.
    TIER_NOT_ELIGIBLE = "TIER_NOT_ELIGIBLE"
    #: Nobody brought the shopper here, or no claim of it counts.
    NO_REFERRAL = "NO_REFERRAL"
    #: The program gives no points.
    POINTS_OFF = "POINTS_OFF"
    #: The shopper's own voucher holds the place that the benefit would need.
    VOUCHER_IN_USE = "VOUCHER_IN_USE"
    #: The shopper's own voucher, or a promotion of the shop's, is worth more, and would
    #: fall beside it.
    SALEOR_OFFER_IS_BETTER = "SALEOR_OFFER_IS_BETTER"
    #: Rule `beaten_by` is better for the shopper.
    BEATEN = "BEATEN"
    #: Exclusive rule `beaten_by` is better than all the others together.
    EXCLUSIVE_APPLIED = "EXCLUSIVE_APPLIED"
    #: The program's cap, or what the lines cost at all, leaves nothing for this rule.
    CAP_REACHED = "CAP_REACHED"
    #: The cart is picked up or has no goods to ship, so no delivery price to lower.
    SHIPPING_NOT_REQUIRED = "SHIPPING_NOT_REQUIRED"


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
