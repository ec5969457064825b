"""Guests: what offers may tell of whoever owns the e-mail address that they give."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from ..models import NetworkLimit, TypedAddress
from ..referrals.digests import digest
from .capabilities import capabilities
from .guard import bounded_transaction, guarded

if TYPE_CHECKING:
    from saleor.account.models import User
    from saleor.checkout.models import Checkout

logger = logging.getLogger(__name__)

FAULT = "REWARDS_TYPED_ADDRESS"
LIMITED = "REWARDS_ADDRESS_LIMIT"

#: Of how many different addresses the guests of one network are told something an hour.
MOST_ADDRESSES = 20
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def is_member(user: User | None) -> bool:
    """Return whether a user has an account whose address is known to be theirs."""
    # A request of Saleor 3 has something around nobody.
    if not user or not user.is_active:
        return False
    return bool(user.is_confirmed) if capabilities.confirmed_accounts else True


def address_digest(email: str) -> str:
    """Return the hash of an e-mail address, however it is written."""
    return digest("email", email.lower())


def note_address(checkout_token: str, email: str, ip: str, at: datetime) -> bool:
    """Note the address that a guest gives for a checkout, before Saleor keeps it.

    ``ip`` is what ``client_address`` says. Returns whether offers may tell of the
    address's owner: not beyond so many addresses a network and hour. Where no network
    is known, nothing is limited.
    """
    found = address_digest(email)
    is_told = not ip or guarded(FAULT, False, partial(_is_within, found, ip, at))
    keep = partial(_keep, checkout_token, found, is_told, at)
    guarded(FAULT, None, keep if ip else partial(_follow, checkout_token, found))
    return is_told


def may_tell(checkout: Checkout) -> bool:
    """Return whether the address that a guest gave for a checkout is within the limit."""
    typed = TypedAddress.objects.filter(checkout_token=str(checkout.pk)).first()
    return typed is None or is_told(checkout.email, typed.digest, typed.is_told)


def is_told(email: str | None, typed_digest: str | None, typed_told: bool) -> bool:
    """Return whether offers may tell of an address, by what was noted for its checkout.

    Two addresses that are given at once leave the note of one of them.
    """
    if typed_digest is None:
        return True
    return typed_told and typed_digest == address_digest(email or "")


def forget_networks(at: datetime, limit: int) -> int:
    """Delete up to ``limit`` networks whose hour is over; return how many."""
    over = NetworkLimit.objects.filter(noted_at__lte=at - HOUR).order_by("noted_at")
    pks = list(over.values_list("pk", flat=True)[:limit])
    deleted, _rows = NetworkLimit.objects.filter(pk__in=pks).delete()
    return int(deleted)


def _is_within(found: str, ip: str, at: datetime) -> bool:
    with bounded_transaction():
        limit, _is_new = NetworkLimit.objects.select_for_update().get_or_create(
            network=digest("network", ip), defaults={"noted_at": at}
        )
        since = (at - HOUR).timestamp()
        recent = [[address, when] for address, when in limit.addresses if when > since]
        if any(address == found for address, _when in recent):
            return True
        if len(recent) >= MOST_ADDRESSES:
            _refuse(limit, at)
            return False
        limit.addresses = [*recent, [found, at.timestamp()]]
        limit.noted_at = at
        limit.save()
    return True


def _refuse(limit: NetworkLimit, at: datetime) -> None:
    """Say once an hour that a network asked for too many."""
    if limit.refused_at is not None and limit.refused_at > at - HOUR:
        return
    limit.refused_at = at
    limit.save(update_fields=["refused_at"])
    logger.warning(
        "%s: the guests of one network gave more than %s addresses in an hour",
        LIMITED,
        MOST_ADDRESSES,
    )


def _keep(checkout_token: str, found: str, told: bool, at: datetime) -> None:
    with bounded_transaction():
        TypedAddress.objects.update_or_create(
            checkout_token=checkout_token,
            defaults={"digest": found, "is_told": told, "typed_at": at},
        )


def _follow(checkout_token: str, found: str) -> None:
    typed = TypedAddress.objects.filter(checkout_token=checkout_token)
    typed.update(digest=found, is_told=True)
