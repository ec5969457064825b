"""Two middlewares for Saleor 2.10, which tells plugins nothing of requests."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Any, Callable

from django.core.exceptions import ValidationError
from django.db.utils import OperationalError
from django.utils.translation import gettext as _

from ..customers import members
from ..guard import guarded
from ..host.current import host
from ..host.guests import asked_by
from ..host.port import PLUGIN_ID
from ..host.saleor2 import memo
from ..host.tokens import token_of
from ..locks import completing_alone
from ..refusals import refusal


class RewardsMiddleware:
    """Lets a request evaluate its checkout once. Goes into ``MIDDLEWARE``."""

    def __init__(self, get_response: Callable[[Any], Any]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> Any:
        """Handle the request with a memo of its own, and for whoever sent it."""
        with memo.opened(), asked_by(request):
            return self.get_response(request)


class OrderGateMiddleware:
    """Closes the gate before Saleor looks at the payment. For ``GRAPHENE``.

    Saleor 2.10 compares the payment with the total before it asks any plugin, and
    refuses what has none.
    A shopper whose offer ended would read that the payment does not cover the
    total, and not why. Neither does it tell of an account that was confirmed,
    so the new member is welcomed here.
    """

    MUTATION = "checkoutComplete"
    CONFIRMATION = "confirmAccount"

    def resolve(
        self, next_: Callable[..., Any], root: Any, info: Any, **args: Any
    ) -> Any:
        """Resolve a field, the placing of an order behind the gate."""
        if root is None and info.field_name == self.CONFIRMATION:
            answer = next_(root, info, **args)
            guarded("REWARDS_WELCOME", None, lambda: _welcome(info, args["email"]))
            return answer
        if root is not None or info.field_name != self.MUTATION:
            return next_(root, info, **args)
        token = token_of(args["checkout_id"])
        plugin = info.context.plugins.get_plugin(PLUGIN_ID)
        if token is None or guarded(
            "REWARDS_ORDER_GATE", False, lambda: bool(plugin.is_idle)
        ):
            return next_(root, info, **args)
        with ExitStack() as stack:
            try:
                stack.enter_context(completing_alone(token))
            except OperationalError:
                # Saleor would place a second order of the same checkout.
                return _told(refusal(_("The cart is being changed. Please try again.")))
            refused = guarded("REWARDS_ORDER_GATE", None, lambda: _refusal(info, args))
            if refused is not None:
                return refused
            with memo.completing(is_active=getattr(plugin, "active", False)):
                return next_(root, info, **args)


def _told(refused: ValidationError) -> Any:
    from saleor.graphql.checkout.mutations import CheckoutComplete

    return CheckoutComplete.handle_errors(refused)


def _refusal(info: Any, args: Any) -> Any:
    from saleor.graphql.checkout.mutations import CheckoutComplete
    from saleor.graphql.checkout.types import Checkout

    plugin = info.context.plugins.get_plugin(PLUGIN_ID)
    try:
        checkout = CheckoutComplete.get_node_or_error(
            info, args["checkout_id"], only_type=Checkout, field="checkout_id"
        )
        if checkout.payments.filter(is_active=True).exists():
            plugin.close_gate(checkout)
    except ValidationError as refused:
        return _told(refused)
    return None


def _welcome(info: Any, email: str) -> None:
    plugin = info.context.plugins.get_plugin(PLUGIN_ID)
    if plugin.is_idle or not plugin.active:
        return
    person = host.person_with_email(email)
    if person is not None:
        members.welcome_person(person)
