"""Conditions of a rule: each looks at the facts and says met, how far, or why not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timezone, tzinfo
from typing import Tuple, Union

from .kinds import SubtotalBase
from .money import Amounts
from .offers import OfferCode
from .scope import Scope
from .snapshot import CustomerSnapshot

MINUTES_A_DAY = 24 * 60


@dataclass(frozen=True)
class Eligibility:
    """A condition's answer: `code` None when met, else why not and how far.

    `gap` is minor units for `MINIMUM_SUBTOTAL`, items for `MINIMUM_QUANTITY`, and
    None where nothing that the shopper adds would help.

    >>> Eligibility().is_met, Eligibility(OfferCode.MINIMUM_SUBTOTAL, 720).is_met
    (True, False)
    """

    code: OfferCode | None = None
    gap: int | None = None

    @property
    def is_met(self) -> bool:
        """Whether the condition holds."""
        return self.code is None


MET = Eligibility()


@dataclass(frozen=True)
class Facts:
    """What the conditions of one rule may look at.

    `item_count`, `quantity`, `before_amount` and `after_amount` are sums over the
    lines in the rule's scope: how many lines, how many items, and the subtotal before
    and after item discounts in minor units. `may_choose_method` says that a delivery
    method which is not chosen yet does not stand in the way.

    >>> Facts(at=datetime(2024, 5, 1, tzinfo=timezone.utc), currency="USD").quantity
    0
    """

    at: datetime
    currency: str
    zone: tzinfo = timezone.utc
    country: str | None = None
    method_id: str | None = None
    may_choose_method: bool = False
    customer: CustomerSnapshot = field(default_factory=CustomerSnapshot)
    item_count: int = 0
    quantity: int = 0
    before_amount: int = 0
    after_amount: int = 0


@dataclass(frozen=True)
class ActiveDates:
    """From `starts_at` (inclusive) to `ends_at` (exclusive), both aware.

    >>> dates = ActiveDates(None, datetime(2024, 5, 1, tzinfo=timezone.utc))
    >>> dates.check(Facts(datetime(2024, 5, 1, tzinfo=timezone.utc), "USD")).code
    <OfferCode.ENDED: 'ENDED'>
    """

    starts_at: datetime | None = None
    ends_at: datetime | None = None

    def code_at(self, at: datetime) -> OfferCode | None:
        """Return NOT_STARTED or ENDED outside the dates, None inside."""
        if self.starts_at is not None and at < self.starts_at:
            return OfferCode.NOT_STARTED
        if self.ends_at is not None and at >= self.ends_at:
            return OfferCode.ENDED
        return None

    def check(self, facts: Facts) -> Eligibility:
        """Answer NOT_STARTED or ENDED outside the dates."""
        return Eligibility(self.code_at(facts.at))


@dataclass(frozen=True)
class Window:
    """Part of a weekday, in minutes since local midnight, `end_minute` exclusive.

    >>> Window(weekday=0, start_minute=9 * 60, end_minute=17 * 60).start_minute
    540
    """

    weekday: int
    start_minute: int
    end_minute: int


@dataclass(frozen=True)
class WeeklyWindows:
    """Open while any window is, by the clock on the wall in the program's time zone.

    >>> monday = WeeklyWindows((Window(0, 9 * 60, 17 * 60),))
    >>> noon = datetime(2024, 4, 29, 12, tzinfo=timezone.utc)
    >>> monday.check(Facts(noon, "USD")).is_met
    True
    >>> monday.check(Facts(noon.replace(hour=17), "USD")).code
    <OfferCode.OUTSIDE_WINDOW: 'OUTSIDE_WINDOW'>
    """

    windows: tuple[Window, ...]

    def check(self, facts: Facts) -> Eligibility:
        """Answer OUTSIDE_WINDOW while all windows are closed."""
        local = facts.at.astimezone(facts.zone)
        weekday, minute = local.weekday(), local.hour * 60 + local.minute
        for window in self.windows:
            if window.weekday == weekday and (
                window.start_minute <= minute < window.end_minute
            ):
                return MET
        return Eligibility(OfferCode.OUTSIDE_WINDOW)


@dataclass(frozen=True)
class Countries:
    """The cart's country is one of these (ISO 3166 codes of two letters).

    >>> now = datetime(2024, 5, 1, tzinfo=timezone.utc)
    >>> Countries(frozenset({"PL"})).check(Facts(now, "PLN", country="PL")).is_met
    True
    >>> Countries(frozenset({"PL"})).check(Facts(now, "PLN")).code
    <OfferCode.COUNTRY_NOT_ELIGIBLE: 'COUNTRY_NOT_ELIGIBLE'>
    """

    codes: frozenset[str]

    def check(self, facts: Facts) -> Eligibility:
        """Answer COUNTRY_NOT_ELIGIBLE elsewhere and where the country is unknown."""
        if facts.country in self.codes:
            return MET
        return Eligibility(OfferCode.COUNTRY_NOT_ELIGIBLE)


@dataclass(frozen=True)
class ShippingMethods:
    """The chosen delivery method is one of these.

    >>> now = datetime(2024, 5, 1, tzinfo=timezone.utc)
    >>> ShippingMethods(frozenset({"3"})).check(Facts(now, "USD", method_id="4")).code
    <OfferCode.SHIPPING_METHOD_NOT_ELIGIBLE: 'SHIPPING_METHOD_NOT_ELIGIBLE'>
    """

    ids: frozenset[str]

    def check(self, facts: Facts) -> Eligibility:
        """Answer SHIPPING_METHOD_NOT_ELIGIBLE for any other or no method."""
        if facts.method_id in self.ids:
            return MET
        if facts.method_id is None and facts.may_choose_method:
            return MET
        return Eligibility(OfferCode.SHIPPING_METHOD_NOT_ELIGIBLE)


@dataclass(frozen=True)
class FirstOrder:
    """The shopper is known and has no order yet, nor one on its way.

    >>> now = datetime(2024, 5, 1, tzinfo=timezone.utc)
    >>> regular = CustomerSnapshot(is_known=True, order_count=4)
    >>> FirstOrder().check(Facts(now, "USD", customer=regular)).code
    <OfferCode.NOT_FIRST_ORDER: 'NOT_FIRST_ORDER'>
    """

    def check(self, facts: Facts) -> Eligibility:
        """Answer CUSTOMER_UNKNOWN or NOT_FIRST_ORDER."""
        customer = facts.customer
        known = (customer.order_count, customer.has_ordered)
        if not customer.is_known or known == (None, None):
            return Eligibility(OfferCode.CUSTOMER_UNKNOWN)
        if any(known) or customer.is_ordering:
            return Eligibility(OfferCode.NOT_FIRST_ORDER)
        return MET


@dataclass(frozen=True)
class NthOrder:
    """The order being placed is the shopper's `number`-th, or each `number`-th one.

    While another one is on its way nobody knows which it is going to be. How many a
    guest's address has is told to nobody.

    >>> now = datetime(2024, 5, 1, tzinfo=timezone.utc)
    >>> regular = CustomerSnapshot(is_known=True, order_count=9)
    >>> NthOrder(5, repeats=True).check(Facts(now, "USD", customer=regular)).is_met
    True
    >>> NthOrder(5).check(Facts(now, "USD", customer=regular)).code
    <OfferCode.NOT_NTH_ORDER: 'NOT_NTH_ORDER'>
    """

    number: int
    repeats: bool = False

    def check(self, facts: Facts) -> Eligibility:
        """Answer CUSTOMER_UNKNOWN or NOT_NTH_ORDER."""
        customer = facts.customer
        if not customer.is_known or customer.order_count is None:
            return Eligibility(OfferCode.CUSTOMER_UNKNOWN)
        if customer.is_ordering:
            return Eligibility(OfferCode.NOT_NTH_ORDER)
        placed = customer.order_count + 1
        if placed == self.number or (self.repeats and placed % self.number == 0):
            return MET
        return Eligibility(OfferCode.NOT_NTH_ORDER)


@dataclass(frozen=True)
class Tiers:
    """The member is on one of these levels.

    >>> now = datetime(2024, 5, 1, tzinfo=timezone.utc)
    >>> gold = CustomerSnapshot(is_known=True, tier_id="3")
    >>> Tiers(frozenset({"3"})).check(Facts(now, "USD", customer=gold)).is_met
    True
    >>> Tiers(frozenset({"3"})).check(Facts(now, "USD")).code
    <OfferCode.TIER_NOT_ELIGIBLE: 'TIER_NOT_ELIGIBLE'>
    """

    ids: frozenset[str]

    def check(self, facts: Facts) -> Eligibility:
        """Answer TIER_NOT_ELIGIBLE for another level, for none, and for guests."""
        if facts.customer.tier_id in self.ids:
            return MET
        return Eligibility(OfferCode.TIER_NOT_ELIGIBLE)


@dataclass(frozen=True)
class HasReferral:
    """Another member brought the shopper.

    >>> now = datetime(2024, 5, 1, tzinfo=timezone.utc)
    >>> friend = CustomerSnapshot(is_known=True, has_referral=True)
    >>> HasReferral().check(Facts(now, "USD", customer=friend)).is_met
    True
    >>> HasReferral().check(Facts(now, "USD")).code
    <OfferCode.CUSTOMER_UNKNOWN: 'CUSTOMER_UNKNOWN'>
    """

    def check(self, facts: Facts) -> Eligibility:
        """Answer NO_REFERRAL, or CUSTOMER_UNKNOWN where nothing may be told."""
        if facts.customer.has_referral is None:
            return Eligibility(OfferCode.CUSTOMER_UNKNOWN)
        return (
            MET if facts.customer.has_referral else Eligibility(OfferCode.NO_REFERRAL)
        )


@dataclass(frozen=True)
class NthFriend:
    """A referrer is rewarded for the `number`-th friend, or each `number`-th one.

    >>> NthFriend(3).holds(3), NthFriend(3).holds(6), NthFriend(3, True).holds(6)
    (True, False, True)
    """

    number: int
    repeats: bool = False

    def holds(self, friend: int) -> bool:
        """Tell whether the friend of that number, counted from 1, is meant."""
        return friend == self.number or (self.repeats and friend % self.number == 0)


@dataclass(frozen=True)
class EligibleItems:
    """At least one line of the cart is in the rule's scope.

    >>> now = datetime(2024, 5, 1, tzinfo=timezone.utc)
    >>> EligibleItems(Scope()).check(Facts(now, "USD")).code
    <OfferCode.NO_ELIGIBLE_ITEMS: 'NO_ELIGIBLE_ITEMS'>
    """

    scope: Scope

    def check(self, facts: Facts) -> Eligibility:
        """Answer NO_ELIGIBLE_ITEMS where no line counts."""
        if facts.item_count:
            return MET
        return Eligibility(OfferCode.NO_ELIGIBLE_ITEMS)


@dataclass(frozen=True)
class MinimumQuantity:
    """At least this many items in the rule's scope.

    >>> now = datetime(2024, 5, 1, tzinfo=timezone.utc)
    >>> MinimumQuantity(3).check(Facts(now, "USD", quantity=1)).gap
    2
    """

    quantity: int

    def check(self, facts: Facts) -> Eligibility:
        """Answer MINIMUM_QUANTITY with how many items are missing."""
        gap = self.quantity - facts.quantity
        return Eligibility(OfferCode.MINIMUM_QUANTITY, gap) if gap > 0 else MET


@dataclass(frozen=True)
class MinimumSubtotal:
    """At least this subtotal in the rule's scope, one amount per currency.

    >>> now = datetime(2024, 5, 1, tzinfo=timezone.utc)
    >>> fifty = MinimumSubtotal(Amounts.from_dict({"USD": 5000}))
    >>> fifty.check(Facts(now, "USD", after_amount=4280)).gap
    720
    >>> fifty.check(Facts(now, "EUR", after_amount=4280)).code
    <OfferCode.CURRENCY_NOT_CONFIGURED: 'CURRENCY_NOT_CONFIGURED'>
    """

    amounts: Amounts
    base: SubtotalBase = SubtotalBase.AFTER_ITEM_DISCOUNTS

    def thresholds(self, currency: str) -> tuple[int, int]:
        """Return what is needed before and after item discounts, 0 for the other."""
        needed = self.amounts.of(currency) or 0
        if self.base is SubtotalBase.BEFORE_ITEM_DISCOUNTS:
            return needed, 0
        return 0, needed

    def check(self, facts: Facts) -> Eligibility:
        """Answer MINIMUM_SUBTOTAL with what the base lacks."""
        if self.amounts.of(facts.currency) is None:
            return Eligibility(OfferCode.CURRENCY_NOT_CONFIGURED)
        before_amount, after_amount = self.thresholds(facts.currency)
        gap = max(
            before_amount - facts.before_amount, after_amount - facts.after_amount
        )
        return Eligibility(OfferCode.MINIMUM_SUBTOTAL, gap) if gap > 0 else MET


#: Conditions that no item added to the cart can change.
GateCondition = Union[
    ActiveDates,
    WeeklyWindows,
    Countries,
    ShippingMethods,
    FirstOrder,
    NthOrder,
    Tiers,
    HasReferral,
]
Condition = Union[GateCondition, EligibleItems, MinimumQuantity, MinimumSubtotal]
Gate = Tuple[GateCondition, ...]
