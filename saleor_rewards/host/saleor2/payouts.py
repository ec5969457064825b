"""Vouchers and gift cards of Saleor 2.10 that referrers get."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from saleor.checkout.models import Checkout
from saleor.core.utils.promo_code import generate_promo_code
from saleor.discount import DiscountValueType, VoucherType
from saleor.discount.models import Voucher
from saleor.giftcard.models import GiftCard

from ...engine import from_minor, to_minor
from ...models import RewardKind
from ..port import Payout, Renewal


class Payouts:
    """What the adapter does with vouchers and gift cards."""

    def make_payout(self, payout: Payout) -> tuple[int, str]:
        """Make a voucher or gift card; return its primary key and code."""
        is_voucher = payout.kind == RewardKind.VOUCHER
        made = _voucher(payout) if is_voucher else _gift_card(payout)
        return int(made.pk), str(made.code)

    def payout_left(self, kind: RewardKind, pk: int) -> int | None:
        """Return what was not spent of it, ``None`` where it is gone."""
        found = _locked(kind, pk)
        return None if found is None else _left(found)

    def change_payout(
        self, kind: RewardKind, pk: int, amount: int, renewal: Renewal | None
    ) -> None:
        """Leave an amount to be spent, whatever was spent."""
        found = _locked(kind, pk)
        if isinstance(found, Voucher):
            _change_voucher(found, amount, renewal)
        elif found is not None:
            _change_gift_card(found, amount, renewal)


def _voucher(payout: Payout) -> Voucher:
    return Voucher.objects.create(
        type=VoucherType.ENTIRE_ORDER,
        name=payout.name,
        code=generate_promo_code(),
        usage_limit=1,
        end_date=payout.ends_at,
        discount_value_type=DiscountValueType.FIXED,
        discount_value=from_minor(payout.amount, payout.currency),
        currency=payout.currency,
    )


def _gift_card(payout: Payout) -> GiftCard:
    amount = from_minor(payout.amount, payout.currency)
    return GiftCard.objects.create(
        code=generate_promo_code(),
        user_id=payout.user_pk,
        end_date=payout.ends_at and payout.ends_at.date(),
        currency=payout.currency,
        initial_balance_amount=amount,
        current_balance_amount=amount,
    )


def _locked(kind: RewardKind, pk: int) -> Any:
    model = Voucher if kind == RewardKind.VOUCHER else GiftCard
    return model.objects.select_for_update().filter(pk=pk).first()


def _left(found: Voucher | GiftCard) -> int:
    if isinstance(found, GiftCard):
        return to_minor(found.current_balance_amount, found.currency)
    if found.usage_limit is not None and found.used >= found.usage_limit:
        return 0
    return to_minor(found.discount_value, found.currency)


def _change_voucher(voucher: Voucher, amount: int, renewal: Renewal | None) -> None:
    if not amount:
        # Saleor may still find that a checkout did not use it after all: its worth
        # has to be known then.
        voucher.usage_limit = voucher.used
        voucher.end_date = timezone.now()
    else:
        if renewal is not None:
            voucher.end_date = renewal.ends_at
        voucher.usage_limit = voucher.used + 1
        voucher.discount_value = from_minor(amount, voucher.currency)
    voucher.save(update_fields=["usage_limit", "discount_value", "end_date"])
    _lower(voucher, amount)


def _lower(voucher: Voucher, amount: int) -> None:
    """Lower what checkouts keep, which is its worth when the code was typed in."""
    value = from_minor(amount, voucher.currency)
    checkouts = Checkout.objects.filter(
        voucher_code=voucher.code, discount_amount__gt=value
    )
    # An order that is being placed waits for the voucher: nobody may wait for it.
    free = checkouts.select_for_update(skip_locked=True).order_by("pk")
    pks = list(free.values_list("pk", flat=True))
    Checkout.objects.filter(pk__in=pks).update(discount_amount=value)


def _change_gift_card(card: GiftCard, amount: int, renewal: Renewal | None) -> None:
    if not amount:
        card.is_active = False
    elif renewal is not None:
        card.end_date = renewal.ends_at and renewal.ends_at.date()
        card.is_active = True
    card.current_balance_amount = from_minor(amount, card.currency)
    card.save(update_fields=["current_balance_amount", "is_active", "end_date"])
