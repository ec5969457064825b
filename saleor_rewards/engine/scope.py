"""Which lines count towards a rule and get its benefit."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import FrozenSet, Iterator, Tuple

from .snapshot import LineSnapshot

Ids = FrozenSet[str]
#: What an id is of (`"product"`, `"collection"` or `"category"`), and the id.
Key = Tuple[str, str]


@dataclass(frozen=True)
class IdFilter:
    """Ids let in and ids kept out; an empty `include` asks for nothing.

    >>> IdFilter(include=frozenset({"12"}), exclude=frozenset({"7"})).is_empty
    False
    """

    include: Ids = frozenset()
    exclude: Ids = frozenset()

    @property
    def is_empty(self) -> bool:
        """Whether this filter lets every id in."""
        return not (self.include or self.exclude)


@dataclass(frozen=True)
class Scope:
    """The lines of a rule.

    A line is in scope when it is in any `include` of any kind (or when no `include`
    is given at all) and in no `exclude`. Gift lines are in no scope. `Cart.view` finds
    the lines.

    >>> shoes = Scope(categories=IdFilter(include=frozenset({"9"})))
    >>> shoes.is_narrow, shoes.is_whole, Scope().is_whole
    (True, False, True)
    """

    products: IdFilter = field(default_factory=IdFilter)
    collections: IdFilter = field(default_factory=IdFilter)
    categories: IdFilter = field(default_factory=IdFilter)
    exclude_sale_items: bool = False
    exclude_non_shippable_items: bool = False

    @cached_property
    def include_keys(self) -> frozenset[Key]:
        """All ids let in, with what they are of."""
        return _keys(
            self.products.include, self.collections.include, self.categories.include
        )

    @cached_property
    def exclude_keys(self) -> frozenset[Key]:
        """All ids kept out, with what they are of."""
        return _keys(
            self.products.exclude, self.collections.exclude, self.categories.exclude
        )

    @property
    def is_narrow(self) -> bool:
        """Whether only named products, collections or categories are in scope."""
        return bool(self.include_keys)

    @property
    def is_whole(self) -> bool:
        """Whether every line is in scope."""
        excludes = self.exclude_sale_items or self.exclude_non_shippable_items
        return not (excludes or self.include_keys or self.exclude_keys)

    def holds(self, line: LineSnapshot) -> bool:
        """Tell whether `line` is in this scope.

        >>> line = LineSnapshot("7", "1", "2", 2, list_amount=2000, amount=1500)
        >>> Scope().holds(line), Scope(exclude_sale_items=True).holds(line)
        (True, False)
        """
        if not line.takes_part or (self.exclude_sale_items and line.on_sale):
            return False
        if self.exclude_non_shippable_items and not line.is_shippable:
            return False
        keys = frozenset(line_keys(line))
        if self.exclude_keys & keys:
            return False
        return not self.include_keys or bool(self.include_keys & keys)

    def covers(self, other: Scope) -> bool:
        """Tell whether every line in `other` is surely in this scope too.

        >>> sale = Scope(exclude_sale_items=True)
        >>> Scope().covers(sale), sale.covers(Scope()), sale.covers(sale)
        (True, False, True)
        """
        return self.is_whole or self == other


def line_keys(line: LineSnapshot) -> Iterator[Key]:
    """Yield all ids by which a scope can name `line`.

    >>> list(line_keys(LineSnapshot("7", "1", "2", 2, 2000, 2000, ("9",))))
    [('product', '1'), ('category', '9')]
    """
    yield "product", line.product_id
    for key in line.collection_ids:
        yield "collection", key
    for key in line.category_ids:
        yield "category", key


def _keys(products: Ids, collections: Ids, categories: Ids) -> frozenset[Key]:
    return frozenset(
        [("product", key) for key in products]
        + [("collection", key) for key in collections]
        + [("category", key) for key in categories]
    )
