"""Saleor's own shipping vouchers that belong to the plugin."""

from __future__ import annotations

import logging
import re
import secrets
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, QuerySet, UUIDField
from django.db.models.functions import Cast, Now
from saleor.checkout.models import Checkout
from saleor.discount.models import Voucher, VoucherCode

from ...engine import ShippingDiscount, from_minor
from ...guard import faults
from ...models import OwnedVoucher, OwnedVoucherValue, PriceAgreement, Rule
from ..shown import MAX_SHIPPING_NAME
from .voucher_terms import is_as_made, make, restore

logger = logging.getLogger(__name__)

EDITED = "REWARDS_VOUCHER_EDITED"

#: Begins the name of a voucher of ours, in the Dashboard and on orders.
NAME_PREFIX = "Rewards: "

PREFIX = "REWARDS-"
#: A code of ours, and none that a merchant would make up.
CODE = re.compile(PREFIX + "[0-9A-F]{16}")
#: The same for PostgreSQL.
CODE_PATTERN = f"^{CODE.pattern}$"


def voucher_name(rule_name: str) -> str:
    """Return what staff read of whose voucher it is.

    >>> voucher_name("Free shipping")
    'Rewards: Free shipping'
    """
    return f"{NAME_PREFIX}{rule_name[:MAX_SHIPPING_NAME]}"


def rule_name(voucher_name: str | None) -> str | None:
    """Return the name of the rule in a voucher's name.

    >>> rule_name("Rewards: Free shipping"), rule_name(None)
    ('Free shipping', None)
    """
    if voucher_name is None or not voucher_name.startswith(NAME_PREFIX):
        return voucher_name
    return voucher_name[len(NAME_PREFIX) :]


def owned_voucher(
    effect: ShippingDiscount, *, channel_pk: int, held_pk: int | None
) -> OwnedVoucher:
    """Return the voucher that takes the effect's amount off the shipping.

    It is made when first needed, and put back where staff changed, ended or deleted
    it. The caller opens a transaction: until its end the voucher does not end. That
    which the checkout has in its slot, of key ``held_pk``, does not end anyway.
    """
    worth = {
        "rule_id": effect.rule_id,
        "channel_pk": channel_pk,
        **_worth(effect),
    }
    name = voucher_name(effect.rule_name)
    known = _live(worth, name)
    if known is not None and (known.pk == held_pk or _keep(known)):
        return known
    # Whoever comes second finds the one of the first.
    Rule.objects.select_for_update(no_key=True).get(pk=effect.rule_id)
    return _put_back(worth, name) or _made(worth, name)


def _worth(effect: ShippingDiscount) -> dict[str, Any]:
    """Return the terms by which Saleor comes to the effect's amount, at any price."""
    if effect.percent is not None:
        value = Decimal(effect.percent)
        return {"value_type": OwnedVoucherValue.PERCENTAGE, "value": value}
    # Effects that were stored before they had terms.
    limit = effect.amount if effect.limit_amount is None else effect.limit_amount
    value = from_minor(limit, effect.currency)
    return {"value_type": OwnedVoucherValue.FIXED, "value": value}


def is_stray(code: str | None) -> bool:
    """Return whether a code that no row of ours names was made by us all the same.

    >>> is_stray("REWARDS-0123456789ABCDEF"), is_stray("REWARDS-SPRING"), is_stray(None)
    (True, False, False)
    """
    return bool(code and CODE.fullmatch(code))


def end_strays() -> None:
    """End vouchers of ours that no row names; nobody would ever ask for them."""
    known = OwnedVoucher.objects.values("code")
    found = VoucherCode.objects.filter(code__startswith=PREFIX).exclude(code__in=known)
    pks = [pk for pk, code in found.values_list("voucher_id", "code") if is_stray(code)]
    _end(Voucher.objects.filter(pk__in=pks))


def end_all() -> None:
    """End our vouchers, so that a code kept by a shopper is worth nothing.

    Those that a paid checkout has, whose price was agreed on, go on.
    """
    agreed = PriceAgreement.objects.annotate(pk_=Cast("pk", UUIDField()))
    paid = Checkout.objects.filter(pk__in=agreed.values("pk_"), voucher_code__gt="")
    owned = OwnedVoucher.objects.exclude(code__in=paid.values("voucher_code"))
    end(owned)


def end(owned: QuerySet[OwnedVoucher]) -> None:
    """End vouchers of ours; their rows say since when."""
    _end(Voucher.objects.filter(pk__in=owned.values("voucher_pk")))
    owned.filter(ended_at=None).update(ended_at=Now())


def _end(vouchers: QuerySet[Voucher]) -> None:
    vouchers.exclude(end_date__lte=Now()).update(end_date=Now())


def _live(worth: dict[str, Any], name: str) -> OwnedVoucher | None:
    """Return the voucher of that worth if it is as it was made."""
    named = Voucher.objects.filter(pk=OuterRef("voucher_pk"), name=name)
    return OwnedVoucher.objects.filter(
        is_as_made(), Exists(named), ended_at=None, **worth
    ).first()


def _keep(owned: OwnedVoucher) -> bool:
    """Keep a voucher from ending until the transaction does; ``False`` if it ended.

    Those who take it at the same time do not wait for one another.
    """
    table = OwnedVoucher._meta.db_table
    statement = (
        f'SELECT 1 FROM "{table}" WHERE "id" = %s AND "ended_at" IS NULL FOR SHARE'
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [owned.pk])
        return cursor.fetchone() is not None


def _put_back(worth: dict[str, Any], name: str) -> OwnedVoucher | None:
    """Return the voucher of that worth as it was made, whoever changed or ended it.

    Of two who come here at once, the second finds it put back.
    """
    known = OwnedVoucher.objects.select_for_update().filter(**worth)
    owned = known.order_by(F("ended_at").desc(nulls_first=True), "-pk").first()
    return owned if owned is not None and put_back(owned, name) else None


def put_back(owned: OwnedVoucher, name: str) -> bool:
    """Let a voucher be as it was made; ``False`` where its code went to another.

    What staff changed is logged once, as it is then as it was. The caller holds the
    row's lock.
    """
    taken = VoucherCode.objects.exclude(voucher_id=owned.voucher_pk)
    if taken.filter(code=owned.code).exists():
        OwnedVoucher.objects.filter(pk=owned.pk).update(ended_at=Now())
        return False
    pk = owned.voucher_pk
    changed = restore(owned, name)
    if changed and owned.ended_at is None:
        faults[EDITED] += 1
        logger.warning(
            "%s: voucher %s (%s) was changed by hand and is put back: %s",
            EDITED,
            pk,
            name,
            ", ".join(changed),
        )
    owned.ended_at = None
    owned.save(update_fields=["voucher_pk", "ended_at"])
    return True


def _made(worth: dict[str, Any], name: str) -> OwnedVoucher:
    # A code that can be guessed would be free shipping for anybody.
    code = f"{PREFIX}{secrets.token_hex(8).upper()}"
    owned = OwnedVoucher(**worth, code=code)
    make(owned, name)
    owned.save()
    return owned
