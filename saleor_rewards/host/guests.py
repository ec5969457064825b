"""Guests: what offers may tell of whoever owns the e-mail address that they give.

An address is noted when a request first has offers go by it. What is not noted is not
told to a request; where nobody asks, as in a task, it makes no difference.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Callable, Iterator

from django.conf import settings
from django.db.models import Q
from django.utils import timezone

from ..guard import bounded_transaction, guarded
from ..identity import digest
from ..models import NetworkLimit, TypedAddress
from .capabilities import capabilities
from .client_addresses import client_address

if TYPE_CHECKING:
    from saleor.account.models import User
    from saleor.checkout.models import Checkout

    from .port import Person, Reading

logger = logging.getLogger(__name__)

FAULT = "REWARDS_TYPED_ADDRESS"
LIMITED = "REWARDS_ADDRESS_LIMIT"

#: Of how many different addresses the guests of one network are told something an hour.
MOST_ADDRESSES = 20
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

_request: ContextVar[Any] = ContextVar("rewards_request", default=None)


@contextmanager
def asked_by(request: Any) -> Iterator[None]:
    """Let offers be told to whoever sent a request, until the block ends."""
    token = _request.set(request)
    try:
        yield
    finally:
        _request.reset(token)


def is_asked() -> bool:
    """Return whether a request has offers told."""
    return _request.get() is not None


def is_member(user: User | None) -> bool:
    """Return whether a user has an account whose address is known to be theirs."""
    # A request of Saleor 3 has something around nobody.
    if not user or not user.is_active:
        return False
    return bool(user.is_confirmed) if capabilities.confirmed_accounts else _confirms()


def is_confirmed(person: Person) -> bool:
    """Return the same for what we know of a user."""
    return person.is_confirmed and (capabilities.confirmed_accounts or _confirms())


def members() -> Q:
    """Return which checkouts have such an account on them."""
    if capabilities.confirmed_accounts:
        return Q(user__is_active=True, user__is_confirmed=True)
    return Q(user__is_active=True) if _confirms() else Q(pk__in=())


def _confirms() -> bool:
    """Return whether a Saleor where accounts say nothing asks for a confirmation."""
    return bool(settings.ENABLE_ACCOUNT_CONFIRMATION_BY_EMAIL)


def address_digest(email: str) -> str:
    """Return the hash of an e-mail address, however it is written."""
    return digest("email", email.lower())


def what_is_told(
    email: str,
    typed_digest: str | None,
    is_told: bool | None,
    typed_at: datetime | None,
) -> bool | None:
    """Return whether an address may be told of, by what was noted for its checkout.

    ``None`` where that is to be found out: another address was noted, or this one so
    long ago that its network may ask for it again.
    """
    if not email:
        return True
    if typed_at is None or typed_digest != address_digest(email):
        return None
    return is_told or (False if typed_at > timezone.now() - HOUR else None)


def may_tell(checkout: Checkout) -> bool:
    """Return whether something may be told of the address of a guest's checkout."""
    token, email = str(checkout.pk), checkout.email or ""
    noted = TypedAddress.objects.filter(checkout_token=token)
    row = noted.values_list("digest", "is_told", "typed_at").first()
    told = what_is_told(email, *(row or (None, None, None)))
    if told is None:
        return not is_asked() or note_address(token, email, timezone.now())
    return told


def noted(
    checkout_token: str,
    look: Callable[[], Reading | None],
    again: Callable[[], Reading | None] | None = None,
) -> Reading | None:
    """Return what a look at a checkout found, its address noted.

    ``again`` is how to look once more, where that is another way.
    """
    reading = look()
    if reading is None or not reading.unnoted:
        return reading
    if not note_address(checkout_token, reading.unnoted, timezone.now()):
        return reading
    return (again or look)()


def note_address(checkout_token: str, email: str, at: datetime) -> bool:
    """Note the address of a guest's checkout for the request that asks.

    Returns whether offers may tell of the address's owner: not beyond so many addresses
    a network and hour. Where no network is known, nothing is limited. What fails tells
    nothing.
    """
    ip = client_address(_request.get())
    note = partial(_note, checkout_token, address_digest(email), ip, at)
    return guarded(FAULT, False, note)


def erase_typed_address(email: str) -> None:
    """Erase an address from what is noted of checkouts and of networks.

    A network keeps the place that it took: erasing gives nobody another guess.
    """
    found = address_digest(email)
    TypedAddress.objects.filter(digest=found).delete()
    networks = NetworkLimit.objects.filter(addresses__contains=[[found]])
    for limit in networks.select_for_update().order_by("pk"):
        limit.addresses = [
            ["" if address == found else address, when]
            for address, when in limit.addresses
        ]
        limit.save(update_fields=["addresses"])


def forget_networks(at: datetime, limit: int) -> int:
    """Delete up to ``limit`` networks whose hour is over; return how many."""
    over = NetworkLimit.objects.filter(noted_at__lte=at - HOUR).order_by("noted_at")
    pks = list(over.values_list("pk", flat=True)[:limit])
    deleted, _rows = NetworkLimit.objects.filter(pk__in=pks).delete()
    return int(deleted)


def _note(checkout_token: str, found: str, ip: str, at: datetime) -> bool:
    with bounded_transaction():
        is_told = not ip or _is_within(found, ip, at)
        TypedAddress.objects.update_or_create(
            checkout_token=checkout_token,
            defaults={"digest": found, "is_told": is_told, "typed_at": at},
        )
    return is_told


def _is_within(found: str, ip: str, at: datetime) -> bool:
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
