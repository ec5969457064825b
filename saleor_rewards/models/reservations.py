"""What is bound to one completion of a checkout."""

from __future__ import annotations

from django.db import models
from django.db.models import Q


class Pledge(models.Model):
    """The points and places of a checkout, bound while its order is being placed.

    ``gate_at`` is when the gate last let the checkout through, ``gate_count`` how often
    it did. A pledge with an order has ended by it; one without is open.
    """

    id = models.BigAutoField(primary_key=True)
    checkout_token = models.CharField(max_length=36, db_index=True)
    order_pk = models.CharField(max_length=36, null=True, blank=True, unique=True)
    gate_at = models.DateTimeField()
    gate_count = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)
        constraints = [
            models.UniqueConstraint(
                fields=("checkout_token",),
                condition=Q(order_pk=None),
                name="rewards_pledge_once_open",
            )
        ]

    def __str__(self) -> str:
        return f"Pledge of checkout {self.checkout_token}"
