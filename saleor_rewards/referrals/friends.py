"""Who claims: a cart, and the account of somebody who is signed in.

An address that was typed into a cart may be anybody's. It binds nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from ..host.current import host
from ..host.footprints import Footprint
from ..host.guests import is_confirmed, is_member
from ..models import Referral

if TYPE_CHECKING:
    from saleor.checkout.models import Checkout


@dataclass(frozen=True)
class Friend:
    """Whose checkout it is, as far as that is known.

    ``owner_pk`` is the account on the cart, ``user_pk`` the one that a claim is bound
    to: of somebody who is signed in, and whose address is confirmed. ``email`` is in
    lower case. It is typed in, and may be anybody's, unless ``is_member`` says that it
    is that of the cart's confirmed account. It is empty before the shopper gave one,
    which ``has_email`` tells, and where nothing is to be told of it.
    """

    checkout_token: str
    owner_pk: int | None
    user_pk: int | None
    email: str
    has_email: bool
    is_member: bool

    @classmethod
    def of(
        cls, checkout: Checkout, user_pk: int | None = None, *, is_told: bool = True
    ) -> Friend:
        """Return whose checkout it is; ``user_pk`` is who is signed in.

        ``is_told`` says whether something may be told of the address of a guest.
        """
        owner = checkout.user
        has_account = is_member(owner)
        email = (owner.email if has_account else checkout.email) or ""
        return cls(
            checkout_token=str(checkout.pk),
            owner_pk=owner.pk if owner is not None else None,
            user_pk=_bound(checkout, user_pk),
            email=email.lower() if has_account or is_told else "",
            has_email=bool(email),
            is_member=has_account,
        )

    @property
    def claims(self) -> Q:
        """What the claims are found by that hold for the cart, as its prices do."""
        here = Q(checkout_token=self.checkout_token)
        if self.owner_pk is None:
            return here
        # Who takes a cart over does not take over whom its customer was brought by.
        own = Q(referee_user_pk=None) | Q(referee_user_pk=self.owner_pk)
        mine = here & own | Q(referee_user_pk=self.owner_pk)
        # Nobody brings themselves.
        return mine & ~Q(referrer_user_pk=self.owner_pk)

    @property
    def cart_and_account(self) -> Q:
        """What the claims are found by that a new one has to do with."""
        found = Q(checkout_token=self.checkout_token)
        if self.user_pk is not None:
            found |= Q(referee_user_pk=self.user_pk)
        return found

    def owns(self, referral: Referral) -> bool:
        """Tell whether a claim is the friend's, of this cart or account."""
        user_pk = referral.referee_user_pk
        if user_pk is not None and user_pk == self.user_pk:
            return True
        is_mine = self.owner_pk is None or user_pk in (None, self.owner_pk)
        return is_mine and referral.checkout_token == self.checkout_token

    @property
    def has_ordered(self) -> bool:
        """Whether they ordered before, as far as it may be told."""
        user_pk = self.user_pk if self.owner_pk is None else self.owner_pk
        is_known = user_pk is not None or bool(self.email)
        return is_known and host.has_ordered(user_pk, self.email)

    @property
    def footprint(self) -> Footprint:
        """What they left in the shop; of a guest nothing is known to be theirs."""
        user_pk = self.user_pk or (self.owner_pk if self.is_member else None)
        if user_pk is None:
            return Footprint()
        return host.footprint(user_pk, self.email if self.is_member else "")


def _bound(checkout: Checkout, user_pk: int | None) -> int | None:
    """Return the account of who is signed in, if a claim on a cart can be bound to it."""
    owner = checkout.user
    if user_pk is None or (owner is not None and owner.pk != user_pk):
        return None
    if owner is not None:
        return user_pk if is_member(owner) else None
    return user_pk if _is_confirmed(user_pk) else None


def _is_confirmed(user_pk: int) -> bool:
    person = host.people([user_pk]).get(user_pk)
    return person is not None and is_confirmed(person)
