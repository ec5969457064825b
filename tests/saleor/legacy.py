"""Payments of the older kind, which Saleor's dummy gateway takes."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from itertools import count
from typing import TYPE_CHECKING, Any, Callable, Iterator

import pytest

from saleor_rewards.host.capabilities import capabilities

if TYPE_CHECKING:
    from .staff import Staff
    from .world import Cart, Shopper

GATEWAY = "mirumee.payments.dummy"

numbers = count(1)


class DummyGateway:
    """The gateway, as shoppers and staff use it through Saleor's own mutations."""

    def pay(
        self,
        shopper: Shopper,
        cart: Cart,
        amount: Decimal,
        reference: str = "",
        *,
        is_taken: bool = True,
    ) -> None:
        """Promise the amount, to be taken or set aside when the order is placed."""
        # Saleor takes a second payment with the same token for the first one.
        token = reference or f"token-{next(numbers)}"
        payment = {
            "gateway": GATEWAY,
            "token": token if is_taken else "not-charged",
            "amount": str(amount),
        }
        shopper.mutate("pay", cart=cart, input=payment)

    def capture(self, staff: Staff, order: dict[str, Any], amount: str) -> None:
        """Take money of an order that was set aside."""
        staff.do("capture", order, amount=amount)

    def refund(self, staff: Staff, order: dict[str, Any], amount: str) -> None:
        """Give money of an order back."""
        staff.do("refund", order, amount=amount)


@contextmanager
def refusing() -> Iterator[None]:
    """Let the gateway say that the card was refused."""
    from saleor.payment.gateways import dummy

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dummy, "dummy_success", lambda: False)
        yield


@contextmanager
def asking_the_shopper() -> Iterator[None]:
    """Let the shopper's bank ask for a second step."""
    from saleor.payment.gateways.dummy import plugin

    process = plugin.process_payment

    def ask(*arguments: Any, **options: Any) -> Any:
        answer = process(*arguments, **options)
        kind = "action_to_confirm" if capabilities.stored_discounts else answer.kind
        return replace(answer, action_required=True, kind=kind)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plugin, "process_payment", ask)
        yield


@contextmanager
def waiting_at_the_gateway(work: Callable[[], None]) -> Iterator[None]:
    """Let something happen while the gateway works on a payment."""
    from saleor.payment.gateways import dummy

    def answer() -> bool:
        if todo:
            todo.pop()()
        return True

    todo = [work]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(dummy, "dummy_success", answer)
        yield
    assert not todo
