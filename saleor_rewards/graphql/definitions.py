"""From a merchant's typed input to the definition that the engine reads."""

from __future__ import annotations

from datetime import datetime, timezone
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Callable, Mapping

from ..models import Tier
from ..programs import FieldError, ProgramError, ProgramErrorCode, check_rule
from .enums import Weekday
from .ids import existing, pk_of
from .paths import Paths

if TYPE_CHECKING:
    from ..engine import RuleDefinition
    from ..models import Program, Rule
    from ..programs import AnyWarning

#: Input field of the benefit, by the type that a definition gives it.
BENEFIT_FIELDS = {
    "LADDER": "ladder",
    "PERCENT_OFF": "percent_off",
    "AMOUNT_OFF": "amount_off",
    "FREE_SHIPPING": "free_shipping",
    "SHIPPING_PERCENT_OFF": "shipping_percent_off",
    "SHIPPING_AMOUNT_OFF": "shipping_amount_off",
    "POINTS_PER_AMOUNT": "points_per_amount",
    "POINTS_MULTIPLIER": "points_multiplier",
    "POINTS_FIXED": "points_fixed",
    "REFERRAL_POINTS": "referral_points",
    "REFERRAL_VOUCHER": "referral_voucher",
    "REFERRAL_GIFT_CARD": "referral_gift_card",
}

#: Beyond it no digit of a number means an amount or a percentage, and writing
#: it out would cost more than it tells.
LARGEST_EXPONENT = 30
MOST_DIGITS = 40

TIER = "RewardsTier"

TIME_NEEDED = 'Give a time with its offset, such as "2030-05-01T09:00:00+02:00".'

SCALARS = ("lane", "priority", "exclusive", "starts_at", "ends_at")


class Draft:
    """A rule in the making, with the errors that only the input shows.

    It is for a program, and starts from a saved rule or from nothing.
    """

    def __init__(self, program: Program, rule: Rule | None = None) -> None:
        self.program = program
        current = rule.current if rule else None
        self._saved_name = current.name if current else None
        self.name: Any = self._saved_name
        self.is_active: Any = rule.is_active if rule else True
        self.saved: dict[str, Any] | None = current.definition if current else None
        known = self.saved if isinstance(self.saved, dict) else {}
        self.definition: dict[str, Any] = dict(known)
        self.paths = Paths()
        self.errors: list[FieldError] = []

    def take(self, data: Mapping[str, Any]) -> None:
        """Put the input of a rule over what the draft says so far."""
        self.name = data.get("name", self.name)
        if "is_active" in data:
            self.is_active = data["is_active"]
            if self.is_active is None:
                self._error(ProgramErrorCode.REQUIRED, "isActive", "Say true or false.")
        for key in SCALARS:
            if key in data:
                self._set(self.definition, key, self._scalar(data[key], key))
        if "conditions" in data:
            conditions = self._conditions(data["conditions"] or {})
            self._set(self.definition, "conditions", conditions)
        if "benefit" in data:
            self._set(self.definition, "benefit", self._benefit(data["benefit"] or {}))

    def check(self) -> tuple[RuleDefinition, tuple[AnyWarning, ...]]:
        """Return the rule and its warnings.

        Raises ``ProgramError`` with every error, at paths of the input. Where
        the input itself is wrong, the engine has nothing to add.
        """
        found: tuple[FieldError, ...] = ()
        try:
            checked = check_rule(self.program, self.name, self.definition, self.saved)
        except ProgramError as error:
            found = error.errors
        known = [error.field or "" for error in self.errors]
        errors = self.errors + [
            error
            for error in self.paths.translated(found)
            if not any(f"{error.field}.".startswith(f"{field}.") for field in known)
        ]
        if errors:
            raise ProgramError(errors)
        return checked

    @property
    def only_switches_off(self) -> bool:
        """Whether it leaves a saved rule as it is, whatever became of it, but off."""
        is_as_saved = (self.name, self.definition) == (self._saved_name, self.saved)
        return is_as_saved and self.is_active is False and not self.errors

    def _set(self, target: dict[str, Any], key: str, value: Any) -> None:
        if value is None:
            target.pop(key, None)
        else:
            target[key] = value

    def _error(self, code: ProgramErrorCode, path: str, message: str) -> None:
        self.errors.append(FieldError(code.name, path, message))

    def _scalar(self, value: Any, key: str) -> Any:
        if not isinstance(value, datetime):
            return value
        moment = utc(value)
        if moment is None:
            self._error(
                ProgramErrorCode.INVALID_VALUE,
                self.paths.to_input(key),
                TIME_NEEDED,
            )
            return None
        return moment.isoformat()

    def _conditions(self, data: Mapping[str, Any]) -> dict[str, Any]:
        readers: dict[str, Callable[[Any], Any]] = {
            "minimum_subtotal": self._minimum_subtotal,
            "products": lambda value: self._filter(value, "products", "Product"),
            "collections": lambda value: self._filter(
                value, "collections", "Collection"
            ),
            "categories": lambda value: self._filter(value, "categories", "Category"),
            "shipping_methods": lambda value: self._ids(
                value, "conditions.shipping_methods", "ShippingMethod"
            ),
            "nth_order": dict,
            "nth_friend": dict,
            "tiers": lambda value: self._ids(value, "conditions.tiers", TIER),
            "weekly_windows": _windows,
        }
        conditions: dict[str, Any] = {}
        for key, value in data.items():
            read = readers.get(key)
            if read is not None and value is not None:
                value = read(value)
            self._set(conditions, key, value)
        return conditions

    def _minimum_subtotal(self, data: Mapping[str, Any]) -> dict[str, Any]:
        at = "conditions.minimum_subtotal.amounts"
        found = {"amounts": self._amounts(data["amounts"], at, self.paths.to_input(at))}
        self._set(found, "base", data.get("base"))
        return found

    def _filter(
        self, data: Mapping[str, Any], key: str, type_name: str
    ) -> dict[str, Any]:
        return {
            side: self._ids(ids, f"conditions.{key}.{side}", type_name)
            for side, ids in data.items()
            if ids is not None
        }

    def _ids(self, ids: list[str], key: str, type_name: str) -> list[str]:
        path = self.paths.to_input(key)
        column = "big" if type_name == TIER else "integer"
        pks = [pk_of(value, type_name, column=column) for value in ids]
        known = self._existing(type_name, [pk for pk in pks if pk is not None])
        # What went since the rule was saved is a warning, and keeps nobody from saving.
        known |= self._saved_pks(key)
        seen: set[int] = set()
        for index, pk in enumerate(pks):
            if pk is None:
                self._error(
                    ProgramErrorCode.INVALID_ID,
                    f"{path}.{index}",
                    f"This is not the ID of a {type_name}.",
                )
            elif pk not in known:
                self._error(
                    ProgramErrorCode.NOT_FOUND,
                    f"{path}.{index}",
                    f"There is no such {type_name}.",
                )
            elif pk in seen:
                self._error(
                    ProgramErrorCode.DUPLICATE, f"{path}.{index}", "Given twice."
                )
            else:
                seen.add(pk)
        # A list that is not empty stays so: its ids are told of one by one.
        return [str(pk) for pk in sorted(seen)] or ["0"] * min(len(ids), 1)

    def _saved_pks(self, key: str) -> set[int]:
        """Return the primary keys that the saved rule has at a path of a definition."""
        found: Any = self.saved
        for word in key.split("."):
            found = found.get(word) if isinstance(found, dict) else None
        known = found if isinstance(found, list) else ()
        return {int(pk) for pk in known if str(pk).isdecimal()}

    def _existing(self, type_name: str, pks: list[int]) -> set[int]:
        if type_name != TIER:
            return existing(type_name, pks)
        tiers = Tier.objects.filter(program_id=self.program.pk, deleted_at=None)
        return set(tiers.filter(pk__in=pks).values_list("pk", flat=True))

    def _benefit(self, data: Mapping[str, Any]) -> dict[str, Any] | None:
        given = {kind: data.get(key) for kind, key in BENEFIT_FIELDS.items()}
        chosen = [(kind, body) for kind, body in given.items() if body is not None]
        if len(chosen) != 1:
            self._error(
                ProgramErrorCode.REQUIRED
                if not chosen
                else ProgramErrorCode.INVALID_VALUE,
                "benefit",
                "Give exactly one benefit.",
            )
            return None
        kind, body = chosen[0]
        at = self.paths.to_input(f"benefit.{BENEFIT_FIELDS[kind]}")
        self.paths.add("benefit", at)
        self.paths.add("benefit.type", at)
        return {"type": kind, **self._fields(body, "benefit", at)}

    def _fields(self, data: Mapping[str, Any], path: str, at: str) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for raw, value in data.items():
            key = raw.rstrip("_")
            here, there = f"{path}.{key}", f"{at}.{key}"
            if value is None:
                continue
            if key == "steps":
                found[key] = [
                    self._fields(step, f"{here}.{index}", f"{there}.{index}")
                    for index, step in enumerate(value)
                ]
            elif isinstance(value, list):
                found[key] = self._amounts(value, here, there)
            elif isinstance(value, Decimal):
                found[key] = self._number(value, there)
            else:
                found[key] = value
        return found

    def _amounts(
        self, rows: list[Mapping[str, Any]], path: str, at: str
    ) -> dict[str, str]:
        amounts: dict[str, str] = {}
        self.paths.add(path, at, is_whole=True)
        for index, row in enumerate(rows):
            currency = row["currency"]
            if currency in amounts:
                self._error(
                    ProgramErrorCode.DUPLICATE,
                    f"{at}.{index}.currency",
                    "This currency is given twice.",
                )
                continue
            self.paths.add(f"{path}.{currency}", f"{at}.{index}.amount")
            amounts[currency] = self._number(row["amount"], f"{at}.{index}.amount")
        return amounts

    def _number(self, value: Decimal, at: str) -> str:
        if (
            value.is_finite()
            and abs(value.adjusted()) <= LARGEST_EXPONENT
            and len(value.as_tuple().digits) <= MOST_DIGITS
        ):
            return format(value, "f")
        self._error(ProgramErrorCode.INVALID_VALUE, at, "This is no usable number.")
        return "1"


def utc(value: datetime) -> datetime | None:
    """Return the time in UTC, ``None`` where nobody can tell which it is.

    That is one without an offset: Saleor would take it for UTC without a word, and
    whoever leaves the offset out means another zone. Or one outside what a date holds.
    """
    if value.tzinfo is None:
        return None
    try:
        return value.astimezone(timezone.utc)
    except OverflowError:
        return None


def _windows(rows: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "weekday": Weekday[row["weekday"]].value,
            "start": row["start"],
            "end": row["end"],
        }
        for row in rows
    ]
