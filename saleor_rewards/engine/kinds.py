"""The closed sets of words that rules and offers are made of."""

from __future__ import annotations

from enum import Enum

from ..described import Described


class Lane(Described):
    """What a benefit works on; rules in one lane compete, lanes add up.

    >>> [lane.value for lane in Lane]
    ['ITEM', 'ORDER', 'SHIPPING', 'POINTS', 'REFERRAL']
    """

    ITEM = "ITEM", "What comes off single items."
    ORDER = "ORDER", "What comes off the order's goods together."
    SHIPPING = "SHIPPING", "What comes off the delivery price."
    POINTS = "POINTS", "Points for the order; no price changes."
    REFERRAL = (
        "REFERRAL",
        "What a referrer gets for a friend; no cart is asked and none changes.",
    )


class SubtotalBase(Described):
    """Which subtotal a threshold reads.

    Both read the lines after catalogue sales. `AFTER_ITEM_DISCOUNTS` takes off what
    the item lane gives as well; neither ever sees what the order lane gives.

    >>> SubtotalBase("AFTER_ITEM_DISCOUNTS").name
    'AFTER_ITEM_DISCOUNTS'
    """

    AFTER_ITEM_DISCOUNTS = (
        "AFTER_ITEM_DISCOUNTS",
        "Sale prices, less what the item lane gives.",
    )
    BEFORE_ITEM_DISCOUNTS = "BEFORE_ITEM_DISCOUNTS", "Sale prices, before any offer."


class ShippingCarrier(Enum):
    """How the host can carry what the shipping lane gives.

    >>> ShippingCarrier("LINES").name
    'LINES'
    """

    #: The delivery price itself is lowered.
    NATIVE = "NATIVE"
    #: It is lowered by a voucher of ours, if the cart has no other and none of the
    #: shop's own promotions is worth more; the same worth is taken off the lines else.
    SLOT = "SLOT"
    #: The shopper wants no voucher of ours: it is taken off the lines, and lowered by
    #: one only where the lines cannot carry as much.
    UNWANTED_SLOT = "UNWANTED_SLOT"
    #: The delivery price has to stay; the same worth is taken off the lines.
    LINES = "LINES"
    #: The shopper's own voucher is in the way, and the merchant wants no stand-in.
    WITHHELD = "WITHHELD"


class BenefitType(Described):
    """The kinds of benefit, by the name that a definition's `type` holds.

    >>> BenefitType("LADDER") is BenefitType.LADDER
    True
    """

    LADDER = (
        "LADDER",
        "The step that is best for the shopper among those reached: 5 % from 100, 10 "
        "% from 300. A step gives a percentage or an amount.",
    )
    PERCENT_OFF = "PERCENT_OFF", "A percentage, with a cap if you like."
    AMOUNT_OFF = "AMOUNT_OFF", "An amount."
    FREE_SHIPPING = "FREE_SHIPPING", "The whole delivery price, or at most a cap."
    SHIPPING_PERCENT_OFF = (
        "SHIPPING_PERCENT_OFF",
        "A percentage of the delivery price, with a cap if you like.",
    )
    SHIPPING_AMOUNT_OFF = "SHIPPING_AMOUNT_OFF", "An amount off the delivery price."
    POINTS_PER_AMOUNT = (
        "POINTS_PER_AMOUNT",
        "Points for what the goods cost: 1 for each 1.00, in proportion or by full "
        "steps.",
    )
    POINTS_MULTIPLIER = (
        "POINTS_MULTIPLIER",
        "So many times the points that are given per amount, from just above 1 to 100.",
    )
    POINTS_FIXED = (
        "POINTS_FIXED",
        "A number of points: for an order, for signing up, or for a birthday.",
    )
    REFERRAL_POINTS = (
        "REFERRAL_POINTS",
        "A number of points for a member who brought a friend.",
    )
    REFERRAL_VOUCHER = (
        "REFERRAL_VOUCHER",
        "A voucher for a member who brought a friend: an amount, once, for so many "
        "days or without an end.",
    )
    REFERRAL_GIFT_CARD = (
        "REFERRAL_GIFT_CARD",
        "A gift card for a member who brought a friend, for so many days or without "
        "an end.",
    )


class Occasion(Described):
    """What a fixed number of points is given for.

    >>> Occasion("SIGN_UP").name
    'SIGN_UP'
    """

    ORDER = "ORDER", "Each order that meets the conditions."
    SIGN_UP = "SIGN_UP", "Becoming a member, once."
    BIRTHDAY = "BIRTHDAY", "The member's birthday, once a year."


class PointsBase(Enum):
    """Which price of a line earns points.

    >>> PointsBase("NET").name
    'NET'
    """

    #: With tax.
    GROSS = "GROSS"
    #: Without tax.
    NET = "NET"


class PointsCounting(Described):
    """How points per amount count what is paid.

    >>> PointsCounting("FULL_STEPS").name
    'FULL_STEPS'
    """

    IN_PROPORTION = (
        "IN_PROPORTION",
        "Each part of the amount gives its part of the points, rounded down once an order.",
    )
    FULL_STEPS = (
        "FULL_STEPS",
        "Only each full amount gives points, what is left over gives none.",
    )


class ReferralKind(Enum):
    """What a referrer's reward is made of.

    >>> ReferralKind("GIFT_CARD").name
    'GIFT_CARD'
    """

    #: Points on the referrer's account.
    POINTS = "POINTS"
    #: A voucher of the shop's, for one use.
    VOUCHER = "VOUCHER"
    #: A gift card of the shop's.
    GIFT_CARD = "GIFT_CARD"
