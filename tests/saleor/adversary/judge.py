"""Judges from the database what the adversary left, and says what does not fit."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from decimal import Decimal
from importlib import import_module
from typing import Iterator

from saleor_rewards.host.capabilities import capabilities
from saleor_rewards.ledger.verify import verify
from saleor_rewards.models import Entry, EntryKind, Hold, Receipt, Settlement

from . import judge_carts, judge_codes, judge_log, trace
from .discounts import ON_ONE_PIECE
from .journal import NATIVE, RULES, SWITCHES
from .run import Outcome
from .views import OrderView

TABLES = import_module(f"{__package__}.tables_{capabilities.adapter}")

CATEGORIES = {
    "1": "an order's rows, its total and its receipt do not say the same",
    "2": "the points that an order took are not what points took off it",
    "3": "points come from nothing, or are owed for no reason",
    "4": "a paid cart never became an order because of us",
    "4b": "a paid cart became an order only after we refused it",
    "5": "a code's counter is not the number of orders that used it, because of us",
    "6": "an order has no receipt of its own",
    "7": "the server, or a task, failed",
    "8": "a live code of ours stood in no row of ours",
    "9": "a shopper was told a code of ours",
    "10": "an order costs more than its shopper was shown before paying",
    "11": "an order got something of ours while the plugin was off",
    "12": "a cart costs more with the plugin than without",
    "13": "a shopper's own code went away",
    "N": "an order costs less than its shopper was shown before paying",
    "L": "a hook or task gave way to a lock, and something later makes up for it",
    "S": "Saleor's own: the product has no part in it",
}


#: Told, and no fault of the product's.
NOT_OURS = ("L", "N", "S")


@dataclass(frozen=True)
class Difference:
    """One thing that does not fit; ``about`` is an order, a cart, a code, an account."""

    category: str
    about: str
    text: str
    token: str = ""


@dataclass
class Verdict:
    """All differences, and how much was looked at."""

    outcome: Outcome
    orders: list[OrderView] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)

    @property
    def ours(self) -> list[Difference]:
        """Those that the product answers for."""
        return [one for one in self.differences if one.category not in NOT_OURS]

    def lines(self) -> Iterator[str]:
        """Yield a line for each difference with its story, and the summary."""
        journal = self.outcome.journal
        told = ""
        for one in self.differences:
            yield f"[{one.category}] seed {journal.seed} {one.about}: {one.text}"
            if one.token not in ("", told) and one.category != "S":
                yield journal.story(one.token)
                if one.category not in NOT_OURS:
                    yield from trace.lines(journal, one.token)
                told = one.token
            if one.category in {"4", "10", "11", "12", "13"}:
                for kind in (SWITCHES, NATIVE, RULES):
                    yield f"    {kind}:"
                    yield journal.story(kind, last=150)
        yield from self.summary()

    def summary(self) -> Iterator[str]:
        """Yield the counts."""
        journal = self.outcome.journal
        counts = Counter(one.category for one in self.differences)
        yield f"seed {journal.seed}"
        yield f"requests {sum(journal.requests.values())}, orders {len(self.orders)}"
        yield f"by kind: {dict(journal.requests.most_common())}"
        yield f"carts compared with what they cost without: {journal.compared}"
        yield f"refusals: {dict(journal.refusals.most_common(40))}"
        for category, sentence in CATEGORIES.items():
            yield f"category {category:2}: {counts[category]:5}  {sentence}"


def judge(outcome: Outcome) -> Verdict:
    """Look at every order, account, code, cart and at the log."""
    verdict = Verdict(outcome)
    stranded = list(judge_carts.stranded(outcome, TABLES))
    verdict.orders = list(TABLES.orders())
    ordered = {order.token for order in verdict.orders}
    verdict.differences += [
        replace(one, category="4b") if one.token in ordered else one for one in stranded
    ]
    for order in verdict.orders:
        verdict.differences += _order(order, outcome)
        verdict.differences += judge_codes.prices(outcome, order)
        verdict.differences += judge_codes.while_off(outcome, order)
    verdict.differences += _receipts(verdict.orders)
    verdict.differences += _points(outcome, verdict.orders)
    verdict.differences += judge_carts.codes(outcome, TABLES)
    verdict.differences += judge_codes.kept_codes(outcome, verdict.orders)
    verdict.differences += judge_codes.dearer(outcome)
    verdict.differences += judge_codes.secrets(outcome)
    verdict.differences += judge_log.faults(outcome)
    return verdict


def _order(order: OrderView, outcome: Outcome) -> Iterator[Difference]:
    about, token = f"order {order.pk}", order.token
    receipt = _receipt_of(order)
    effects = receipt.effects if receipt else []
    told = {kind: _worth(effects, kind) for kind in ("LINE", "POINTS", "SHIPPING")}
    whole = sum(told.values(), Decimal(0))
    rows = None if order.rows is None else order.rows + (order.shipping or 0)
    if order.given is not None and {order.given, whole, rows} - {None, whole}:
        text = f"given away {order.given}, rows {rows}, receipt {whole} {told}"
        # Saleor writes down a share of the price that one piece has before our rows.
        is_saleors = rows == whole and (
            order.code == ON_ONE_PIECE
            or judge_carts.raced_a_code(outcome, token)
            or (order.has_promotion and judge_carts.raced_itself(outcome, token))
        )
        # Where no rows tell, a card that came while it was ordered is no code of ours.
        is_saleors |= rows is None and judge_carts.raced_a_code(outcome, token, "CARD")
        yield Difference("S" if is_saleors else "1", about, text, token)
    holds = Hold.objects.filter(order_pk=order.pk)
    taken = sum(hold.points_captured for hold in holds)
    worth = told["POINTS"] if order.points is None else order.points
    if Decimal(taken) / 100 != worth:
        text = f"points took {worth} off, {taken} points were taken"
        yield Difference("2", about, f"{text} (receipt: {told['POINTS']})", token)
    if receipt is None and (order.rows or order.given):
        # What a code is worth that came while it was ordered is told by nothing.
        is_saleors = not order.rows and judge_carts.raced_a_code(outcome, token)
        text = "no receipt, and something was given"
        yield Difference("S" if is_saleors else "6", about, text, token)


def _receipt_of(order: OrderView) -> Receipt | None:
    mine = Receipt.objects.filter(order_pk=order.pk).first()
    return (
        mine
        or Receipt.objects.filter(checkout_token=order.token, order_pk=None).first()
    )


def _worth(effects: list[dict], kind: str) -> Decimal:
    minor = sum(e["amount"] for e in effects if e["type"] == f"{kind}_DISCOUNT")
    return Decimal(minor) / 100


def _receipts(orders: list[OrderView]) -> Iterator[Difference]:
    by_token = Counter(order.token for order in orders)
    tokens = {order.pk: order.token for order in orders}
    for receipt in Receipt.objects.exclude(order_pk=None):
        own = tokens.get(receipt.order_pk)
        if own is None or receipt.checkout_token not in (None, own):
            text = f"its receipt is of checkout {receipt.checkout_token}"
            yield Difference("6", f"order {receipt.order_pk}", text)
    for order in orders:
        if by_token[order.token] > 1:
            mine = Receipt.objects.filter(order_pk=order.pk).count()
            if not mine and (order.rows or order.given):
                text = "one of several orders of its checkout, without a receipt"
                yield Difference("6", f"order {order.pk}", text, order.token)


def _points(outcome: Outcome, orders: list[OrderView]) -> Iterator[Difference]:
    by_pk = {order.pk: order for order in orders}
    for found in verify():
        yield Difference("3", f"account {found.account_pk}", str(found))
    owing = Entry.objects.filter(kind=EntryKind.CAPTURE, points_debt__gt=0)
    for entry in owing:
        order = by_pk.get(entry.order_pk)
        text = f"it took {entry.points_debt} points that the account had no more"
        token = order.token if order else ""
        yield Difference("3", f"order {entry.order_pk}", text, token)
    for settlement in Settlement.objects.filter(points_earned__gt=0):
        order = by_pk.get(settlement.order_pk)
        if order is None or order.cards is None:
            continue
        earned, whole = settlement.points_earned, order.total + order.cards
        if earned > whole or not order.paid + order.cards:
            text = f"it earned {earned} points for {whole}, paid {order.paid}"
            # Its lines are of before the code, its total of after it.
            raced = judge_carts.raced_a_code(outcome, order.token)
            category = "S" if raced and earned <= order.paid else "3"
            yield Difference(category, f"order {order.pk}", text, order.token)
