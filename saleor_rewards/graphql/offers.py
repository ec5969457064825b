"""What a shopper sees of a cart's rewards."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal as PythonDecimal
from functools import partial
from typing import Any, Iterable, Iterator, Mapping, NamedTuple

import graphene

from ..engine import BenefitType, Evaluation, Offer, OfferCode, OfferState, to_minor
from ..plugin.shown import POINTS
from .base import DOC_CATEGORY, Decimal, Money, instance_of
from .enums import (
    RewardsBenefitType,
    RewardsLane,
    RewardsOfferCode,
    RewardsOfferState,
)
from .ids import global_id
from .languages import checkout_language, language_of, message_field
from .looks import look_of
from .messages import displaced_message, offer_message
from .money import money_of
from .once import once
from .points.cart import (
    CartOwner,
    CartPoints,
    CheckoutPoints,
    cart_points,
    owner_of,
)
from .referrals.claims import CartClaim, CheckoutReferral, cart_claim


class CartOffer(NamedTuple):
    """An offer with what its texts and amounts need of the cart."""

    offer: Offer
    currency: str
    checkout_language: str | None


class CartRewards(NamedTuple):
    """An evaluation with the language that the checkout is in, where it has one.

    ``owner`` is the customer whose cart it is, and ``checkout`` the cart, where it is
    a real one. ``shown`` is what its prices carry instead, by the offers' names, where
    they could not be brought to the evaluation in time. ``displaced_code`` is the
    shopper's own code that makes place for ours. ``with_ended`` adds the offers that
    are over.
    """

    evaluation: Evaluation
    checkout_language: str | None
    owner: CartOwner | None = None
    checkout: Any = None
    shown: Mapping[str, PythonDecimal] | None = None
    displaced_code: str = ""
    with_ended: bool = False

    @property
    def currency(self) -> str:
        return self.evaluation.snapshot.currency

    @property
    def offers(self) -> list[CartOffer]:
        return [
            CartOffer(offer, self.currency, self.checkout_language)
            for offer in self._told()
        ]

    def _told(self) -> Iterable[Offer]:
        if self.with_ended:
            return self.evaluation.offers_with_ended
        return self.evaluation.offers if self.shown is None else self._as_shown()

    def _as_shown(self) -> Iterator[Offer]:
        """Yield the offers with what the prices carry of them, none that they lack."""
        for offer in self.evaluation.offers:
            amount = self.shown_amount(offer.name)
            if amount:
                state, code = OfferState.APPLIED, OfferCode.APPLIED
                yield replace(offer, state=state, code=code, amount=amount)
            elif not offer.amount:
                yield offer

    def shown_amount(self, name: str) -> int:
        """Return what the prices carry of one offer, in minor units."""
        return to_minor((self.shown or {}).get(name, PythonDecimal(0)), self.currency)


class RewardsOffer(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    rule_id = graphene.ID(required=True, description="ID of the rule.")
    name = graphene.String(required=True, description="Name of the rule.")
    lane = RewardsLane(required=True, description="What the benefit works on.")
    benefit_type = RewardsBenefitType(required=True, description="What it gives.")
    state = RewardsOfferState(
        required=True, description="Whether the shopper has it, or can get it."
    )
    code = RewardsOfferCode(required=True, description="Why it is in that state.")
    message = message_field()
    amount = graphene.Field(Money, required=True, description="What it takes off now.")
    gap = graphene.Field(
        Money, description="What is missing in the cart for the next benefit."
    )
    gap_quantity = graphene.Int(
        description="How many items are missing for the next benefit."
    )
    next_percent = Decimal(description="Percentage that the next benefit is.")
    next_amount = graphene.Field(Money, description="Amount that the next benefit is.")
    points = graphene.Int(required=True, description="How many points it gives now.")
    step_amount = graphene.Field(
        Money,
        description="The amount of which only each full one gives points; null where "
        "parts of an amount count, or no points are given per amount.",
    )
    next_points = graphene.Int(
        description="How many points it gives once nothing is missing, by what is "
        "known of the cart."
    )
    beaten_by = graphene.ID(description="ID of the rule that is better.")

    class Meta:
        description = "One rule's answer for one cart."

    @staticmethod
    def resolve_rule_id(root: CartOffer, _info: Any) -> str:
        return global_id("RewardsRule", root.offer.rule_id)

    @staticmethod
    def resolve_name(root: CartOffer, _info: Any) -> str:
        return root.offer.name

    @staticmethod
    def resolve_lane(root: CartOffer, _info: Any) -> str:
        return root.offer.lane.name

    @staticmethod
    def resolve_benefit_type(root: CartOffer, _info: Any) -> str:
        return root.offer.benefit_type.name

    @staticmethod
    def resolve_state(root: CartOffer, _info: Any) -> str:
        return root.offer.state.name

    @staticmethod
    def resolve_code(root: CartOffer, _info: Any) -> str:
        return root.offer.code.name

    @staticmethod
    def resolve_message(
        root: CartOffer, info: Any, language_code: str | None = None
    ) -> str:
        language = language_of(info.context, language_code, root.checkout_language)
        said = root.offer, root.currency, language
        # Under many names it is asked for as often, and Saleor counts it for nothing.
        message: str = once(info, ("message", *said), partial(offer_message, *said))
        return message

    @staticmethod
    def resolve_amount(root: CartOffer, _info: Any) -> Any:
        return money_of(root.offer.amount, root.currency)

    @staticmethod
    def resolve_gap(root: CartOffer, _info: Any) -> Any:
        gap = root.offer.gap_amount
        return None if gap is None else money_of(gap, root.currency)

    @staticmethod
    def resolve_gap_quantity(root: CartOffer, _info: Any) -> int | None:
        return root.offer.gap_quantity

    @staticmethod
    def resolve_next_percent(root: CartOffer, _info: Any) -> PythonDecimal | None:
        return root.offer.next_percent

    @staticmethod
    def resolve_next_amount(root: CartOffer, _info: Any) -> Any:
        amount = root.offer.next_amount
        return None if amount is None else money_of(amount, root.currency)

    @staticmethod
    def resolve_points(root: CartOffer, _info: Any) -> int:
        return root.offer.points

    @staticmethod
    def resolve_step_amount(root: CartOffer, _info: Any) -> Any:
        step = root.offer.step_amount
        return None if step is None else money_of(step, root.currency)

    @staticmethod
    def resolve_next_points(root: CartOffer, _info: Any) -> int | None:
        return root.offer.next_points

    @staticmethod
    def resolve_beaten_by(root: CartOffer, _info: Any) -> str | None:
        winner = root.offer.beaten_by
        return None if winner is None else global_id("RewardsRule", winner)


class RewardsDisplacedCode(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    code = graphene.String(required=True, description="The shopper's own code.")
    message = message_field()

    class Meta:
        description = (
            "A voucher code of the shopper's that is kept aside, since it cannot stand "
            "beside what the rewards take off and they are worth more. It is put back "
            "as soon as it is worth more than they are."
        )

    @staticmethod
    def resolve_code(root: CartRewards, _info: Any) -> str:
        return root.displaced_code

    @staticmethod
    def resolve_message(
        root: CartRewards, info: Any, language_code: str | None = None
    ) -> str:
        language = language_of(info.context, language_code, root.checkout_language)
        return displaced_message(root.displaced_code, language)


class CheckoutRewards(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    offers = graphene.List(
        graphene.NonNull(RewardsOffer),
        required=True,
        states=graphene.Argument(
            graphene.List(graphene.NonNull(RewardsOfferState)),
            description="Only the offers in these states.",
        ),
        description="What every rule in force answers for the cart. Of rules that are "
        "over a shopper is told nothing; rewardsRuleTest has them, with code ENDED.",
    )
    savings = graphene.Field(
        Money,
        required=True,
        description="All that is taken off, goods and shipping.",
    )
    shipping_savings = graphene.Field(
        Money,
        required=True,
        description="The part of the savings that is taken off the shipping.",
    )
    free_shipping = graphene.Boolean(
        required=True,
        description="Whether an offer pays for all of the shipping, or will do so "
        "for the delivery method that is chosen next. False for a cart that is "
        "not shipped.",
    )

    is_stale = graphene.Boolean(
        required=True,
        description="Whether the rules give something else by now than the prices in "
        "this answer carry. Savings and offers are those of the prices; the next "
        "answer has the new ones.",
    )
    points = graphene.Field(
        CheckoutPoints,
        description="Its points; null in a channel without points.",
    )
    referral = graphene.Field(
        CheckoutReferral,
        description="The invitation that it stands on; null where none was accepted.",
    )

    displaced_code = graphene.Field(
        RewardsDisplacedCode,
        description="The shopper's own code that is kept aside; null for none.",
    )

    class Meta:
        description = "The rewards of a cart."

    @staticmethod
    def resolve_displaced_code(root: CartRewards, _info: Any) -> CartRewards | None:
        return root if root.displaced_code else None

    @staticmethod
    def resolve_points(root: CartRewards, _info: Any) -> CartPoints | None:
        return cart_points(root.evaluation, root.owner, root.checkout)

    @staticmethod
    def resolve_referral(root: CartRewards, info: Any) -> CartClaim | None:
        checkout = root.checkout
        return checkout and once(
            info, ("claim", checkout.pk), lambda: cart_claim(checkout, info.context)
        )

    @staticmethod
    def resolve_offers(
        root: CartRewards, _info: Any, states: list[str] | None = None
    ) -> list[CartOffer]:
        return [
            found
            for found in root.offers
            if states is None or found.offer.state.name in states
        ]

    @staticmethod
    def resolve_is_stale(root: CartRewards, _info: Any) -> bool:
        return root.shown is not None

    @staticmethod
    def resolve_savings(root: CartRewards, _info: Any) -> Any:
        if root.shown is not None:
            names = [name for name in root.shown if name != POINTS]
            shown = sum(root.shown_amount(name) for name in names)
            return money_of(shown, root.currency)
        evaluation = root.evaluation
        amount = evaluation.discount_amount + evaluation.shipping_amount
        return money_of(amount, root.currency)

    @staticmethod
    def resolve_shipping_savings(root: CartRewards, _info: Any) -> Any:
        return money_of(root.evaluation.shipping_amount, root.currency)

    @staticmethod
    def resolve_free_shipping(root: CartRewards, _info: Any) -> bool:
        # The worth of it may be on the lines, where a voucher is in its place.
        shipping = root.evaluation.snapshot.shipping
        price = 0 if shipping is None else shipping.amount
        return any(
            offer.benefit_type is BenefitType.FREE_SHIPPING
            and offer.state is OfferState.APPLIED
            and offer.amount >= price
            for offer in root.evaluation.offers
        )


def resolve_checkout_rewards(root: Any, info: Any) -> CartRewards | None:
    """Evaluate the checkout live; null where the plugin has nothing to say."""
    checkout = instance_of(root)
    look = look_of(checkout, info)
    if look is None:
        return None
    language = checkout_language(checkout)
    return CartRewards(
        look.evaluation,
        language,
        owner_of(checkout),
        checkout,
        look.shown,
        look.displaced_code,
    )
