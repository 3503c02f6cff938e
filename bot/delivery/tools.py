"""What a delivery works with, and what it hands back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from bot.delivery.directory import Directory
from bot.delivery.errand import Errand
from bot.delivery.gallery import Gallery
from bot.delivery.gathering import Gathering
from bot.slack.gateway import Gateway, Identity, Posted
from bot.slack.outcomes import Later, Never
from handlers.deps import Complain
from handlers.views.announcement import TOGETHER
from playbooks.domain.ids import ChannelId, IncidentId, Ts, UserId
from playbooks.domain.incident import Incident, RoomHarm, RoomState
from playbooks.ports import Ports
from playbooks.protocol import fate
from playbooks.protocol import room as story
from playbooks.protocol.picture import Outline, Picture, draw, outline
from storage.uow import SqlUnit, Store

__all__ = ["Delivered", "Errand", "Place", "Then", "Tools"]

ANNOUNCED_WITHIN = timedelta(minutes=1)

_HARM = {"is_archived": RoomHarm.ARCHIVED, "not_in_channel": RoomHarm.SHUT_OUT}
"""Slack's word for why a room cannot be used; it says ``channel_not_found`` for several reasons."""

Then = Callable[[SqlUnit], Awaitable[None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivered:
    """It is in Slack. ``then`` goes on with the story in the transaction that notes it.

    ``noted`` is called once that transaction is kept.
    """

    result: Mapping[str, object]
    then: Then | None = None
    noted: Callable[[], None] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where an incident speaks: its room, or a thread of the incidents channel."""

    channel: ChannelId
    thread: Ts | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tools:
    """Everything a delivery may use."""

    store: Store
    ports: Ports
    gateway: Gateway
    directory: Directory
    identity: Callable[[], Awaitable[Identity]]
    complain: Complain
    public_url: str
    ready: Callable[[float], None]
    """Told, in seconds since its declaration, when an incident has become ready to be worked on."""
    read_again: Callable[[], None]
    """Have the rooms read for what nobody heard."""
    show_home: Callable[[UserId], Awaitable[None]]
    """Draw somebody's Home tab. Raises as the gateway does."""
    gathering: Gathering = field(default_factory=lambda: Gathering(most=TOGETHER))
    """Where announcements of the same moment meet."""
    _gallery: Gallery = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_gallery", Gallery(self._draw))

    async def incident(self, number: IncidentId) -> Incident:
        """What the record says of the incident itself, for who needs no more. Raises Never."""
        async with self.store.reading() as unit:
            return await _incident(unit, number)

    async def picture(self, number: IncidentId) -> Picture:
        """The incident and all around it as it is at this moment. Raises Never if there is none."""
        return await self._gallery.picture(number)

    async def outlines(self, numbers: Sequence[IncidentId]) -> list[Outline]:
        """What is said of incidents beyond their rooms, all at this moment. Raises Never."""
        handbook, at = self.ports.handbook(), self.ports.clock.now()
        async with self.store.reading() as unit:
            return [await outline(unit, handbook, await _incident(unit, number), at=at) for number in numbers]

    async def _draw(self, number: IncidentId) -> Picture:
        async with self.store.reading() as unit:
            incident = await _incident(unit, number)
            return await draw(unit, self.ports.handbook(), incident, at=self.ports.clock.now())

    async def place(self, incident: Incident) -> Place:
        """Where this incident's people read."""
        match incident.room_state:
            case RoomState.OPEN if incident.room is not None:
                return Place(channel=incident.room, thread=None)
            case RoomState.HUB | RoomState.LOST:
                return await self.hub(incident)
            case _:
                raise Later(timedelta(seconds=1), "the war room is not open yet")

    async def hub(self, incident: Incident) -> Place:
        """The incident's thread in the incidents channel.

        It hangs on the announcement, which is on its way at the same time: raises Later until it
        is there, but not for ever, because it may never come. One that stands with others has
        no thread for each of them: then the card is posted in the channel, and the rest below it.
        """
        if incident.private:
            raise Never("room_is_private")  # what only insiders may read is said there, or nowhere
        waited = self.ports.clock.now() - incident.declared_at
        if incident.announcement_ts is None and waited < ANNOUNCED_WITHIN:
            raise Later(timedelta(seconds=1), "the announcement is not posted yet")
        name = self.ports.handbook().catalogue.channels.incidents
        is_shared = await self.posted(story.in_bulletin(incident.id)) is not None
        alone = is_shared and incident.room_state in (RoomState.HUB, RoomState.LOST)
        thread = incident.card_ts if alone else incident.announcement_ts
        return Place(channel=await self.directory.channel(name), thread=thread)

    async def lost(self, incident: Incident, refusal: Never) -> None:
        """Slack says that the incident's room cannot be used: that is a story of its own."""
        await fate.lost(self.ports, incident=incident.id, how=_HARM.get(refusal.code, RoomHarm.HIDDEN))

    async def posted(self, subject: str) -> Posted | None:
        """Where the message about a subject is; None if it was not posted."""
        async with self.store.reading() as unit:
            found = await unit.posts.where(subject)
        return Posted(channel=found[0], ts=found[1]) if found else None

    def delivered(
        self, result: Mapping[str, object], go_on: Callable[[SqlUnit], Awaitable[float | None]]
    ) -> Delivered:
        """It is in Slack, and may have been the last thing that people waited for."""
        took: list[float | None] = []

        async def then(unit: SqlUnit) -> None:
            took[:] = [await go_on(unit)]

        def noted() -> None:
            for seconds in took:
                if seconds is not None:
                    self.ready(seconds)

        return Delivered(result=result, then=then, noted=noted)


async def _incident(unit: SqlUnit, number: IncidentId) -> Incident:
    incident = await unit.incidents.find(number)
    if incident is None:
        raise Never("incident_not_found")
    return incident
