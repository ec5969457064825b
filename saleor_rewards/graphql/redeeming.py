"""Shoppers spend their points on a cart, or take them back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import graphene
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from ..models import Account, AccountState
from ..programs import ProgramError, ProgramErrorCode
from .base import Checkout, wrapped_checkout
from .ids import instance_by_id
from .languages import in_language_of, language_of
from .merchant import RewardsMutation
from .offers import resolve_checkout_rewards
from .points.cart import CheckoutPoints, cart_points


class ShopperMutation(RewardsMutation):
    """A mutation for the customer whose checkout it is."""

    class Meta:
        abstract = True

    @classmethod
    def __init_subclass_with_meta__(
        cls, permissions: Any = None, **options: Any
    ) -> None:
        super().__init_subclass_with_meta__(permissions=permissions, **options)

    @classmethod
    def perform_mutation(cls, _root: Any, info: Any, **data: Any) -> Any:
        with override(language_of(info.context)):
            return super().perform_mutation(_root, info, **data)


class RewardsPointsRedeem(ShopperMutation):
    checkout = graphene.Field(Checkout, description="The checkout as it is now.")
    points = graphene.Field(CheckoutPoints, description="Its points.")

    class Arguments:
        checkout_id = graphene.ID(required=True, description="ID of the checkout.")
        points = graphene.Int(
            required=True,
            description="How many points are to pay, in place of what did so far.",
        )

    class Meta:
        description = "Puts points of the logged-in customer aside to pay for a cart."

    @classmethod
    def perform_mutation(cls, _root: Any, info: Any, **data: Any) -> Any:
        from ..checkout.redeeming import release_ended

        # What the API counts as available has to be so; before any lock is held.
        release_ended(_open_accounts(info.context.user), timezone.now())
        return super().perform_mutation(_root, info, **data)

    @classmethod
    def execute(cls, info: Any, checkout_id: str, points: int) -> RewardsPointsRedeem:
        from ..checkout.redeeming import redeem

        checkout = own_checkout(info, checkout_id)
        with in_language_of(checkout, info):
            if points < 1:
                text = _("Give at least one point.")
                raise ProgramError.of(ProgramErrorCode.OUT_OF_RANGE, "points", text)
            redeem(checkout, points, info.context)
        return cls(errors=[], **answer(checkout_id, info))


class RewardsPointsRelease(ShopperMutation):
    checkout = graphene.Field(Checkout, description="The checkout as it is now.")
    points = graphene.Field(CheckoutPoints, description="Its points.")

    class Arguments:
        checkout_id = graphene.ID(required=True, description="ID of the checkout.")

    class Meta:
        description = "Takes points back that were to pay for a cart."

    @classmethod
    def execute(cls, info: Any, checkout_id: str) -> RewardsPointsRelease:
        from ..checkout.redeeming import release

        checkout = own_checkout(info, checkout_id)
        with in_language_of(checkout, info):
            try:
                release(checkout, info.context)
            except ProgramError as error:
                # Nobody gave a number of points.
                raise ProgramError(
                    replace(found, field="checkoutId") for found in error.errors
                ) from error
        return cls(errors=[], **answer(checkout_id, info))


def _open_accounts(user: Any) -> list[Account]:
    if not getattr(user, "is_authenticated", False):
        return []
    return list(Account.objects.filter(user_pk=user.pk, state=AccountState.OPEN))


def own_checkout(info: Any, checkout_id: str) -> Any:
    """Return the checkout of whoever is logged in. Raises ``ProgramError``.

    Somebody else's checkout is told of as one that is not there.
    """
    user = info.context.user
    if not getattr(user, "is_authenticated", False):
        raise ProgramError.of(
            ProgramErrorCode.LOGIN_REQUIRED,
            "checkoutId",
            _("Log in to spend your points."),
        )
    checkout = instance_by_id(checkout_id, "Checkout")
    if checkout is None or checkout.user_id != user.pk:
        raise ProgramError.of(
            ProgramErrorCode.NOT_FOUND,
            "checkoutId",
            _("You have no such cart."),
        )
    return checkout


def answer(checkout_id: str, info: Any) -> dict[str, Any]:
    """Return the checkout as the database has it now, with its points."""
    checkout = instance_by_id(checkout_id, "Checkout")
    if checkout is None:
        # It became an order meanwhile, or expired.
        return {"checkout": None, "points": None}
    rewards = resolve_checkout_rewards(checkout, info)
    points = rewards and cart_points(rewards.evaluation, rewards.owner, checkout)
    return {"checkout": wrapped_checkout(checkout), "points": points}
