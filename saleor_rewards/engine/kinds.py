"""The closed sets of words that rules and offers are made of."""

from __future__ import annotations

from enum import Enum


class Lane(Enum):
    """What a benefit works on; rules in one lane compete, lanes add up.

    >>> [lane.value for lane in Lane]
    ['ITEM', 'ORDER', 'SHIPPING', 'POINTS', 'REFERRAL']
    """

    ITEM = "ITEM"
    ORDER = "ORDER"
    SHIPPING = "SHIPPING"
    POINTS = "POINTS"
    #: What a referrer gets for a friend. No cart is asked and none changes.
    REFERRAL = "REFERRAL"


class SubtotalBase(Enum):
    """Which subtotal a threshold reads.

    Both read the lines after catalogue sales. `AFTER_ITEM_DISCOUNTS` takes off what
    the item lane gives as well; neither ever sees what the order lane gives.

    >>> SubtotalBase("AFTER_ITEM_DISCOUNTS").name
    'AFTER_ITEM_DISCOUNTS'
    """

    AFTER_ITEM_DISCOUNTS = "AFTER_ITEM_DISCOUNTS"
    BEFORE_ITEM_DISCOUNTS = "BEFORE_ITEM_DISCOUNTS"


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


class BenefitType(Enum):
    """The kinds of benefit, by the name that a definition's `type` holds.

    >>> BenefitType("LADDER") is BenefitType.LADDER
    True
    """

    LADDER = "LADDER"
    PERCENT_OFF = "PERCENT_OFF"
    AMOUNT_OFF = "AMOUNT_OFF"
    FREE_SHIPPING = "FREE_SHIPPING"
    SHIPPING_PERCENT_OFF = "SHIPPING_PERCENT_OFF"
    SHIPPING_AMOUNT_OFF = "SHIPPING_AMOUNT_OFF"
    POINTS_PER_AMOUNT = "POINTS_PER_AMOUNT"
    POINTS_MULTIPLIER = "POINTS_MULTIPLIER"
    POINTS_FIXED = "POINTS_FIXED"
    REFERRAL_POINTS = "REFERRAL_POINTS"
    REFERRAL_VOUCHER = "REFERRAL_VOUCHER"
    REFERRAL_GIFT_CARD = "REFERRAL_GIFT_CARD"


class Occasion(Enum):
    """What a fixed number of points is given for.

    >>> Occasion("SIGN_UP").name
    'SIGN_UP'
    """

    #: Each order that meets the conditions.
    ORDER = "ORDER"
    #: Becoming a member, once.
    SIGN_UP = "SIGN_UP"
    #: The member's birthday, once a year.
    BIRTHDAY = "BIRTHDAY"


class PointsBase(Enum):
    """Which price of a line earns points.

    >>> PointsBase("NET").name
    'NET'
    """

    #: With tax.
    GROSS = "GROSS"
    #: Without tax.
    NET = "NET"


class PointsCounting(Enum):
    """How points per amount count what is paid.

    >>> PointsCounting("FULL_STEPS").name
    'FULL_STEPS'
    """

    #: Each part of the amount gives its part of the points, rounded down once an order.
    IN_PROPORTION = "IN_PROPORTION"
    #: Only each full amount gives points, what is left over gives none.
    FULL_STEPS = "FULL_STEPS"


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
