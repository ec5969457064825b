"""Programs and rules: changing them, reading them, computing receipts again."""

from .errors import FieldError, ProgramError, ProgramErrorCode
from .points import replace_tiers, update_points
from .programs import get_or_create_program, update_program
from .receipts import recompute
from .referrals import update_referrals
from .rule_state import AnyWarning, RuleStateCode, rule_warnings
from .rules import (
    SavedRule,
    check_rule,
    create_rule,
    delete_rule,
    locked_rule,
    update_rule,
)
from .settings import is_time_zone, program_settings, settings_of
from .trials import compile_trial
from .versions import bump_version

__all__ = [
    "AnyWarning",
    "FieldError",
    "ProgramError",
    "ProgramErrorCode",
    "RuleStateCode",
    "SavedRule",
    "bump_version",
    "check_rule",
    "compile_trial",
    "create_rule",
    "delete_rule",
    "get_or_create_program",
    "is_time_zone",
    "locked_rule",
    "program_settings",
    "recompute",
    "replace_tiers",
    "rule_warnings",
    "settings_of",
    "update_points",
    "update_program",
    "update_referrals",
    "update_rule",
]
