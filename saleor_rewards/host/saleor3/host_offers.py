"""Saleor 3's own vouchers and order promotions, as the engine weighs them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal, InvalidOperation
from fractions import Fraction
from typing import Any, Iterable, Iterator, Mapping, NamedTuple, Sequence

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Cast, JSONObject, Now
from graphene.utils.str_converters import to_snake_case
from saleor.checkout.models import Checkout
from saleor.discount import DiscountValueType, RewardType, VoucherType
from saleor.discount.models import Promotion, PromotionRule, VoucherChannelListing

from ...engine import HostOffer, HostOfferKind, LineSnapshot, exponent
from ...models import CheckoutVoucherSlot
from .lines import minor

SUBTOTAL, TOTAL = "base_subtotal_price", "base_total_price"
OBJECT = "discounted_object_predicate"


class Unknown(Exception):
    """A promotion asks for something that is not read here."""


class Bounds(NamedTuple):
    """What goods may cost so that an order promotion stands, in minor units."""

    least: int
    most: int | None


def offer_columns() -> dict[str, Any]:
    """Return the annotations of a checkout that tell of Saleor's own offers.

    ``own_terms`` are those of the code in its slot, ``kept`` is what is remembered of
    the slot, with the terms of the shopper's code in it.
    """
    slots = CheckoutVoucherSlot.objects.filter(
        checkout_token=Cast(OuterRef("pk"), CharField())
    )
    # One that Saleor counted for this checkout is good for it to the end.
    is_counted = Exists(
        Checkout.objects.filter(
            pk=OuterRef(OuterRef("pk")), is_voucher_usage_increased=True
        )
    )
    kept_terms = _terms("shopper_code", OuterRef(OuterRef("channel_id")), _is_live())
    own = _is_live() | Q(is_counted)
    own_terms = _terms("voucher_code", OuterRef("channel_id"), own)
    kept = JSONObject(
        code="shopper_code",
        is_displaced="is_displaced",
        is_declined="is_declined",
        counted_code="counted_code",
        terms=Subquery(kept_terms[:1]),
    )
    return {
        "own_terms": Subquery(own_terms[:1]),
        "kept": Subquery(slots.values(kept=kept)[:1]),
        "promotions": ArraySubquery(_promotions()),
    }


def _is_live() -> Q:
    ends = Q(voucher__end_date=None) | Q(voucher__end_date__gt=Now())
    return ends & Q(voucher__start_date__lte=Now(), voucher__codes__is_active=True)


def _terms(code: str, channel_pk: Any, is_good: Q) -> QuerySet[VoucherChannelListing]:
    # In one filter: it is this code that has to be good, and not one beside it.
    listings = VoucherChannelListing.objects.filter(
        is_good, voucher__codes__code=OuterRef(code), channel_id=channel_pk
    )
    terms = JSONObject(
        voucher_pk="voucher_id",
        type="voucher__type",
        value_type="voucher__discount_value_type",
        is_once="voucher__apply_once_per_order",
        value=Cast("discount_value", CharField()),
        minimum=Cast("min_spent_amount", CharField()),
    )
    return listings.values(terms=terms)


def _promotions() -> QuerySet[PromotionRule]:
    active = Promotion.objects.filter(
        Q(end_date=None) | Q(end_date__gt=Now()), start_date__lte=Now()
    )
    rules = PromotionRule.objects.filter(
        promotion__in=active, channels=OuterRef("channel_id")
    ).exclude(order_predicate={})
    return rules.values(
        found=JSONObject(
            predicate="order_predicate",
            type="reward_type",
            value_type="reward_value_type",
            value=Cast("reward_value", CharField()),
        )
    )


@dataclass(frozen=True)
class ShopperCode:
    """The shopper's own code: in the slot, or kept until it can be there again.

    ``terms`` is ``None`` where the channel has none for it.
    """

    code: str
    terms: Mapping[str, Any] | None
    is_in_slot: bool

    @property
    def named_voucher(self) -> int | None:
        """The voucher whose lines have to be known, as it has a minimum."""
        terms = self.terms
        if terms is None or not terms["minimum"]:
            return None
        by_line = terms["is_once"] or terms["type"] == VoucherType.SPECIFIC_PRODUCT
        return int(terms["voucher_pk"]) if by_line else None

    def offer(
        self, lines: Sequence[LineSnapshot], delivery_amount: int, currency: str
    ) -> HostOffer:
        """Return what it takes off, and what it asks of the goods.

        :param lines: those that its voucher names, where they have to be known.
        :param delivery_amount: the delivery price without it.
        """
        terms = self.terms
        if terms is None:
            return HostOffer(HostOfferKind.VOUCHER)
        minimum = _least(Decimal(terms["minimum"] or 0), currency)
        offer = HostOffer(HostOfferKind.VOUCHER, least_amount=minimum)
        worth = replace(offer, **_worth(terms, currency))
        if self.named_voucher is not None:
            return _with_lines(offer, worth, lines, is_once=terms["is_once"])
        if terms["type"] == VoucherType.SHIPPING:
            taken = delivery_amount - worth.price(delivery_amount)
            return replace(offer, shipping_amount=taken)
        is_whole = terms["type"] == VoucherType.ENTIRE_ORDER and not terms["is_once"]
        return worth if is_whole else offer


def _with_lines(
    offer: HostOffer, worth: HostOffer, lines: Sequence[LineSnapshot], *, is_once: bool
) -> HostOffer:
    """Return the offer with what its voucher takes off the lines that it names.

    Saleor asks what the goods cost once that is taken off too.
    """
    if is_once:
        cheapest = sorted(lines, key=lambda line: Fraction(line.amount, line.quantity))
        parts = [_of_line(worth, line, 1) for line in cheapest[:1]]
    else:
        parts = [_of_line(worth, line, line.quantity) for line in lines]
    # It rounds line by line.
    least_amount = offer.least_amount + sum(parts)
    return replace(
        offer,
        amount=sum(parts),
        least_amount=least_amount,
        rounding_amount=len(parts),
    )


def _of_line(worth: HostOffer, line: LineSnapshot, quantity: int) -> int:
    amount = line.amount * quantity // line.quantity
    if worth.percent:
        return amount - worth.price(amount)
    return min(worth.amount * quantity, amount)


def promotion_offers(
    promotions: Iterable[Mapping[str, Any]],
    currency: str,
    goods_amount: int,
    delivery_amount: int,
) -> Iterator[HostOffer]:
    """Yield those order promotions of a checkout's channel that could ever stand."""
    for found in promotions:
        try:
            bounds = _bounds(found["predicate"], currency, delivery_amount)
        except Unknown:
            # Ours change nothing about what it may ask for.
            bounds = Bounds(goods_amount, goods_amount)
            worth: dict[str, Any] = {"stays": True}
        else:
            is_gift = found["type"] == RewardType.GIFT
            worth = {"stays": True} if is_gift else _worth(found, currency)
        if bounds.most is None or bounds.least <= bounds.most:
            yield HostOffer(
                HostOfferKind.PROMOTION,
                least_amount=bounds.least,
                most_amount=bounds.most,
                **worth,
            )


def _worth(terms: Mapping[str, Any], currency: str) -> dict[str, Any]:
    value = Decimal(terms["value"] or 0)
    if terms["value_type"] == DiscountValueType.PERCENTAGE:
        return {"percent": min(value, Decimal(100))}
    return {"amount": minor(value, currency)}


def _bounds(predicate: Any, currency: str, delivery_amount: int) -> Bounds:
    """Return what goods may cost for a predicate whose parts all have to hold."""
    least, most = 0, None
    for asked, is_total in _asked(predicate):
        taken = delivery_amount if is_total else 0
        low, high = _range(asked)
        if low is not None:
            least = max(least, _least(low, currency) - taken)
        if high is not None:
            limit = _scaled(high, currency, ROUND_FLOOR) - taken
            # Less than nothing is never asked for.
            most = max(limit if most is None else min(most, limit), -1)
    if most is not None and most < 0:
        return Bounds(1, 0)
    return Bounds(least, most)


def _asked(predicate: Any) -> Iterator[tuple[Any, bool]]:
    if not isinstance(predicate, dict) or not predicate:
        raise Unknown
    for key, value in predicate.items():
        if key == "AND":
            for part in value:
                yield from _asked(part)
        elif to_snake_case(key) == OBJECT and isinstance(value, dict) and value:
            for name, asked in value.items():
                if to_snake_case(name) not in (SUBTOTAL, TOTAL):
                    raise Unknown
                yield asked, to_snake_case(name) == TOTAL
        else:
            raise Unknown


def _range(asked: Any) -> tuple[Decimal | None, Decimal | None]:
    if not isinstance(asked, dict) or len(asked) != 1:
        raise Unknown
    ((kind, value),) = asked.items()
    if kind == "eq":
        exact = _decimal(value)
        return exact, exact
    if kind != "range" or not isinstance(value, dict) or not value:
        raise Unknown
    if set(value) - {"gte", "lte"}:
        raise Unknown
    low, high = value.get("gte"), value.get("lte")
    return (
        None if low is None else _decimal(low),
        None if high is None else _decimal(high),
    )


def _decimal(value: Any) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise Unknown from None


def _least(amount: Decimal, currency: str) -> int:
    return max(0, _scaled(amount, currency, ROUND_CEILING))


def _scaled(amount: Decimal, currency: str, rounding: str) -> int:
    return int(amount.scaleb(exponent(currency)).to_integral_value(rounding))
