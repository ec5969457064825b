"""Levels of members, and who was on which when."""

from __future__ import annotations

from django.db import models

from .choices import DescribedChoices
from .constraints import Check
from .programs import Program


class Tier(models.Model):
    """A level of a program, reached at ``threshold`` of the program's measure.

    The measure is the policy's: points, minor units of the program's currency,
    orders, or days. A deleted tier keeps its row, for histories to name it.
    """

    id = models.BigAutoField(primary_key=True)
    program = models.ForeignKey(Program, related_name="tiers", on_delete=models.PROTECT)
    name = models.CharField(max_length=255)
    threshold = models.BigIntegerField()
    deleted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("threshold", "pk")
        constraints = [
            Check(rule=models.Q(threshold__gte=0), name="rewards_tier_threshold"),
            models.UniqueConstraint(
                fields=("program", "threshold"),
                condition=models.Q(deleted_at=None),
                name="rewards_tier_once_a_threshold",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class TierReason(DescribedChoices):
    REACHED = (
        "reached",
        "The member reached the tier's threshold.",
        "Reached its threshold",
    )
    DOWNGRADED = (
        "downgraded",
        "The member fell below the threshold of the tier before.",
        "Fell below it",
    )
    CHANGED = (
        "changed",
        "The merchant changed the program's tiers.",
        "The program's tiers changed",
    )
    MERGED = (
        "merged",
        "The tier came with an account that was merged into this one.",
        "Came with a merged account",
    )


class TierChange(models.Model):
    """One step of a member's history; ``tier`` is null for no level at all."""

    id = models.BigAutoField(primary_key=True)
    account = models.ForeignKey(
        "saleor_rewards.Account", related_name="tier_changes", on_delete=models.PROTECT
    )
    tier = models.ForeignKey(
        Tier, related_name="+", null=True, blank=True, on_delete=models.PROTECT
    )
    reason = models.CharField(max_length=16, choices=TierReason.choices)
    at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"{self.account_id}: {self.reason}"
