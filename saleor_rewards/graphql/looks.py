"""Looks at a checkout before anything of it is resolved.

Saleor computes a total from what it loaded, and keeps it. If our look came after that,
the total would be the one of before; so the query for a checkout whose rewards are
asked for looks first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable

from django.utils import timezone

from ..plugin.guard import guarded
from ..plugin.tokens import token_in
from ..programs.versions import PLUGIN_ID
from .base import forget_checkout, instance_of, is_checkout_loaded
from .once import memory_of, once

if TYPE_CHECKING:
    from ..plugin.service import Look

FIELD = "rewards"

#: Under which what came of a look is kept, with the key of the checkout.
LOOK, READ_AGAIN = "look", "read again"


def look_of(checkout: Any, info: Any) -> Look | None:
    """Return the look that came first, or look now, too late to mend the answer."""
    _let_others_go_on(info)
    return once(  # type: ignore[no-any-return]
        info, (LOOK, checkout.pk), lambda: _late_look(checkout, info)
    )


def _late_look(checkout: Any, info: Any) -> Look | None:
    from ..plugin.service import checkout_rewards

    found = checkout_rewards(checkout, info.context)
    if found is None or is_checkout_loaded(info.context, checkout.pk):
        return found
    return found.in_time()


def looking_first(resolver: Callable[..., Any]) -> Callable[..., Any]:
    """Return a resolver of a checkout that looks at its rewards before it is read."""

    def resolve(root: Any, info: Any, **args: Any) -> Any:
        found = resolver(root, info, **args)
        if not _is_asked(info.field_asts[0].selection_set, info.fragments, set()):
            return found

        def looked(node: Any) -> Any:
            return resolver(root, info, **args) if _look(node, info) else node

        return found.then(looked) if hasattr(found, "then") else looked(found)

    return resolve


def mending_first(mutation: Any, resolver: Callable[..., Any]) -> Callable[..., Any]:
    """Return a resolver that places no order of a checkout that is worth too little.

    Nor of one that carries offers still while the plugin is off.
    """

    def resolve(root: Any, info: Any, **args: Any) -> Any:
        refused = guarded("REWARDS_ORDER_GATE", None, lambda: _mend(info, args))
        if refused is not None:
            return mutation.handle_errors(refused)
        return resolver(root, info, **args)

    return resolve


def _mend(info: Any, args: dict[str, Any]) -> Any:
    from ..plugin.gate import mend
    from ..plugin.host import host
    from ..plugin.withdrawing import refused_while_off

    plugin = host.plugin(info.context, PLUGIN_ID)
    token = token_in(args)
    if not token or not plugin:
        return None
    with host.writing():
        if plugin.active:
            return None if plugin.is_idle else mend(token, plugin.book)
        return refused_while_off(str(token), timezone.now())


def _look(node: Any, info: Any) -> bool:
    """Look, and return whether the checkout has to be read again."""
    from ..plugin.service import checkout_rewards

    checkout = None if node is None else instance_of(node)
    if checkout is None:
        return False
    _let_others_go_on(info)
    memory = memory_of(info)
    known = memory.get((LOOK, checkout.pk))
    is_late = known is not None and known.shown is not None
    if is_late or (LOOK, checkout.pk) not in memory:
        found = checkout_rewards(checkout, info.context)
        memory[LOOK, checkout.pk] = found.in_time() if found is not None else None
        if found is not None and found.is_changed:
            forget_checkout(info.context, checkout.pk)
            memory[READ_AGAIN, checkout.pk] = True
    # Under another name it may have been read before that.
    return bool(memory.get((READ_AGAIN, checkout.pk)))


def _let_others_go_on(info: Any) -> None:
    """Load the plugin: other fields go on meanwhile, and may look at the same checkout.

    Once it is there, nothing comes between a look and the note of it.
    """
    from ..plugin.host import host

    guarded(
        "REWARDS_CHECKOUT_REWARDS", None, lambda: host.plugin(info.context, PLUGIN_ID)
    )


def _is_asked(selections: Any, fragments: Any, seen: set[str]) -> bool:
    """Return whether a selection asks for the rewards, in a fragment or by itself.

    A fragment is ``seen`` once: those that spread others twice each would take for ever.
    """
    for one in selections.selections if selections else ():
        kind = type(one).__name__
        if kind == "Field" and one.name.value == FIELD:
            return True
        if kind == "InlineFragment" and _is_asked(one.selection_set, fragments, seen):
            return True
        if kind == "FragmentSpread" and one.name.value not in seen:
            seen.add(one.name.value)
            named = fragments[one.name.value]
            if _is_asked(named.selection_set, fragments, seen):
                return True
    return False
