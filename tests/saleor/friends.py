"""Members who bring friends, and friends with carts, for the tests of referrals."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from itertools import count
from typing import Any

from saleor.account.models import User
from saleor.checkout.models import Checkout

from saleor_rewards.checkout.claiming import claim
from saleor_rewards.models import Referral, ReferralCode, ReferralPolicy
from saleor_rewards.programs import update_referrals
from saleor_rewards.referrals.errors import ReferralError, ReferralErrorCode
from saleor_rewards.referrals.member_codes import code_of

from .people import customer
from .world import Cart, Shop, Shopper

numbers = count(1)

#: Where a friend's requests come from, unless a test says else.
HOME = "203.0.113.7"


def now() -> datetime:
    return datetime.now(timezone.utc)


def switch_on(shop: Shop, **changes: Any) -> ReferralPolicy:
    """Switch referrals on."""
    return update_referrals(shop.program.pk, **{"is_active": True, **changes})


def give_half(shop: Shop) -> Any:
    """Save the rule that friends of members get half off."""
    half = {"type": "PERCENT_OFF", "percent": "50"}
    return shop.rule("Friend", half, conditions={"has_referral": True})


def user_pk_of(email: str) -> int:
    return int(User.objects.get(email=email).pk)


def referrer(email: str = "") -> User:
    """Somebody with an account since last year."""
    joined_at = now() - timedelta(days=400)
    return customer(
        email or f"referrer{next(numbers)}@example.com", date_joined=joined_at
    )


def code_for(shop: Shop, user: User) -> ReferralCode:
    """Return the code of a member."""
    return code_of(shop.program.pk, user, now())


def friend_cart(shop: Shop, email: str = "", shopper: Shopper | None = None) -> Cart:
    """Put something into the cart of a guest who gives an address."""
    address = email or f"friend{next(numbers)}@example.com"
    return (shopper or Shopper()).cart((shop.product("10.00"), 1), email=address)


def on_another_device(cart: Cart, email: str) -> Cart:
    """Put a member on a guest's cart: Saleor 2.10 starts only one for each of them."""
    Checkout.objects.filter(pk=cart.pk).update(user=User.objects.get(email=email))
    return cart


def checkout_of(cart: Cart) -> Checkout:
    return Checkout.objects.get(pk=cart.pk)


def try_code(cart: Cart, code: str | None, **options: Any) -> Referral:
    """Claim by a code, as the API does. Raises ``ReferralError``."""
    wanted = {"user_pk": None, "ip": HOME, **options}
    return claim(checkout_of(cart), code=code, **wanted)


def refused(cart: Cart, code: str | None, **options: Any) -> ReferralErrorCode:
    """Return why a claim is refused."""
    try:
        claimed = try_code(cart, code, **options)
    except ReferralError as error:
        return error.code
    raise AssertionError(f"{claimed} was accepted: {claimed.signals}")
