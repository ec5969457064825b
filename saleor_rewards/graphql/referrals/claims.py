"""The claim that a cart stands on, as the shopper sees it."""

from __future__ import annotations

from typing import Any, NamedTuple

import graphene
from django.utils.translation import override

from ..base import DOC_CATEGORY
from ..languages import checkout_language, language_of, message_field
from .enums import ClaimState, RewardsClaimState
from .messages import claim_messages


class CartClaim(NamedTuple):
    """What became of a cart's claim, with the language that the cart is in."""

    state: ClaimState
    checkout_language: str | None


class CheckoutReferral(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    state = RewardsClaimState(required=True, description="What became of it.")
    message = message_field()

    class Meta:
        description = "The invitation that a cart stands on."

    @staticmethod
    def resolve_state(root: CartClaim, _info: Any) -> str:
        return root.state.name

    @staticmethod
    def resolve_message(
        root: CartClaim, info: Any, language_code: str | None = None
    ) -> str:
        language = language_of(info.context, language_code, root.checkout_language)
        with override(language):
            return claim_messages()[root.state]


def cart_claim(checkout: Any, request: Any) -> CartClaim | None:
    """Return the claim of a checkout for who asks, ``None`` where there is none."""
    from ...checkout.claiming import checkout_referral
    from ...guard import guarded
    from ...host.guests import asked_by

    with asked_by(request):
        referral = guarded(
            "REWARDS_CHECKOUT_REFERRAL", None, lambda: checkout_referral(checkout)
        )
    if referral is None:
        return None
    return CartClaim(ClaimState(referral.verdict), checkout_language(checkout))
