"""Looking things up for whoever asks: reads that decide nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TypeVar

from playbooks.domain.change import Clearance
from playbooks.domain.command import Contest, Handover
from playbooks.domain.errors import IncidentNotFound, NeedsWords
from playbooks.domain.ids import ChannelId, ClearanceId, ContestId, HandoverId, IncidentId, ReviewId, UserId
from playbooks.domain.incident import Incident
from playbooks.domain.review import KnownError, Review
from playbooks.domain.signal import Episode
from playbooks.ports import Ports, Unit
from playbooks.protocol.picture import Picture, draw

UNMAPPED_SHOWN = 10
UNMAPPED_FOR = timedelta(days=1)

AT_HOME = 10
"""Live incidents on a Home tab."""
DRAFTS_SHOWN = 3

T = TypeVar("T", Contest, Handover, Clearance, Review)


async def incident(ports: Ports, *, number: IncidentId) -> Incident:
    """The incident of that number. Raises IncidentNotFound."""
    async with ports.reading() as unit:
        found = await unit.incidents.find(number)
    if found is None:
        raise IncidentNotFound(number)
    return found


async def in_room(ports: Ports, *, channel: ChannelId) -> Incident | None:
    """The incident whose war room this channel is."""
    async with ports.reading() as unit:
        return await unit.incidents.in_room(channel)


async def live(ports: Ports) -> Sequence[Incident]:
    """Incidents that people work on, candidates included, newest first."""
    async with ports.reading() as unit:
        return await unit.incidents.live()


async def recent(ports: Ports, *, limit: int = 5) -> Sequence[Incident]:
    """The newest incidents in any state."""
    async with ports.reading() as unit:
        return await unit.incidents.recent(limit)


async def picture(ports: Ports, *, incident: IncidentId) -> Picture:
    """Everything that is true of the incident now. Raises IncidentNotFound."""
    async with ports.reading() as unit:
        found = await unit.incidents.find(incident)
        if found is None:
            raise IncidentNotFound(incident)
        return await draw(unit, ports.handbook(), found, at=ports.clock.now())


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """What somebody's Home tab is about, at one instant."""

    pictures: tuple[Picture, ...]
    """Live incidents: those this person takes part in first, each group newest first."""
    mine: frozenset[IncidentId]
    drafts: tuple[Review, ...]
    """Post-mortems that this person has not published."""


async def mine(ports: Ports, *, user: UserId) -> Mine:
    """What somebody has a part in, and what else is live, as far as a tab can show it."""
    at, handbook = ports.clock.now(), ports.handbook()
    async with ports.reading() as unit:
        theirs = await unit.incidents.involving(user, AT_HOME)
        numbers = {incident.id for incident in theirs}
        others = [incident for incident in await unit.incidents.live() if incident.id not in numbers]
        shown = [*theirs, *others][:AT_HOME]
        drafts = await unit.reviews.drafts_of(user, DRAFTS_SHOWN)
        return Mine(
            pictures=tuple([await draw(unit, handbook, incident, at=at) for incident in shown]),
            mine=frozenset(numbers),
            drafts=tuple([one for one in drafts if await unit.incidents.find(one.incident) is not None]),
        )


async def known_errors(ports: Ports, *, words: str = "") -> Sequence[KnownError]:
    """Known errors in which every word occurs; all of them without words, newest first."""
    async with ports.reading() as unit:
        everything = await unit.known_errors.all()
    wanted = words.casefold().split()
    return [k for k in reversed(everything) if all(word in _text(k) for word in wanted)]


async def contest(ports: Ports, *, contest: ContestId) -> Contest:
    """The dispute. Raises NeedsWords."""
    async with ports.reading() as unit:
        return await _there(unit, await unit.contests.find(contest), "That dispute")


async def handover(ports: Ports, *, handover: HandoverId) -> Handover:
    """The offer of command. Raises NeedsWords."""
    async with ports.reading() as unit:
        return await _there(unit, await unit.handovers.find(handover), "That offer")


async def clearance(ports: Ports, *, clearance: ClearanceId) -> Clearance:
    """The request for approval. Raises NeedsWords."""
    async with ports.reading() as unit:
        return await _there(unit, await unit.clearances.find(clearance), "That request")


async def review(ports: Ports, *, review: ReviewId) -> Review:
    """The post-mortem. Raises NeedsWords."""
    async with ports.reading() as unit:
        return await _there(unit, await unit.reviews.find(review), "That post-mortem")


async def unmapped(ports: Ports) -> Sequence[Episode]:
    """Alerts of the last day whose service the catalogue does not know, newest first."""
    since = ports.clock.now() - UNMAPPED_FOR
    async with ports.reading() as unit:
        found = await unit.episodes.unmapped(since)
    return list(reversed(found))[:UNMAPPED_SHOWN]


def _text(known: KnownError) -> str:
    ways = (workaround.text for workaround in known.workarounds)
    words = (
        f"KE-{known.id}",
        known.title,
        known.cause,
        *known.symptoms,
        *known.services,
        *known.signature,
        *ways,
    )
    return " ".join(words).casefold()


async def _there(unit: Unit, found: T | None, what: str) -> T:
    """What was found, if whoever asks may know of its incident. Raises NeedsWords."""
    if found is None or await unit.incidents.find(found.incident) is None:
        message = f"{what} does not exist any more."
        raise NeedsWords(message)
    return found
