"""What comes of a member's code: friends who buy, one who returns it all, a cheat."""

from __future__ import annotations

from dataclasses import dataclass, replace

from . import documents
from .account import Refund
from .checks import Order, check_referrer, check_refused, check_revoked
from .journey import Journey
from .referral import Referral, Referrer, referral_of, referrer_of
from .shoppers import ADA_AGAIN, Shopper


@dataclass(frozen=True)
class Revocation:
    """What one refund of a friend's order took back from both.

    ``kept`` is what the member still has for that friend, ``left`` what the friend
    still has from the order, both in points.
    """

    refund: Refund
    kept: int
    left: int


class Friends:
    """Goes on where a member's own journey ends, with those whom she invites.

    :param member: her journey; what differs is added to what differed in it.
    """

    def __init__(self, member: Journey) -> None:
        self.member = member
        self.channel = member.sides.channel.slug
        self.referrer = self.look()

    def look(self) -> Referrer:
        """Ask for the code, and what came of it."""
        data = self.member.shop.ask(documents.REFERRER, channel=self.channel)
        self.referrer = referrer_of(data["me"]["rewards"]["referral"])
        return self.referrer

    def invited(self, shopper: Shopper, tells: bool = True) -> Journey:
        """Return the journey of a friend, who has no account yet."""
        member = self.member
        tell = member.tell if tells else lambda step: None
        sides = replace(member.sides, shop=member.shop.without_token())
        return Journey(sides, tell, shopper)

    def buys(self, friend: Journey) -> Order:
        """Let a friend buy by the code; the member is rewarded at once."""
        order = friend.visit_by_invitation(self.referrer.code)
        self.compare(friend)
        return order

    def tries_herself(self) -> tuple[str, Referral]:
        """Let the member use her own code, as a guest with another address.

        Returns the sentence that the shop refuses with, and what staff see of it.
        """
        guest = self.invited(ADA_AGAIN)
        guest.browse()
        visit = guest.visit()
        before = visit.go_to_delivery().cart
        sentence = visit.try_own(self.referrer.code)
        referral = self.seen(ADA_AGAIN)
        self.member.differences += visit.differences
        self.member.differences += check_refused(referral, before, visit.shown)
        return sentence, referral

    def returns(self, friend: Journey, order: Order, share: int) -> Revocation:
        """Let staff refund one part in ``share`` of what is left of the order."""
        before = self.seen(friend.shopper)
        refund = friend.refund(order, share)
        after = self.seen(friend.shopper)
        taken = before.points_kept - after.points_kept
        self.member.differences += check_revoked(after, taken, refund, order)
        self.compare(friend)
        left = sum(posting.points for posting in friend.account.postings)
        return Revocation(refund, after.points_kept, left)

    def compare(self, friend: Journey) -> None:
        """Compare what the member is told with the ledger and the staff's list."""
        member = self.member
        account = member.look_at_account()
        member.differences += friend.differences
        friend.differences = []
        member.differences += check_referrer(self.look(), self.all_seen(), account)

    def seen(self, shopper: Shopper) -> Referral:
        """Return a friend as staff see them."""
        return next(one for one in self.all_seen() if one.email == shopper.email)

    def all_seen(self) -> list[Referral]:
        staff = self.member.sides.staff
        data = staff.ask(documents.REFERRALS, channel=self.channel)
        edges = data["rewardsReferrals"]["edges"]
        return [referral_of(edge["node"]) for edge in edges]
