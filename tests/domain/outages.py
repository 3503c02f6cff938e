"""Builders for alerts and service models, shared by the tests of what alerts amount to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from playbooks.catalogue import Dependency, DependencyKind, Service
from playbooks.domain.graph import ServiceGraph, service_graph
from playbooks.domain.ids import EpisodeId, IncidentId, ServiceName
from playbooks.domain.signal import Episode, Interval, SignalKind
from playbooks.loader import DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE, load

HANDBOOK = load(DEFAULT_PLAYBOOK, EXAMPLE_CATALOGUE)
ALERTS = HANDBOOK.playbook.alerts
ZERO = datetime(2026, 6, 2, 10, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return ZERO + timedelta(seconds=seconds)


def spans(*pairs: tuple[float, float | None]) -> tuple[Interval, ...]:
    return tuple(Interval(start=at(a), end=None if b is None else at(b)) for a, b in pairs)


def alert(
    service: str | None,
    start: float,
    end: float | None = None,
    *,
    env: str = "production",
    origin: str = "prometheus",
    severity: int = 2,
    kind: SignalKind = SignalKind.ALERT,
    incident: int | None = None,
    intervals: tuple[Interval, ...] = (),
) -> Episode:
    """An alert named after what it is about, such as ``checkout@60``."""
    name = f"{service}@{start}"
    return Episode(
        id=EpisodeId(f"{name}/{env}/{origin}"),
        source="prom",
        dedup_key=name,
        origin=origin,
        kind=kind,
        severity=severity,
        service=None if service is None else ServiceName(service),
        service_hint=service or "?",
        env=env,
        title=name,
        link=f"https://prom.example/{name}",
        intervals=intervals or spans((start, end)),
        last_event_at=at(start),
        received_at=at(start),
        incident=None if incident is None else IncidentId(incident),
    )


def drawn(hard: Mapping[str, Sequence[str]]) -> ServiceGraph:
    """A graph of hard edges only, of services that share nothing else."""
    services = {
        name: Service(
            title=name,
            tier=3,
            owner=f"owner-of-{name}",
            depends_on=tuple(Dependency(service=other, kind=DependencyKind.HARD) for other in others),
        )
        for name, others in hard.items()
    }
    return service_graph(HANDBOOK.catalogue.model_copy(update={"services": services}))
