"""Posts what lies between the ledger and one order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Sum

from ..ledger.earning import earned_for
from ..ledger.settle import Terms, available_from, earned_at, expires_at
from ..models import Entry, EntryKind, Hold, HoldState, Settlement, Shortage
from ..programs.receipts import keep_grant
from .order_notes import tell_staff

if TYPE_CHECKING:
    from datetime import datetime

    from ..ledger import Book
    from .cases import Case


class Differences:
    """One case, to be posted to the book of the account that it belongs to.

    Each change of an order is a step; the keys of its entries name order and step,
    so that none of them is ever posted twice.
    """

    def __init__(self, book: Book, case: Case) -> None:
        facts = case.facts
        self.book = book
        self.case = case
        self.order_pk = facts.order_pk
        self.settlement = case.settlement or Settlement(
            order_pk=facts.order_pk,
            currency=facts.currency,
            ordered_at=facts.ordered_at,
        )

    def post(self) -> None:
        """Bring the ledger to the case's targets, under the account's lock.

        Credits come first, so that they pay for what is taken. Thus many small
        refunds end where one large one does.
        """
        self.settlement.step += 1
        self._keep_receipt()
        self._take_points()
        changes = self._changes()
        for version, points in changes.items():
            if points > 0:
                self._grant(version, points)
        self._give_back()
        for version, points in changes.items():
            if points < 0:
                self._reverse(version, -points)
        self._retake()
        self._keep_alive()
        self._note()

    def _keep_receipt(self) -> None:
        receipt = self.case.receipt
        if receipt is None:
            return
        keep_grant(receipt, self.case.facts, self.case.agreement)
        if receipt.pk is None:
            receipt.save(force_insert=True)
            tell_staff(receipt)
        else:
            receipt.save(update_fields=["grant"])

    def _take_points(self) -> None:
        """Keep what the order paid with; let go of what else was put aside for it."""
        facts = self.case.facts
        hold = Hold.objects.filter(
            checkout_token=facts.checkout_token or "",
            state=HoldState.OPEN,
            account=self.book.account,
            at__lte=facts.ordered_at,
        ).first()
        points = self.case.targets.points_spent - self.settlement.points_spent
        if points and hold is not None:
            self.book.capture(
                hold,
                points,
                key=self._key("capture"),
                order_pk=self.order_pk,
                lapses_at=self._lapses_at(),
            )
        elif points:
            self.book.spend(
                points,
                key=self._key("capture"),
                checkout_token=facts.checkout_token or "",
                order_pk=self.order_pk,
                lapses_at=self._lapses_at(),
            )
        elif hold is not None:
            self.book.release(hold, key=self._key("release"))

    def _changes(self) -> dict[int, int]:
        had = self.settlement.points_by_version
        wanted = self.case.targets.points_by_version
        return {
            int(version): wanted.get(version, 0) - had.get(version, 0)
            for version in sorted({*had, *wanted}, key=int)
        }

    def _grant(self, version_pk: int, points: int) -> None:
        """Undo what was taken back; what is more than that is earned now."""
        terms = self._terms
        had = self._had(version_pk)
        earned = earned_for(self.order_pk, version_pk)
        again = earned.on_account(had + points) - earned.on_account(had)
        if again:
            self.book.restore(
                again,
                key=self._key("restore", version_pk),
                order_pk=self.order_pk,
                rule_version_pk=version_pk,
            )
        more = earned.beyond(had, had + points)
        at = earned_at(self.case.facts, terms)
        if more and at is not None:
            self.book.earn(
                more,
                key=self._key("earn", version_pk),
                available_from=available_from(at, terms),
                expires_at=expires_at(at, terms),
                lapses_at=self._lapses_at(),
                order_pk=self.order_pk,
                rule_version_pk=version_pk,
            )

    @property
    def _terms(self) -> Terms:
        terms = self.case.agreement.terms
        # Without them nothing is granted, so that nothing differs.
        assert terms is not None
        return terms

    def _had(self, version_pk: int) -> int:
        return int(self.settlement.points_by_version.get(str(version_pk), 0))

    def _reverse(self, version_pk: int, points: int) -> None:
        """Take points back; of what a full account let go there is nothing to take."""
        had = self._had(version_pk)
        earned = earned_for(self.order_pk, version_pk)
        taken = earned.on_account(had) - earned.on_account(had - points)
        if not taken:
            return
        self.book.reverse(
            taken,
            key=self._key("reverse", version_pk),
            shortage=Shortage(self._terms.shortage),
            order_pk=self.order_pk,
            rule_version_pk=version_pk,
        )

    def _give_back(self) -> None:
        change = self._returned_change()
        if change > 0:
            points = change - min(change, self._waived())
            if points:
                self.book.give_back(self._hold(), points, key=self._key("return"))

    def _waived(self) -> int:
        """Return how many points of the order were let go and not made up for since.

        What a later refund gives back makes up for them first: otherwise a refund
        in parts would leave more than the same refund at once.
        """
        entries = Entry.objects.filter(
            order_pk=self.order_pk,
            kind__in=[EntryKind.REVERSE, EntryKind.RESTORE],
        )
        waived = entries.aggregate(points=Sum("points_waived"))["points"] or 0
        return max(0, waived - _withheld(self.case.settlement))

    def _retake(self) -> None:
        change = -self._returned_change()
        if change > 0:
            points = change - min(change, _withheld(self.case.settlement))
            if points:
                self.book.retake(self._hold(), points, key=self._key("retake"))

    def _returned_change(self) -> int:
        return self.case.targets.points_returned - self.settlement.points_returned

    def _hold(self) -> Hold:
        return Hold.objects.get(order_pk=self.order_pk)

    def _keep_alive(self) -> None:
        """Let an order that is placed keep the points, whatever becomes of it later."""
        end = self.case.lapses_at
        if end is not None and self.case.settlement is None:
            self.book.keep_until(end)

    def _note(self) -> None:
        wanted = self.case.targets
        settlement = self.settlement
        # Not that of before, which may have been merged into it a moment ago.
        settlement.account = self.book.account
        settlement.points_by_version = dict(wanted.points_by_version)
        settlement.points_earned = wanted.points_earned
        settlement.points_spent = wanted.points_spent
        settlement.points_returned = wanted.points_returned
        settlement.spend_amount = wanted.spend_amount
        settlement.is_counted = wanted.is_counted
        settlement.save()

    def _lapses_at(self) -> datetime | None:
        """Return when the balance lapses, no earlier than other orders moved it."""
        end = self.case.lapses_at
        known = self.book.account.lapses_at
        return end if end is None or known is None else max(end, known)

    def _key(self, verb: str, version_pk: int | None = None) -> str:
        parts = ["order", self.order_pk, verb, self.settlement.step]
        return ":".join(map(str, parts if version_pk is None else [*parts, version_pk]))


def _withheld(settlement: Settlement | None) -> int:
    """Return how many points a refund would have given back, had none been let go."""
    if settlement is None:
        return 0
    hold = Hold.objects.filter(order_pk=settlement.order_pk).first()
    return settlement.points_returned - (hold.points_returned if hold else 0)
