"""What the adversary did and was told: for its judge's stories, and for its counts."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

#: The field of an error by which this plugin refuses an order.
OUR_FIELD = "rewards"
#: The key of acts by which staff change what Saleor itself takes off.
NATIVE = "native"
#: The key of acts by which staff switch offers off and on.
SWITCHES = "switches"

#: Where acts on rules are kept.
RULES = "rules"


@dataclass
class Act:
    """One request, or one step of a job, that touched carts.

    ``begun_at`` and ``done_at`` are seconds since the run began. ``errors`` are those
    of the mutation as ``(field, code, message)``. ``total`` is the cart's, where the
    answer told it. ``paid`` is the amount that a payment set aside or took, ``shown``
    the total that whoever paid had seen last. ``has_order`` says that an order came.
    """

    name: str
    begun_at: Decimal
    done_at: Decimal = Decimal(0)
    errors: list[tuple[str, str, str]] = field(default_factory=list)
    total: Decimal | None = None
    detail: str = ""
    paid: Decimal | None = None
    shown: Decimal | None = None
    has_order: bool = False

    @property
    def is_refused_by_us(self) -> bool:
        """Whether the plugin refused it, and not Saleor."""
        return any(name == OUR_FIELD for name, _code, _message in self.errors)

    @property
    def is_broken(self) -> bool:
        """Whether the answer is an exception's, by its name, and no error's code."""
        return any(not code.isupper() for code in self.codes)

    @property
    def is_code_refused_by_saleor(self) -> bool:
        """Whether Saleor found the cart's own code used up, or ended, at the order."""
        return "VOUCHER_NOT_APPLICABLE" in self.codes and not self.is_refused_by_us

    @property
    def came_too_late(self) -> bool:
        """Whether the cart was gone already."""
        return bool(self.codes & {"NOT_FOUND", "CHECKOUT_NOT_FOUND"}) or (
            self.name == "look" and self.total is None
        )

    @property
    def codes(self) -> set[str]:
        """The codes of its errors."""
        return {code for _name, code, _message in self.errors}

    def __str__(self) -> str:
        told = "; ".join(f"{f or '-'} {c}: {m}" for f, c, m in self.errors) or "ok"
        total = "" if self.total is None else f", total {self.total}"
        return (
            f"{self.begun_at}-{self.done_at} {self.name} {self.detail}: {told}{total}"
        )


@dataclass(frozen=True)
class Off:
    """A time in which nothing was given: from one answer to the next request."""

    begun_at: Decimal
    ended_at: Decimal
    is_kill_switch: bool


class Journal:
    """Every act by the cart that it touched; safe to use from many threads."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.started = time.monotonic_ns()
        self.acts: dict[str, list[Act]] = defaultdict(list)
        self.requests: Counter[str] = Counter()
        self.refusals: Counter[str] = Counter()
        self.faults: list[str] = []
        self.stops: list[tuple[Decimal, Decimal]] = []
        self.offs: list[Off] = []
        self.leaks: Counter[tuple[str, str]] = Counter()
        self.strays: dict[str, Decimal] = {}
        self.dearer: dict[str, str] = {}
        self.compared = 0
        self._lock = threading.Lock()

    def now(self) -> Decimal:
        """Return the seconds since the run began."""
        return Decimal((time.monotonic_ns() - self.started) // 10**6) / 1000

    def begin(self, name: str, detail: str = "") -> Act:
        """Return an act that begins now; nobody sees it before ``end``."""
        return Act(name, self.now(), detail=detail)

    def end(self, act: Act, *tokens: str) -> Act:
        """Keep an act that is over, for the carts that it touched."""
        act.done_at = self.now()
        with self._lock:
            self.requests[act.name] += 1
            for _field, code, _message in act.errors:
                self.refusals[f"{act.name} {code}"] += 1
            for token in tokens:
                self.acts[token].append(act)
        return act

    def fault(self, text: str) -> None:
        """Keep what no server should answer."""
        with self._lock:
            self.faults.append(text)

    def leak(self, name: str, code: str) -> None:
        """Keep that an answer told a code to somebody who must not see it."""
        with self._lock:
            self.leaks[name, code] += 1

    def off(self, begun_at: Decimal, *, is_kill_switch: bool) -> None:
        """Keep since when, and until now, the plugin gave nothing for certain."""
        with self._lock:
            self.offs.append(Off(begun_at, self.now(), is_kill_switch))

    def native_changed(self, first: Act, last: Act) -> bool:
        """Tell whether staff changed Saleor's own discounts between two acts."""
        return any(
            first.begun_at <= act.done_at and act.begun_at <= last.done_at
            for act in self.of(NATIVE)
        )

    def stop(self, begun_at: Decimal) -> None:
        """Keep since when, and until now, the merchant had all offers stopped."""
        with self._lock:
            self.stops.append((begun_at, self.now()))

    def was_stopped(self, act: Act, last: Act | None = None) -> bool:
        """Tell whether all offers were stopped while something was done.

        Or at any time from one act on until a ``last`` one was done.
        """
        until = (last or act).done_at
        return any(
            begun <= until and act.begun_at <= ended for begun, ended in self.stops
        )

    def has_stopped_since(self, moment: Decimal) -> bool:
        """Tell whether a time in which all offers were stopped ended since a moment."""
        return any(ended >= moment for _begun, ended in self.stops)

    def of(self, token: Any) -> list[Act]:
        """Return what touched a cart, in the order in which it began."""
        with self._lock:
            return sorted(self.acts[str(token)], key=lambda act: act.begun_at)

    def story(self, token: Any, last: int = 30) -> str:
        """Return the last acts that touched a cart while it was there, a line each."""
        acts = [act for act in self.of(token) if not act.came_too_late]
        return "\n".join(f"      {act}" for act in acts[-last:])
