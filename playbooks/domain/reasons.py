"""Why a rule holds for an outage, or why not: condition by condition, in words and numbers.

Nothing is decided here. The conditions are read from the same weighed alerts that the rules
are judged by, and a test holds the two against each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from playbooks.domain.correlation import Cluster
from playbooks.domain.handbook import Handbook
from playbooks.domain.weighing import Weighed, awaited, begins, firm, holds, read_over, weigh
from playbooks.schema import TriggerAction, TriggerRule, TriggerWhen


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """One condition of a rule: what it asks for, what there is."""

    wanted: str
    found: str
    met: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What one rule thinks of an outage at an instant."""

    rule: TriggerRule
    conditions: tuple[Condition, ...]
    holds: bool
    is_weak: bool
    """It would declare, and its evidence only flaps or is missing data: it may only propose."""
    begins_at: datetime | None
    """When it will hold if nothing changes; None if never, or if it does already."""


def opinions(cluster: Cluster, handbook: Handbook, *, at: datetime) -> tuple[Opinion, ...]:
    """Every rule's opinion, in the order in which they are tried."""
    weighed = weigh(cluster, handbook, at)
    return tuple(_opinion(rule, weighed, at) for rule in handbook.playbook.triggers)


def _opinion(rule: TriggerRule, weighed: Sequence[Weighed], at: datetime) -> Opinion:
    counted = [w for w in weighed if w.counts(rule.when, at)]
    now = holds(rule.when, counted)
    declares = rule.then.action is TriggerAction.DECLARE
    return Opinion(
        rule=rule,
        conditions=tuple(_conditions(rule.when, weighed, counted)),
        holds=now,
        is_weak=now and declares and not holds(rule.when, firm(counted)),
        begins_at=None if now else begins(rule.when, awaited(weighed, rule.when, at)),
    )


def _conditions(
    when: TriggerWhen, weighed: Sequence[Weighed], counted: Sequence[Weighed]
) -> Iterator[Condition]:
    """The conditions that are given, each alone, and whether one alert meets all that speak of one."""
    standing = sum(w.since is not None for w in weighed)
    yield Condition(
        wanted=f"alerts that have stood for {_words(when.sustained)}",
        found=f"{len(counted)} of {len(weighed)}, {standing} stand now",
        met=bool(counted),
    )
    alone = list(_alone(when, counted))
    yield from alone
    if len(alone) > 1 and all(condition.met for condition in alone):
        fitting = [w for w in counted if w.speaks(when)]
        yield Condition(
            wanted="one alert that is all of this",
            found=_listed([f"{w.service}: {w.episode.title}" for w in fitting]),
            met=bool(fitting),
        )
    origins = sorted({w.episode.origin for w in counted})
    services = sorted({w.service for w in counted})
    if when.distinct_origins > 1:
        met = len(origins) >= when.distinct_origins
        yield Condition(
            wanted=f"{when.distinct_origins} systems that measure", found=_listed(origins), met=met
        )
    if when.distinct_services > 1:
        met = len(services) >= when.distinct_services
        yield Condition(wanted=f"{when.distinct_services} services", found=_listed(services), met=met)


def _alone(when: TriggerWhen, counted: Sequence[Weighed]) -> Iterator[Condition]:
    """What one alert has to be, each property looked at by itself."""
    tried: tuple[tuple[str, object, Callable[[Weighed], object]], ...] = (
        (f"tier {when.tier} or better", when.tier, lambda w: w.tier),
        (f"severity {when.severity} or worse", when.severity, lambda w: w.episode.severity),
        (f"kind {when.kind}", when.kind, lambda w: w.episode.kind.value),
        (f"burn rate over {when.window}", when.window, lambda w: read_over(w.episode)),
    )
    names = ("tier", "severity", "kind", "window")
    for name, (wanted, asked, found) in zip(names, tried, strict=True):
        if asked is not None:
            only = TriggerWhen.model_validate({name: asked})
            seen = sorted({str(found(w)) for w in counted if found(w) not in (None, "")})
            yield Condition(wanted=wanted, found=_listed(seen), met=any(w.speaks(only) for w in counted))


_SHOWN = 5


def _listed(words: Sequence[str]) -> str:
    more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    return f"{', '.join(words[:_SHOWN])}{more}" if words else "none"


def _words(duration: timedelta) -> str:
    """``5m``, ``1h 30m``, as the playbook writes them; ``any time`` for none."""
    seconds = int(duration.total_seconds())
    parts = ((seconds // 3600, "h"), (seconds % 3600 // 60, "m"), (seconds % 60, "s"))
    return " ".join(f"{number}{unit}" for number, unit in parts if number) or "any time"
