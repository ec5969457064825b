"""The frozen input of an evaluation: what is in the cart, and whose cart it is.

All ids are text, all amounts whole minor units of the snapshot's currency, gross or
net as the channel's prices are entered.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from decimal import Decimal, InvalidOperation
from typing import Any, Mapping

from .host_offers import HostOffer, HostOfferKind
from .kinds import ShippingCarrier


def _text(value: object, name: str) -> None:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{name}: a text that is not empty is needed")


def _whole(value: object, name: str) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{name}: a whole number is needed")
    if value < 0:
        raise ValueError(f"{name}: must not be negative")


def _share(value: object, name: str) -> None:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise ValueError(f"{name}: a decimal number is needed")
    if value < 0:
        raise ValueError(f"{name}: must not be negative")


def _flag(value: object, name: str) -> None:
    if not isinstance(value, bool):
        raise ValueError(f"{name}: true or false is needed")


def _texts(value: object, name: str) -> None:
    if not isinstance(value, tuple):
        raise ValueError(f"{name}: a tuple of texts is needed")
    for item in value:
        _text(item, name)


@dataclass(frozen=True)
class LineSnapshot:
    """One line of the cart.

    `list_amount` is the whole line at list price, `amount` the whole line after
    catalogue sales and before any voucher or reward. `category_ids` names the
    product's category and all its ancestors. Neither a gift nor a gift card that is
    bought counts towards a rule or gets anything: `takes_part` says so. `keep_amount`
    is what the line has to cost in the end, for a host that cannot sell a line for
    nothing. `tax_rate` is a share, such as `Decimal("0.23")`. `is_shippable` says
    whether its goods have to be shipped, as a download has not. Raises `ValueError`
    naming the field.

    >>> line = LineSnapshot("7", "1", "2", quantity=2, list_amount=2000, amount=1500)
    >>> line.on_sale
    True
    >>> LineSnapshot("7", "1", "2", quantity=1, list_amount=100, amount=101)
    Traceback (most recent call last):
    ValueError: amount: must not exceed list_amount
    """

    id: str
    product_id: str
    variant_id: str
    quantity: int
    list_amount: int
    amount: int
    category_ids: tuple[str, ...] = ()
    collection_ids: tuple[str, ...] = ()
    is_gift: bool = False
    keep_amount: int = 0
    tax_rate: Decimal = Decimal(0)
    is_gift_card: bool = False
    is_shippable: bool = True

    def __post_init__(self) -> None:
        for name in ("id", "product_id", "variant_id"):
            _text(getattr(self, name), name)
        for name in ("quantity", "list_amount", "amount", "keep_amount"):
            _whole(getattr(self, name), name)
        for name in ("category_ids", "collection_ids"):
            _texts(getattr(self, name), name)
        _flag(self.is_gift, "is_gift")
        _flag(self.is_gift_card, "is_gift_card")
        _flag(self.is_shippable, "is_shippable")
        _share(self.tax_rate, "tax_rate")
        if self.amount > self.list_amount:
            raise ValueError("amount: must not exceed list_amount")
        if self.keep_amount > self.amount:
            raise ValueError("keep_amount: must not exceed amount")

    @property
    def on_sale(self) -> bool:
        """Whether a catalogue sale lowers this line."""
        return self.amount < self.list_amount

    @property
    def takes_part(self) -> bool:
        """Whether rules see this line."""
        return not (self.is_gift or self.is_gift_card)


@dataclass(frozen=True)
class ShippingSnapshot:
    """The chosen delivery method and its price before any reward.

    `tax_rate` is a share, as a line's, where prices are without tax.

    >>> ShippingSnapshot("3", 1000).amount
    1000
    """

    method_id: str
    amount: int
    tax_rate: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        _text(self.method_id, "method_id")
        _whole(self.amount, "amount")
        _share(self.tax_rate, "tax_rate")


@dataclass(frozen=True)
class CustomerSnapshot:
    """What is known of the shopper.

    `is_known` says that an account or an e-mail is given. `order_count` is how many
    orders the owner of a confirmed account has, None for everybody else and where it
    was not read. Of a guest's address no more is told than `has_ordered`, None where
    nothing may be. `is_ordering` says that another order of theirs is on its way.
    `tier_id` is the level of the member's account, and `points_held` how many points
    are put aside to pay with in this cart. `has_referral` says whether another member
    brought the shopper, None where that was not read or may not be told.

    >>> CustomerSnapshot(is_known=True, order_count=0).tier_id is None
    True
    """

    is_known: bool = False
    order_count: int | None = None
    tier_id: str | None = None
    points_held: int = 0
    has_referral: bool | None = None
    is_ordering: bool = False
    has_ordered: bool | None = None

    def __post_init__(self) -> None:
        _flag(self.is_known, "is_known")
        _flag(self.is_ordering, "is_ordering")
        _whole(self.points_held, "points_held")
        if self.tier_id is not None:
            _text(self.tier_id, "tier_id")
        if self.order_count is not None:
            _whole(self.order_count, "order_count")
        if self.has_referral is not None:
            _flag(self.has_referral, "has_referral")
        if self.has_ordered is not None:
            _flag(self.has_ordered, "has_ordered")


@dataclass(frozen=True)
class Snapshot:
    """A cart at one moment: all that rules may look at besides the time.

    `shipping` is None while no delivery method is chosen or none is needed;
    `shipping_carrier` says how the host can carry what is given on it. `is_shipped` is
    false for a cart that no delivery method is for: it is picked up, or has no goods
    to ship. `prices_with_tax` tells whether the amounts are gross. `host_offers` are
    those of the shop system itself, the shopper's own voucher among them, beyond the
    line amounts; a voucher that lowers the delivery price does so to `shipping` as well.

    >>> cart = Snapshot(
    ...     channel="default",
    ...     currency="USD",
    ...     country="PL",
    ...     lines=(LineSnapshot("7", "1", "2", 2, list_amount=2000, amount=2000),),
    ...     shipping=ShippingSnapshot("3", 1000),
    ... )
    >>> Snapshot.from_json(cart.to_json()) == cart
    True
    """

    channel: str
    currency: str
    country: str | None = None
    lines: tuple[LineSnapshot, ...] = ()
    shipping: ShippingSnapshot | None = None
    customer: CustomerSnapshot = field(default_factory=CustomerSnapshot)
    shipping_carrier: ShippingCarrier = ShippingCarrier.NATIVE
    prices_with_tax: bool = True
    host_offers: tuple[HostOffer, ...] = ()
    is_shipped: bool = True

    def __post_init__(self) -> None:
        _text(self.channel, "channel")
        _text(self.currency, "currency")
        if not (len(self.currency) == 3 and self.currency.isalpha()):
            raise ValueError("currency: a code of three letters is needed")
        if self.country is not None:
            _text(self.country, "country")
        if not isinstance(self.lines, tuple):
            raise ValueError("lines: a tuple is needed")
        if not isinstance(self.shipping_carrier, ShippingCarrier):
            raise ValueError("shipping_carrier: a ShippingCarrier is needed")
        _flag(self.prices_with_tax, "prices_with_tax")
        if not isinstance(self.host_offers, tuple):
            raise ValueError("host_offers: a tuple is needed")
        _flag(self.is_shipped, "is_shipped")
        if self.shipping is not None and not self.is_shipped:
            raise ValueError("shipping: must be None where nothing is shipped")
        ids = [line.id for line in self.lines]
        if len(set(ids)) != len(ids):
            raise ValueError("lines: each id must be there once")

    @property
    def goods_amount(self) -> int:
        """What all lines cost together, before ours and before `host_offers`."""
        return sum(line.amount for line in self.lines)

    @property
    def voucher(self) -> HostOffer | None:
        """The shopper's own voucher, where there is one."""
        found = (o for o in self.host_offers if o.kind is HostOfferKind.VOUCHER)
        return next(found, None)

    def with_points(self, points: int) -> Snapshot:
        """Return the same cart with that many points put aside for it.

        >>> Snapshot("default", "USD").with_points(30).customer.points_held
        30
        """
        return replace(self, customer=replace(self.customer, points_held=points))

    def to_json(self) -> dict[str, Any]:
        """Return plain dicts, lists, texts and numbers that `from_json` reads."""
        data = asdict(self)
        data["lines"] = [
            dict(
                line,
                category_ids=list(line["category_ids"]),
                collection_ids=list(line["collection_ids"]),
                tax_rate=str(line["tax_rate"]),
            )
            for line in data["lines"]
        ]
        if self.shipping is not None:
            data["shipping"]["tax_rate"] = str(self.shipping.tax_rate)
        data["shipping_carrier"] = self.shipping_carrier.value
        data["host_offers"] = [offer.to_json() for offer in self.host_offers]
        return data

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Snapshot:
        """Rebuild exactly what `to_json` gave.

        Raises `ValueError` naming the field that is missing, unknown or wrong.
        """
        try:
            shipping = data["shipping"]
            return cls(
                channel=data["channel"],
                currency=data["currency"],
                country=data["country"],
                lines=tuple(_line(line) for line in data["lines"]),
                shipping=None if shipping is None else _shipping(shipping),
                customer=CustomerSnapshot(**data["customer"]),
                shipping_carrier=_carrier(data["shipping_carrier"]),
                prices_with_tax=data["prices_with_tax"],
                host_offers=_host_offers(data),
                # Documents of before do not tell.
                is_shipped=data.get("is_shipped", True),
            )
        except KeyError as error:
            raise ValueError(f"{error.args[0]}: missing") from None
        except TypeError as error:
            raise ValueError(f"snapshot: {error}") from None


def _carrier(value: object) -> ShippingCarrier:
    try:
        return ShippingCarrier(value)
    except ValueError:
        raise ValueError(f"shipping_carrier: unknown {value!r}") from None


def _shipping(data: Mapping[str, Any]) -> ShippingSnapshot:
    rate = _decimal(data.get("tax_rate", 0), "tax_rate")
    return ShippingSnapshot(**dict(data, tax_rate=rate))


def _host_offers(data: Mapping[str, Any]) -> tuple[HostOffer, ...]:
    if "voucher_amount" not in data:
        return tuple(HostOffer.from_json(offer) for offer in data["host_offers"])
    # What documents of before say of the shopper's own voucher.
    amount = data["voucher_amount"]
    percent = _decimal(data["voucher_percent"], "voucher_percent")
    if not (amount or percent):
        return ()
    return (HostOffer(HostOfferKind.VOUCHER, percent, amount),)


def _line(data: Mapping[str, Any]) -> LineSnapshot:
    data = dict(data)
    if "earns_points" in data:
        # What documents of before say of gift cards.
        data["is_gift_card"] = not data.pop("earns_points")
    return LineSnapshot(
        **dict(
            data,
            category_ids=tuple(data["category_ids"]),
            collection_ids=tuple(data["collection_ids"]),
            tax_rate=_decimal(data["tax_rate"], "tax_rate"),
        )
    )


def _decimal(value: object, name: str) -> Decimal:
    try:
        return Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{name}: not a number {value!r}") from None
