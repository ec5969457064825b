"""The points of a cart: what it earns, and what pays for it."""

from __future__ import annotations

from typing import Any, NamedTuple

import graphene

from ...engine import Evaluation
from ..base import DOC_CATEGORY, DateTime, Money, is_owner
from ..money import money_of
from ..numbers import in_int
from .balances import HoldEndByTokenLoader, Standing, StandingLoader
from .loaders import AccountsByUserPkLoader


class CartOwner(NamedTuple):
    """The customer whose cart it is, and the channel that it is in."""

    user_pk: int
    channel_pk: int


class CartPoints(NamedTuple):
    """An evaluation with the owner of its cart, if that is a customer.

    ``checkout_token`` is empty where there is no real cart.
    """

    evaluation: Evaluation
    owner: CartOwner | None
    checkout_token: str


def cart_points(
    evaluation: Evaluation, owner: CartOwner | None, checkout: Any
) -> CartPoints | None:
    """Return the points of a cart; ``None`` in a channel without points."""
    if evaluation.points_terms is None:
        return None
    return CartPoints(evaluation, owner, str(checkout.pk) if checkout else "")


def owner_of(checkout: Any) -> CartOwner | None:
    """Return whose checkout it is; ``None`` for a guest's."""
    from ...plugin.host import host

    if checkout.user_id is None:
        return None
    return CartOwner(checkout.user_id, host.channel_pk(checkout))


def _standing(root: CartPoints, info: Any) -> Any:
    """Return a promise of how the owner's account stands, if it is the owner who asks.

    Of ``None`` before there is an account. A balance is for nobody else to see: whoever
    holds the token of a checkout may not be its owner.
    """
    owner = root.owner
    if owner is None or not is_owner(info.context, owner.user_pk):
        return None

    def of_channel(accounts: Any) -> Any:
        for account in accounts:
            if account.program.channel_pk == owner.channel_pk:
                return StandingLoader(info.context).load(account)
        return None

    return AccountsByUserPkLoader(info.context).load(owner.user_pk).then(of_channel)


def points_of(root: CartPoints, info: Any) -> Any:
    """Return a promise of the points that the cart's owner can spend on it.

    Those put aside for it count. ``None`` for everybody else.
    """
    held = root.evaluation.snapshot.customer.points_held

    def with_held(standing: Standing | None) -> int:
        if standing is None:
            return 0
        # Its time may have come since the cart was evaluated.
        is_back = any(
            one.checkout_token == root.checkout_token for one in standing.ended
        )
        return in_int(standing.balance.available + (0 if is_back else held))

    loading = _standing(root, info)
    return loading and loading.then(with_held)


def earned_of(root: CartPoints, info: Any) -> Any:
    """Return how many points the order earns, as far as its owner sees."""
    earned = in_int(root.evaluation.earned_points)

    def fitting(standing: Standing | None) -> int:
        if standing is None:
            return earned
        # The order takes what pays for it, which makes room.
        room = standing.balance.room + root.evaluation.redeemed_points
        return min(earned, room)

    loading = _standing(root, info) if earned else None
    return loading.then(fitting) if loading else earned


class CheckoutPoints(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    earned = graphene.Int(
        required=True,
        description="How many points the order will earn. To the customer whose cart "
        "it is, no more than their account has room for.",
    )
    redeemed = graphene.Int(
        required=True, description="How many points pay for the cart."
    )
    worth = graphene.Field(
        Money, required=True, description="What they take off the goods."
    )
    expires_at = DateTime(
        description="Until when these points are put aside for the cart. Null where "
        "none are, and while its order is paid or being placed: they stay then."
    )
    available = graphene.Int(
        description="How many points the customer has for this cart, redeemed ones "
        "among them. Null to everybody but that customer."
    )
    most_redeemable = graphene.Int(
        description="How many of them could pay for the cart at most. Null to "
        "everybody but that customer."
    )
    minimum = graphene.Int(
        required=True, description="The least that can be redeemed at once."
    )
    step = graphene.Int(
        required=True, description="Points are redeemed in steps of so many."
    )

    class Meta:
        description = "The points of a cart."

    @staticmethod
    def resolve_earned(root: CartPoints, info: Any) -> Any:
        return earned_of(root, info)

    @staticmethod
    def resolve_redeemed(root: CartPoints, _info: Any) -> int:
        return in_int(root.evaluation.redeemed_points)

    @staticmethod
    def resolve_worth(root: CartPoints, _info: Any) -> Any:
        evaluation = root.evaluation
        return money_of(evaluation.redeemed_amount, evaluation.snapshot.currency)

    @staticmethod
    def resolve_expires_at(root: CartPoints, info: Any) -> Any:
        if not (root.evaluation.redeemed_points and root.checkout_token):
            return None
        return HoldEndByTokenLoader(info.context).load(root.checkout_token)

    @staticmethod
    def resolve_available(root: CartPoints, info: Any) -> Any:
        return points_of(root, info)

    @staticmethod
    def resolve_most_redeemable(root: CartPoints, info: Any) -> Any:
        found = points_of(root, info)
        return found and found.then(root.evaluation.most_points)

    @staticmethod
    def resolve_minimum(root: CartPoints, _info: Any) -> int:
        return _terms(root).minimum_points

    @staticmethod
    def resolve_step(root: CartPoints, _info: Any) -> int:
        return _terms(root).step_points


def _terms(root: CartPoints) -> Any:
    return root.evaluation.points_terms
