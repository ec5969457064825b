"""Hides our own vouchers from shoppers, in Saleor's own fields.

Free shipping is carried by a voucher of ours in a checkout's voucher slot. Whoever may
manage discounts sees it there; to all others, apps among them, the slot is free, and a
code of ours is one that nobody knows.
"""

from __future__ import annotations

from decimal import Decimal
from functools import partial, wraps
from typing import Any, Callable, Iterable

from graphene.utils.str_converters import to_camel_case
from prices import Money

from ..guard import guarded
from ..host.tokens import token_in
from . import mount_state
from .base import MANAGE_DISCOUNTS, has_permission, instance_of
from .ids import pk_of

Resolver = Callable[..., Any]

DECLINED = "REWARDS_VOUCHER_DECLINED"

#: No voucher and no gift card has it.
UNKNOWN_CODE = ""


def hide_codes(types: Iterable[Any]) -> None:
    """Let fields of Saleor's types tell shoppers nothing of our vouchers.

    What a type no longer has is kept for the system check.
    """
    for type_ in types:
        type_name = type_._meta.name
        for name, hiding in HIDDEN[type_name].items():
            field = type_._meta.fields.get(name)
            if field is None:
                mount_state.state.missing_fields.append(
                    f"{type_name}.{to_camel_case(name)}"
                )
            else:
                field.get_resolver = partial(_resolver, field.get_resolver, hiding)


def _resolver(
    get_resolver: Callable[[Resolver], Resolver],
    hiding: Callable[[Resolver], Resolver],
    parent_resolver: Resolver,
) -> Resolver:
    # Permissions that the field itself asks for stay in front.
    return hiding(get_resolver(parent_resolver))


def is_ours(code: str | None) -> bool:
    """Return whether a code has the form of ours, by which a row of ours knows it."""
    # It needs the plugin's tables, which are not there yet when the schema is built.
    from ..host.saleor3.vouchers import is_stray

    return is_stray(code)


def _answering(blank: Callable[[Any], Any], resolver: Resolver) -> Resolver:
    """Return a resolver that answers ``blank`` of what carries a voucher of ours."""

    @wraps(resolver)
    def resolve(root: Any, info: Any, **args: Any) -> Any:
        node = instance_of(root)
        if is_ours(node.voucher_code) and _is_shopper(info):
            return blank(node)
        return resolver(root, info, **args)

    return resolve


def _leaving_out(resolver: Resolver) -> Resolver:
    """Return a resolver of discounts that leaves out those by our vouchers."""

    @wraps(resolver)
    def resolve(root: Any, info: Any, **args: Any) -> Any:
        def others(rows: Any) -> Any:
            kept = [row for row in rows or () if not is_ours(row.voucher_code)]
            return (
                kept if rows and len(kept) < len(rows) and _is_shopper(info) else rows
            )

        found = resolver(root, info, **args)
        return found.then(others) if hasattr(found, "then") else others(found)

    return resolve


def _refusing(resolver: Resolver) -> Resolver:
    """Return a resolver to which a typed code of ours is one that nobody knows."""

    @wraps(resolver)
    def resolve(root: Any, info: Any, **args: Any) -> Any:
        if is_ours(args.get("promo_code")):
            args["promo_code"] = UNKNOWN_CODE
        return resolver(root, info, **args)

    return resolve


def _noting(resolver: Resolver) -> Resolver:
    """Return a resolver that notes whose checkout is about to lose our voucher."""

    @wraps(resolver)
    def resolve(root: Any, info: Any, **args: Any) -> Any:
        guarded(DECLINED, None, lambda: _note(args))
        return resolver(root, info, **args)

    return resolve


def _note(args: dict[str, Any]) -> None:
    from ..host.current import host
    from ..host.saleor3.slots import decline

    token, code = token_in(args), args.get("promo_code") or ""
    pk = pk_of(args.get("promo_code_id") or "", "Voucher", column="integer")
    # Saleor refuses a code and an ID at once.
    is_named = is_ours(code) if pk is None else not code
    if token and is_named:
        with host.writing():
            decline(token, code=code, voucher_pk=pk)


def _is_shopper(info: Any) -> bool:
    return not has_permission(info.context, MANAGE_DISCOUNTS)


def _nothing(_node: Any) -> None:
    return None


def _no_money(checkout: Any) -> Money:
    return Money(Decimal(0), checkout.currency)


_as_none = partial(_answering, _nothing)

#: By type of Saleor's schema and field: what its resolver becomes.
HIDDEN: dict[str, dict[str, Callable[[Resolver], Resolver]]] = {
    "Checkout": {
        "discount": partial(_answering, _no_money),
        "discount_name": _as_none,
        "translated_discount_name": _as_none,
        "voucher_code": _as_none,
    },
    "CheckoutMutations": {
        "checkout_add_promo_code": _refusing,
        "checkout_remove_promo_code": _noting,
    },
    "Order": {
        "discount": _as_none,
        "discount_name": _as_none,
        "discounts": _leaving_out,
        "translated_discount_name": _as_none,
        "voucher": _as_none,
        "voucher_code": _as_none,
    },
    "OrderLine": {"voucher_code": _as_none},
}
