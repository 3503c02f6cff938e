"""What monitoring has to say for an incident, as the log and the card print it."""

from __future__ import annotations

from collections.abc import Iterable

from playbooks.domain.events import Evidence
from playbooks.domain.signal import Episode


def shown(episodes: Iterable[Episode]) -> tuple[Evidence, ...]:
    """One line an alert; alerts on services that the catalogue does not know prove nothing."""
    return tuple(
        Evidence(
            episode=e.id,
            service=e.service,
            origin=e.origin,
            title=e.title,
            since=e.starts_at,
            link=e.link,
        )
        for e in episodes
        if e.service is not None
    )
