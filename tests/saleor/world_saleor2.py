"""The test shop on Saleor 2.10."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import Any

import graphene
from django.conf import settings
from django.contrib.sites.models import Site
from django.utils import timezone
from graphql_jwt.shortcuts import get_token
from saleor.account.models import Address, User
from saleor.checkout.models import Checkout
from saleor.discount import DiscountValueType, VoucherType
from saleor.discount.models import Sale, Voucher
from saleor.giftcard.models import GiftCard
from saleor.order.models import Order
from saleor.plugins.manager import PluginsManager, get_plugins_manager
from saleor.product.models import (
    Category,
    Collection,
    Product,
    ProductType,
    ProductVariant,
)
from saleor.shipping.models import ShippingMethod, ShippingZone
from saleor.site.models import SiteSettings
from saleor.warehouse.models import Stock, Warehouse

from .legacy import GATEWAY

CURRENCY = settings.DEFAULT_CURRENCY

#: Columns of an order and of a gift card.
ORDERED_AT, CARD_ENDS_AT = "created", "end_date"

numbers = count(1)


def make_shop(**_: Any) -> None:
    """Make what every shop has: a site, a warehouse, a way to ship."""
    site = Site.objects.get_or_create(pk=settings.SITE_ID)[0]
    SiteSettings.objects.get_or_create(site=site)
    # One that a thread of an earlier test asked for too early has no settings for ever.
    Site.objects.clear_cache()
    address = Address.objects.create(
        street_address_1="1 Dock Road", city="New York", country="US"
    )
    zone = ShippingZone.objects.create(name="World", countries=["US", "PL", "DE"])
    warehouse = Warehouse.objects.create(name="Dock", slug="dock", address=address)
    warehouse.shipping_zones.add(zone)
    open_gateway()


def open_gateway() -> None:
    """Let shoppers pay by the dummy gateway."""
    plugins_manager().save_plugin_configuration(GATEWAY, {"active": True})


def plugins_manager() -> PluginsManager:
    return get_plugins_manager()


def make_product(
    price: str = "10.00",
    *,
    category: Any = None,
    collection: Any = None,
    ships: bool = True,
    stock: int = 1000,
) -> ProductVariant:
    """Put a product up for sale and return its variant."""
    number = next(numbers)
    product = Product.objects.create(
        name=f"Product {number}",
        slug=f"product-{number}",
        price_amount=Decimal(price),
        minimal_variant_price_amount=Decimal(price),
        currency=CURRENCY,
        is_published=True,
        product_type=ProductType.objects.get_or_create(
            name=f"Type {ships}", slug=f"type-{ships}", is_shipping_required=ships
        )[0],
        category=category or Category.objects.get_or_create(name="A", slug="a")[0],
    )
    if collection is not None:
        collection.products.add(product)
    variant = ProductVariant.objects.create(product=product, sku=f"sku-{number}")
    Stock.objects.create(
        warehouse=Warehouse.objects.get(), product_variant=variant, quantity=stock
    )
    return variant


def set_price(variant: ProductVariant, price: str) -> None:
    """Change what a variant costs."""
    Product.objects.filter(pk=variant.product_id).update(price_amount=Decimal(price))


def make_shipping_method(price: str = "10.00") -> ShippingMethod:
    """Offer one more way to ship."""
    return ShippingMethod.objects.create(
        name="Post",
        type="price",
        price_amount=Decimal(price),
        minimum_order_price_amount=0,
        currency=CURRENCY,
        shipping_zone=ShippingZone.objects.get(),
    )


def make_sale(variant: ProductVariant, percent: str) -> Sale:
    """Put a variant's product on sale."""
    sale = Sale.objects.create(
        name="Sale",
        type=DiscountValueType.PERCENTAGE,
        value=Decimal(percent),
        start_date=timezone.now() - timezone.timedelta(hours=1),
    )
    sale.products.add(variant.product)
    return sale


def end_sale(sale: Sale, variant: ProductVariant) -> None:
    """Take a variant's product off sale."""
    sale.delete()


def make_categories(parent: str, child: str) -> tuple[Category, Category]:
    """Make a category and one inside it."""
    outer = Category.objects.create(name=parent, slug=parent.lower())
    return outer, Category.objects.create(name=child, slug=child.lower(), parent=outer)


def make_collection(name: str) -> Collection:
    """Make an empty collection."""
    return Collection.objects.create(name=name, slug=name.lower(), is_published=True)


def make_voucher(
    code: str, percent: str, *, shipping: bool = False, minimum: str | None = None
) -> Voucher:
    """Hand out a voucher on the whole order, or on the shipping.

    With a ``minimum`` the goods have to cost so much.
    """
    return Voucher.objects.create(
        code=code,
        name=code,
        type=VoucherType.SHIPPING if shipping else VoucherType.ENTIRE_ORDER,
        discount_value_type=DiscountValueType.PERCENTAGE,
        discount_value=Decimal(percent),
        min_spent_amount=minimum and Decimal(minimum),
        currency=CURRENCY,
    )


def uses_of_voucher(pk: int) -> Any:
    """Return the rows that count the uses of a voucher."""
    return Voucher.objects.filter(pk=pk)


def save_plugin(data: dict[str, Any]) -> None:
    """Save the plugin's settings as Saleor's mutation does."""
    plugins_manager().save_plugin_configuration("rewards", data)


def sign_up(email: str) -> str:
    """Make a customer and return an access token of theirs."""
    return get_token(User.objects.create_user(email, "password"))


def give_order(order_pk: str, user: User) -> None:
    """Make an order a customer's, as Saleor does when a guest confirms an account."""
    Order.objects.filter(pk=order_pk).update(user=user)


def order_columns() -> dict[str, Any]:
    """Return what an order's row has to have here."""
    return {}


def forget_email(order_pk: str) -> None:
    """Leave nothing of who placed an order."""
    Order.objects.filter(pk=order_pk).update(user=None, user_email="")


def make_gift_card(code: str, amount: str) -> GiftCard:
    """Hand out a gift card."""
    return GiftCard.objects.create(
        code=code,
        initial_balance_amount=Decimal(amount),
        current_balance_amount=Decimal(amount),
    )


def checkout_lines(checkout: Checkout) -> Any:
    """Return a checkout's lines as Saleor gives them to plugins."""
    return list(checkout)


def order_of(cart: Any) -> str:
    """Return the global id of the order that was made of a cart."""
    order = Order.objects.get(checkout_token=cart.node["token"])
    return graphene.Node.to_global_id("Order", order.pk)
