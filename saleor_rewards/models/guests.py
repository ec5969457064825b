"""What is kept of e-mail addresses that guests give, to bound what these tell."""

from __future__ import annotations

from django.db import models

from .fields import DocumentField


class NetworkLimit(models.Model):
    """Which e-mail addresses the guests of one network gave of late.

    ``network`` is a keyed hash, ``addresses`` is ``[[hash, Unix time], ...]``.
    ``refused_at`` is when one of them was last beyond the limit.
    """

    id = models.BigAutoField(primary_key=True)
    network = models.CharField(max_length=64, unique=True)
    addresses = DocumentField(default=list)
    refused_at = models.DateTimeField(null=True, blank=True)
    noted_at = models.DateTimeField(db_index=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"Addresses of network {self.pk}"


class TypedAddress(models.Model):
    """The e-mail address that a guest last gave for a checkout, as a keyed hash.

    ``is_told`` says whether offers may tell of its owner. Of an address that is not
    the checkout's any more it says nothing.
    """

    id = models.BigAutoField(primary_key=True)
    checkout_token = models.CharField(max_length=36, unique=True)
    digest = models.CharField(max_length=64)
    is_told = models.BooleanField()
    typed_at = models.DateTimeField()

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return f"Address of checkout {self.checkout_token}"
