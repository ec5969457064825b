"""Friends claim what they were promised."""

from __future__ import annotations

from typing import Any

import graphene
from django.utils.translation import gettext as _

from ...programs import ProgramError, ProgramErrorCode
from ..base import Checkout, wrapped_checkout
from ..ids import instance_by_id
from ..languages import in_language_of
from .claims import CheckoutReferral, cart_claim
from .mutations import ReferralShopperMutation


class RewardsReferralClaim(ReferralShopperMutation):
    checkout = graphene.Field(Checkout, description="The checkout as it is now.")
    referral = graphene.Field(
        CheckoutReferral, description="The invitation that it stands on."
    )

    field_of_all = "checkoutId"

    class Arguments:
        checkout_id = graphene.ID(required=True, description="ID of the checkout.")
        code = graphene.String(
            description="The code of whoever invited the shopper. Without it, their "
            "e-mail address has to be one that a member named."
        )

    class Meta:
        description = (
            "Accepts a member's invitation for a cart. The last one before the order "
            "counts."
        )

    @classmethod
    def execute(
        cls, info: Any, checkout_id: str, code: str | None = None
    ) -> RewardsReferralClaim:
        from ...checkout.claiming import claim
        from ...host.client_addresses import client_address
        from ...referrals.claim_rates import admit_claim

        admit_claim(info.context)
        checkout = _checkout(checkout_id)
        with in_language_of(checkout, info):
            claim(
                checkout,
                code=code,
                user_pk=user_pk_of(info),
                ip=client_address(info.context),
                request=info.context,
            )
        return cls(errors=[], **_answer(checkout_id, info.context))


class RewardsReferralReviewRequest(ReferralShopperMutation):
    checkout = graphene.Field(Checkout, description="The checkout.")

    field_of_all = "checkoutId"

    class Arguments:
        checkout_id = graphene.ID(required=True, description="ID of the checkout.")

    class Meta:
        description = (
            "Asks the shop to look at an invitation that was not accepted. The answer "
            "is always the same."
        )

    @classmethod
    def execute(cls, info: Any, checkout_id: str) -> RewardsReferralReviewRequest:
        from ...referrals.claim_rates import admit_claim
        from ...referrals.reviews import ask_review

        admit_claim(info.context)
        checkout = _checkout(checkout_id)
        with in_language_of(checkout, info):
            ask_review(checkout, user_pk_of(info))
        return cls(errors=[], checkout=wrapped_checkout(checkout))


def user_pk_of(info: Any) -> int | None:
    """Return the primary key of whoever is logged in, ``None`` for nobody."""
    user = info.context.user
    is_known = getattr(user, "is_authenticated", False)
    return user.pk if is_known else None


def _checkout(checkout_id: str) -> Any:
    """Return the checkout with that ID, which is the right to it.

    Raises ``ProgramError``.
    """
    checkout = instance_by_id(checkout_id, "Checkout")
    if checkout is None:
        raise ProgramError.of(
            ProgramErrorCode.NOT_FOUND, "checkoutId", _("You have no such cart.")
        )
    return checkout


def _answer(checkout_id: str, request: Any) -> dict[str, Any]:
    """Return the checkout as the database has it now, with its claim."""
    checkout = instance_by_id(checkout_id, "Checkout")
    if checkout is None:
        # It became an order meanwhile, or expired.
        return {"checkout": None, "referral": None}
    shown = cart_claim(checkout, request)
    return {"checkout": wrapped_checkout(checkout), "referral": shown}
