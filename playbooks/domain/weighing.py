"""What each alert is worth to a rule: for how long it has stood, and whether it can be believed.

Read once for all rules. The conditions of one rule are looked at together here and nowhere
else, so that whoever explains a rule and whoever obeys it read the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from playbooks.domain.burn import WINDOW_LABEL
from playbooks.domain.correlation import Cluster
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ServiceName
from playbooks.domain.maintenance import heard_from
from playbooks.domain.signal import Episode, SignalKind
from playbooks.domain.standing import flapping, qualified_since
from playbooks.schema import TriggerWhen

INFORMATION = 5
"""The alert severity that only informs: it is never evidence of a fault."""


@dataclass(slots=True, kw_only=True)
class Weighed:
    """What one alert is worth to the rules at an instant: read once, asked by every rule."""

    episode: Episode
    service: ServiceName
    tier: int | None
    since: datetime | None
    """When the run that stands began; None if the alert does not stand."""
    heard: datetime | None
    """From when it counts: ``since``, or the end of announced work."""
    gone: datetime | None
    """When it will not stand any more; None while it fires."""
    flaps: bool

    def counts(self, when: TriggerWhen, at: datetime) -> bool:
        """Whether it has stood for long enough outside of announced work. Flapping counts at once."""
        if self.heard is None or self.heard > at:
            return False
        return self.flaps or at - self.heard >= when.sustained

    def counts_from(self, when: TriggerWhen, at: datetime) -> datetime | None:
        """From when it counts if it stands; None if it will be gone by then."""
        if self.heard is None:
            return None
        if self.flaps:
            return max(at, self.heard)
        from_then = max(at, self.heard + when.sustained)
        return from_then if from_then == at or self.gone is None or from_then < self.gone else None

    def speaks(self, when: TriggerWhen) -> bool:
        """Whether this alert alone is of the sort that a rule asks for."""
        return (
            (when.tier is None or (self.tier is not None and self.tier <= when.tier))
            and (when.severity is None or self.episode.severity <= when.severity)
            and (when.kind is None or self.episode.kind == when.kind)
            and (when.window is None or read_over(self.episode) == when.window)
        )


def weigh(cluster: Cluster, handbook: Handbook, at: datetime) -> list[Weighed]:
    """Alerts that speak of a fault on a service the catalogue knows; only these are evidence."""
    return [
        _weighed_one(e, e.service, handbook, at)
        for e in cluster.episodes
        if e.service is not None and e.severity < INFORMATION
    ]


def _weighed_one(episode: Episode, service: ServiceName, handbook: Handbook, at: datetime) -> Weighed:
    alerts = handbook.playbook.alerts
    since = qualified_since(episode, at, alerts)
    end = episode.intervals[-1].end
    return Weighed(
        episode=episode,
        service=service,
        tier=handbook.tier(service),
        since=since,
        heard=since and heard_from(episode, since, at, handbook.maintenance),
        gone=end and end + alerts.keep,
        flaps=flapping(episode, at, alerts),
    )


def firm(counted: Sequence[Weighed]) -> list[Weighed]:
    """What of the evidence can carry a declaration; nothing if all of it flaps."""
    measured = [w for w in counted if w.episode.kind is not SignalKind.NODATA]
    return [] if all(w.flaps for w in measured) else measured


def holds(when: TriggerWhen, counted: Iterable[Weighed]) -> bool:
    """Whether all conditions hold. One more alert can only help, never hinder."""
    return any(True for _ in tipping(when, counted))


def tipping(when: TriggerWhen, counted: Iterable[Weighed]) -> Iterator[Weighed]:
    """The alerts, in their order, with which all conditions hold."""
    speaks = False
    origins: set[str] = set()
    services: set[ServiceName] = set()
    for weighed in counted:
        speaks = speaks or weighed.speaks(when)
        origins.add(weighed.episode.origin)
        services.add(weighed.service)
        if speaks and len(origins) >= when.distinct_origins and len(services) >= when.distinct_services:
            yield weighed


def read_over(episode: Episode) -> str:
    """The name of the windows that a burn rate was read over; empty for any other alert."""
    return episode.labels.get(WINDOW_LABEL, "") if episode.kind is SignalKind.SLO_BURN else ""


def awaited(weighed: Iterable[Weighed], when: TriggerWhen, at: datetime) -> list[tuple[datetime, Weighed]]:
    """The alerts that will count for a rule, with the instants from which they do, in that order."""
    starts = ((w.counts_from(when, at), w) for w in weighed)
    return sorted(((i, w) for i, w in starts if i is not None), key=lambda pair: pair[0])


def begins(when: TriggerWhen, waiting: Sequence[tuple[datetime, Weighed]]) -> datetime | None:
    """When enough of the awaited alerts count for the conditions to hold; None if never."""
    enough = next(tipping(when, (weighed for _, weighed in waiting)), None)
    return next((instant for instant, weighed in waiting if weighed is enough), None)
