"""Trying rules on a cart or an order, at any date, with nothing written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Mapping

import graphene
from django.db import transaction
from django.utils import timezone

from ..engine import Snapshot, evaluate
from ..models import Guests, Program, Receipt, Rule, VoucherSlot
from ..programs import (
    ProgramError,
    ProgramErrorCode,
    compile_trial,
    locked_rule,
    settings_of,
)
from .definitions import TIME_NEEDED, Draft, utc
from .ids import global_id, instance_by_id
from .inputs import RewardsRuleTestInput
from .merchant import RewardsMutation, required_pk
from .mutations import warning_list
from .offers import CartRewards, CheckoutRewards
from .programs import warnings_of

if TYPE_CHECKING:
    from ..engine import CompiledProgram, RuleDefinition
    from ..programs import AnyWarning

#: A draft comes after every saved rule, as it would once it is saved.
DRAFT_PK = 2**63 - 1


@dataclass(frozen=True)
class Target:
    """What to try the rules on, in one channel."""

    channel_pk: int
    at: datetime
    checkout: Any = None
    receipt: Receipt | None = None

    def snapshot(self, program: Program, compiled: CompiledProgram) -> Snapshot:
        if self.receipt is not None:
            return Snapshot.from_json(self.receipt.snapshot)
        from ..host.current import host
        from ..programs.rulebook import Rulebook

        book = Rulebook(
            channel_pk=self.channel_pk,
            compiled=compiled,
            withhold_shipping=program.voucher_slot == VoucherSlot.WITHHOLD,
            guests_by_address=program.guests == Guests.BY_ADDRESS,
            settings=settings_of(program),
            rule_version_pks=(),
        )
        reading = host.read(self.checkout, book)
        if reading is None:
            raise _not_found("checkoutId", "checkout")
        return reading.snapshot


class RewardsRuleTest(RewardsMutation):
    rewards = graphene.Field(
        CheckoutRewards,
        description="What the rules in force would give. Rules that are over by then "
        "are among the offers, with code ENDED.",
    )
    rule_id = graphene.ID(description="ID that the tested rule has among the offers.")
    warnings = warning_list()

    class Arguments:
        input = RewardsRuleTestInput(required=True, description="What to try.")

    class Meta:
        description = (
            "Tries the rules in force, with a draft or a saved rule among them, on a "
            "cart or an order, at any date. Writes nothing."
        )

    @classmethod
    def execute(cls, _info: Any, input: Mapping[str, Any]) -> RewardsRuleTest:
        target = _target(input)
        program = Program.objects.filter(
            channel_pk=target.channel_pk
        ).first() or Program(channel_pk=target.channel_pk)
        saved = _saved(input, program)
        draft = _draft(input, program, saved)
        tried, warnings = _checked(draft)
        pk = saved.pk if saved else DRAFT_PK
        compiled = compile_trial(program, tried, pk=pk)
        evaluation = evaluate(target.snapshot(program, compiled), compiled, target.at)
        # Whatever reading the cart may have touched stays as it was.
        transaction.set_rollback(True)
        return cls(
            rewards=CartRewards(evaluation, None, with_ended=True),
            rule_id=global_id("RewardsRule", pk) if draft else None,
            warnings=warnings_of(warnings, draft.paths) if draft else [],
            errors=[],
        )


def _target(input: Mapping[str, Any]) -> Target:
    checkout_id, order_id = input.get("checkout_id"), input.get("order_id")
    if (checkout_id is None) == (order_id is None):
        raise ProgramError.of(
            ProgramErrorCode.REQUIRED, "checkoutId", "Give either a cart or an order."
        )
    if order_id is not None:
        receipt = _receipt(order_id)
        return Target(receipt.channel_pk, _at(input, receipt.at), receipt=receipt)
    from ..host.current import host

    checkout = instance_by_id(str(checkout_id), "Checkout")
    if checkout is None:
        raise _not_found("checkoutId", "checkout")
    channel_pk = host.channel_pk(checkout)
    return Target(channel_pk, _at(input, timezone.now()), checkout=checkout)


def _receipt(order_id: str) -> Receipt:
    order = instance_by_id(order_id, "Order")
    if order is None:
        raise _not_found("orderId", "order")
    receipt = Receipt.objects.filter(order_pk=str(order.pk)).first()
    if receipt is None:
        raise ProgramError.of(
            ProgramErrorCode.NOT_FOUND, "orderId", "The order has no receipt to go by."
        )
    return receipt


def _at(input: Mapping[str, Any], otherwise: datetime) -> datetime:
    wanted = input.get("at")
    moment = utc(wanted) if wanted else otherwise
    if moment is None:
        raise ProgramError.of(ProgramErrorCode.INVALID_VALUE, "at", TIME_NEEDED)
    return moment


def _saved(input: Mapping[str, Any], program: Program) -> Rule | None:
    if input.get("rule_id") is None:
        return None
    rule = locked_rule(required_pk(input["rule_id"], "RewardsRule", "ruleId"), "ruleId")
    if rule.program_id != program.pk:
        raise ProgramError.of(
            ProgramErrorCode.INVALID_VALUE, "ruleId", "It is for another channel."
        )
    return rule


def _draft(
    input: Mapping[str, Any], program: Program, saved: Rule | None
) -> Draft | None:
    data = input.get("rule")
    if saved is None and data is None:
        return None
    draft = Draft(program, saved)
    draft.take(data or {})
    return draft


def _checked(
    draft: Draft | None,
) -> tuple[RuleDefinition | None, tuple[AnyWarning, ...]]:
    if draft is None:
        return None, ()
    try:
        return draft.check()
    except ProgramError as error:
        raise ProgramError(
            replace(found, field=f"rule.{found.field}") for found in error.errors
        ) from None


def _not_found(field: str, what: str) -> ProgramError:
    return ProgramError.of(
        ProgramErrorCode.NOT_FOUND, field, f"There is no such {what}."
    )
