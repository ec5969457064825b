"""What a checkout was shown and what an order got."""

from __future__ import annotations

from django.db import models

from .fields import DocumentField


class Receipt(models.Model):
    """The effects of an order with all that they were computed from.

    ``snapshot``, ``settings`` and the versions in ``rule_version_pks`` are the
    inputs, ``at`` the time they were read at, ``effects`` the outcome. An order
    that staff made without a checkout has no token.
    """

    id = models.BigAutoField(primary_key=True)
    checkout_token = models.CharField(max_length=36, null=True, blank=True, unique=True)
    order_pk = models.CharField(max_length=36, null=True, blank=True, unique=True)
    channel_pk = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()
    snapshot = DocumentField()
    settings = DocumentField()
    rule_version_pks = DocumentField(default=list)
    effects = DocumentField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"Receipt of checkout {self.checkout_token}"


class Quote(models.Model):
    """What a shopper was last shown, where Saleor itself keeps no trace of it."""

    checkout_token = models.CharField(max_length=36, primary_key=True)
    effects = DocumentField(default=list)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"Quote for checkout {self.checkout_token}"
