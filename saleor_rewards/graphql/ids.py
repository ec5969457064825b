"""Global ids: to primary keys that exist, and back."""

from __future__ import annotations

from typing import Any, Iterable

import graphene
from django.apps import apps
from django.core.exceptions import ValidationError

#: By the type that an id names: Saleor's model. Delivery methods have two
#: names on Saleor 3, for storefronts and for the Dashboard.
MODELS = {
    "Category": "product.Category",
    "Checkout": "checkout.Checkout",
    "Collection": "product.Collection",
    "Order": "order.Order",
    "Product": "product.Product",
    "ShippingMethod": "shipping.ShippingMethod",
}
OTHER_NAMES = {"ShippingMethodType": "ShippingMethod"}

#: The largest primary key that a column holds.
LARGEST_PK = {"integer": 2**31 - 1, "big": 2**63 - 1}


def global_id(type_name: str, pk: Any) -> str:
    encoded: str = graphene.Node.to_global_id(type_name, pk)
    return encoded


def split_id(value: str) -> tuple[str, str] | None:
    """Return the type and the key that an id names, or ``None`` if it is none."""
    try:
        type_name, pk = graphene.Node.from_global_id(value)
    except (ValueError, TypeError):
        return None
    return OTHER_NAMES.get(type_name, type_name), pk


def pk_of(value: str, type_name: str, *, column: str = "big") -> int | None:
    """Return the primary key in an id of that type, or ``None``."""
    parts = split_id(value)
    if parts is None or parts[0] != type_name:
        return None
    digits = parts[1]
    if not (digits.isascii() and digits.isdigit() and len(digits) < 20):
        return None
    pk = int(digits)
    return pk if pk <= LARGEST_PK[column] else None


def existing(type_name: str, pks: Iterable[int]) -> set[int]:
    """Return those of the primary keys that Saleor has rows for."""
    model = apps.get_model(MODELS[type_name])
    return set(model.objects.filter(pk__in=set(pks)).values_list("pk", flat=True))


def instance_by_id(value: str, type_name: str) -> Any:
    """Return the row of Saleor's that an id names, or ``None``.

    Reads the writer: it is for mutations.
    """
    parts = split_id(value)
    if parts is None or parts[0] != type_name:
        return None
    model = apps.get_model(MODELS[type_name])
    try:
        pk = model._meta.pk.to_python(parts[1])
    except ValidationError:
        return None
    if isinstance(pk, int) and not 0 < pk <= LARGEST_PK["integer"]:
        return None
    return model.objects.filter(pk=pk).first()
