"""Our rows of what Stripe told, written an event at a time."""

from __future__ import annotations

from datetime import datetime

from ..host.charge_state import UNDONE, ChargeState, DisputeState, RefundState
from ..host.stripe_payments import dispute_state
from ..models import StripeCharge, StripeDispute, StripeRefund
from .amounts import to_minor
from .documents import ChargeTold, DisputeTold, RefundTold, Thing, moment


class NoCharge(LookupError):
    """A refund whose charge Stripe did not name, and told nothing of before."""


def keep(thing: Thing, order_pk: str, is_live: bool, at: datetime) -> StripeCharge:
    """Write down what one event said ``at`` of a payment of an order.

    Call it in a transaction. Returns the charge's row, locked. Raises
    :class:`NoCharge`.
    """
    charge = _charge(thing, order_pk, is_live)
    if isinstance(thing, ChargeTold):
        _keep_charge(charge, thing, at)
    elif isinstance(thing, DisputeTold):
        _keep_dispute(charge, thing, at)
    elif thing.status in UNDONE:
        _keep_undone(charge, thing, at)
    return charge


def _charge(thing: Thing, order_pk: str, is_live: bool) -> StripeCharge:
    """Return the locked row of the charge that a thing belongs to."""
    charges = StripeCharge.objects.select_for_update()
    if not thing.charge_id:
        known = charges.filter(intent_id=thing.intent_id, order_pk=order_pk)
        charge = known.order_by("pk").last() if thing.intent_id else None
        if charge is None:
            raise NoCharge(thing.intent_id)
        return charge
    StripeCharge.objects.get_or_create(
        charge_id=thing.charge_id,
        defaults={
            "intent_id": thing.intent_id,
            "order_pk": order_pk,
            "is_live": is_live,
            "currency": thing.currency,
        },
    )
    return charges.get(charge_id=thing.charge_id)


def _keep_charge(charge: StripeCharge, told: ChargeTold, at: datetime) -> None:
    known = ChargeState(charge.amount, charge.refunded_amount, charge.refunded_at)
    says_refunds = told.refunded_amount is not None
    now = known.after(
        ChargeState(
            amount=to_minor(told.amount, told.currency),
            refunded_amount=to_minor(told.refunded_amount or 0, told.currency),
            refunded_at=at if says_refunds else None,
        )
    )
    charge.amount = now.amount
    charge.refunded_amount = now.refunded_amount
    charge.refunded_at = now.refunded_at
    charge.currency = told.currency
    charge.intent_id = charge.intent_id or told.intent_id
    charge.save()


def _keep_dispute(charge: StripeCharge, told: DisputeTold, at: datetime) -> None:
    now = DisputeState(to_minor(told.amount, told.currency), told.status, at)
    row = StripeDispute.objects.filter(dispute_id=told.dispute_id).first()
    if row is None:
        row = StripeDispute(dispute_id=told.dispute_id, charge_id=charge.charge_id)
    else:
        now = dispute_state(row).after(now)
    row.currency = told.currency
    row.amount, row.status, row.at = now.amount, now.status, now.at
    row.is_closed = now.is_closed
    row.save()


def _keep_undone(charge: StripeCharge, told: RefundTold, at: datetime) -> None:
    amount = to_minor(told.amount, told.currency)
    now = RefundState(amount, moment(told.made_at), at)
    row = StripeRefund.objects.filter(refund_id=told.refund_id).first()
    if row is None:
        row = StripeRefund(refund_id=told.refund_id, charge_id=charge.charge_id)
    else:
        now = RefundState(row.amount, row.made_at, row.at).after(now)
    row.currency, row.status = told.currency, told.status
    row.amount, row.made_at, row.at = now.amount, now.made_at, now.at
    row.save()
