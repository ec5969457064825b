"""Enums whose members carry a sentence that says what they mean.

The sentence stands beside the member, once: GraphQL's schema, the guides and the table
of errors read it from there. Knows nothing of Django or graphene.
"""

from __future__ import annotations

from enum import Enum
from typing import Any


class Described(Enum):
    """An enum whose members are each a value and a sentence.

    >>> class Answer(Described):
    ...     YES = "YES", "It is so."
    >>> Answer("YES") is Answer.YES, Answer.YES.value, Answer.YES.description
    (True, 'YES', 'It is so.')
    """

    _value_: Any
    description: str

    # Called with a value alone, the class looks for its member.
    def __new__(cls, value: Any, description: str = "") -> Any:
        member = object.__new__(cls)
        member._value_ = value
        member.description = description
        return member

    @property
    def pair(self) -> tuple[Any, str]:
        """The value and its sentence, for a member that means the same elsewhere.

        >>> class Answer(Described):
        ...     YES = "YES", "It is so."
        >>> class Reply(Described):
        ...     YES = Answer.YES.pair
        >>> Reply.YES.description
        'It is so.'
        """
        return self._value_, self.description
