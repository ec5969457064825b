"""Tells staff what an order got, in the order's history in Saleor.

The Dashboard shows the discounts of an order's lines as one sum without names.
"""

from __future__ import annotations

from typing import Any, Iterator

from babel import Locale
from babel.numbers import format_currency, format_decimal
from django.conf import settings
from django.utils.translation import gettext, ngettext, override, to_locale

from ..engine import (
    LineDiscount,
    PointsDiscount,
    PointsEarned,
    ShippingDiscount,
    effect_from_json,
    from_minor,
)
from ..host.current import host
from ..models import Receipt


def tell_staff(receipt: Receipt) -> None:
    """Note in the history of a receipt's order what it got, if it got anything.

    For whoever binds or makes a receipt: each order has one, and once.
    """
    text = in_words(receipt)
    if text and receipt.order_pk:
        host.note_order(receipt.order_pk, text)


def in_words(receipt: Receipt) -> str:
    """Return a receipt in the shop's language, empty where it says nothing."""
    with override(settings.LANGUAGE_CODE):
        lines = list(_Words(receipt).lines())
        return "\n".join([gettext("Rewards of this order:"), *lines]) if lines else ""


class _Words:
    def __init__(self, receipt: Receipt) -> None:
        self.receipt = receipt
        self.locale = Locale.parse(to_locale(settings.LANGUAGE_CODE))
        self.effects = [effect_from_json(effect) for effect in receipt.effects]

    def lines(self) -> Iterator[str]:
        """Yield one line for each offer, and one for the points that paid."""
        for kind, text in (
            (LineDiscount, gettext("%(offer)s: %(worth)s off")),
            (ShippingDiscount, gettext("%(offer)s: %(worth)s off the shipping")),
        ):
            for offer, amount in self._sums(kind).items():
                yield text % {"offer": offer, "worth": self._money(amount)}
        paid = sum(
            one.amount for one in self.effects if isinstance(one, PointsDiscount)
        )
        if paid:
            text = gettext("%(points)s spent: %(worth)s off")
            spent = self._points(self.receipt.points_redeemed)
            yield text % {"points": spent, "worth": self._money(paid)}
        for offer, points in self._sums(PointsEarned).items():
            text = gettext("%(offer)s: %(points)s to earn")
            yield text % {"offer": offer, "points": self._points(points)}

    def _sums(self, kind: Any) -> dict[str, int]:
        """Return what each offer of one kind comes to, by the words for it."""
        found: dict[str, int] = {}
        for effect in self.effects:
            if isinstance(effect, kind):
                is_points = isinstance(effect, PointsEarned)
                worth = effect.points if is_points else effect.amount
                offer = _offer(effect)
                found[offer] = found.get(offer, 0) + worth
        return found

    def _money(self, amount: int) -> str:
        currency = self.receipt.currency
        value = from_minor(amount, currency)
        return str(format_currency(value, currency, locale=self.locale))

    def _points(self, points: int) -> str:
        text = ngettext("%(points)s point", "%(points)s points", points)
        return text % {"points": format_decimal(points, locale=self.locale)}


def _offer(effect: LineDiscount | ShippingDiscount | PointsEarned) -> str:
    if not effect.rule_version:
        # Rows of an older release name the offer alone.
        return effect.rule_name
    text = gettext("%(name)s (rule %(rule)d, version %(version)d)")
    return text % {
        "name": effect.rule_name,
        "rule": effect.rule_id,
        "version": effect.rule_version,
    }
