"""One JSON column for every Django that Saleor runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

try:
    from django.db.models import JSONField as NativeJSONField
except ImportError:  # Django before 3.1 has it among the PostgreSQL fields only.
    from django.contrib.postgres.fields import JSONField as NativeJSONField

if TYPE_CHECKING:
    # What a row keeps there is whatever JSON holds.
    DocumentField: Any
else:

    class DocumentField(NativeJSONField):
        """A ``jsonb`` column whose migrations read alike on Django 3.0 and 5.2.

        Both hosts know a JSON field, but under two names; a migration that named
        either could not run on the other.
        """

        def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
            name, _path, args, kwargs = super().deconstruct()
            path = f"{DocumentField.__module__}.{DocumentField.__qualname__}"
            return name, path, args, kwargs
