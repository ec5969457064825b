"""What is known of a shopper's own code, the same on every host."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..models import CheckoutVoucherSlot

if TYPE_CHECKING:
    from ..engine import Evaluation


def remember_code(checkout_pk: Any, code: str = "", is_displaced: bool = False) -> None:
    """Keep the shopper's own code of a checkout; without one, forget it."""
    CheckoutVoucherSlot.objects.update_or_create(
        checkout_token=str(checkout_pk),
        defaults={"shopper_code": code, "is_displaced": is_displaced},
    )


@dataclass(frozen=True)
class NativeVoucher:
    """A voucher of the shop's; ``has_minimum`` says that goods have to cost enough."""

    pk: int
    has_minimum: bool


@dataclass(frozen=True)
class ShopperSlot:
    """The shopper's own code on a checkout, and what is remembered of it.

    ``kept_code`` is one that Saleor may drop because of ours, and ``is_displaced`` says
    that it made place for what is worth more. ``is_miscounted`` says that Saleor takes
    its use for counted, and it was another's. Texts are empty for none.
    """

    code: str = ""
    kept_code: str = ""
    is_displaced: bool = False
    is_miscounted: bool = False

    @property
    def returning_code(self) -> str:
        """The code that is kept, and not on the checkout now."""
        return "" if self.code else self.kept_code

    def displaced_by(self, now: Evaluation) -> str:
        """Return the code that makes place for what a cart gets, empty for none."""
        if now.displaces_code:
            return self.code or self.kept_code
        return "" if self.code or not self.is_displaced else self.kept_code
