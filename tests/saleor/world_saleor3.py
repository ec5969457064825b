"""The test shop on Saleor 3."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import graphene
from django.conf import settings
from django.contrib.sites.models import Site
from django.utils import timezone
from saleor.account.models import Address, User
from saleor.channel import MarkAsPaidStrategy
from saleor.channel.models import Channel
from saleor.checkout.fetch import fetch_checkout_info, fetch_checkout_lines
from saleor.checkout.models import Checkout
from saleor.core.jwt import create_access_token
from saleor.discount import RewardValueType
from saleor.discount.models import (
    OrderLineDiscount,
    Promotion,
    PromotionRule,
    Voucher,
    VoucherCode,
)
from saleor.giftcard.models import GiftCard
from saleor.order.models import Order
from saleor.order.tasks import expire_orders_task
from saleor.plugins.manager import PluginsManager, get_plugins_manager
from saleor.product.models import (
    Category,
    Collection,
    Product,
    ProductChannelListing,
    ProductType,
    ProductVariant,
    ProductVariantChannelListing,
)
from saleor.product.utils.variant_prices import (
    update_discounted_prices_for_promotion,
)
from saleor.product.utils.variants import fetch_variants_for_promotion_rules
from saleor.shipping.models import (
    ShippingMethod,
    ShippingMethodChannelListing,
    ShippingZone,
)
from saleor.site.models import SiteSettings
from saleor.tax import TaxCalculationStrategy
from saleor.tax.models import TaxClass, TaxClassCountryRate, TaxConfiguration
from saleor.warehouse.models import Stock, Warehouse

from .legacy import GATEWAY
from .promotions_saleor3 import (  # noqa: F401
    make_gift_promotion,
    make_order_promotion,
    make_voucher,
)
from .transactions import install_app

#: Columns of an order and of a gift card.
ORDERED_AT, CARD_ENDS_AT = "created_at", "expiry_date"

numbers = count(1)


def make_shop(
    *,
    currency: str = "USD",
    tax_percent: int | None = None,
    prices_entered_with_tax: bool = True,
) -> None:
    """Make what every shop has: a site, a channel, a warehouse, a way to ship."""
    site = Site.objects.get_or_create(pk=settings.SITE_ID or 1)[0]
    settings.SITE_ID = site.pk
    SiteSettings.objects.get_or_create(site=site)
    # One that a thread of an earlier test asked for too early has no settings for ever.
    Site.objects.clear_cache()
    channel = make_channel(
        "main",
        currency,
        tax_percent=tax_percent,
        prices_entered_with_tax=prices_entered_with_tax,
    )
    address = Address.objects.create(
        street_address_1="1 Dock Road",
        city="New York",
        postal_code="10001",
        country="US",
        country_area="NY",
    )
    zone = ShippingZone.objects.create(name="World", countries=["US", "PL", "DE"])
    zone.channels.add(channel)
    warehouse = Warehouse.objects.create(name="Dock", slug="dock", address=address)
    warehouse.shipping_zones.add(zone)
    warehouse.channels.add(channel)
    install_app()


def open_gateway() -> None:
    """Let shoppers pay by the dummy gateway too."""
    plugins_manager().save_plugin_configuration(
        GATEWAY, Channel.objects.get().slug, {"active": True}
    )


def plugins_manager() -> PluginsManager:
    return get_plugins_manager(allow_replica=False)


def make_channel(
    slug: str,
    currency: str,
    *,
    tax_percent: int | None = None,
    prices_entered_with_tax: bool = True,
) -> Channel:
    """Open a channel, with one flat tax rate or none."""
    channel = Channel.objects.create(
        name=slug,
        slug=slug,
        currency_code=currency,
        default_country="US",
        is_active=True,
        automatically_confirm_all_new_orders=True,
        order_mark_as_paid_strategy=MarkAsPaidStrategy.TRANSACTION_FLOW,
    )
    TaxConfiguration.objects.create(
        channel=channel,
        charge_taxes=tax_percent is not None,
        prices_entered_with_tax=prices_entered_with_tax,
        tax_calculation_strategy=TaxCalculationStrategy.FLAT_RATES,
    )
    if tax_percent is not None:
        taxed = TaxClass.objects.get_or_create(name="Taxed")[0]
        TaxClassCountryRate.objects.create(
            tax_class=taxed, country="US", rate=tax_percent
        )
    return channel


def make_product(
    price: str = "10.00",
    *,
    category: Any = None,
    collection: Any = None,
    ships: bool = True,
    stock: int = 1000,
    tax_class: Any = None,
) -> ProductVariant:
    """Put a product up for sale in every channel and return its variant."""
    number = next(numbers)
    product = Product.objects.create(
        name=f"Product {number}",
        slug=f"product-{number}",
        product_type=ProductType.objects.get_or_create(
            name=f"Type {ships}", slug=f"type-{ships}", is_shipping_required=ships
        )[0],
        category=category or Category.objects.get_or_create(name="A", slug="a")[0],
        tax_class=tax_class or TaxClass.objects.filter(name="Taxed").first(),
    )
    if collection is not None:
        collection.products.add(product)
    variant = ProductVariant.objects.create(product=product, sku=f"sku-{number}")
    for channel in Channel.objects.all():
        _list(variant, channel, Decimal(price))
    Stock.objects.create(
        warehouse=Warehouse.objects.get(), product_variant=variant, quantity=stock
    )
    return variant


def _list(variant: ProductVariant, channel: Channel, price: Decimal) -> None:
    ProductChannelListing.objects.create(
        product=variant.product,
        channel=channel,
        is_published=True,
        visible_in_listings=True,
        available_for_purchase_at=timezone.now() - timedelta(days=1),
        published_at=timezone.now() - timedelta(days=1),
        discounted_price_amount=price,
        currency=channel.currency_code,
    )
    ProductVariantChannelListing.objects.create(
        variant=variant,
        channel=channel,
        price_amount=price,
        discounted_price_amount=price,
        currency=channel.currency_code,
    )


def set_price(variant: ProductVariant, price: str) -> None:
    """Change what a variant costs."""
    ProductVariantChannelListing.objects.filter(variant=variant).update(
        price_amount=Decimal(price), discounted_price_amount=Decimal(price)
    )


def tell_plugins_of(variant: ProductVariant) -> None:
    """Tell the plugins that a variant was saved, as Saleor's mutations do."""
    plugins_manager().product_variant_updated(variant)


def make_shipping_method(price: str = "10.00") -> ShippingMethod:
    """Offer one more way to ship, in every channel."""
    method = ShippingMethod.objects.create(
        name="Post", type="price", shipping_zone=ShippingZone.objects.get()
    )
    for channel in Channel.objects.all():
        ShippingMethodChannelListing.objects.create(
            shipping_method=method,
            channel=channel,
            price_amount=Decimal(price),
            minimum_order_price_amount=0,
            currency=channel.currency_code,
        )
    return method


def make_sale(variant: ProductVariant, percent: str) -> Promotion:
    """Put a variant's product on sale."""
    promotion = Promotion.objects.create(name="Sale", type="catalogue")
    rule = PromotionRule.objects.create(
        promotion=promotion,
        catalogue_predicate={
            "productPredicate": {
                "ids": [graphene.Node.to_global_id("Product", variant.product_id)]
            }
        },
        reward_value_type=RewardValueType.PERCENTAGE,
        reward_value=Decimal(percent),
    )
    rule.channels.add(*Channel.objects.all())
    _update_sale_prices(variant)
    return promotion


def end_sale(sale: Promotion, variant: ProductVariant) -> None:
    """Take a variant's product off sale."""
    sale.delete()
    _update_sale_prices(variant)


def _update_sale_prices(variant: ProductVariant) -> None:
    fetch_variants_for_promotion_rules(PromotionRule.objects.all())
    update_discounted_prices_for_promotion(
        Product.objects.filter(pk=variant.product_id)
    )


def make_categories(parent: str, child: str) -> tuple[Category, Category]:
    """Make a category and one inside it."""
    outer = Category.objects.create(name=parent, slug=parent.lower())
    return outer, Category.objects.create(name=child, slug=child.lower(), parent=outer)


def make_collection(name: str) -> Collection:
    """Make an empty collection."""
    return Collection.objects.create(name=name, slug=name.lower())


def make_tax_class(name: str, percent: int) -> TaxClass:
    """Make one more flat rate."""
    tax_class = TaxClass.objects.create(name=name)
    TaxClassCountryRate.objects.create(tax_class=tax_class, country="US", rate=percent)
    return tax_class


def open_warehouse(slug: str) -> None:
    """Let the warehouse and the shipping zone serve one more channel."""
    channel = Channel.objects.get(slug=slug)
    Warehouse.objects.get().channels.add(channel)
    ShippingZone.objects.get().channels.add(channel)


def delete_vouchers() -> None:
    """Delete every native voucher, as staff may."""
    Voucher.objects.all().delete()


def order_line_discounts(number: str) -> list[OrderLineDiscount]:
    """Return what an order's lines were discounted by."""
    return list(OrderLineDiscount.objects.filter(line__order__number=number))


def uses_of_voucher(pk: int) -> Any:
    """Return the rows that count the uses of a voucher."""
    return VoucherCode.objects.filter(voucher_id=pk)


def save_plugin(data: dict[str, Any]) -> None:
    """Save the plugin's settings as Saleor's mutation does."""
    plugins_manager().save_plugin_configuration("rewards", None, data)


def sign_up(email: str) -> str:
    """Make a customer and return an access token of theirs."""
    return create_access_token(User.objects.create(email=email, is_active=True))


def give_order(order_pk: str, user: User) -> None:
    """Make an order a customer's, as Saleor does when a guest confirms an account."""
    Order.objects.filter(pk=order_pk).update(user=user)


def forget_email(order_pk: str) -> None:
    """Leave nothing of who placed an order."""
    Order.objects.filter(pk=order_pk).update(user=None, user_email="")


def confirm_orders_by_hand() -> None:
    """Let every new order wait for the merchant's consent."""
    Channel.objects.update(automatically_confirm_all_new_orders=False)


def order_columns() -> dict[str, Any]:
    """Return what an order's row has to have here."""
    return {
        "channel": Channel.objects.get(),
        "currency": "USD",
        "lines_count": 0,
        "undiscounted_total_gross_amount": 10,
    }


def allow_unpaid_orders() -> None:
    """Let checkouts become orders before anything is paid."""
    Channel.objects.update(allow_unpaid_orders=True)


def expire_orders(age: timedelta) -> None:
    """Let so much time pass, and Saleor expire what was not paid in it."""
    Channel.objects.update(expire_orders_after=1)
    Order.objects.update(created_at=timezone.now() - age)
    expire_orders_task()


def make_gift_card_product(price: str) -> ProductVariant:
    """Put a gift card up for sale."""
    variant = make_product(price, ships=False)
    kind = ProductType.objects.create(
        name="Cards", slug="cards", kind="gift_card", is_shipping_required=False
    )
    Product.objects.filter(pk=variant.product_id).update(product_type=kind)
    return ProductVariant.objects.get(pk=variant.pk)


def tell_plugins_of_imported(order_pk: str) -> None:
    """Tell the plugins that an order was imported, as Saleor's mutation does."""
    orders = list(Order.objects.filter(pk=order_pk))
    plugins_manager().order_bulk_created(orders)


def make_gift_card(code: str, amount: str) -> GiftCard:
    """Hand out a gift card."""
    return GiftCard.objects.create(
        code=code,
        currency=Channel.objects.get().currency_code,
        initial_balance_amount=Decimal(amount),
        current_balance_amount=Decimal(amount),
    )


def checkout_lines(checkout: Checkout) -> Any:
    """Return a checkout's lines as Saleor gives them to plugins."""
    return fetch_checkout_lines(checkout)[0]


def checkout_info(checkout: Checkout) -> Any:
    """Return a checkout as Saleor gives it to plugins."""
    lines = checkout_lines(checkout)
    return fetch_checkout_info(checkout, lines, plugins_manager())


def order_of(cart: Any) -> str:
    """Return the global id of the order that was made of a cart."""
    order = Order.objects.get(checkout_token=cart.node["token"])
    return graphene.Node.to_global_id("Order", order.pk)
