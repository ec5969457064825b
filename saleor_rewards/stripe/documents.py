"""Stripe's events as we read them: only what rewards go by, checked piece by piece.

Names, addresses and card numbers stay out. A card leaves its fingerprint, which the
caller turns into a keyed hash before anything is kept.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass
from datetime import datetime, timezone
from typing import Any, Mapping, Union

#: Kinds of events by the thing that they tell of. All others are acknowledged.
CHARGES = frozenset(
    ["charge.succeeded", "charge.captured", "charge.updated", "charge.refunded"]
)
REFUNDS = frozenset(
    ["charge.refund.updated", "refund.created", "refund.updated", "refund.failed"]
)
DISPUTES = frozenset(
    [
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
        "charge.dispute.funds_withdrawn",
        "charge.dispute.funds_reinstated",
    ]
)
INTENTS = frozenset(["payment_intent.succeeded"])

_ID = re.compile(r"[A-Za-z]+_[A-Za-z0-9_]{1,240}")
_WORD = re.compile(r"[a-z_]{1,32}")
_KIND = re.compile(r"[a-z0-9_.]{1,64}")
_CURRENCY = re.compile(r"[A-Za-z]{3}")
_MOST = 10**15
_LAST_SECOND = 253_402_300_799


class Malformed(ValueError):
    """A document that is no event of Stripe's; the text names what is wrong."""


@dataclass(frozen=True)
class ChargeTold:
    """A charge; amounts are Stripe's smallest units.

    ``refunded_amount`` is what of it was refunded in all, ``None`` where the event
    does not say. ``intent_id`` is empty for a charge without a payment intent.
    """

    charge_id: str
    intent_id: str
    currency: str
    amount: int
    refunded_amount: int | None = None


@dataclass(frozen=True)
class RefundTold:
    """One refund, made at ``made_at`` seconds since 1970.

    ``charge_id`` is empty where Stripe names its payment intent alone.
    """

    refund_id: str
    charge_id: str
    intent_id: str
    currency: str
    amount: int
    status: str
    made_at: int


@dataclass(frozen=True)
class DisputeTold:
    """One dispute of a charge."""

    dispute_id: str
    charge_id: str
    intent_id: str
    currency: str
    amount: int
    status: str


Thing = Union[ChargeTold, RefundTold, DisputeTold]

_THINGS: Mapping[str, Any] = {
    "charge": ChargeTold,
    "refund": RefundTold,
    "dispute": DisputeTold,
}


@dataclass(frozen=True)
class Told:
    """One event. ``thing`` is ``None`` where it says nothing about rewards.

    ``fingerprint`` is the card's, empty for wallets, whose cards have another one
    on every device, and for other ways to pay.
    """

    event_id: str
    kind: str
    is_live: bool
    created_at: datetime
    thing: Thing | None = None
    fingerprint: str = ""


def read(payload: Any) -> Told:
    """Return what an event tells. Raises :class:`Malformed`.

    >>> event = {"id": "evt_1", "object": "event", "type": "payout.paid"}
    >>> told = read({**event, "livemode": False, "created": 0, "data": {"object": {}}})
    >>> told.kind, told.created_at.year, told.thing
    ('payout.paid', 1970, None)
    """
    event = _mapping(payload, "event")
    if event.get("object") != "event":
        raise Malformed("object")
    if not isinstance(event.get("livemode"), bool):
        raise Malformed("livemode")
    kind = _text(event, "type", _KIND)
    source = _mapping(_mapping(event.get("data"), "data").get("object"), "data.object")
    thing, fingerprint = _thing(kind, source)
    return Told(
        event_id=_text(event, "id", _ID),
        kind=kind,
        is_live=event["livemode"],
        created_at=moment(_number(event, "created", _LAST_SECOND)),
        thing=thing,
        fingerprint=fingerprint,
    )


def dump(thing: Thing) -> dict[str, Any]:
    """Return what :func:`load` makes the thing of again.

    >>> thing = ChargeTold("ch_1", "pi_1", "USD", 1000, 0)
    >>> load(dump(thing)) == thing
    True
    """
    (name,) = [name for name, kind in _THINGS.items() if isinstance(thing, kind)]
    return {name: asdict(thing)}


def load(document: Mapping[str, Any]) -> Thing | None:
    """Return the thing that a kept document tells of, ``None`` for none."""
    for name, kind in _THINGS.items():
        if name in document:
            found: Thing = kind(**document[name])
            return found
    return None


def moment(seconds: int) -> datetime:
    """Return the aware time that Stripe's seconds since 1970 stand for."""
    return datetime.fromtimestamp(seconds, timezone.utc)


def _thing(kind: str, source: Mapping[str, Any]) -> tuple[Thing | None, str]:
    if kind in CHARGES:
        return _paid(source)
    if kind in INTENTS:
        return _intent(source)
    if kind in REFUNDS:
        return _refund(source), ""
    if kind in DISPUTES:
        return _dispute(source), ""
    return None, ""


def _paid(source: Mapping[str, Any]) -> tuple[Thing | None, str]:
    """Read a charge, nothing of one that was declined or is still on its way."""
    if source.get("status", "succeeded") != "succeeded":
        return None, ""
    return _charge(source), _fingerprint(source)


def _charge(source: Mapping[str, Any]) -> ChargeTold:
    return ChargeTold(
        charge_id=_text(source, "id", _ID),
        intent_id=_id_of(source, "payment_intent"),
        currency=_currency(source),
        amount=_number(source, "amount"),
        refunded_amount=_number(source, "amount_refunded"),
    )


def _intent(source: Mapping[str, Any]) -> tuple[Thing | None, str]:
    """Read a payment intent: its charge lies in it, or is named.

    Which of them depends on the version of Stripe's interface that the merchant
    chose.
    """
    charges = source.get("charges")
    inside = charges.get("data") if isinstance(charges, Mapping) else None
    latest = inside[0] if isinstance(inside, list) and inside else None
    latest = source.get("latest_charge") or latest
    if isinstance(latest, Mapping):
        return _paid(latest)
    if latest is None:
        return None, ""
    told = ChargeTold(
        charge_id=_id_of(source, "latest_charge"),
        intent_id=_text(source, "id", _ID),
        currency=_currency(source),
        amount=_number(source, "amount_received"),
    )
    return told, ""


def _refund(source: Mapping[str, Any]) -> RefundTold:
    return RefundTold(
        refund_id=_text(source, "id", _ID),
        charge_id=_id_of(source, "charge"),
        intent_id=_id_of(source, "payment_intent"),
        currency=_currency(source),
        amount=_number(source, "amount"),
        status=_text(source, "status", _WORD),
        made_at=_number(source, "created", _LAST_SECOND),
    )


def _dispute(source: Mapping[str, Any]) -> DisputeTold:
    charge_id = _id_of(source, "charge")
    if not charge_id:
        raise Malformed("charge")
    return DisputeTold(
        dispute_id=_text(source, "id", _ID),
        charge_id=charge_id,
        intent_id=_id_of(source, "payment_intent"),
        currency=_currency(source),
        amount=_number(source, "amount"),
        status=_text(source, "status", _WORD),
    )


def _fingerprint(charge: Mapping[str, Any]) -> str:
    details = charge.get("payment_method_details")
    card = details.get("card") if isinstance(details, Mapping) else None
    if not isinstance(card, Mapping) or card.get("wallet"):
        return ""
    fingerprint = card.get("fingerprint")
    is_text = isinstance(fingerprint, str) and fingerprint.isascii()
    return str(fingerprint) if is_text else ""


def _mapping(value: Any, name: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise Malformed(name)
    return value


def _text(source: Mapping[str, Any], name: str, form: re.Pattern[str]) -> str:
    value = source.get(name)
    if not isinstance(value, str) or not form.fullmatch(value):
        raise Malformed(name)
    return value


def _number(source: Mapping[str, Any], name: str, most: int = _MOST) -> int:
    value = source.get(name)
    if type(value) is not int or not 0 <= value <= most:
        raise Malformed(name)
    return value


def _currency(source: Mapping[str, Any]) -> str:
    return _text(source, "currency", _CURRENCY).upper()


def _id_of(source: Mapping[str, Any], name: str) -> str:
    """Return the id of what a field names or holds, empty where it is null."""
    value = source.get(name)
    if value is None:
        return ""
    if isinstance(value, Mapping):
        return _text(value, "id", _ID)
    return _text(source, name, _ID)
