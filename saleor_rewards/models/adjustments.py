"""Points that staff give by hand: how many a day, and what waits for a second one."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from .choices import DescribedChoices
from .constraints import Check
from .points import Account
from .programs import Program


class StaffAllowance(models.Model):
    """How many points one member of staff, or app, gave by hand on one day.

    ``author`` is as ``User:7``, ``day`` one of the program's time zone.
    """

    id = models.BigAutoField(primary_key=True)
    program = models.ForeignKey(Program, related_name="+", on_delete=models.PROTECT)
    author = models.CharField(max_length=64)
    day = models.DateField(db_index=True)
    points_given = models.BigIntegerField(default=0)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("program", "author", "day"), name="rewards_staff_allowance_once"
            ),
            Check(
                rule=Q(points_given__gte=0), name="rewards_staff_allowance_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.points_given} points by {self.author} on {self.day}"


class AdjustmentState(DescribedChoices):
    WAITING = "waiting", "It waits for a second member of staff.", "Waiting"
    APPROVED = "approved", "Somebody approved it, and it was posted.", "Approved"
    DECLINED = "declined", "Somebody declined it.", "Declined"
    ERASED = "erased", "The person was erased before it was decided.", "Erased"


class PointsAdjustment(models.Model):
    """Points beyond what one member of staff may give a day, until another decides.

    ``key`` is that of the entry to be posted, ``author`` who entered it and
    ``decided_by`` who approved or declined it, as ``User:7``. Both reasons are empty
    once the person is erased.
    """

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(
        Account, related_name="adjustments", on_delete=models.PROTECT
    )
    points = models.BigIntegerField()
    expires_at = models.DateTimeField(null=True, blank=True)
    key = models.CharField(max_length=160, unique=True)
    reason = models.TextField(blank=True, default="")
    author = models.CharField(max_length=64)
    entered_at = models.DateTimeField()
    state = models.CharField(
        max_length=8, choices=AdjustmentState.choices, default=AdjustmentState.WAITING
    )
    decided_by = models.CharField(max_length=64, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)
    decision_reason = models.TextField(blank=True, default="")

    class Meta:
        ordering = ("pk",)
        constraints = [
            Check(rule=Q(points__gt=0), name="rewards_adjustment_positive"),
        ]
        indexes = [
            models.Index(
                fields=("id",),
                condition=Q(state="waiting"),
                name="rewards_adjustment_waiting",
            )
        ]

    def __str__(self) -> str:
        return f"{self.points} points by {self.author}"
