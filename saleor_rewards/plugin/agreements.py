"""Price agreements: a paid checkout keeps the price that its shopper was shown."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..engine import Evaluation
from ..models import Outcome, PriceAgreement
from ..programs.receipts import recompute
from ..reservations import open_pledge
from .bindings import CheckoutMoney
from .host import Reading, host

if TYPE_CHECKING:
    from .rulebook import Rulebook


def is_kept(checkout_token: str, reading: Reading, at: datetime) -> bool:
    """Return whether the price that was agreed for a checkout holds.

    It does as long as the checkout is paid, or a gateway is being asked, and is what
    it was: whatever a shopper changes about it ends the agreement.
    """
    binding = reading.binding
    if binding.agreed_fingerprint is None or binding.agreed_amount is None:
        return False
    if reading.is_overdrawn:
        return False
    money = host.money(checkout_token, at, binding.pledged_at)
    if money is None or binding.agreed_fingerprint != _agreed_on(reading, money):
        return False
    total = money.total_amount if money.is_current else binding.agreed_amount
    return money.covers(total) or money.is_under_way


def agree(
    checkout_token: str,
    reading: Reading,
    money: CheckoutMoney,
    total_amount: int,
    columns: dict[str, Any],
) -> None:
    """Let the price that a checkout has now be the one that its order is placed at.

    :param columns: what :func:`outcome` returns.
    """
    PriceAgreement.objects.update_or_create(
        checkout_token=checkout_token,
        defaults={
            **columns,
            "fingerprint": _agreed_on(reading, money),
            "total_amount": total_amount,
        },
    )


def _agreed_on(reading: Reading, money: CheckoutMoney) -> str:
    """Return what has to stay as it is: the checkout, and its money with the shop."""
    return f"{reading.binding.fingerprint}:{money.returned_amount}"


def end(checkout_token: str) -> None:
    """End what was agreed for a checkout; nothing brings it back."""
    PriceAgreement.objects.filter(checkout_token=checkout_token).delete()


def end_unpaid(at: datetime) -> None:
    """End the agreements whose checkouts are not paid, and not being paid, any more."""
    for one in PriceAgreement.objects.only("checkout_token", "total_amount"):
        pledged = open_pledge(one.checkout_token)
        money = host.money(one.checkout_token, at, pledged and pledged.gate_at)
        if money is None or not (money.covers(one.total_amount) or money.is_under_way):
            end(one.checkout_token)


def agreed(checkout_token: str) -> Evaluation | None:
    """Return what was agreed for a checkout, as it was evaluated then."""
    found = PriceAgreement.objects.filter(checkout_token=checkout_token).first()
    return recompute(found) if found else None


def outcome(
    book: Rulebook, now: Evaluation, at: datetime, due_amount: int | None = None
) -> dict[str, Any]:
    """Return the columns that keep what an evaluation came to, and from what."""
    return {
        "due_amount": due_amount,
        "channel_pk": book.channel_pk,
        "currency": now.snapshot.currency,
        "at": at,
        "snapshot": now.snapshot.to_json(),
        "settings": book.settings,
        "rule_version_pks": list(book.rule_version_pks),
        "effects": [effect.to_json() for effect in now.effects],
        "points_redeemed": now.redeemed_points,
    }


def copied(agreement: PriceAgreement) -> dict[str, Any]:
    """Return the same columns of a price agreement, for the order's receipt."""
    names = [
        field.name for field in Outcome._meta.get_fields() if field.name != "created_at"
    ]
    return {name: getattr(agreement, name) for name in names}
