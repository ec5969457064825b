"""Writes effects into Saleor 3: line discounts and the voucher slot."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING, AbstractSet, Any
from uuid import UUID, uuid5

from django.db.models import QuerySet
from django.utils import timezone
from saleor.checkout.fetch import fetch_checkout_info, fetch_checkout_lines
from saleor.checkout.models import Checkout, CheckoutLine
from saleor.checkout.utils import recalculate_checkout_discount
from saleor.discount import DiscountType, DiscountValueType
from saleor.discount.models import CheckoutLineDiscount
from saleor.plugins.manager import get_plugins_manager

from ...engine import (
    LineDiscount,
    PointsDiscount,
    ShippingDiscount,
    from_minor,
)
from ...guard import give_way
from ...models import OwnedVoucher
from ..shown import POINTS, name_of
from .lines import POINTS_REASON, Row, minor, ours, rule_of, rule_reason
from .reader import Carrier, Slot
from .slots import forget_count, give_back_code, keep_code, put_back
from .vouchers import is_stray, owned_voucher, voucher_name

if TYPE_CHECKING:
    from ...engine import Effect, Evaluation
    from ..port import Reading

#: Makes a row's key from what it stands for, so that two writers agree on it.
NAMESPACE = UUID("6f1a5c1e-6d0b-5a52-9d53-7c4f6d4b1b6a")


def write(
    checkout: Checkout, channel_pk: int, reading: Reading, now: Evaluation
) -> bool:
    """Bring the checkout's rows to ``now``; return whether anything changed.

    Only differences are written. ``checkout`` is the instance that Saleor
    works with, so it learns of every column that is changed underneath.
    """
    carrier: Carrier = reading.carrier
    slot = carrier.slot
    returning = _returning_code(reading, now)
    if slot.is_miscounted:
        forget_count(checkout)
    if reading.snapshot.lines:
        displaces = now.displaces_code
        keep_code(checkout, slot, reading.snapshot.voucher, displaces=displaces)
    rows_changed = _write_rows(carrier, now)
    columns = {} if returning else _slot_columns(slot, channel_pk, now)
    if not (rows_changed or columns or returning):
        return False
    _expire_prices(checkout, columns)
    if returning:
        put_back(checkout, returning)
    elif rows_changed and slot.is_foreign and not now.displaces_code:
        _recalculate_voucher(checkout)
    return True


def _returning_code(reading: Reading, now: Evaluation) -> str:
    """Return the shopper's code that is to be in the slot again, empty for none.

    Saleor takes no code for an empty cart: what is kept waits for goods.
    """
    if not reading.snapshot.lines:
        return ""
    slot: Slot = reading.carrier.slot
    return slot.returning_code(displaces=now.displaces_code)


def clear(checkout: Checkout) -> None:
    """Take every effect of ours off the checkout."""
    CheckoutLineDiscount.objects.filter(ours(), line__checkout_id=checkout.pk).delete()
    code = checkout.voucher_code
    is_ours = is_stray(code) or OwnedVoucher.objects.filter(code=code).exists()
    _expire_prices(checkout, _columns(FREE_SLOT) if is_ours else {})
    if is_ours:
        forget_count(checkout)
    give_back_code(checkout)
    if checkout.voucher_code:
        # Saleor keeps what it takes off, which was of the prices as they were.
        _recalculate_voucher(checkout)


def points_rows(checkout: Checkout) -> QuerySet[CheckoutLineDiscount]:
    """Return the rows by which spent points take something off a checkout."""
    lines = CheckoutLine.objects.filter(checkout_id=checkout.pk)
    return CheckoutLineDiscount.objects.filter(
        ours(),
        pk__in=[_row_pk(pk, POINTS) for pk in lines.values_list("pk", flat=True)],
    )


def drop_points(checkout: Checkout) -> None:
    """Take the rows of spent points off a checkout."""
    deleted, _ = points_rows(checkout).delete()
    if deleted:
        _expire_prices(checkout, {})


def _write_rows(carrier: Carrier, now: Evaluation) -> bool:
    gone, fresh = _differences(carrier, now)
    if gone or fresh:
        give_way()
    if gone:
        CheckoutLineDiscount.objects.filter(pk__in=gone).delete()
    if fresh:
        CheckoutLineDiscount.objects.bulk_create(
            fresh,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=["value", "amount_value", "name", "reason"],
        )
    return bool(gone or fresh)


def _differences(
    carrier: Carrier, now: Evaluation
) -> tuple[list[UUID], list[CheckoutLineDiscount]]:
    """Return the keys of rows that go, and the rows that come or change."""
    wanted = {
        row.pk: row
        for effect in now.effects
        if isinstance(effect, (LineDiscount, PointsDiscount))
        for row in [_row(effect)]
    }
    known = {UUID(row.pk): _told_by(row.amount, row) for row in carrier.rows}
    gone = [pk for pk in known if pk not in wanted]
    fresh = [
        row
        for pk, row in wanted.items()
        if known.get(pk) != _told_by(row.amount_value, row)
    ]
    return gone, fresh


def _told_by(amount: Decimal, row: Row | CheckoutLineDiscount) -> tuple[Any, ...]:
    # One rule's version is told in other words by rows of an older release.
    return amount, row.name, rule_of(row.reason) or row.reason


def carried(reading: Reading, now: Evaluation) -> tuple[Effect, ...] | None:
    """Return what rows and slot carry in place of ``now``, ``None`` where it is that."""
    carrier: Carrier = reading.carrier
    slot, currency = carrier.slot, reading.snapshot.currency
    wanted = [one for one in now.effects if isinstance(one, ShippingDiscount)]
    in_slot = slot.owned is not None and slot.is_as_made
    is_as_wanted = in_slot if wanted else slot.owned is None and not slot.is_stray
    is_as_wanted = is_as_wanted and not _returning_code(reading, now)
    if is_as_wanted and not any(_differences(carrier, now)):
        return None
    versions = {
        one.rule_id: one.rule_version
        for one in now.effects
        if isinstance(one, (LineDiscount, ShippingDiscount))
    }
    shipping = {
        one.rule_id
        for one in now.effects
        if isinstance(one, ShippingDiscount)
        or (isinstance(one, LineDiscount) and one.for_shipping)
    }
    found = [_effect(row, currency, shipping) for row in carrier.rows]
    owned = OwnedVoucher.objects.filter(pk=slot.owned).first() if in_slot else None
    if owned is not None and reading.snapshot.shipping is not None:
        found.append(
            ShippingDiscount(
                rule_id=owned.rule_id,
                rule_version=versions.get(owned.rule_id, 0),
                rule_name=slot.name or "",
                method_id=reading.snapshot.shipping.method_id,
                amount=minor(slot.takes, currency),
                currency=currency,
            )
        )
    return tuple(found)


def _effect(row: Row, currency: str, shipping: AbstractSet[int]) -> Effect:
    """Return the effect that a row stands for; rules in ``shipping`` lower shipping."""
    amount = minor(row.amount, currency)
    if row.reason == POINTS_REASON:
        return PointsDiscount(row.line_id, amount, currency)
    # Rows of an older release name no rule.
    rule_id, version = rule_of(row.reason) or (0, 0)
    return LineDiscount(
        rule_id,
        version,
        row.name,
        row.line_id,
        amount,
        currency,
        for_shipping=rule_id in shipping,
    )


def _row(effect: LineDiscount | PointsDiscount) -> CheckoutLineDiscount:
    amount = from_minor(effect.amount, effect.currency)
    source, reason = _source(effect)
    return CheckoutLineDiscount(
        pk=_row_pk(effect.line_id, source),
        line_id=effect.line_id,
        type=DiscountType.ORDER_PROMOTION,
        value_type=DiscountValueType.FIXED,
        value=amount,
        amount_value=amount,
        currency=effect.currency,
        name=name_of(effect),
        reason=reason,
        unique_type=None,
    )


def _source(effect: LineDiscount | PointsDiscount) -> tuple[Any, str]:
    """Return what a row stands for, in its key and to whoever reads it."""
    if isinstance(effect, PointsDiscount):
        return POINTS, POINTS_REASON
    reason = rule_reason(effect.rule_name, effect.rule_id, effect.rule_version)
    return effect.rule_id, reason


def _row_pk(line_pk: Any, source: Any) -> UUID:
    return uuid5(NAMESPACE, f"{line_pk}:{source}")


def _slot_columns(slot: Slot, channel_pk: int, now: Evaluation) -> dict[str, Any]:
    """Return the checkout's columns to change so that the slot carries ``now``."""
    if slot.is_foreign and not now.displaces_code:
        return {}
    wanted = _wanted_slot(slot, channel_pk, now)
    is_free = slot.owned is None and not slot.is_stray and not slot.is_foreign
    if wanted == slot.held() or (wanted == FREE_SLOT and is_free):
        return {}
    return _columns(wanted)


def _columns(slot: Slot) -> dict[str, Any]:
    return {
        "voucher_code": slot.code,
        "discount_name": slot.name and voucher_name(slot.name),
        "translated_discount_name": None,
        "discount_amount": slot.takes,
    }


def _wanted_slot(slot: Slot, channel_pk: int, now: Evaluation) -> Slot:
    for effect in now.effects:
        if isinstance(effect, ShippingDiscount):
            owned = owned_voucher(effect, channel_pk=channel_pk, held_pk=slot.owned)
            return Slot(
                code=owned.code,
                owned=owned.pk,
                name=name_of(effect),
                takes=from_minor(effect.amount, effect.currency),
            )
    return FREE_SLOT


FREE_SLOT = Slot(code=None, owned=None, name=None, takes=Decimal(0))


def _expire_prices(checkout: Checkout, columns: dict[str, Any]) -> None:
    moment = timezone.now()
    # A price that another request computes at this moment from the rows as they
    # were is thrown away by Saleor when it finds that last_change has moved.
    columns = {
        **columns,
        "price_expiration": moment,
        "discount_expiration": moment,
        "last_change": moment,
    }
    Checkout.objects.filter(pk=checkout.pk).update(**columns)
    for name, value in columns.items():
        setattr(checkout, name, value)


def _recalculate_voucher(checkout: Checkout) -> None:
    manager = get_plugins_manager(allow_replica=False)
    fresh = Checkout.objects.get(pk=checkout.pk)
    lines, _ = fetch_checkout_lines(fresh)
    info = fetch_checkout_info(fresh, lines, manager)
    if info.voucher is None:
        return
    recalculate_checkout_discount(manager, info, lines)
    for name in ("voucher_code", "discount_name", "discount_amount", "last_change"):
        setattr(checkout, name, getattr(fresh, name))
