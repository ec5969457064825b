"""Ends vouchers of ours that nobody asks for any more, and deletes them a day later."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Iterator, Mapping

from django.db.models import Exists, OuterRef, Q, QuerySet
from saleor.channel.models import Channel
from saleor.checkout.models import Checkout
from saleor.discount.models import Voucher, VoucherCode
from saleor.order.models import Order

from ...engine import Lane, RuleDefinition, RuleErrors, from_minor
from ...models import OwnedVoucher, OwnedVoucherValue, Rule
from .voucher_terms import is_as_made
from .vouchers import end, put_back, voucher_name

#: For how long an ended voucher is still there for an order that was under way.
KEPT_FOR = timedelta(days=1)


def end_unasked(after: int, limit: int, at: datetime) -> int | None:
    """End up to ``limit`` vouchers that no rule in force asks for, from a key on.

    Those in the slot of a checkout go on, with the price that was shown or agreed
    there, and are put back where staff changed them: not every order is placed by
    somebody who looks first. One that ended a day ago is deleted, unless an order has
    it: Saleor takes the discount off an order of which it computes the prices anew
    once its voucher is gone. Returns the last one's key, ``None`` where no more are
    left. The caller opens a transaction; those that are being taken or changed at
    this moment wait for the next time.
    """
    living = Q(ended_at=None) | Q(
        _is_there(), ~_is_ordered(), ended_at__lt=at - KEPT_FOR
    )
    found = OwnedVoucher.objects.filter(living, pk__gt=after).order_by("pk")[:limit]
    pks = list(found.values_list("pk", flat=True))
    # Whoever takes one holds its row, and has it in the slot when that is let go.
    locked = OwnedVoucher.objects.select_for_update(skip_locked=True, of=("self",))
    mine = locked.filter(living, pk__in=pks).annotate(is_intact=is_as_made())
    _end_or_keep(list(mine.select_related("rule__current").order_by("pk")), at)
    return pks[-1] if len(pks) == limit else None


def _end_or_keep(mine: list[OwnedVoucher], at: datetime) -> None:
    asked = _asked_for({one.rule_id for one in mine if one.ended_at is None}, at)
    idle = [
        one for one in mine if one.ended_at or _worth(one) not in asked[one.rule_id]
    ]
    edited = [one for one in mine if one.ended_at is None and not one.is_intact]
    held = _held({one.pk: one for one in [*idle, *edited]})
    free = OwnedVoucher.objects.filter(pk__in=[one.pk for one in idle]).exclude(
        pk__in=held
    )
    _delete(free.exclude(ended_at=None))
    end(free.filter(ended_at=None))
    for owned in edited:
        if owned.pk in held:
            version = owned.rule.current
            put_back(owned, voucher_name(version.name if version else ""))


def _worth(owned: OwnedVoucher) -> tuple[int, str, Decimal]:
    return (owned.channel_pk, owned.value_type, owned.value)


def _is_there() -> Exists:
    return Exists(Voucher.objects.filter(pk=OuterRef("voucher_pk")))


def _is_ordered() -> Exists:
    return Exists(Order.objects.filter(voucher_id=OuterRef("voucher_pk")))


def _held(owned: Mapping[int, OwnedVoucher]) -> set[int]:
    """Return which of the vouchers a checkout has, by any of their codes.

    Saleor keeps no index of what codes its checkouts have, so all are asked for at
    once, and nothing where no voucher is in question.
    """
    if not owned:
        return set()
    pk_of = {one.voucher_pk: pk for pk, one in owned.items()}
    codes = VoucherCode.objects.filter(voucher_id__in=pk_of)
    code_of = {code: pk_of[pk] for code, pk in codes.values_list("code", "voucher_id")}
    code_of.update({one.code: pk for pk, one in owned.items()})
    checkouts = Checkout.objects.filter(voucher_code__in=code_of).order_by()
    found = checkouts.values_list("voucher_code", flat=True).distinct()
    return {code_of[code] for code in found}


def _delete(ended: QuerySet[OwnedVoucher]) -> None:
    """Delete native vouchers; the rows stay, as orders may name their codes."""
    pks = list(ended.values_list("voucher_pk", flat=True))
    Voucher.objects.filter(pk__in=pks).delete()


def _asked_for(
    rule_pks: set[int], at: datetime
) -> Mapping[int, set[tuple[int, str, Decimal]]]:
    """Return what vouchers the rules in force need, by rule."""
    currencies = dict(Channel.objects.values_list("pk", "currency_code"))
    rules = Rule.objects.in_force().filter(pk__in=rule_pks)
    asked: dict[int, set[tuple[int, str, Decimal]]] = defaultdict(set)
    for rule in rules.select_related("program"):
        channel_pk = rule.program.channel_pk
        definition = _parsed(rule)
        currency = currencies.get(channel_pk)
        if definition is None or currency is None or _is_over(definition, at):
            continue
        for value_type, value in _worths(definition, currency):
            asked[rule.pk].add((channel_pk, value_type, value))
    return asked


def _parsed(rule: Rule) -> RuleDefinition | None:
    try:
        return rule.current.parsed()
    except RuleErrors:
        # The rulebook says so, and leaves it out.
        return None


def _is_over(definition: RuleDefinition, at: datetime) -> bool:
    return definition.ends_at is not None and definition.ends_at <= at


def _worths(definition: RuleDefinition, currency: str) -> Iterator[tuple[str, Decimal]]:
    """Yield the terms by which a rule takes something off the shipping.

    A share and the cap on it are two, and Saleor knows no voucher of both.
    """
    benefit = definition.benefit
    if definition.lane is not Lane.SHIPPING or not benefit.is_configured(currency):
        return
    for option in benefit.options(currency):
        if option.percent is not None:
            yield OwnedVoucherValue.PERCENTAGE.value, option.percent
        limit = option.amount if option.percent is None else option.cap
        if limit is not None:
            yield OwnedVoucherValue.FIXED.value, from_minor(limit, currency)
