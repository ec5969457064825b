"""What speaks against a referral, how much it weighs, and the verdict.

From what was typed in to a verdict it takes four steps, and every one is pure but the
key of the hashes:

1. `trails.trail_of(digest, emails=..., addresses=..., cards=..., ips=...)` turns what
   is known of a person into normal forms and those into keyed hashes.
2. `Facts(...)` puts side by side the trails of the referrer, of the referee and of
   other referees, with some counts and dates.
3. `weigh(facts, weights)` says which signals there are.
4. `verdict_of(signals, review_weight, reject_weight)` sums them up.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Iterator, Mapping, NamedTuple, Sequence

from ..described import Described
from .trails import Trail

ALLOW = "allow"
REVIEW = "review"
REJECT = "reject"


class SignalCode(Described):
    """What can speak against a referral.

    >>> SignalCode("SAME_CARD").name
    'SAME_CARD'
    """

    SAME_ACCOUNT = "SAME_ACCOUNT", "Referrer and friend are one account."
    SAME_EMAIL = (
        "SAME_EMAIL",
        "Their e-mail addresses lead to one mailbox: tags behind a plus, dots at "
        "Gmail, quotes, other names of one provider.",
    )
    SAME_ADDRESS = (
        "SAME_ADDRESS",
        "They have a postal address in common, however it is spelled. The number of "
        "the flat counts.",
    )
    SAME_CARD = "SAME_CARD", "They paid with one card. Wallets show none."
    SAME_IP = "SAME_IP", "They came from one network."
    REPEATED_EMAIL = (
        "REPEATED_EMAIL",
        "Another friend, of any member, has the same mailbox.",
    )
    REPEATED_CARD = (
        "REPEATED_CARD",
        "The order of another friend, of any member, was paid with the same card.",
    )
    REPEATED_ADDRESS = (
        "REPEATED_ADDRESS",
        "Another friend of the same member has the same postal address.",
    )
    REPEATED_IP = (
        "REPEATED_IP",
        "Three or more other friends of the same member came from the same network.",
    )
    YOUNG_ACCOUNT = "YOUNG_ACCOUNT", "The referrer's account was less than a day old."
    NEVER_ORDERED = "NEVER_ORDERED", "The referrer has not ordered anything."
    BURST = (
        "BURST",
        "More than five friends of one member placed orders within a day, and paid.",
    )
    CIRCLE = (
        "CIRCLE",
        "The friend brought the referrer, or who brought the referrer, and so on.",
    )
    CHAIN = (
        "CHAIN",
        "The referrer was brought less than two days before, by someone who was "
        "brought less than two days before that.",
    )
    NOT_FIRST_ORDER = "NOT_FIRST_ORDER", "The friend had ordered before."
    RETURNED_GOODS = (
        "RETURNED_GOODS",
        "Half or more of the referrer's friends, and at least two, returned all they "
        "had bought.",
    )


#: Weights unless a policy says otherwise. By default 50 holds a claim for review and
#: 100 rejects it.
DEFAULT_WEIGHTS: Mapping[SignalCode, int] = {
    SignalCode.SAME_ACCOUNT: 100,
    SignalCode.SAME_EMAIL: 100,
    SignalCode.SAME_ADDRESS: 50,
    SignalCode.SAME_CARD: 60,
    SignalCode.SAME_IP: 25,
    SignalCode.REPEATED_EMAIL: 60,
    SignalCode.REPEATED_CARD: 60,
    SignalCode.REPEATED_ADDRESS: 20,
    SignalCode.REPEATED_IP: 50,
    SignalCode.YOUNG_ACCOUNT: 25,
    SignalCode.NEVER_ORDERED: 25,
    SignalCode.BURST: 50,
    SignalCode.CIRCLE: 70,
    SignalCode.CHAIN: 50,
    SignalCode.NOT_FIRST_ORDER: 100,
    SignalCode.RETURNED_GOODS: 50,
}

#: What people who live, study or work together have in common without cheating. Of
#: these the heaviest counts whole and the others by half: together they hold a claim
#: for review, and it takes something else to reject it.
HOUSEHOLD = frozenset(
    {
        SignalCode.SAME_ADDRESS,
        SignalCode.SAME_CARD,
        SignalCode.SAME_IP,
        SignalCode.REPEATED_ADDRESS,
        SignalCode.REPEATED_IP,
    }
)

YOUNG = timedelta(days=1)
#: Orders of one referrer's friends within a day that are not many yet.
FEW_ORDERS = 5
#: Friends of one referrer from one network that are not several yet.
FEW_FROM_ONE_NETWORK = 3
#: So many links, each made this soon after the one before, are a chain.
CHAIN_LINKS = 2
CHAIN_PACE = timedelta(days=2)
#: Fewer returns than this say nothing.
LEAST_RETURNS = 2


class Signal(NamedTuple):
    """One thing that speaks against a referral, and its weight.

    >>> Signal(SignalCode.SAME_IP, 25).weight
    25
    """

    code: SignalCode
    weight: int


@dataclass(frozen=True)
class Link:
    """Who brought somebody, and when that was claimed.

    >>> Link.__annotations__["claimed_at"]
    'datetime'
    """

    claimed_at: datetime
    user_pk: int | None = None
    emails: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Facts:
    """All that a verdict goes by.

    `at` is when the claim was made. `referrer` and `referee` are what the two left:
    e-mail addresses of accounts and orders, shipping and billing addresses, cards that
    paid, networks. `siblings` are the trails of the referrer's other referees,
    `strangers` those of other members' referees. Both are of those alone whose orders
    were paid, as anybody can claim anything, and did not lapse; only those that have
    something in common with this one are needed. `brought_by` leads from who brought
    the referrer to who brought them, and so on. `orders_of_day` counts the referrer's
    referees with a paid order that was placed within 24 hours of this one's, before or
    after, this one too. `orders_before` counts the referee's orders before the one that
    counts. `referees_paid` counts the referrer's referees whose order was paid, those
    of `referees_returned` too, whose order was taken back whole.

    >>> at = datetime(2024, 5, 1)
    >>> Facts(at, referrer_user_pk=7, referee_user_pk=7).is_same_account
    True
    """

    at: datetime
    referrer_user_pk: int | None = None
    referee_user_pk: int | None = None
    referrer: Trail = field(default_factory=Trail)
    referee: Trail = field(default_factory=Trail)
    siblings: Sequence[Trail] = ()
    strangers: Sequence[Trail] = ()
    brought_by: Sequence[Link] = ()
    referrer_joined_at: datetime | None = None
    referrer_orders: int = 1
    orders_of_day: int = 1
    orders_before: int = 0
    referees_paid: int = 0
    referees_returned: int = 0

    @property
    def is_same_account(self) -> bool:
        """Whether the referee is the referrer."""
        known = self.referrer_user_pk is not None
        return known and self.referrer_user_pk == self.referee_user_pk


def weigh(facts: Facts, weights: Mapping[str, int]) -> tuple[Signal, ...]:
    """Return what speaks against a referral, sorted as `SignalCode` is.

    `weights` are those that differ from `DEFAULT_WEIGHTS`, by code; what weighs 0 is
    left out.

    >>> at = datetime(2024, 5, 1)
    >>> card = Trail(cards=frozenset({"c1"}), ips=frozenset({"i1"}))
    >>> facts = Facts(at, referrer=card, referee=card)
    >>> [(signal.code.name, signal.weight) for signal in weigh(facts, {})]
    [('SAME_CARD', 60), ('SAME_IP', 12)]
    >>> [signal.code.name for signal in weigh(facts, {"SAME_IP": 0})]
    ['SAME_CARD']
    """
    found = {*_same(facts), *_repeated(facts), *_of_referrer(facts), *_of_past(facts)}
    weighed = {
        code: weights.get(code.value, DEFAULT_WEIGHTS[code])
        for code in SignalCode
        if code in found
    }
    shared = [code for code in weighed if code in HOUSEHOLD]
    heaviest = max(shared, key=lambda code: weighed[code], default=None)
    for code in shared:
        if code is not heaviest:
            weighed[code] //= 2
    return tuple(Signal(code, weight) for code, weight in weighed.items() if weight)


def verdict_of(
    signals: Sequence[Signal], review_weight: int = 50, reject_weight: int = 100
) -> str:
    """Return `"allow"`, `"review"` or `"reject"` by the sum of the weights.

    >>> verdict_of([Signal(SignalCode.SAME_CARD, 60)])
    'review'
    """
    weight = sum(signal.weight for signal in signals)
    if weight >= reject_weight:
        return REJECT
    return REVIEW if weight >= review_weight else ALLOW


def _same(facts: Facts) -> Iterator[SignalCode]:
    referrer, referee = facts.referrer, facts.referee
    if facts.is_same_account:
        yield SignalCode.SAME_ACCOUNT
    if referrer.emails & referee.emails:
        yield SignalCode.SAME_EMAIL
    if referrer.addresses & referee.addresses:
        yield SignalCode.SAME_ADDRESS
    if referrer.cards & referee.cards:
        yield SignalCode.SAME_CARD
    if referrer.ips & referee.ips:
        yield SignalCode.SAME_IP


def _repeated(facts: Facts) -> Iterator[SignalCode]:
    referee, siblings = facts.referee, facts.siblings
    for other in (*siblings, *facts.strangers):
        if other.emails & referee.emails:
            yield SignalCode.REPEATED_EMAIL
        if other.cards & referee.cards:
            yield SignalCode.REPEATED_CARD
    if any(other.addresses & referee.addresses for other in siblings):
        yield SignalCode.REPEATED_ADDRESS
    near = sum(1 for other in siblings if other.ips & referee.ips)
    if near >= FEW_FROM_ONE_NETWORK:
        yield SignalCode.REPEATED_IP


def _of_referrer(facts: Facts) -> Iterator[SignalCode]:
    joined_at = facts.referrer_joined_at
    if joined_at is not None and facts.at - joined_at < YOUNG:
        yield SignalCode.YOUNG_ACCOUNT
    if not facts.referrer_orders:
        yield SignalCode.NEVER_ORDERED
    if facts.orders_of_day > FEW_ORDERS:
        yield SignalCode.BURST
    returned = facts.referees_returned
    if returned >= LEAST_RETURNS and 2 * returned >= facts.referees_paid:
        yield SignalCode.RETURNED_GOODS


def _of_past(facts: Facts) -> Iterator[SignalCode]:
    if any(_is_referee(link, facts) for link in facts.brought_by):
        yield SignalCode.CIRCLE
    if _chain_length(facts) >= CHAIN_LINKS:
        yield SignalCode.CHAIN
    if facts.orders_before:
        yield SignalCode.NOT_FIRST_ORDER


def _is_referee(link: Link, facts: Facts) -> bool:
    by_account = link.user_pk is not None and link.user_pk == facts.referee_user_pk
    return by_account or bool(link.emails & facts.referee.emails)


def _chain_length(facts: Facts) -> int:
    length, later = 0, facts.at
    for link in facts.brought_by:
        if later - link.claimed_at > CHAIN_PACE:
            break
        length, later = length + 1, link.claimed_at
    return length
