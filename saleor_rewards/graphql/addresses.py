"""Notes the e-mail addresses that guests give, before offers tell of their owners."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Callable

from django.utils import timezone

from ..plugin.guard import guarded
from ..plugin.tokens import token_of
from ..programs.versions import PLUGIN_ID
from .base import instance_of

if TYPE_CHECKING:
    from saleor.checkout.models import Checkout

FAULT = "REWARDS_TYPED_ADDRESS"


def noting_first(resolver: Callable[..., Any]) -> Callable[..., Any]:
    """Return a resolver that gives a checkout an address which is noted before.

    Nobody can look at the checkout in between.
    """

    def resolve(root: Any, info: Any, **args: Any) -> Any:
        token = args.get("token") or token_of(args.get("id") or args.get("checkout_id"))
        if not token:
            return resolver(root, info, **args)
        note = partial(_note, info.context, str(token))
        guarded(FAULT, True, lambda: note(args["email"]))
        answer = resolver(root, info, **args)
        if getattr(answer, "checkout", None) is None:
            guarded(FAULT, None, lambda: _note_again(str(token), note))
        return answer

    return resolve


def noting_then(resolver: Callable[..., Any]) -> Callable[..., Any]:
    """Return a resolver of which nobody knows before whose address a checkout gets."""

    def resolve(root: Any, info: Any, **args: Any) -> Any:
        answer = resolver(root, info, **args)
        found = getattr(answer, "checkout", None)
        if found is not None:
            checkout = instance_of(found)
            guarded(FAULT, None, lambda: _note_made(info.context, checkout))
        return answer

    return resolve


def _note(context: Any, token: str, email: str) -> bool:
    """Note an address, and return whether offers may tell of its owner."""
    from ..plugin.guests import is_member, note_address
    from ..plugin.host import host
    from ..plugin.referrals import client_address

    plugin = host.plugin(context, PLUGIN_ID)
    if not email or not plugin or not plugin.asks_addresses:
        return True
    user = context.user
    if is_member(user) and user.email.lower() == email.lower():
        return True
    # An app is a part of the shop, and speaks for all of its shoppers.
    ip = "" if getattr(context, "app", None) else client_address(context)
    with host.writing():
        return note_address(token, email, ip, timezone.now())


def _note_again(token: str, note: Callable[[str], bool]) -> None:
    """Note the address that a checkout still has, as Saleor refused another one."""
    from ..plugin.host import host

    with host.writing():
        checkout = host.checkout(token)
    if checkout is not None:
        note(checkout.email or "")


def _note_made(context: Any, checkout: Checkout) -> None:
    from ..plugin import service
    from ..plugin.host import host

    if _note(context, str(checkout.pk), checkout.email or ""):
        return
    book = host.plugin(context, PLUGIN_ID).book(checkout)
    if book is not None:
        with host.writing():
            service.refresh(checkout, book)
