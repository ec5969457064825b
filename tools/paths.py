"""Where things lie."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
#: Ignored by git; ``make clean`` removes it.
BUILD = ROOT / ".build"
#: Empty. Saleor's Celery puts the working directory first on Python's path, where the
#: source would hide the installed product.
NOWHERE = BUILD / "nowhere"
LOGS = BUILD / "logs"
REQUIREMENTS = ROOT / "requirements"
#: Programs of ours that run on the Python of a Saleor, not on the one of make.
INSIDE = ROOT / "tools" / "inside"
