"""What stands behind ``make test`` and ``make demo``.

Everything here runs before any environment exists, so it needs nothing but the
standard library of Python 3.9 or later. All that it makes lies under ``.build/``.
"""

import sys

if sys.version_info < (3, 9):
    sys.exit(
        "This needs Python 3.9 or later to start with (Saleor gets its own): "
        "give one with 'make PYTHON=/path/to/python3 ...'."
    )
