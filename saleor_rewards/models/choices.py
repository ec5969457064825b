"""Choices of a column that say in a sentence what they mean."""

from __future__ import annotations

from typing import Any

from django.db import models


class DescribedChoices(models.TextChoices):
    """Choices whose members are a value, a sentence for the API, and a label.

    Where the label says all, it stands alone, and the sentence is made of it.
    """

    def __new__(cls, value: str, sentence: str = "") -> Any:
        member = str.__new__(cls, value)
        member._value_ = value
        member._sentence = sentence
        return member

    @property
    def description(self) -> str:
        return self._sentence or f"{self.label}."
