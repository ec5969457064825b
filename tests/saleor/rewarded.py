"""Members who are rewarded for friends, and what becomes of the friends' orders."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.utils import timezone
from saleor.account.models import User

from saleor_rewards.models import (
    Account,
    Referral,
    ReferralReward,
    StripeCharge,
    StripeDispute,
)
from saleor_rewards.orders.settling import settle_order
from saleor_rewards.programs import update_referrals
from saleor_rewards.referrals.rewarding import due_referrals

from .points import Member, sums
from .staff import pk_of
from .world import HOST, Cart, Refused, Shop, Shopper

numbers = count(1)

#: What a friend's order is worth: one piece of goods that needs no shipping.
PRICE = "50.00"

BENEFITS: dict[str, dict[str, Any]] = {
    "points": {"type": "REFERRAL_POINTS", "points": 500},
    "voucher": {"type": "REFERRAL_VOUCHER", "amounts": {"USD": "10.00"}},
    "gift_card": {"type": "REFERRAL_GIFT_CARD", "amounts": {"USD": "10.00"}},
}

#: What each of them is worth: points, or cents.
WORTH = {"points": 500, "voucher": 1000, "gift_card": 1000}


def switch_on(shop: Shop, **policy: Any) -> None:
    """Switch points and referrals on; rewards are due as soon as the order is paid.

    The shop trusts everybody: the tests' people all live at one address.
    """
    shop.points()
    trusting = {"review_weight": 1000, "reject_weight": 1000}
    wanted = {"is_active": True, "hold_days": 0, **trusting, **policy}
    update_referrals(shop.program.pk, **wanted)


def promise(shop: Shop, kind: str, **changes: Any) -> Any:
    """Promise referrers 500 points, or 10.00 as a voucher or gift card."""
    conditions = changes.pop("conditions", {})
    return shop.rule(
        f"Thanks {kind}",
        {**BENEFITS[kind], **changes},
        lane="REFERRAL",
        conditions=conditions,
    )


class Referrer(Member):
    """A member who brings friends."""

    @property
    def user_pk(self) -> int:
        return int(User.objects.get(email=self.email).pk)

    @property
    def rewards(self) -> dict[str, ReferralReward]:
        """What they got for the one friend whom they brought, by kind."""
        found = ReferralReward.objects.filter(referral__referrer_user_pk=self.user_pk)
        return {reward.kind: reward for reward in found}

    @property
    def points(self) -> int:
        """The points of theirs that are left, less what they owe."""
        account = Account.objects.filter(user_pk=self.user_pk).first()
        if account is None:
            return 0
        pending, available, debt = sums(account)
        assert pending == 0
        return available - debt


def make_referrer() -> Referrer:
    email = f"referrer{next(numbers)}@example.com"
    made = Referrer(token=HOST.sign_up(email))
    made.email = email
    return made


def claimed(
    shop: Shop, referrer: Referrer, cart: Cart, email: str, **fields: Any
) -> Referral:
    """Let a friend claim on their cart what a member promised."""
    at = fields.pop("claimed_at", None) or timezone.now()
    return Referral.objects.create(
        program=shop.program,
        referrer_user_pk=referrer.user_pk,
        referee_email=email,
        checkout_token=cart.pk,
        verdict=fields.pop("verdict", "allow"),
        claimed_at=at,
        ends_at=fields.pop("ends_at", None) or at + timedelta(days=30),
        **fields,
    )


class Friend(Shopper):
    """Somebody new who was invited, with one piece of goods in the cart."""

    referral_pk: int

    @property
    def referral(self) -> Referral:
        return Referral.objects.get(pk=self.referral_pk)

    @property
    def state(self) -> str:
        return str(self.referral.state)


def make_friend(
    shop: Shop, referrer: Referrer, price: str = PRICE, **fields: Any
) -> tuple[Friend, Cart]:
    """Invite somebody; return them with their cart, on which they claimed."""
    friend = Friend()
    email = f"friend{next(numbers)}@example.com"
    cart = friend.cart((shop.product(price, ships=False), 1), email=email)
    friend.referral_pk = claimed(shop, referrer, cart, email, **fields).pk
    return friend, cart


def bring(
    shop: Shop, referrer: Referrer, price: str = PRICE, **fields: Any
) -> tuple[Friend, dict[str, Any]]:
    """Let somebody new buy for the price; return them with their order."""
    friend, cart = make_friend(shop, referrer, price, **fields)
    return friend, friend.buy(cart)


def pay_out(after: timedelta = timedelta(0)) -> None:
    """Let the task run that grants what is due, some time from now."""
    at = timezone.now() + after
    last: int | None = 0
    while last is not None:
        last = due_referrals(last, 2, at)


class Bank:
    """A bank that takes money of an order back, and may give it again."""

    def __init__(self, order: dict[str, Any], amount: str = PRICE) -> None:
        self.order_pk = pk_of(order)
        self.charge = StripeCharge.objects.create(
            charge_id=f"ch_{next(numbers)}",
            order_pk=self.order_pk,
            is_live=False,
            currency="USD",
            amount=cents(amount),
        )

    def refund(self, amount: str) -> None:
        """Give money back at Stripe, past Saleor, without telling anybody."""
        self.charge.refunded_amount += cents(amount)
        self.charge.refunded_at = timezone.now()
        self.charge.save()

    def dispute(self, amount: str) -> StripeDispute:
        """Open a dispute without telling anybody."""
        return StripeDispute.objects.create(
            dispute_id=f"dp_{next(numbers)}",
            charge_id=self.charge.charge_id,
            currency="USD",
            amount=cents(amount),
            status="needs_response",
            at=timezone.now(),
        )

    def close(self, dispute: StripeDispute, status: str) -> None:
        """Decide a dispute without telling anybody."""
        dispute.status, dispute.is_closed = status, True
        dispute.save()

    def tell(self, at: datetime | None = None) -> bool:
        """Let the shop know, as the work on an event of Stripe's does."""
        return settle_order(self.order_pk, at)


def cents(amount: str) -> int:
    return int(Decimal(amount) * 100)


def reward_of(friend: Friend) -> ReferralReward:
    return ReferralReward.objects.get(referral=friend.referral_pk)


def with_code(shop: Shop, code: str, price: str = "50.00") -> tuple[Shopper, Cart]:
    """Type a code into somebody's cart. Raises ``Refused``."""
    shopper = Shopper()
    cart = shopper.cart((shop.product(price, ships=False), 1))
    return shopper, shopper.promo(cart, code)


def worth(shop: Shop, friend: Friend, price: str = "50.00") -> Decimal:
    """Return what the code takes off a cart, nothing where Saleor refuses it."""
    try:
        _shopper, cart = with_code(shop, reward_of(friend).code, price)
    except Refused:
        return Decimal(0)
    return Decimal(price) - cart.total


def spend(shop: Shop, friend: Friend, price: str = "50.00") -> Decimal:
    """Buy something with the code; return what it took off."""
    shopper, cart = with_code(shop, reward_of(friend).code, price)
    shopper.pay_beside_gift_cards()
    paid = shopper.buy(cart)["total"]["gross"]["amount"]
    return Decimal(price) - Decimal(str(paid))


def owed(friend: Friend) -> int:
    return int(reward_of(friend).worth_owed)
