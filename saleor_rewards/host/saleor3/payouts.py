"""Vouchers and gift cards of Saleor 3 that referrers get."""

from __future__ import annotations

from copy import copy
from datetime import datetime

from django.db.models import QuerySet, Value
from django.db.models.functions import Least
from django.utils import timezone
from saleor.checkout.models import Checkout
from saleor.core.utils.promo_code import generate_promo_code
from saleor.discount import DiscountValueType, VoucherType
from saleor.discount.models import Voucher, VoucherChannelListing, VoucherCode
from saleor.giftcard import events
from saleor.giftcard.models import GiftCard

from ...engine import from_minor
from ...models import RewardKind
from ..port import Payout, Renewal
from .lines import minor


class Payouts:
    """What the adapter does with vouchers and gift cards."""

    def make_payout(self, payout: Payout) -> tuple[int, str]:
        """Make a voucher or gift card; return its primary key and code."""
        is_voucher = payout.kind == RewardKind.VOUCHER
        return _voucher(payout) if is_voucher else _gift_card(payout)

    def payout_left(self, kind: RewardKind, pk: int) -> int | None:
        """Return what was not spent of it, ``None`` where it is gone."""
        if kind == RewardKind.VOUCHER:
            _wait_for_orders(pk)
        found = _locked(kind, pk)
        return None if found is None else found.left

    def change_payout(
        self, kind: RewardKind, pk: int, amount: int, renewal: Renewal | None
    ) -> None:
        """Leave an amount to be spent, whatever was spent."""
        found = _locked(kind, pk)
        if found is not None:
            found.change(amount, renewal)
            found.reprice(amount, timezone.now())


def _voucher(payout: Payout) -> tuple[int, str]:
    voucher = Voucher.objects.create(
        type=VoucherType.ENTIRE_ORDER,
        name=payout.name,
        usage_limit=1,
        end_date=payout.ends_at,
        discount_value_type=DiscountValueType.FIXED,
    )
    VoucherChannelListing.objects.create(
        voucher=voucher,
        channel_id=payout.channel_pk,
        discount_value=from_minor(payout.amount, payout.currency),
        currency=payout.currency,
    )
    code = VoucherCode.objects.create(voucher=voucher, code=generate_promo_code())
    return voucher.pk, code.code


def _gift_card(payout: Payout) -> tuple[int, str]:
    amount = from_minor(payout.amount, payout.currency)
    card = GiftCard.objects.create(
        code=generate_promo_code(),
        expiry_date=payout.ends_at and payout.ends_at.date(),
        currency=payout.currency,
        initial_balance_amount=amount,
        current_balance_amount=amount,
    )
    events.gift_card_issued_event(card, None, None)
    return card.pk, card.code


def _wait_for_orders(voucher_pk: int) -> None:
    """Lock the checkouts that have a voucher's code.

    An order locks its checkout, finds the voucher good, and locks the code. Whoever
    locked the code in between would take what the order gives all the same.
    """
    codes = VoucherCode.objects.filter(voucher=voucher_pk).values("code")
    checkouts = Checkout.objects.filter(voucher_code__in=codes).order_by("pk")
    list(checkouts.select_for_update(of=("self",)).values_list("pk"))


def _locked(kind: RewardKind, pk: int) -> _Voucher | _GiftCard | None:
    if kind == RewardKind.GIFT_CARD:
        card = GiftCard.objects.select_for_update(of=("self",)).filter(pk=pk).first()
        return None if card is None else _GiftCard(card)
    codes = VoucherCode.objects.select_for_update(of=("self",)).filter(voucher=pk)
    code = codes.order_by("created_at").first()
    listing = VoucherChannelListing.objects.filter(voucher=pk).first()
    return _Voucher(code, listing) if code and listing else None


def _free(checkouts: QuerySet[Checkout]) -> QuerySet[Checkout]:
    """Select those of the checkouts that are not being changed or placed.

    An order that is being placed keeps its checkout's row, and waits for what is locked
    here: whoever waited for that row would stop it.
    """
    found = checkouts.select_for_update(skip_locked=True, of=("self",)).order_by("pk")
    return Checkout.objects.filter(pk__in=list(found.values_list("pk", flat=True)))


class _Voucher:
    def __init__(self, code: VoucherCode, listing: VoucherChannelListing) -> None:
        self.code = code
        self.listing = listing
        self.voucher = Voucher.objects.get(pk=code.voucher_id)

    @property
    def left(self) -> int:
        limit = self.voucher.usage_limit
        if limit is not None and self.code.used >= limit:
            return 0
        return minor(self.listing.discount_value, self.listing.currency)

    def change(self, amount: int, renewal: Renewal | None) -> None:
        voucher, listing, used = self.voucher, self.listing, self.code.used
        if not amount:
            # Saleor may still find that a checkout did not use it after all: its
            # worth has to be known then.
            voucher.usage_limit = used
            voucher.end_date = timezone.now()
        else:
            if renewal is not None:
                voucher.end_date = renewal.ends_at
            voucher.usage_limit = used + 1
            listing.discount_value = from_minor(amount, listing.currency)
            listing.save(update_fields=["discount_value"])
        voucher.save(update_fields=["usage_limit", "end_date"])

    def reprice(self, amount: int, at: datetime) -> None:
        """Lower what checkouts keep, which is its worth when the code was typed in."""
        most = Value(from_minor(amount, self.listing.currency))
        _free(Checkout.objects.filter(voucher_code=self.code.code)).update(
            discount_amount=Least("discount_amount", most),
            price_expiration=at,
            discount_expiration=at,
        )


class _GiftCard:
    def __init__(self, card: GiftCard) -> None:
        self.card = card

    @property
    def left(self) -> int:
        return minor(self.card.current_balance_amount, self.card.currency)

    def change(self, amount: int, renewal: Renewal | None) -> None:
        card, before = self.card, copy(self.card)
        if not amount:
            card.is_active = False
        elif renewal is not None:
            card.expiry_date = renewal.ends_at and renewal.ends_at.date()
            card.is_active = True
        card.current_balance_amount = from_minor(amount, card.currency)
        card.save(update_fields=["current_balance_amount", "is_active", "expiry_date"])
        events.gift_card_balance_reset_event(card, before, None, None)

    def reprice(self, amount: int, at: datetime) -> None:
        """Let checkouts that have it count again."""
        _free(Checkout.objects.filter(gift_cards=self.card)).update(
            price_expiration=at, discount_expiration=at
        )
