"""Hangs our fields onto Saleor's schema right before Saleor builds it.

Nothing of graphene is imported until then: processes that never serve the API
start as fast as without us.
"""

from __future__ import annotations

import logging
import sys
from importlib.abc import MetaPathFinder
from typing import Any, Sequence

from . import mount_state

logger = logging.getLogger(__name__)

SCHEMA_MODULE = "saleor.graphql.api"


class _BeforeSchema(MetaPathFinder):
    """Finds no module; it is told of the import that builds the schema."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: Any = None
    ) -> None:
        if fullname == SCHEMA_MODULE:
            sys.meta_path.remove(self)
            _mount()


def install() -> None:
    """Arrange for the mounting; call it from ``AppConfig.ready()``."""
    if SCHEMA_MODULE in sys.modules:
        mount_state.state.too_late = True
        return
    sys.meta_path.insert(0, _BeforeSchema())


def _mount() -> None:
    try:
        from .fields import mount_fields

        mount_fields()
    except Exception as error:
        # A shop without our fields still sells; the system check speaks up.
        mount_state.state.fault = error
        logger.exception("REWARDS_SCHEMA_NOT_MOUNTED: the API goes on without rewards")
