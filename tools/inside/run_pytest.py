"""Runs pytest without putting the working directory on the path.

A host that installed our distribution has to import that one, not the source.
"""

import sys

del sys.path[0]

import pytest  # noqa: E402

sys.exit(pytest.console_main())
