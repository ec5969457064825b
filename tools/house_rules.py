"""Rules of this repository that no linter has.

* A module has at most 400 lines, a function 40, its docstring not counted.
* The product has no ``float``: amounts are integers in minor units or decimals.
* Saleor's tables are read and written by the adapters alone, but for the plugin's
  configuration row.
"""

from __future__ import annotations

import ast
import sys
from pathlib import Path
from typing import Iterator

from .paths import ROOT

FOLDERS = ("saleor_rewards", "demo", "benchmarks", "tools", "tests")
MOST_LINES_OF_MODULE = 400
MOST_LINES_OF_FUNCTION = 40
MAY_TOUCH_SALEORS_TABLES = (
    "saleor_rewards/host/capabilities.py",
    "saleor_rewards/host/common.py",
    "saleor_rewards/host/saleor2/",
    "saleor_rewards/host/saleor3/",
    "saleor_rewards/programs/versions.py",
)


def too_long(tree: ast.Module, lines: int) -> Iterator[tuple[int, str]]:
    """Yield the line and the complaint for what is too long.

    >>> list(too_long(ast.parse("pass"), 401))
    [(1, 'the module has 401 lines')]
    """
    if lines > MOST_LINES_OF_MODULE:
        yield 1, f"the module has {lines} lines"
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            count = _lines_of(node)
            if count > MOST_LINES_OF_FUNCTION:
                yield node.lineno, f"{node.name} has {count} lines"


def _lines_of(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    lines = (node.end_lineno or node.lineno) - node.lineno + 1
    if ast.get_docstring(node) is not None:
        docstring = node.body[0]
        lines -= (docstring.end_lineno or docstring.lineno) - docstring.lineno + 1
    return lines


def floats(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield every ``float``, be it the name or a literal.

    >>> list(floats(ast.parse("a = 0.1")))
    [(1, 'a float')]
    """
    for node in ast.walk(tree):
        by_name = isinstance(node, ast.Name) and node.id == "float"
        literal = isinstance(node, ast.Constant) and isinstance(node.value, float)
        if by_name or literal:
            yield node.lineno, "a float"  # type: ignore[attr-defined]


def table_imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Yield the imports of Saleor's models, those for annotations left out.

    >>> list(table_imports(ast.parse("from saleor.order.models import Order")))
    [(1, 'imports saleor.order.models')]
    """
    for node in _without_annotations(tree):
        if isinstance(node, ast.ImportFrom) and node.level == 0:
            name = node.module or ""
            if name.startswith("saleor.") and name.endswith(".models"):
                yield node.lineno, f"imports {name}"


def _without_annotations(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield child
        yield from _without_annotations(child)


def complaints(path: Path) -> Iterator[str]:
    """Yield ``file:line: complaint`` for one Python file of the repository."""
    name = path.relative_to(ROOT).as_posix()
    text = path.read_text()
    tree = ast.parse(text)
    found = list(too_long(tree, text.count("\n")))
    if name.startswith("saleor_rewards/"):
        found += floats(tree)
        if not name.startswith(MAY_TOUCH_SALEORS_TABLES):
            found += table_imports(tree)
    for line, complaint in sorted(found):
        yield f"{name}:{line}: {complaint}"


def main() -> int:
    paths = [path for name in FOLDERS for path in sorted((ROOT / name).rglob("*.py"))]
    found = [
        complaint
        for path in paths
        if path.parent.name != "migrations"
        for complaint in complaints(path)
    ]
    print("\n".join(found) or f"{len(paths)} files keep the house rules.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
