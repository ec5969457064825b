"""Orders with all that their settlement goes by, read a chunk at a time."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Iterable, Mapping, Optional, Sequence, Tuple

from django.db.models import Q

from ..engine import CustomerSnapshot
from ..host.columns import was_brought
from ..host.current import host
from ..ledger import accounts
from ..ledger.facts import OrderFacts
from ..ledger.settle import (
    Agreement,
    Targets,
    Terms,
    earned_at,
    lapses_at,
    targets,
)
from ..models import (
    Account,
    AccountState,
    Guests,
    Hold,
    HoldState,
    PointsExpiry,
    PointsPolicy,
    Program,
    Receipt,
    Settlement,
    TierChange,
)
from ..programs.receipts import agreements, receipt_of
from ..programs.rulebook import points_in_force
from ..programs.settings import settings_of

#: Whose an account is: the program's key, the user's if there is one, else the e-mail.
Owner = Tuple[int, Optional[int], str]


@dataclass(frozen=True)
class Case:
    """One order: how it stands, what was agreed, what the ledger has of it.

    ``hold`` is what was put aside for the order's checkout and paid for it or can, or
    what the order took; ``stray_hold`` is what somebody else put aside who had the
    checkout before. ``payer`` is whose points paid, whoever the order names.
    ``policy`` is the program's of today. ``account_lapses_at`` is for an order that
    was never settled: when the points of its account lapse, if they do.
    ``receipt`` is not saved yet for an order that left none.
    """

    facts: OrderFacts
    program: Program
    receipt: Receipt | None
    agreement: Agreement
    settlement: Settlement | None
    hold: Hold | None
    stray_hold: Hold | None = None
    payer: Account | None = None
    policy: PointsPolicy | None = None
    account_lapses_at: datetime | None = None
    targets: Targets = field(init=False)

    def __post_init__(self) -> None:
        wanted = targets(self.facts, self.agreement)
        if self.agreement.terms is None and self.settlement is not None:
            # Without its receipt nobody knows what the order should have.
            spent, returned = wanted.points_spent, wanted.points_returned
            wanted = _as_settled(self.settlement)
            if spent:
                wanted = replace(wanted, points_spent=spent, points_returned=returned)
        object.__setattr__(self, "targets", wanted)

    @property
    def is_settled(self) -> bool:
        """Whether nothing is left to do."""
        return self.stray_hold is None and self.is_posted

    @property
    def is_posted(self) -> bool:
        """Whether the account that the order belongs to has all that it should."""
        settlement, wanted = self.settlement, self.targets
        if settlement is None:
            return not (
                self.has_points_aside
                or wanted.is_counted
                or wanted.points_spent
                or self.keeps_points
            )
        return (
            not self.has_points_aside
            and settlement.points_by_version == wanted.points_by_version
            and settlement.points_spent == wanted.points_spent
            and settlement.points_returned == wanted.points_returned
            and settlement.spend_amount == wanted.spend_amount
            and settlement.is_counted == wanted.is_counted
        )

    @property
    def lapses_at(self) -> datetime | None:
        """When all points lapse if this order was the last, ``None`` if it changes nothing.

        An order that is undone keeps no points, and a policy that the merchant left
        takes none.
        """
        terms, policy = self.agreement.terms, self.policy
        if terms is None or policy is None or self.facts.is_undone:
            return None
        if policy.expiry != PointsExpiry.AFTER_INACTIVITY:
            return None
        return lapses_at(self.facts, terms)

    @property
    def keeps_points(self) -> bool:
        """Whether points would lapse sooner without this order."""
        known, end = self.account_lapses_at, self.lapses_at
        return known is not None and end is not None and known < end

    @property
    def has_points_aside(self) -> bool:
        """Whether points are still put aside for the checkout that is an order now."""
        return self.hold is not None and self.hold.state == HoldState.OPEN

    @property
    def is_of_somebody(self) -> bool:
        """Whether there is an account, or somebody to open one for."""
        return _accounts_for(self) or bool(self.facts.user_pk or self.facts.email)


def cases(order_pks: Sequence[str]) -> list[Case]:
    """Return the orders among ``order_pks`` that points have to do with.

    The number of queries does not grow with that of the orders, but for those
    that left no receipt.
    """
    facts = host.orders(order_pks)
    return [
        case
        for case in _cases(list(facts.values()))
        if case.is_of_somebody
        and (case.agreement.terms or case.stray_hold or _accounts_for(case))
        and not _is_erased(case)
    ]


def _cases(orders: list[OrderFacts]) -> Iterable[Case]:
    tokens = [facts.checkout_token for facts in orders if facts.checkout_token]
    pks = [facts.order_pk for facts in orders]
    channels = {facts.channel_pk for facts in orders}
    programs = {
        program.channel_pk: program
        for program in Program.objects.select_related("points_policy").filter(
            channel_pk__in=channels
        )
    }
    settlements = {
        settlement.order_pk: settlement
        for settlement in Settlement.objects.select_related("account").filter(
            order_pk__in=pks
        )
    }
    holds = _holds(pks, tokens)
    receipts = _receipts(orders, pks, tokens, programs)
    payers = _payers(orders, receipts)
    agreed = _agreed(orders, receipts)
    new = [facts for facts in orders if facts.order_pk not in settlements]
    lapses = _lapses(new, agreed, programs)
    for facts in orders:
        program = programs.get(facts.channel_pk)
        if program is not None:
            owner = _owner(program.pk, facts.user_pk, facts.email)
            receipt = receipts.get(facts.order_pk)
            own, stray = _aside(holds, facts, receipt)
            yield Case(
                facts=facts,
                program=program,
                receipt=receipt,
                agreement=agreed.get(facts.order_pk, Agreement()),
                settlement=settlements.get(facts.order_pk),
                hold=holds.get(facts.order_pk) or own,
                stray_hold=stray,
                payer=payers.get(facts.order_pk),
                policy=_policy(program),
                account_lapses_at=lapses.get(owner),
            )


def _agreed(
    orders: Iterable[OrderFacts], receipts: Mapping[str, Receipt]
) -> dict[str, Agreement]:
    known = [facts for facts in orders if facts.order_pk in receipts]
    found = agreements((receipts[facts.order_pk], facts) for facts in known)
    return {facts.order_pk: agreement for facts, agreement in zip(known, found)}


def _aside(
    holds: Mapping[str, Hold], facts: OrderFacts, receipt: Receipt | None
) -> tuple[Hold | None, Hold | None]:
    """Return what was put aside for the order, and what is not to pay for it.

    Points that paid are of whoever put them aside, also where the checkout left its
    owner before it was an order. What was put aside after the order is for another
    one of the same checkout.
    """
    hold = holds.get(facts.checkout_token or "")
    if hold is None or hold.at > facts.ordered_at:
        return None, None
    has_paid = receipt is not None and receipt.points_redeemed > 0
    is_buyers = hold.account.user_pk == facts.user_pk
    return (hold, None) if has_paid or is_buyers else (None, hold)


def _payers(
    orders: Iterable[OrderFacts], receipts: Mapping[str, Receipt]
) -> dict[str, Account]:
    """Return whose points paid for the orders that points paid for, by order.

    Known by what was last put aside for the checkout, let go meanwhile or not.
    """
    paid = [
        facts
        for facts in orders
        if facts.order_pk in receipts and receipts[facts.order_pk].points_redeemed
    ]
    tokens = [facts.checkout_token for facts in paid if facts.checkout_token]
    if not tokens:
        return {}
    holds = Hold.objects.select_related("account").filter(checkout_token__in=tokens)
    known = list(holds.order_by("pk"))
    return {
        facts.order_pk: hold.account
        for facts in paid
        for hold in known
        if hold.checkout_token == facts.checkout_token and hold.at <= facts.ordered_at
    }


def _policy(program: Program) -> PointsPolicy | None:
    # A program that nobody gave a policy has no such attribute.
    return getattr(program, "points_policy", None)


def _lapses(
    orders: Iterable[OrderFacts],
    agreed: Mapping[str, Agreement],
    programs: Mapping[int, Program],
) -> dict[Owner, datetime]:
    """Return when the accounts lapse that these orders could keep, by owner.

    One query where there are such orders, none otherwise.
    """
    all_terms = {pk: agreement.terms for pk, agreement in agreed.items()}
    pks = {
        pk
        for pk, terms in all_terms.items()
        if terms is not None and terms.expiry == PointsExpiry.AFTER_INACTIVITY
    }
    owners = {
        _owner(programs[facts.channel_pk].pk, facts.user_pk, facts.email)
        for facts in orders
        if facts.order_pk in pks and facts.channel_pk in programs
    }
    if not owners:
        return {}
    known = Account.objects.filter(
        Q(user_pk__in={user_pk for _, user_pk, _ in owners if user_pk})
        | Q(user_pk=None, email__in={email for _, _, email in owners if email}),
        program__in={program_pk for program_pk, _, _ in owners},
        state=AccountState.OPEN,
        lapses_at__isnull=False,
    )
    return {
        _owner(one.program_id, one.user_pk, one.email): one.lapses_at for one in known
    }


def _owner(program_pk: int, user_pk: int | None, email: str) -> Owner:
    return program_pk, user_pk, email.lower() if user_pk is None else ""


def _holds(pks: Sequence[str], tokens: Sequence[str]) -> dict[str, Hold]:
    taken = Q(order_pk__in=pks)
    aside = Q(checkout_token__in=tokens, state=HoldState.OPEN)
    return {
        hold.order_pk or hold.checkout_token: hold
        for hold in Hold.objects.select_related("account").filter(taken | aside)
    }


def _receipts(
    orders: Iterable[OrderFacts],
    pks: Sequence[str],
    tokens: Sequence[str],
    programs: dict[int, Program],
) -> dict[str, Receipt]:
    """Return the receipts by order, those of orders without one made anew."""
    left = Q(checkout_token__in=tokens, order_pk=None)
    found = Receipt.objects.filter(Q(order_pk__in=pks) | left)
    by_token = {one.checkout_token: one for one in found if one.order_pk is None}
    by_order = {receipt.order_pk: receipt for receipt in found}
    receipts = {}
    for facts in orders:
        receipt = by_order.get(facts.order_pk)
        if receipt is None and facts.checkout_token:
            receipt = by_token.get(facts.checkout_token)
        program = programs.get(facts.channel_pk)
        if receipt is None and program is not None:
            receipt = made_receipt(facts, program)
        if receipt is not None:
            receipts[facts.order_pk] = receipt
    return receipts


def made_receipt(facts: OrderFacts, program: Program) -> Receipt | None:
    """Return a receipt, not saved, for an order that left none and earns points."""
    if not _may_earn(facts, program):
        return None
    terms = Terms.from_settings(settings_of(program)["points"])
    if earned_at(facts, terms) is None or facts.is_undone:
        return None
    if points_in_force(program.channel_pk) is None:
        # Whoever stops all offers wants no new points, but for those agreed on.
        return None
    return receipt_of(facts, program, _customer(facts, program))


def early_receipt(facts: OrderFacts, program: Program) -> Receipt | None:
    """Return the same for an order that earns points when it is paid, if it does.

    ``None`` while all offers are stopped, as nobody knows then what it is to earn.
    """
    if points_in_force(program.channel_pk) is None:
        return None
    receipt = receipt_of(facts, program, _customer(facts, program))
    if not _may_earn(facts, program):
        receipt.settings = {**receipt.settings, "points": None}
    return receipt


def _may_earn(facts: OrderFacts, program: Program) -> bool:
    policy = _policy(program)
    if policy is None or policy.since is None:
        return False
    is_on = program.is_active and policy.is_active
    return is_on and facts.ordered_at >= policy.since


def _customer(facts: OrderFacts, program: Program) -> CustomerSnapshot:
    account = accounts.find(program.pk, user_pk=facts.user_pk, email=facts.email)
    tier = TierChange.objects.filter(account=account, at__lte=facts.ordered_at)
    tier_pk = tier.order_by("-pk").values_list("tier_id", flat=True).first()
    return CustomerSnapshot(
        is_known=bool(facts.user_pk or facts.email),
        tier_id=None if tier_pk is None else str(tier_pk),
        has_referral=was_brought(facts, program) and not host.orders_before(facts),
        **_history(facts, program),
    )


def _history(facts: OrderFacts, program: Program) -> dict[str, Any]:
    """Return what a program goes by of who placed an order, as in the cart."""
    member = None
    if facts.user_pk is not None:
        member = host.people([facts.user_pk]).get(facts.user_pk)
    if member is not None and member.is_confirmed:
        return {"order_count": host.orders_before(replace(facts, email=member.email))}
    if program.guests == Guests.SIGNED_IN:
        return {}
    return {"has_ordered": host.orders_before(facts) > 0}


def _as_settled(settlement: Settlement) -> Targets:
    return Targets(
        points_by_version=settlement.points_by_version,
        points_spent=settlement.points_spent,
        points_returned=settlement.points_returned,
        spend_amount=settlement.spend_amount,
        is_counted=settlement.is_counted,
    )


def _accounts_for(case: Case) -> bool:
    return any(one is not None for one in (case.settlement, case.hold, case.payer))


def _is_erased(case: Case) -> bool:
    account = case.settlement.account if case.settlement else case.payer
    return account is not None and account.state == AccountState.ERASED
