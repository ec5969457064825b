"""A merchant's scheme for one channel, its rules and their versions."""

from __future__ import annotations

from django.db import models
from django.utils.functional import cached_property

from ..engine import RuleDefinition, RuleErrors, parse_rule
from .choices import DescribedChoices
from .fields import DocumentField


class VoucherSlot(DescribedChoices):
    """What free shipping does when the shopper's own code holds the voucher slot."""

    WORTH_AS_LINES = (
        "worth_as_lines",
        "The worth of the free shipping comes off the lines.",
        "Give its worth off the lines",
    )
    WITHHOLD = "withhold", "Free shipping is withheld.", "Withhold it"


class Guests(DescribedChoices):
    """How guests are judged where an offer goes by who the shopper is."""

    BY_ADDRESS = "by_address", "By the e-mail address that they give"
    SIGNED_IN = "signed_in", "Not before they sign in to a confirmed account"


class Program(models.Model):
    """The scheme of one channel; ``channel_pk`` is Saleor's channel."""

    id = models.BigAutoField(primary_key=True)
    channel_pk = models.PositiveIntegerField(unique=True)
    is_active = models.BooleanField(default=True)
    name = models.CharField(max_length=255, blank=True, default="")
    cap_percent = models.DecimalField(
        max_digits=5, decimal_places=2, null=True, blank=True
    )
    time_zone = models.CharField(max_length=64, default="UTC")
    voucher_slot = models.CharField(
        max_length=16, choices=VoucherSlot.choices, default=VoucherSlot.WORTH_AS_LINES
    )
    guests = models.CharField(
        max_length=10, choices=Guests.choices, default=Guests.BY_ADDRESS
    )
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name or f"Program of channel {self.channel_pk}"


class RuleQuerySet(models.QuerySet):
    """Rules, picked by what a merchant did to them."""

    def in_force(self) -> RuleQuerySet:
        """Return what is switched on in programs that are, with current versions.

        Whether a rule runs by its own dates is not asked.
        """
        found = self.filter(is_active=True, deleted_at=None, program__is_active=True)
        return found.exclude(current=None).select_related("current").order_by("pk")


class Rule(models.Model):
    """What stays of a rule while its versions change.

    ``switched_at`` is when staff last switched it on or off.
    """

    id = models.BigAutoField(primary_key=True)
    program = models.ForeignKey(Program, related_name="rules", on_delete=models.PROTECT)
    is_active = models.BooleanField(default=True)
    switched_at = models.DateTimeField(null=True, blank=True)
    current = models.ForeignKey(
        "RuleVersion",
        related_name="+",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
    )
    created_at = models.DateTimeField(auto_now_add=True)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = RuleQuerySet.as_manager()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"Rule {self.pk}"


class RuleVersion(models.Model):
    """One wording of a rule, as receipts cite it.

    Rows are only ever added: a trigger in the database refuses to change or
    delete them, so that an old receipt can be computed again.
    """

    id = models.BigAutoField(primary_key=True)
    rule = models.ForeignKey(Rule, related_name="versions", on_delete=models.PROTECT)
    number = models.PositiveIntegerField()
    name = models.CharField(max_length=255)
    definition = DocumentField()
    created_at = models.DateTimeField(auto_now_add=True)
    created_by = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("rule", "number"), name="rewards_rule_version_number"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} (version {self.number})"

    @cached_property
    def is_readable(self) -> bool:
        """Whether the running engine can read it."""
        try:
            self.parsed()
        except RuleErrors:
            return False
        return True

    def parsed(self) -> RuleDefinition:
        """Return the rule as the engine takes it. Raises ``RuleErrors``."""
        return parse_rule(
            self.definition, id=self.rule_id, version=self.number, name=self.name
        )
