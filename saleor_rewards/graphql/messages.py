"""Offers in words, through gettext."""

from __future__ import annotations

from decimal import Decimal

from babel import Locale, UnknownLocaleError
from babel.numbers import format_currency, format_decimal, format_percent
from django.utils.translation import gettext, ngettext, override, to_locale

from ..engine import BenefitType, Lane, Offer, OfferCode, from_minor


def offer_message(offer: Offer, currency: str, language: str) -> str:
    """Return what a shopper is told of an offer, in that language.

    Amounts and percentages are written as the language writes them.
    """
    with override(language):
        return _Message(offer, currency, _locale(language)).text()


def displaced_message(code: str, language: str) -> str:
    """Return what a shopper is told of a code that is kept aside, in that language."""
    with override(language):
        text = gettext(
            "Your code %(code)s is kept aside, since your rewards save you more. It "
            "comes back by itself."
        )
        return text % {"code": code}


def _locale(language: str) -> Locale:
    try:
        return Locale.parse(to_locale(language))
    except (UnknownLocaleError, ValueError):
        return Locale("en")


class _Message:
    def __init__(self, offer: Offer, currency: str, locale: Locale) -> None:
        self.offer = offer
        self.currency = currency
        self.locale = locale

    def text(self) -> str:
        offer = self.offer
        if offer.code in (OfferCode.APPLIED, OfferCode.NEXT_STEP):
            told = self._joined(self._applied(), self._steps(), self._gap())
            return told or self._nothing()
        return self._gap() or self._reason()

    def _joined(self, *sentences: str) -> str:
        given = [sentence for sentence in sentences if sentence]
        # Chinese sentences follow one another without a space.
        return ("" if self.locale.language == "zh" else " ").join(given)

    def _money(self, amount: int | None) -> str:
        value = from_minor(amount or 0, self.currency)
        return str(format_currency(value, self.currency, locale=self.locale))

    def _percent(self, percent: Decimal) -> str:
        share = percent / 100
        return str(
            format_percent(share, locale=self.locale, decimal_quantization=False)
        )

    def _points(self, points: int) -> str:
        text = ngettext("%(points)s point", "%(points)s points", points)
        return text % {"points": format_decimal(points, locale=self.locale)}

    def _applied(self) -> str:
        offer = self.offer
        if offer.points:
            text = gettext("You earn %(points)s.")
            return text % {"points": self._points(offer.points)}
        if not offer.amount:
            return ""
        if offer.benefit_type is BenefitType.FREE_SHIPPING:
            text = gettext("Free shipping: you save %(amount)s.")
        elif offer.lane is Lane.SHIPPING:
            text = gettext("Cheaper shipping: you save %(amount)s.")
        else:
            text = gettext("You save %(amount)s.")
        return text % {"amount": self._money(offer.amount)}

    def _steps(self) -> str:
        if self.offer.step_amount is None:
            return ""
        text = gettext("Points are given for each full %(amount)s.")
        return text % {"amount": self._money(self.offer.step_amount)}

    def _nothing(self) -> str:
        if self.offer.lane is Lane.POINTS:
            return gettext("This offer counts, but gives no points for this cart yet.")
        if self.offer.lane is Lane.SHIPPING:
            return gettext("This offer counts, and your shipping costs nothing anyway.")
        return gettext("This offer counts, but there is nothing to take off yet.")

    def _gap(self) -> str:
        offer = self.offer
        if offer.gap_amount:
            text = gettext("Add %(gap)s more for %(worth)s.")
            gap = self._money(offer.gap_amount)
            return text % {"gap": gap, "worth": self._worth()}
        if offer.gap_quantity:
            text = ngettext(
                "Add %(count)d more item for %(worth)s.",
                "Add %(count)d more items for %(worth)s.",
                offer.gap_quantity,
            )
            return text % {"count": offer.gap_quantity, "worth": self._worth()}
        return ""

    def _worth(self) -> str:
        offer = self.offer
        is_shipping = offer.lane is Lane.SHIPPING
        if offer.benefit_type is BenefitType.FREE_SHIPPING:
            return gettext("free shipping")
        if offer.next_points:
            return self._points(offer.next_points)
        if offer.next_percent is not None:
            worth = self._percent(offer.next_percent)
        elif offer.next_amount is not None:
            worth = self._money(offer.next_amount)
        else:
            return offer.name
        text = (
            gettext("%(worth)s off the shipping")
            if is_shipping
            else gettext("%(worth)s off")
        )
        return text % {"worth": worth}

    def _reason(self) -> str:
        if self.offer.code is OfferCode.AWAITING_DELIVERY_METHOD:
            if self.offer.benefit_type is BenefitType.FREE_SHIPPING:
                return gettext("Shipping is free: choose how to have it delivered.")
            return gettext("Shipping is cheaper: choose how to have it delivered.")
        if self.offer.code is OfferCode.BEATEN and self.offer.lane is Lane.POINTS:
            return gettext("Another offer gives you more points.")
        return reasons()[self.offer.code]


def reasons() -> dict[OfferCode, str]:
    """Return the text of each code that needs no amount, in the active language."""
    return {
        **_reasons_of_shoppers(),
        OfferCode.MINIMUM_SUBTOTAL: gettext("Add more to your cart."),
        OfferCode.MINIMUM_QUANTITY: gettext("Add more to your cart."),
        OfferCode.NOT_STARTED: gettext("This offer has not started yet."),
        OfferCode.ENDED: gettext("This offer has ended."),
        OfferCode.OUTSIDE_WINDOW: gettext(
            "This offer is not open at this time of the week."
        ),
        OfferCode.CURRENCY_NOT_CONFIGURED: gettext(
            "This offer is not available in your currency."
        ),
        OfferCode.COUNTRY_NOT_ELIGIBLE: gettext(
            "This offer is not available in your country."
        ),
        OfferCode.SHIPPING_METHOD_NOT_ELIGIBLE: gettext(
            "This offer does not go with your delivery method."
        ),
        OfferCode.NO_ELIGIBLE_ITEMS: gettext(
            "Nothing in your cart counts for this offer."
        ),
        OfferCode.VOUCHER_IN_USE: gettext(
            "This offer does not go with your voucher code."
        ),
        OfferCode.SALEOR_OFFER_IS_BETTER: gettext(
            "What your code or the shop gives you already saves you more."
        ),
        OfferCode.BEATEN: gettext("Another offer saves you more."),
        OfferCode.EXCLUSIVE_APPLIED: gettext(
            "Another offer, which stands alone, saves you more."
        ),
        OfferCode.CAP_REACHED: gettext(
            "Your other offers give the most that one order can have."
        ),
        OfferCode.SHIPPING_NOT_REQUIRED: gettext(
            "Your cart is not shipped, so there is no shipping to pay."
        ),
    }


def _reasons_of_shoppers() -> dict[OfferCode, str]:
    return {
        OfferCode.CUSTOMER_UNKNOWN: gettext(
            "Log in or give your e-mail address to see whether you get it."
        ),
        OfferCode.NOT_FIRST_ORDER: gettext("This offer is for a first order only."),
        OfferCode.NOT_NTH_ORDER: gettext("This offer is for another order of yours."),
        OfferCode.TIER_NOT_ELIGIBLE: gettext(
            "This offer is for members on another level."
        ),
        OfferCode.NO_REFERRAL: gettext("This offer is for friends of our customers."),
        OfferCode.POINTS_OFF: gettext("No points are given at the moment."),
    }
