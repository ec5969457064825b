"""Price agreements: a paid checkout keeps the price that its shopper was shown."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import datetime
from enum import Enum
from typing import TYPE_CHECKING, Any, Iterable

from ..engine import (
    Effect,
    Evaluation,
    LineDiscount,
    PointsDiscount,
    Snapshot,
    effect_from_json,
    points_worth,
)
from ..host.bindings import Binding, CheckoutMoney
from ..host.current import host
from ..host.port import Reading
from ..host.shown import shown_by
from ..models import Outcome, PriceAgreement
from ..programs.receipts import recompute
from ..programs.settings import program_settings
from ..reservations import open_pledge

if TYPE_CHECKING:
    from ..programs.rulebook import Rulebook


class Standing(Enum):
    """What a price agreement rests on."""

    #: There is none, or it holds no longer.
    NONE = "NONE"
    #: A gateway was asked and has not answered: what waits for it is not renewed.
    ASKED = "ASKED"
    #: Money covers the price.
    PAID = "PAID"


def is_kept(checkout_token: str, reading: Reading, at: datetime) -> bool:
    """Return whether the price that was agreed for a checkout holds.

    It does as long as the checkout is paid, or a gateway is being asked, and is what
    it was: whatever a shopper changes about it ends the agreement.
    """
    return standing(checkout_token, reading, at) is not Standing.NONE


def standing(checkout_token: str, reading: Reading, at: datetime) -> Standing:
    """Return what the price agreement of a checkout rests on."""
    binding = reading.binding
    if binding.agreed_fingerprint is None or binding.agreed_amount is None:
        return Standing.NONE
    if binding.aside_points < binding.agreed_points:
        # Nobody is given what points paid once these are elsewhere.
        return Standing.NONE
    money = host.money(checkout_token, at, binding)
    if money is None or binding.agreed_fingerprint != _agreed_on(reading, money):
        return Standing.NONE
    total = binding.agreed_amount
    if money.is_current and not is_out_of_step(checkout_token, reading):
        total = money.total_amount
    if money.suffices(total):
        return Standing.PAID
    return Standing.ASKED if money.is_under_way else Standing.NONE


def is_out_of_step(checkout_token: str, reading: Reading) -> bool:
    """Return whether a checkout's prices carry something else than was agreed on."""
    if reading.is_overdrawn:
        return True
    found = PriceAgreement.objects.filter(checkout_token=checkout_token).first()
    return found is not None and shown_by(_fitted(found, reading)) != reading.shown


def is_as_counted(checkout_token: str, reading: Reading) -> bool:
    """Return whether what was agreed on holds with the orders its customer has now."""
    customer = reading.snapshot.customer
    found = PriceAgreement.objects.filter(checkout_token=checkout_token).first()
    if found is None or (customer.order_count, customer.has_ordered) == (None, None):
        return True
    return recompute(found, customer).effects == recompute(found).effects


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
    """Return what has to stay as it is: the checkout, and what is to pay for it.

    Once money went back or did not come, nothing brings the agreement back.
    """
    known = (
        reading.binding.fingerprint,
        money.returned_amount,
        money.gift_card_amount,
        money.failed_count,
    )
    return hashlib.sha256(":".join(map(str, known)).encode()).hexdigest()


def exists(checkout_token: str) -> bool:
    """Return whether there is a price agreement of a checkout, right or not."""
    return PriceAgreement.objects.filter(checkout_token=checkout_token).exists()


def end(checkout_token: str) -> None:
    """End what was agreed for a checkout; nothing brings it back."""
    PriceAgreement.objects.filter(checkout_token=checkout_token).delete()


def is_paid_or_asked(agreement: PriceAgreement, at: datetime) -> bool:
    """Return whether a checkout is paid at what was agreed on, or being paid.

    By its money alone, which no rule and no reading is needed for.
    """
    token = agreement.checkout_token
    pledged = open_pledge(token)
    binding = Binding(
        pledged_at=pledged and pledged.gate_at, agreed_at=agreement.created_at
    )
    money = host.money(token, at, binding)
    if money is None:
        return False
    return money.covers(agreement.total_amount) or money.is_under_way


def agreed(checkout_token: str, reading: Reading) -> Evaluation | None:
    """Return what was agreed for a checkout, cut to what its lines cost by now."""
    found = PriceAgreement.objects.filter(checkout_token=checkout_token).first()
    if found is None:
        return None
    evaluation = recompute(found)
    evaluation.effects = _fitted(found, reading)
    evaluation.snapshot = reading.snapshot
    return evaluation


def _fitted(agreement: PriceAgreement, reading: Reading) -> tuple[Effect, ...]:
    """Return effects that take no more off a line than it costs, points cut last."""
    left = {line.id: line.amount - line.keep_amount for line in reading.snapshot.lines}
    fitting: list[Effect] = []
    for effect in _effects(agreement):
        if not isinstance(effect, (LineDiscount, PointsDiscount)):
            fitting.append(effect)
            continue
        amount = min(effect.amount, left.get(effect.line_id, 0))
        if amount:
            left[effect.line_id] -= amount
            fitting.append(replace(effect, amount=amount))
    return tuple(fitting)


def points_of(outcome: Outcome, effects: Iterable[Effect]) -> int:
    """Return how many points are worth what points take off, never too few."""
    snapshot = Snapshot.from_json(outcome.snapshot)
    worth = points_worth(snapshot, effects)
    if worth == points_worth(snapshot, _effects(outcome)):
        return int(outcome.points_redeemed)
    terms = program_settings(outcome.settings).points
    return terms.points_for(worth) if terms else 0


def _effects(outcome: Outcome) -> tuple[Effect, ...]:
    return tuple(effect_from_json(effect) for effect in outcome.effects)


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


def corrected(columns: dict[str, Any], effects: Iterable[Effect]) -> dict[str, Any]:
    """Return the columns of an outcome whose prices carry other effects."""
    outcome = PriceAgreement(**columns)
    taken = tuple(effects)
    return {
        **columns,
        "effects": [effect.to_json() for effect in taken],
        "points_redeemed": points_of(outcome, taken),
        "is_corrected": True,
    }


def copied(agreement: PriceAgreement, reading: Reading | None = None) -> dict[str, Any]:
    """Return the same columns of a price agreement, for the order's receipt.

    Cut to what is read, where that is known; then it is no outcome of its rules.
    """
    names = [
        field.name for field in Outcome._meta.get_fields() if field.name != "created_at"
    ]
    columns = {name: getattr(agreement, name) for name in names}
    whole = _effects(agreement)
    effects = _fitted(agreement, reading) if reading else whole
    if effects != whole:
        columns["is_corrected"] = True
        columns["effects"] = [effect.to_json() for effect in effects]
        columns["points_redeemed"] = points_of(agreement, effects)
    return columns
