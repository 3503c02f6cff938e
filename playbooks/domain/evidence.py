"""What monitoring has to say for an incident, as the log and the card print it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from playbooks.domain.events import Evidence
from playbooks.domain.signal import Episode, Interval

MAX_LANES = 8
LOOK_BACK = timedelta(hours=6)
"""What fired longer before the declaration is not why it was declared then."""
MARGIN = timedelta(minutes=2)
MAX_WORDS = 1_000
"""Characters of a picture's description (Slack docs, files.getUploadURLExternal, ``alt_txt``)."""


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


def behind(episodes: Iterable[Episode], *, declared_at: datetime) -> tuple[Episode, ...]:
    """Alerts that began before the declaration: what came after it is not why it was declared."""
    return tuple(episode for episode in episodes if episode.starts_at <= declared_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """One alert on the strip; ``end`` None in its last span means that it fires still."""

    title: str
    origin: str
    spans: tuple[Interval, ...]
    service: str = ""
    """By its name in the catalogue; empty if that does not know it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strip:
    """When the alerts of an incident fired, drawn as a strip of time."""

    since: datetime
    until: datetime
    declared_at: datetime
    at: datetime
    """When it was drawn: what fires then has no end yet."""
    lanes: tuple[Lane, ...]
    """The oldest first."""
    more: int
    """Alerts that found no place."""


def strip(episodes: Sequence[Episode], *, declared_at: datetime, at: datetime) -> Strip | None:
    """The strip as it is at an instant; None without any alert in its time."""
    earliest = declared_at - LOOK_BACK
    found = [
        (spans, episode)
        for episode in behind(episodes, declared_at=declared_at)
        if (
            spans := tuple(
                _within(span, earliest, at) for span in episode.intervals if _touches(span, earliest, at)
            )
        )
    ]
    if not found:
        return None
    found.sort(key=lambda pair: (pair[0][0].start, pair[1].id))
    begin = min(spans[0].start for spans, _ in found)
    return Strip(
        since=min(begin, declared_at) - MARGIN,
        until=max(at, declared_at) + MARGIN,
        declared_at=declared_at,
        at=at,
        lanes=tuple(
            Lane(title=episode.title, origin=episode.origin, spans=spans, service=episode.service or "")
            for spans, episode in found[:MAX_LANES]
        ),
        more=max(0, len(found) - MAX_LANES),
    )


def in_words(drawn: Strip) -> str:
    """What the picture shows, for those who cannot see it."""
    lead = (
        f"Alerts from {drawn.since:%H:%M} to {drawn.until:%H:%M} UTC; declared at {drawn.declared_at:%H:%M}."
    )
    lines = [f"{lane.title} ({lane.origin}) fired {_spans(lane.spans)}." for lane in drawn.lanes]
    rest = [f"{drawn.more} more are not shown."] if drawn.more else []
    words = " ".join((lead, *lines, *rest))
    return words if len(words) <= MAX_WORDS else f"{words[: MAX_WORDS - 1]}…"


def _spans(spans: Sequence[Interval]) -> str:
    told = [
        f"from {s.start:%H:%M} on" if s.end is None else f"from {s.start:%H:%M} to {s.end:%H:%M}"
        for s in spans[-3:]
    ]
    earlier = f"{len(spans) - 3} times before, " if len(spans) > 3 else ""  # noqa: PLR2004 - the last three
    return earlier + ", ".join(told)


def _touches(span: Interval, since: datetime, until: datetime) -> bool:
    return span.start <= until and (span.end is None or span.end > since)


def _within(span: Interval, since: datetime, until: datetime) -> Interval:
    end = None if span.end is None or span.end > until else span.end
    return Interval(start=max(span.start, since), end=end)
