"""What can go wrong, on demand: rules that say where, how often and how.

A rule names a place (``where``), a glob over the method, event or command it strikes
(``name``), what it does (``do``), and with which ``probability``, for how many strikes
(``count``), after how many spared ones (``skip``). The dice are seeded, so a storm
can be repeated.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal, get_args

Where = Literal["api", "event", "command", "interaction", "response_url", "socket"]

API_FAULTS = frozenset({"latency", "ratelimited", "http", "error", "lost", "reset", "drip"})
SENDING_FAULTS = frozenset(
    {"drop", "duplicate", "delay", "skew", "wrong_secret", "unsigned", "replay", "lost_ack"}
)
KNOWN: Mapping[Where, frozenset[str]] = {
    "api": API_FAULTS,
    "event": SENDING_FAULTS | {"reorder"},
    "command": SENDING_FAULTS,
    "interaction": SENDING_FAULTS,
    "response_url": frozenset({"latency", "http", "lost", "reset", "expired", "used"}),
    "socket": frozenset(
        {"drop", "refresh", "ticket_gone", "too_many_websockets", "no_warning", "link_disabled"}
    ),
}


MOST = 1e9  # of anything; what is larger is a typing mistake
RANGES: Mapping[str, tuple[float, float]] = {
    "probability": (0, 1),
    "count": (0, MOST),
    "skip": (0, MOST),
    "seconds": (-MOST, MOST),
    "jitter": (0, MOST),
    "retry_after": (0, MOST),
    "status": (200, 599),
}
CHOICES: Mapping[str, frozenset[str]] = {
    "body": frozenset({"json", "html", "text", "truncated", "empty"}),
    "when": frozenset({"before", "after"}),
}


class FaultUnknown(Exception):
    """The sandbox cannot do that; the message lists what it can do."""


def _check(raw: Mapping[str, Any]) -> None:
    """Refuse a rule now that could only crash when it strikes; raises FaultUnknown."""
    for key, (least, most) in RANGES.items():
        value = raw.get(key)
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if value is not None and not (number and least <= value <= most):
            raise FaultUnknown(f"{key} is a number from {least:g} to {most:g}, not {value!r}.")
    for key, known in CHOICES.items():
        if str(raw.get(key, next(iter(known)))) not in known:
            raise FaultUnknown(f"{key} is one of {', '.join(sorted(known))}, not {raw[key]!r}.")
    if not isinstance(raw.get("seed", 0), (int, float, str)):
        raise FaultUnknown("seed is a number or a text.")


@dataclass(slots=True, kw_only=True)
class Fault:
    """One rule; ``left`` counts down to zero, None never ends.

    ``drawn`` is the last throw of the dice for whoever needs a jitter. ``how`` are the
    arguments of ``do``: seconds, status, body, error, retry_after …
    """

    id: int
    where: Where
    do: str
    name: str = "*"
    app: str | None = None
    probability: float = 1.0
    left: int | None = None
    skip: int = 0
    struck: int = 0
    drawn: float = 0.0
    how: dict[str, Any] = field(default_factory=dict)

    @property
    def phase(self) -> str:
        """When an API fault strikes: before the method runs, or once its change is made."""
        usual = "after" if self.do in {"lost", "drip"} else "before"
        return str(self.how.get("when", usual))

    def fits(self, where: Where, name: str, app_id: str | None) -> bool:
        if self.where != where or self.left == 0:
            return False
        return fnmatchcase(name, self.name) and self.app in (None, app_id)

    def to_json(self) -> dict[str, Any]:
        shown = {key: getattr(self, key) for key in ("id", "where", "do", "name", "app", "probability")}
        return {**shown, "count": self.left, "skip": self.skip, "struck": self.struck, **self.how}


_RULE_KEYS = frozenset({"where", "do", "name", "app", "probability", "count", "skip", "seed"})


class Faults:
    """The rules in force and the dice that decide on them."""

    def __init__(self, seed: int = 0, struck: Callable[[Fault], None] = lambda _fault: None) -> None:
        """``struck`` is told of every strike before it is felt."""
        self._dice = random.Random(seed)
        self._told = struck
        self._rules: dict[int, Fault] = {}
        self._next = 1

    def add(self, raw: Mapping[str, Any]) -> Fault:
        """Put a rule in force; ``seed`` restarts the dice. Raises FaultUnknown."""
        where, do = raw.get("where", "api"), str(raw.get("do"))
        if where not in get_args(Where):
            raise FaultUnknown(f"where is one of {', '.join(get_args(Where))}, not {where!r}.")
        if do not in KNOWN[where]:
            raise FaultUnknown(
                f"At {where} the sandbox can do {', '.join(sorted(KNOWN[where]))}, not {do!r}."
            )
        _check(raw)
        given = {key: value for key, value in raw.items() if value is not None}
        if "seed" in given:
            self._dice.seed(raw["seed"])
        fault = Fault(
            id=self._next,
            where=where,
            do=do,
            name=str(given.get("name", "*")),
            app=given.get("app"),
            probability=float(given.get("probability", 1.0)),
            left=int(given["count"]) if "count" in given else None,
            skip=int(given.get("skip", 0)),
            how={key: value for key, value in given.items() if key not in _RULE_KEYS},
        )
        self._next += 1
        self._rules[fault.id] = fault
        return fault

    def remove(self, fault_id: int) -> bool:
        """Lift one rule; False if there is none with that id."""
        return self._rules.pop(fault_id, None) is not None

    def clear(self) -> None:
        self._rules.clear()

    def all(self) -> list[Fault]:
        return list(self._rules.values())

    def strike(self, where: Where, name: str, app_id: str | None = None) -> list[Fault]:
        """The rules that hit this one occurrence; each is used up by one."""
        return [
            fault for fault in self._rules.values() if fault.fits(where, name, app_id) and self._hits(fault)
        ]

    def strike_phase(self, where: Where, phase: str, name: str, app_id: str | None) -> list[Fault]:
        """Like strike, for the rules of one phase only; the others are not used up."""
        fitting = [each for each in self._rules.values() if each.phase == phase]
        return [each for each in fitting if each.fits(where, name, app_id) and self._hits(each)]

    def strikes(self, where: Where, do: str, name: str = "*", app_id: str | None = None) -> Fault | None:
        """The first rule of one kind that hits; only rules of that kind are used up."""
        for fault in self._rules.values():
            if fault.do == do and fault.fits(where, name, app_id) and self._hits(fault):
                return fault
        return None

    def _hits(self, fault: Fault) -> bool:
        if self._dice.random() >= fault.probability:
            return False
        if fault.skip:
            fault.skip -= 1
            return False
        fault.struck += 1
        fault.drawn = self._dice.random()
        if fault.left is not None:
            fault.left -= 1
        self._told(fault)
        return True
