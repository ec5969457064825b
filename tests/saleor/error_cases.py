"""Ways to every error of rules, programs and trials of rules."""

from __future__ import annotations

from typing import Any, Callable, Dict, Iterator

from saleor_rewards.models import Program, Rule, RuleVersion, Tier

from .error_stage import Case, Errors, Stage
from .friends import friend_cart
from .inputs import dollars, ladder, node_id, order_rule

Changes = Dict[str, Any]

CREATE, UPDATE = "rewardsRuleCreate", "rewardsRuleUpdate"
TEST, DELETE = "rewardsRuleTest", "rewardsRuleDelete"
PROGRAM = "rewardsProgramUpdate"

#: By code and field: what is wrong with a rule.
RULES: dict[tuple[str, str], Changes] = {
    ("REQUIRED", "name"): {"name": None},
    ("REQUIRED", "benefit"): {"benefit": {}},
    ("INVALID_VALUE", "benefit"): {
        "benefit": {"freeShipping": {}, "percentOff": {"percent": 5}}
    },
    ("INVALID_VALUE", "conditions.weeklyWindows.N.start"): {
        "conditions": {
            "weeklyWindows": [{"weekday": "MONDAY", "start": "25:00", "end": "26:00"}]
        }
    },
    ("OUT_OF_RANGE", "benefit.percentOff.percent"): {
        "benefit": {"percentOff": {"percent": 101}}
    },
    ("OUT_OF_RANGE", "benefit.pointsFixed.points"): {
        "lane": "POINTS",
        "benefit": {"pointsFixed": {"points": 10**9 + 1}},
    },
    ("OUT_OF_RANGE", "conditions.nthOrder.number"): {
        "conditions": {"nthOrder": {"number": 0}}
    },
    ("EMPTY_LIST", "conditions.countries"): {"conditions": {"countries": []}},
    ("DUPLICATE", "benefit.amountOff.amounts.N.currency"): {
        "benefit": {"amountOff": {"amounts": dollars(5) + dollars(6)}}
    },
    ("TOO_MANY_DECIMALS", "benefit.amountOff.amounts.N.amount"): {
        "benefit": {"amountOff": {"amounts": dollars("0.001")}}
    },
    ("MISSING_CURRENCY", "benefit.percentOff.cap"): {
        "benefit": {
            "percentOff": {"percent": 5, "cap": [{"currency": "EUR", "amount": 5}]}
        }
    },
    ("UNKNOWN_CURRENCY", "benefit.amountOff.amounts.N.amount"): {
        "benefit": {"amountOff": {"amounts": [{"currency": "DOLLAR", "amount": 5}]}}
    },
    ("STEPS_OVERLAP", "benefit.ladder.steps.N.from.N.amount"): {
        "benefit": ladder((100, 5), (100, 10))
    },
    ("STEPS_NOT_ASCENDING", "benefit.ladder.steps.N.from.N.amount"): {
        "benefit": ladder((300, 5), (100, 10))
    },
    ("END_BEFORE_START", "endsAt"): {
        "startsAt": "2030-01-01T00:00:00Z",
        "endsAt": "2029-01-01T00:00:00Z",
    },
    ("LANE_MISMATCH", "benefit.freeShipping"): {"benefit": {"freeShipping": {}}},
    ("OCCASION_MISMATCH", "conditions.minimumQuantity"): {
        "lane": "POINTS",
        "conditions": {"minimumQuantity": 2},
        "benefit": {"pointsFixed": {"points": 5, "occasion": "SIGN_UP"}},
    },
    ("NOT_FOUND", "conditions.products.include.N"): {
        "conditions": {"products": {"include": [node_id("Product", 999_999)]}}
    },
    ("INVALID_ID", "conditions.shippingMethods.N"): {
        "conditions": {"shippingMethods": [node_id("Product", 1)]}
    },
    ("TOO_LONG", "name"): {"name": "a" * 256},
    # GraphQL takes it for a whole number.
    ("WRONG_TYPE", "priority"): {"priority": True},
}

#: By code and field: what a release that is newer, or gone, may have saved.
SAVED: dict[tuple[str, str], Changes] = {
    ("UNKNOWN_KEY", "conditions.phaseOfTheMoon"): {
        "lane": "ORDER",
        "benefit": {"type": "PERCENT_OFF", "percent": "5"},
        "conditions": {"phase_of_the_moon": "FULL"},
    },
    ("UNKNOWN_TYPE", "benefit.type"): {"lane": "ORDER", "benefit": {"type": "KISS"}},
    ("WRONG_TYPE", "conditions.minimumQuantity"): {
        "lane": "ORDER",
        "benefit": {"type": "PERCENT_OFF", "percent": "5"},
        "conditions": {"minimum_quantity": "three"},
    },
}


def _create(stage: Stage, changes: Changes) -> Errors:
    return stage.ask("RuleCreate", channel=stage.channel, input=order_rule(**changes))


def _update(stage: Stage, changes: Changes) -> Errors:
    rule = stage.shop.ladder(("100.00", "5"))
    return stage.ask("RuleUpdate", id=node_id("RewardsRule", rule.pk), input=changes)


def _try(stage: Stage, changes: Changes) -> Errors:
    input = {"checkoutId": _cart_id(stage), "rule": order_rule(**changes)}
    return stage.ask("RuleTest", input=input)


def _cart_id(stage: Stage) -> str:
    return friend_cart(stage.shop).id


def _saved(stage: Stage, definition: Changes, program: Any = None) -> str:
    rule = Rule.objects.create(program=program or stage.shop.program, is_active=False)
    rule.current = RuleVersion.objects.create(
        rule=rule, number=1, name="Other", definition=definition
    )
    rule.save()
    return node_id("RewardsRule", rule.pk)


def _of_rules() -> Iterator[Case]:
    for (code, at), changes in RULES.items():
        for where, send, path in (
            (CREATE, _create, at),
            (UPDATE, _update, at),
            (TEST, _try, f"rule.{at}"),
        ):
            yield Case(where, code, path, _with(send, changes))
    for (code, at), definition in SAVED.items():
        yield Case(UPDATE, code, at, _with(_rename, definition))
        yield Case(TEST, code, f"rule.{at}", _with(_try_saved, definition))


def _with(send: Callable[[Stage, Any], Errors], sent: Any) -> Callable[[Stage], Errors]:
    return lambda stage: send(stage, sent)


def _rename(stage: Stage, definition: Changes) -> Errors:
    id = _saved(stage, definition)
    return stage.ask("RuleUpdate", id=id, input={"name": "Another"})


def _try_saved(stage: Stage, definition: Changes) -> Errors:
    tried = {"checkoutId": _cart_id(stage), "ruleId": _saved(stage, definition)}
    return stage.ask("RuleTest", input=tried)


def _of_other_channel(stage: Stage) -> Errors:
    other = Program.objects.create(channel_pk=999_999)
    benefit = {"lane": "ORDER", "benefit": {"type": "PERCENT_OFF", "percent": "5"}}
    tried = {"checkoutId": _cart_id(stage), "ruleId": _saved(stage, benefit, other)}
    return stage.ask("RuleTest", input=tried)


def _trial(**input: Any) -> Callable[[Stage], Errors]:
    return lambda stage: stage.ask(
        "RuleTest", input={"checkoutId": _cart_id(stage), **input}
    )


def _named(name: str, **variables: Any) -> Callable[[Stage], Errors]:
    return lambda stage: stage.ask(name, **variables)


NO_RULE = node_id("RewardsRule", 999_999)

OTHERS = [
    Case(CREATE, "NOT_FOUND", "channel",
         _named("RuleCreate", channel="moon", input=order_rule())),
    Case(UPDATE, "NOT_FOUND", "id", _named("RuleUpdate", id=NO_RULE, input={})),
    Case(UPDATE, "INVALID_ID", "id", _named("RuleUpdate", id="x", input={})),
    Case(DELETE, "NOT_FOUND", "id", _named("RuleDelete", id=NO_RULE)),
    Case(DELETE, "INVALID_ID", "id", _named("RuleDelete", id="x")),
    Case(TEST, "REQUIRED", "checkoutId", _trial(checkoutId=None)),
    Case(TEST, "NOT_FOUND", "checkoutId", _trial(checkoutId=node_id("Product", 1))),
    Case(TEST, "NOT_FOUND", "orderId", _trial(checkoutId=None, orderId="x")),
    Case(TEST, "NOT_FOUND", "ruleId", _trial(ruleId=NO_RULE)),
    Case(TEST, "INVALID_ID", "ruleId", _trial(ruleId="x")),
    Case(TEST, "INVALID_VALUE", "ruleId", _of_other_channel),
    Case(TEST, "INVALID_VALUE", "at", _trial(at="2030-01-01T00:00:00")),
]  # fmt: skip


def _program(changes: Changes | Callable[[Stage], Changes]) -> Any:
    def send(stage: Stage) -> Errors:
        input = changes(stage) if callable(changes) else changes
        return stage.ask("ProgramUpdate", channel=stage.channel, input=input)

    return send


def _unnamed(**arguments: str) -> Callable[[Stage], Errors]:
    """Name a program by its ID, or not at all, which no ready document does."""

    def send(stage: Stage) -> Errors:
        data = stage.staff.ask(
            "mutation($id: ID) { rewardsProgramUpdate(id: $id, input: {}) "
            "{ errors { field code message } } }",
            **arguments,
        )
        return data[PROGRAM]["errors"]

    return send


def _tiers(**changes: Any) -> Changes:
    return {"tiers": [{"name": "Gold", "threshold": 5, **changes}]}


def _tier_in_use(stage: Stage) -> Changes:
    tier = Tier.objects.create(program=stage.shop.program, name="Gold", threshold=5)
    stage.shop.rule(
        "For Gold",
        {"type": "PERCENT_OFF", "percent": "5"},
        conditions={"tiers": [str(tier.pk)]},
    )
    return {"tiers": []}


def _weights(*codes: str) -> Changes:
    return {"referrals": {"weights": [{"code": code, "weight": 5} for code in codes]}}


def _more_a_day(stage: Stage) -> Changes:
    stage.shop.points(max_staff_points_per_day=100)
    return {"points": {"maxStaffPointsPerDay": 101}}


def _elsewhere(stage: Stage) -> Changes:
    stage.shop.points(max_staff_points_per_day=100)
    return {"timeZone": "Pacific/Kiritimati"}


PROGRAMS = [
    Case(PROGRAM, "REQUIRED", "name", _program({"name": None})),
    Case(PROGRAM, "REQUIRED", "channel", _unnamed()),
    Case(PROGRAM, "REQUIRED", "points.returnDays", _program({"points": {"returnDays": None}})),
    Case(PROGRAM, "INVALID_VALUE", "timeZone", _program({"timeZone": "Mars/Base"})),
    Case(PROGRAM, "OUT_OF_RANGE", "capPercent", _program({"capPercent": 101})),
    Case(PROGRAM, "OUT_OF_RANGE", "points.returnDays", _program({"points": {"returnDays": -1}})),
    Case(PROGRAM, "OUT_OF_RANGE", "referrals.claimDays",
         _program({"referrals": {"claimDays": 36_501}})),
    Case(PROGRAM, "OUT_OF_RANGE", "tiers.N.threshold", _program(_tiers(threshold=-1))),
    Case(PROGRAM, "TOO_MANY_DECIMALS", "capPercent", _program({"capPercent": 1.234})),
    Case(PROGRAM, "TOO_LONG", "name", _program({"name": "a" * 256})),
    Case(PROGRAM, "NOT_FOUND", "channel", _named("ProgramUpdate", channel="moon", input={})),
    Case(PROGRAM, "NOT_FOUND", "id", _unnamed(id=node_id("RewardsProgram", 999_999))),
    Case(PROGRAM, "NOT_FOUND", "tiers.N.id", _program(_tiers(id=node_id("RewardsTier", 999_999)))),
    Case(PROGRAM, "INVALID_ID", "id", _unnamed(id="x")),
    Case(PROGRAM, "INVALID_ID", "tiers.N.id", _program(_tiers(id="x"))),
    Case(PROGRAM, "DUPLICATE", "tiers.N.threshold",
         _program({"tiers": _tiers()["tiers"] * 2})),
    Case(PROGRAM, "DUPLICATE", "referrals.weights.N.code",
         _program(_weights("SAME_IP", "SAME_IP"))),
    Case(PROGRAM, "IN_USE", "tiers", _program(_tier_in_use)),
    Case(PROGRAM, "PERMISSION_REQUIRED", "points.maxStaffPointsPerDay", _program(_more_a_day)),
    Case(PROGRAM, "PERMISSION_REQUIRED", "timeZone", _program(_elsewhere)),
]  # fmt: skip

OF_MERCHANTS = [*_of_rules(), *OTHERS, *PROGRAMS]
