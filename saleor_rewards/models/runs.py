"""Long work that goes on after the request or the night that asked for it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .choices import DescribedChoices
from .fields import DocumentField
from .programs import Program


class BalanceImport(models.Model):
    """A CSV of balances that staff sent, worked off row by row.

    ``author`` is who sent it, as ``User:7``; of a user it keeps the key too and, as
    long as rows are left, the address. ``points_tried`` is what a dry run would have
    given so far; ``finished_at`` is when no row was left.
    """

    id = models.BigAutoField(primary_key=True)
    program = models.ForeignKey(
        Program, related_name="balance_imports", on_delete=models.PROTECT
    )
    author = models.CharField(max_length=64)
    author_user_pk = models.PositiveIntegerField(null=True, blank=True)
    author_email = models.CharField(max_length=254, blank=True, default="")
    is_dry_run = models.BooleanField()
    points_tried = models.BigIntegerField(default=0)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        indexes = [
            models.Index(
                fields=("created_at",),
                condition=Q(finished_at=None),
                name="rewards_import_open",
            )
        ]

    def __str__(self) -> str:
        return f"Import {self.pk}"


class ImportRowStatus(DescribedChoices):
    QUEUED = "queued", "Its turn has not come yet.", "Queued"
    READY = "ready", "A dry run: it would be imported.", "Would be imported"
    IMPORTED = "imported", "Its points were added.", "Imported"
    UNCHANGED = (
        "unchanged",
        "It was imported before, and counts once.",
        "Was imported before",
    )
    WAITING = (
        "waiting",
        "It waits for a second member of staff to decide on it.",
        "Waits for a second member of staff",
    )
    FAILED = (
        "failed",
        "Nothing was added: `code`, `field` and `message` say why.",
        "Failed",
    )


class BalanceImportRow(models.Model):
    """One row of an import, and what became of it.

    ``number`` counts rows below the header from 1, ``line`` lines of the file.
    ``values`` is what is to be posted; it goes as soon as that is done, since it names
    a person. ``code``, ``field`` and ``message`` say why a row failed.
    """

    id = models.BigAutoField(primary_key=True)
    # The unique constraint serves as its index.
    balance_import = models.ForeignKey(
        BalanceImport, related_name="rows", on_delete=models.CASCADE, db_index=False
    )
    number = models.PositiveIntegerField()
    line = models.PositiveIntegerField()
    status = models.CharField(
        max_length=9, choices=ImportRowStatus.choices, default=ImportRowStatus.QUEUED
    )
    values = DocumentField(null=True, blank=True)
    code = models.CharField(max_length=64, blank=True, default="")
    field = models.CharField(max_length=64, blank=True, default="")
    message = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("balance_import", "number"), name="rewards_import_row_number"
            )
        ]
        indexes = [
            models.Index(
                fields=("balance_import", "status", "number"),
                name="rewards_import_row_status",
            )
        ]

    def __str__(self) -> str:
        return f"Row {self.number} of import {self.balance_import_id}"


class ReconcileRun(models.Model):
    """One reconciliation of the ledger with the orders.

    ``started_at`` and ``transaction_id`` are the clock and the oldest transaction of
    the database under way when it began: whatever changed before them was seen by it.
    ``settings_digest`` names how points and referrals worked then. ``since_at`` and
    ``since_transaction_id`` are those of the good run that it goes on from, null where
    it looks at every order.
    """

    id = models.BigAutoField(primary_key=True)
    started_at = models.DateTimeField()
    transaction_id = models.BigIntegerField()
    settings_digest = models.CharField(max_length=64)
    since_at = models.DateTimeField(null=True, blank=True)
    since_transaction_id = models.BigIntegerField(null=True, blank=True)
    orders = models.PositiveIntegerField(default=0)
    settled = models.PositiveIntegerField(default=0)
    failed = models.PositiveIntegerField(default=0)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"Reconciliation {self.pk}"
