"""The postings of an account."""

from __future__ import annotations

from typing import Any

import graphene

from ...models import Account, Entry, EntryKind, EntryNote
from ..base import (
    DOC_CATEGORY,
    MANAGE_USERS,
    CountableConnection,
    DateTime,
    database,
    has_permission,
    slice_sorted,
)
from ..ids import global_id
from ..lookups import order_number
from ..numbers import in_int
from .enums import RewardsEntryKind
from .loaders import OrderByPkLoader


def _note(root: Entry, info: Any) -> EntryNote | None:
    """Return what staff wrote of a posting, to those who may read it."""
    if not has_permission(info.context, MANAGE_USERS):
        return None
    return getattr(root, "note", None)


class RewardsEntry(graphene.ObjectType):
    doc_category = DOC_CATEGORY

    kind = RewardsEntryKind(required=True, description="What it does.")
    at = DateTime(required=True, description="When it was posted.")
    points = graphene.Int(
        required=True,
        description="By how much the points went up or down, pending and held ones "
        "and debt counted in.",
    )
    pending = graphene.Int(required=True, description="What it adds to the pending.")
    available = graphene.Int(
        required=True, description="What it adds to the available."
    )
    held = graphene.Int(required=True, description="What it adds to the held.")
    debt = graphene.Int(required=True, description="What it adds to the debt.")
    waived = graphene.Int(
        required=True,
        description="What was let go: it should have been taken back, or was earned "
        "and did not fit, as the account is full.",
    )
    order_id = graphene.ID(description="ID of the order that it is about.")
    order_number = graphene.String(description="Number of that order.")
    rule_name = graphene.String(description="Name that the rule had.")
    reason = graphene.String(
        description="Why it was made by hand. For staff: null to all without "
        "MANAGE_USERS, the customer among them."
    )
    author = graphene.String(
        description="Who made it by hand, as User:7 or App:3. For staff: null to all "
        "without MANAGE_USERS, the customer among them."
    )

    class Meta:
        description = "One posting to an account. It never changes."
        interfaces = (graphene.relay.Node,)
        possible_types = (Entry,)

    @staticmethod
    def resolve_kind(root: Entry, _info: Any) -> str:
        return EntryKind(root.kind).name

    @staticmethod
    def resolve_points(root: Entry, _info: Any) -> int:
        owned = root.points_pending + root.points_available + root.points_held
        return in_int(owned - root.points_debt)

    @staticmethod
    def resolve_pending(root: Entry, _info: Any) -> int:
        return in_int(root.points_pending)

    @staticmethod
    def resolve_available(root: Entry, _info: Any) -> int:
        return in_int(root.points_available)

    @staticmethod
    def resolve_held(root: Entry, _info: Any) -> int:
        return in_int(root.points_held)

    @staticmethod
    def resolve_debt(root: Entry, _info: Any) -> int:
        return in_int(root.points_debt)

    @staticmethod
    def resolve_waived(root: Entry, _info: Any) -> int:
        return in_int(root.points_waived)

    @staticmethod
    def resolve_order_id(root: Entry, _info: Any) -> str | None:
        return global_id("Order", root.own_order_pk) if root.own_order_pk else None

    @staticmethod
    def resolve_order_number(root: Entry, info: Any) -> Any:
        if not root.own_order_pk:
            return None
        loading = OrderByPkLoader(info.context).load(root.own_order_pk)
        return loading.then(order_number)

    @staticmethod
    def resolve_rule_name(root: Entry, _info: Any) -> str | None:
        version = root.rule_version
        return version and version.name

    @staticmethod
    def resolve_reason(root: Entry, info: Any) -> str | None:
        note = _note(root, info)
        return note and note.reason

    @staticmethod
    def resolve_author(root: Entry, info: Any) -> str | None:
        note = _note(root, info)
        return note and note.author


class RewardsEntryCountableConnection(CountableConnection):
    class Meta:
        node = RewardsEntry


def resolve_entries(root: Account, info: Any, **args: Any) -> Any:
    """Return a page of an account's postings, newest first."""
    entries = (
        Entry.objects.using(database(info.context))
        .filter(account_id=root.pk)
        .select_related("rule_version", "note")
        .defer("moves", "rule_version__definition")
    )
    return slice_sorted(
        entries,
        info,
        args,
        RewardsEntryCountableConnection,
        fields=["pk"],
        is_descending=True,
    )
