"""Choices of a column, and such as say in a sentence what they mean."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    # Django's come without types: a member would be the tuple that it is made of.
    from enum import Enum

    class TextChoices(str, Enum):
        """Choices whose members are texts, as mypy sees them."""

        choices: ClassVar[Any]
        values: ClassVar[Any]
        label: str
        value: str

        def __new__(cls, value: str, *_words: str) -> Any: ...

else:
    from django.db.models import TextChoices


class DescribedChoices(TextChoices):
    """Choices whose members are a value, a sentence for the API, and a label.

    Where the label says all, it stands alone, and the sentence is made of it.
    """

    _sentence: str

    def __new__(cls, value: str, sentence: str = "", *_label: str) -> Any:
        member = str.__new__(cls, value)
        member._value_ = value
        member._sentence = sentence
        return member

    @property
    def description(self) -> str:
        return self._sentence or f"{self.label}."
