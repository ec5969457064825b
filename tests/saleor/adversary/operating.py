"""What staff and time do while shoppers shop: rules, switches, tasks, ends."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from saleor_rewards import tasks
from saleor_rewards.host.capabilities import capabilities

from . import clock, documents, shopping
from .actors import Actor, Cart
from .journal import RULES, SWITCHES
from .stage import FLASHES

JOBS = [
    f"saleor_rewards.tasks.{name}"
    for name in ("reconcile_points", "release_holds", "settle_due_points")
    if hasattr(tasks, name)
]
if capabilities.transactions:
    from saleor.checkout import tasks as saleors

    JOBS += [
        f"saleor.checkout.tasks.{name}"
        for name in (
            "delete_expired_checkouts",
            "trigger_automatic_checkout_completion_task",
        )
        if hasattr(saleors, name)
    ]


#: So many seconds pass at least between two times that all offers are stopped.
SWITCH_SECONDS = 40


def flash(actor: Actor, cart: Cart | None = None, *, now: bool = False) -> None:
    """Let an offer begin and end: at once, or by itself in a few seconds."""
    channel = cart.channel if cart else actor.random.choice(actor.stage.channels)
    rules = actor.stage.flashes[channel]
    rule = actor.random.choice(rules)
    at = timezone.now()
    begins = at + timedelta(milliseconds=actor.random.choice([-1000, 500, 2000]))
    ends = begins + timedelta(milliseconds=actor.random.randint(2000, 12000))
    wanted: dict[str, Any] = {"isActive": actor.chance(50)}
    if not now and actor.chance(75):
        times = {"startsAt": begins.isoformat(), "endsAt": ends.isoformat()}
        wanted = {"isActive": True, **times}
    actor.staff.send(
        "RULE_UPDATE",
        documents.RULE_UPDATE,
        RULES,
        detail=f"{rule} {wanted}",
        id=rule,
        input=wanted,
    )


def renew_flash(actor: Actor, _cart: Cart | None = None) -> None:
    """Delete an offer and save another in its place."""
    channel = actor.random.choice(actor.stage.channels)
    rules = actor.stage.flashes[channel]
    place = actor.random.randrange(len(rules))
    with actor.world.operator:
        gone = rules[place]
        actor.staff.send(
            "RULE_DELETE", documents.RULE_DELETE, RULES, detail=gone, id=gone
        )
        wanted = {
            "name": FLASHES[place],
            "lane": "ORDER",
            "priority": 8 + place,
            "benefit": {"percentOff": {"percent": 20 + 10 * place}},
        }
        answer = actor.staff.send(
            "RULE_CREATE",
            documents.RULE_CREATE,
            RULES,
            detail=FLASHES[place],
            channel=channel,
            input=wanted,
        )
        if answer.is_ok and answer.payload.get("rule"):
            rules[place] = answer.payload["rule"]["id"]


def switch(actor: Actor, _cart: Cart | None = None) -> None:
    """Stop all offers, or the whole plugin, for some seconds."""
    now = actor.journal.now()
    is_too_soon = now < actor.world.next_switch_at
    if is_too_soon or not actor.world.operator.acquire(blocking=False):
        return
    actor.world.next_switch_at = now + SWITCH_SECONDS
    try:
        kill = actor.chance(60)
        for on in (True, False):
            item = {"name": "kill_switch", "value": "true" if on else "false"}
            wanted: dict[str, Any] = {"active": True, "configuration": [item]}
            if not kill:
                wanted = {"active": not on}
            is_saved = _save_plugin(actor, wanted)
            if on:
                since = actor.journal.now()
                actor.pause(500, 3000)
                if is_saved:
                    actor.journal.off(since, is_kill_switch=kill)
    finally:
        actor.journal.stop(now)
        actor.world.operator.release()


def restore(actor: Actor) -> None:
    """End every switch: the plugin is on and gives what its rules say."""
    save_switches(actor, kill_switch=False, active=True)


def save_switches(actor: Actor, *, kill_switch: bool, active: bool) -> bool:
    """Save whether the plugin is on and whether its offers are stopped.

    Returns whether that was done.
    """
    item = {"name": "kill_switch", "value": "true" if kill_switch else "false"}
    return _save_plugin(actor, {"active": active, "configuration": [item]})


def _save_plugin(actor: Actor, wanted: dict[str, Any]) -> bool:
    detail = ", ".join(f"{key} {value}" for key, value in wanted.items())
    answer = actor.staff.send(
        "PLUGIN", documents.PLUGIN, SWITCHES, detail=detail, id="rewards", input=wanted
    )
    return bool(answer.is_ok)


def job(actor: Actor, _cart: Cart | None = None) -> None:
    """Let one of the tasks run, ours or Saleor's."""
    actor.job(actor.random.choice(JOBS))


def end_hold(actor: Actor, cart: Cart) -> None:
    """Let the time of the cart's points be over, and perhaps the task run."""
    act = actor.journal.begin("hold ends")
    clock.age_hold(cart.token)
    actor.journal.end(act, cart.token)
    if actor.chance(60):
        actor.job("saleor_rewards.tasks.release_holds", cart)
    if actor.chance(40):
        shopping.read(actor, cart)
