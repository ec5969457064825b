"""What a native voucher of ours has to be like, and how to bring it back to that."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Least, Now
from django.utils import timezone
from saleor.channel.models import Channel
from saleor.discount import VoucherType
from saleor.discount.models import Voucher, VoucherChannelListing, VoucherCode

from ...models import OwnedVoucher

#: All that Saleor asks of a voucher before it lets a checkout, or an order, have it.
TERMS: dict[str, Any] = {
    "type": VoucherType.SHIPPING,
    "end_date": None,
    "usage_limit": None,
    "apply_once_per_order": False,
    "apply_once_per_customer": False,
    "single_use": False,
    "only_for_staff": False,
    "countries": "",
    "min_checkout_items_quantity": None,
}


def is_as_made() -> Exists:
    """Return whether a row's voucher is as we made it, to filter rows of ours by."""
    listing = "voucher__channel_listings__"
    terms = {f"voucher__{name}": value for name, value in TERMS.items()}
    found = VoucherCode.objects.filter(
        code=OuterRef("code"),
        is_active=True,
        voucher_id=OuterRef("voucher_pk"),
        voucher__start_date__lte=Now(),
        voucher__discount_value_type=OuterRef("value_type"),
        **terms,
        **{
            f"{listing}channel_id": OuterRef("channel_pk"),
            f"{listing}discount_value": OuterRef("value"),
            f"{listing}min_spent_amount": None,
            f"{listing}currency": F(f"{listing}channel__currency_code"),
        },
    )
    return Exists(found)


def restore(owned: OwnedVoucher, name: str) -> list[str]:
    """Bring a row's voucher back to what we made; return what was otherwise.

    One that is gone is made again with its code, by which orders are known to be ours.
    The caller holds the row's lock, and saves it. What was otherwise goes by the names
    of Saleor's columns; a name is not told, as rules are renamed too.
    """
    voucher = Voucher.objects.select_for_update().filter(pk=owned.voucher_pk).first()
    if voucher is None:
        owned.voucher_pk = make(owned, name).pk
        return ["voucher"]
    terms = {**TERMS, "discount_value_type": owned.value_type}
    known = Voucher.objects.filter(pk=voucher.pk).values(*terms).get()
    changed = [column for column in terms if known[column] != terms[column]]
    if voucher.start_date > timezone.now():
        changed.append("start_date")
    Voucher.objects.filter(pk=voucher.pk).update(
        name=name, start_date=Least("start_date", Now()), **terms
    )
    return [*changed, *_restore_listing(owned), *_restore_code(owned)]


def make(owned: OwnedVoucher, name: str) -> Voucher:
    """Make the native voucher of a row that has its code and worth."""
    voucher = Voucher.objects.create(
        name=name,
        discount_value_type=owned.value_type,
        metadata={"rewards_rule": str(owned.rule_id)},
        **TERMS,
    )
    owned.voucher_pk = voucher.pk
    _restore_listing(owned)
    _restore_code(owned)
    return voucher


def _restore_listing(owned: OwnedVoucher) -> list[str]:
    channel = Channel.objects.get(pk=owned.channel_pk)
    wanted = {
        "discount_value": owned.value,
        "currency": channel.currency_code,
        "min_spent_amount": None,
    }
    place = {"voucher_id": owned.voucher_pk, "channel_id": owned.channel_pk}
    known = VoucherChannelListing.objects.filter(**place)
    values = known.values(*wanted).first()
    if values == wanted:
        return []
    VoucherChannelListing.objects.update_or_create(**place, defaults=wanted)
    if values is None:
        return ["channel_listings"]
    return [column for column in wanted if values[column] != wanted[column]]


def _restore_code(owned: OwnedVoucher) -> list[str]:
    """Let the row's code be good; codes that staff added beside it stay as they are."""
    code, is_new = VoucherCode.objects.get_or_create(
        code=owned.code, defaults={"voucher_id": owned.voucher_pk}
    )
    if is_new:
        return ["codes"]
    idle = VoucherCode.objects.filter(pk=code.pk, is_active=False)
    return ["is_active"] if idle.update(is_active=True) else []
