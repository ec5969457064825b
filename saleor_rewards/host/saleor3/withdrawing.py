"""Takes the offers off checkouts of Saleor 3, each by itself."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from saleor.checkout.models import Checkout
from saleor.discount.models import CheckoutLineDiscount, Voucher, VoucherCode

from ...guard import bounded_transaction, give_way, guarded
from ...models import OwnedVoucher, PriceAgreement
from .lines import ours
from .slots import displaced_checkouts, forget_counts
from .vouchers import CODE_PATTERN, PREFIX, end_all, end_strays, is_stray
from .writer import clear


class Withdrawing:
    """What the adapter does once offers are stopped."""

    def withdraw(self, after: str, limit: int) -> str | None:
        """Take our effects off up to ``limit`` checkouts that are not paid."""
        checkouts = _carrying().order_by("pk")
        if after:
            checkouts = checkouts.filter(pk__gt=after)
        found = [str(pk) for pk in checkouts.values_list("pk", flat=True)[:limit]]
        for token in found:
            guarded("REWARDS_WITHDRAW", None, partial(self.withdraw_from, token))
        return found[-1] if len(found) == limit else None

    def withdraw_from(self, checkout_token: str) -> None:
        """Take our effects off one checkout, unless it is paid or somebody changes it."""
        with bounded_transaction():
            # Whoever has the lines, and comes for the row, goes first.
            give_way()
            rows = Checkout.objects.filter(pk=checkout_token)
            checkout = rows.select_for_update(skip_locked=True).first()
            # What was agreed with somebody who paid holds. Asked under the lock.
            agreed = PriceAgreement.objects.filter(checkout_token=checkout_token)
            if checkout is not None and not agreed.exists():
                clear(checkout)

    def carrying_checkouts(self, tokens: list[str] | None = None) -> list[str]:
        """Return the checkouts, or those of ``tokens``, whose prices carry offers."""
        found = _carrying(tokens)
        return [str(pk) for pk in found.order_by("pk").values_list("pk", flat=True)]

    def end_vouchers(self) -> None:
        """End our vouchers, but for those of paid checkouts."""
        end_all()

    def end_strays(self) -> None:
        """End vouchers of ours that no row names, and what was counted for ours."""
        end_strays()
        forget_counts()

    def live_vouchers(self) -> list[str]:
        """Return the codes of our vouchers that have not ended."""
        live = Voucher.objects.exclude(end_date__lte=Now())
        codes = VoucherCode.objects.filter(voucher__in=live)
        owned = set(OwnedVoucher.objects.values_list("code", flat=True))
        known: Any = codes.filter(Q(code__in=owned) | Q(code__startswith=PREFIX))
        return sorted(
            code
            for code in known.values_list("code", flat=True)
            if code in owned or is_stray(code)
        )


def _carrying(tokens: list[str] | None = None) -> QuerySet[Checkout]:
    rows = CheckoutLineDiscount.objects.filter(ours())
    checkouts = Checkout.objects.all()
    if tokens is not None:
        # Nobody who orders while we are off waits for a look at all there is.
        rows = rows.filter(line__checkout__in=tokens)
        checkouts = checkouts.filter(pk__in=tokens)
    return checkouts.filter(
        Q(pk__in=rows.values("line__checkout"))
        | Q(voucher_code__in=OwnedVoucher.objects.values("code"))
        | Q(voucher_code__regex=CODE_PATTERN)
        # Ours keep the shopper's own code out, be nothing of ours there any more.
        | Q(pk__in=displaced_checkouts(), voucher_code=None)
    )
