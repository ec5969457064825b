"""What staff do to Saleor's own promotions and to the shop's vouchers meanwhile."""

from __future__ import annotations

from datetime import timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from . import discounts
from .actors import Actor, Cart
from .clients import Answer
from .journal import NATIVE

numbers = count(1)

#: So many promotions run at once at most.
MAX_PROMOTIONS = 2


def change_promotion(actor: Actor, _cart: Cart | None = None) -> None:
    """Begin, change or end one of Saleor's own promotions of whole orders."""
    if not actor.stage.has_transactions:
        return
    with actor.world.operator:
        running = actor.world.promotions
        if not running or (len(running) < MAX_PROMOTIONS and actor.chance(50)):
            _begin(actor)
        elif actor.chance(40):
            _change(actor)
        else:
            _end(actor)


def _begin(actor: Actor) -> None:
    subtotal = {"baseSubtotalPrice": {"range": {"gte": "50"}}}
    total = {"baseTotalPrice": {"range": {"gte": "75"}}}
    percent = {
        "rewardType": "SUBTOTAL_DISCOUNT",
        "rewardValueType": "PERCENTAGE",
        "rewardValue": actor.random.choice(["5", "15", "40"]),
    }
    forms: list[dict[str, Any]] = [
        {"orderPredicate": {"discountedObjectPredicate": subtotal}, **percent},
        {
            "orderPredicate": {
                "OR": [
                    {"discountedObjectPredicate": subtotal},
                    {"discountedObjectPredicate": total},
                ]
            },
            **percent,
        },
        {
            "orderPredicate": {"discountedObjectPredicate": subtotal},
            "rewardType": "GIFT",
            "gifts": [actor.stage.gift],
        },
    ]
    channels = list(actor.stage.channel_ids.values())
    rule = {"name": "Native", "channels": channels, **actor.random.choice(forms)}
    wanted = {"name": f"Native {next(numbers)}", "type": "ORDER", "rules": [rule]}
    answer = _send(actor, "PROMOTION_CREATE", input=wanted)
    made = answer.payload.get("promotion")
    if made:
        rules = [one["id"] for one in made["rules"]]
        actor.world.promotions[made["id"]] = "" if "gifts" in rule else rules[0]


def _change(actor: Actor) -> None:
    rules = [rule for rule in actor.world.promotions.values() if rule]
    if rules:
        wanted = {"rewardValue": actor.random.choice(["10", "30"])}
        rule = actor.random.choice(rules)
        _send(actor, "PROMOTION_RULE_UPDATE", id=rule, input=wanted)


def _end(actor: Actor) -> None:
    promotion = actor.random.choice(list(actor.world.promotions))
    del actor.world.promotions[promotion]
    if actor.chance(50):
        _send(actor, "PROMOTION_DELETE", id=promotion)
    else:
        ended = timezone.now().isoformat()
        _send(actor, "PROMOTION_UPDATE", id=promotion, input={"endDate": ended})


def end_voucher(actor: Actor, _cart: Cart | None = None) -> None:
    """End a voucher of the shop's, or let it begin anew."""
    voucher = actor.stage.shop_codes["ENDING"]
    ends: str | None = None
    if actor.chance(60):
        ends = (timezone.now() - timedelta(seconds=1)).isoformat()
    _send(actor, "VOUCHER_UPDATE", id=voucher.id, input={"endDate": ends})


def _send(actor: Actor, name: str, **variables: Any) -> Answer:
    with actor.world.natives:
        return actor.staff.send(name, getattr(discounts, name), NATIVE, **variables)
