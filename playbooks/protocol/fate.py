"""What befalls rooms in Slack: written down, told to whoever leads, mended where somebody asks.

Every mishap may be heard of twice, by Slack's event and by a message that could not be sent;
``domain.room`` makes one story of it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from playbooks.domain import room as rules
from playbooks.domain.effects import EnterRoom, OpenRoom
from playbooks.domain.errors import RoomIsFine
from playbooks.domain.events import (
    Event,
    HubHarmed,
    HubRenamed,
    NewRoomAsked,
    RoomConverted,
    RoomMoved,
    RoomRenamed,
)
from playbooks.domain.ids import PROTOCOL, ChannelId, IncidentId, UserId
from playbooks.domain.incident import Incident, RoomHarm, RoomState
from playbooks.ports import Ports, Unit
from playbooks.protocol.recording import locked, locked_live, owe, record

REMEMBERED = 50
"""How many incidents are looked through for the channel in which the last ones were announced."""


async def harmed(
    ports: Ports, *, channel: ChannelId, how: RoomHarm, by: UserId, at: datetime, team: str = ""
) -> bool:
    """Something befell a channel; False if it is nothing to us, or nothing new."""
    async with ports.units() as unit:
        found = await unit.incidents.in_room(channel)
        if found is None:

            def about(incident: IncidentId) -> Event:
                return HubHarmed(incident=incident, by=by, at=at, channel=channel, how=how)

            return await _hub(unit, ports, channel, about)
        told = await _harm(unit, ports, found.id, how, by=by, at=at, team=team)
        await unit.commit()
    return told


async def lost(ports: Ports, *, incident: IncidentId, how: RoomHarm) -> None:
    """A delivery found out that the room cannot be used."""
    async with ports.units() as unit:
        await _harm(unit, ports, incident, how, by=PROTOCOL, at=ports.clock.now(), team="")
        await unit.commit()


async def mended(ports: Ports, *, channel: ChannelId, how: RoomHarm, by: UserId, at: datetime) -> bool:
    """What had befallen the room is undone; other harm stays. False if there was no such harm."""
    async with ports.units() as unit:
        found = await unit.incidents.in_room(channel)
        if found is None or found.room_harm is not how:
            return False
        if how is RoomHarm.SHARED:
            await _mend(unit, ports, await locked(unit, found.id), by=by, at=at)
        else:
            await owe(unit, found, EnterRoom(incident=found.id, by=by))  # are we in it? Slack has to say
        await unit.commit()
    return True


async def let_in(ports: Ports, *, channel: ChannelId, by: UserId) -> bool:
    """Somebody brought us into a channel; False if we had not been missing there."""
    async with ports.units() as unit:
        found = await unit.incidents.in_room(channel)
        if found is None or found.room_harm in (None, RoomHarm.SHARED):
            return False
        await owe(unit, found, EnterRoom(incident=found.id, by=by))
        await unit.commit()
    return True


async def came_back(unit: Unit, ports: Ports, *, incident: IncidentId, by: UserId) -> None:
    """We are in the room: the incident goes on there."""
    await _mend(unit, ports, await locked(unit, incident), by=by, at=ports.clock.now())


async def renamed(ports: Ports, *, channel: ChannelId, name: str, by: UserId, at: datetime) -> bool:
    """The channel has another name; False if it is nothing to us, or had that name already."""
    async with ports.units() as unit:
        found = await unit.incidents.in_room(channel)
        if found is None:

            def about(incident: IncidentId) -> Event:
                return HubRenamed(incident=incident, by=by, at=at, channel=channel, after=name)

            return await _hub(unit, ports, channel, about)
        incident = await locked(unit, found.id)
        if incident.room_name == name:
            return False
        now = replace(incident, room_name=name)
        await unit.incidents.save(now)
        event = RoomRenamed(incident=now.id, by=by, at=at, before=incident.room_name, after=name)
        await record(unit, ports, now, event)
        await unit.commit()
    return True


async def converted(ports: Ports, *, channel: ChannelId, private: bool, by: UserId, at: datetime) -> bool:
    """The room was made private, or public; False if it is no room of ours."""
    async with ports.units() as unit:
        found = await unit.incidents.in_room(channel)
        if found is None:
            return False
        incident = await locked(unit, found.id)
        event = RoomConverted(incident=incident.id, by=by, at=at, private=private)
        await record(unit, ports, incident, event)
        await unit.commit()
    return True


async def moved(ports: Ports, *, before: ChannelId, channel: ChannelId, at: datetime) -> bool:
    """Slack gave the room another id; what we posted there is where it was."""
    async with ports.units() as unit:
        found = await unit.incidents.in_room(before)
        if found is None:
            return False
        incident = replace(await locked(unit, found.id), room=channel)
        await unit.incidents.save(incident)
        await unit.posts.moved(before, channel)
        event = RoomMoved(incident=incident.id, by=PROTOCOL, at=at, before=before, room=channel)
        await record(unit, ports, incident, event)
        await unit.commit()
    return True


async def come_back(ports: Ports, *, incident: IncidentId, by: UserId) -> None:
    """Enter the room again. Raises IncidentNotFound, IncidentOver, RoomIsFine."""
    async with ports.units() as unit:
        found = await locked_live(unit, incident)
        if found.room_harm in (None, RoomHarm.SHARED):
            raise RoomIsFine(found.room)
        await owe(unit, found, EnterRoom(incident=incident, by=by))
        await unit.commit()


async def new_room(ports: Ports, *, incident: IncidentId, by: UserId) -> None:
    """Open another room instead of one that something befell.

    Raises IncidentNotFound, IncidentOver, RoomIsFine.
    """
    async with ports.units() as unit:
        found = await locked_live(unit, incident)
        roomless = found.private and found.room_state is RoomState.HUB
        if not roomless and (found.room is None or found.room_harm is None):
            raise RoomIsFine(found.room)
        wanted = replace(found, room_state=RoomState.WANTED, room_harm=None)
        await unit.incidents.save(wanted)
        event = NewRoomAsked(
            incident=incident, by=by, at=ports.clock.now(), instead_of=found.room or ChannelId("")
        )
        await record(unit, ports, wanted, event)
        await owe(unit, wanted, OpenRoom(incident=incident))
        await unit.commit()


async def _harm(
    unit: Unit, ports: Ports, number: IncidentId, how: RoomHarm, *, by: UserId, at: datetime, team: str
) -> bool:
    incident = await locked(unit, number)
    event = rules.harmed(incident, how, by=by, at=at, team=team)
    if event is None:
        return False
    after = rules.after_harm(incident, event)
    await unit.incidents.save(after)
    await record(unit, ports, after, event)
    return True


async def _mend(unit: Unit, ports: Ports, incident: Incident, *, by: UserId, at: datetime) -> None:
    event = rules.mended(incident, by=by, at=at)
    if event is None:
        return
    after = replace(incident, room_harm=None, room_state=RoomState.OPEN)
    await unit.incidents.save(after)
    await record(unit, ports, after, event)


async def _hub(unit: Unit, ports: Ports, channel: ChannelId, about: Callable[[IncidentId], Event]) -> bool:
    """Every live incident that is announced in this channel hears of it.

    While there is none the newest of those that are over takes it down, so that whoever runs the bot
    is told before the next one needs the channel.
    """
    live = [one.id for one in reversed(await unit.incidents.live())]
    announced = [number for number in live if await _is_announced_in(unit, number, channel)]
    told = False
    for number in announced:
        told = await record(unit, ports, await locked(unit, number), about(number)) or told
    if not announced:
        told = await _after_the_last(unit, ports, channel, about)
    await unit.commit()
    return told


async def _after_the_last(
    unit: Unit, ports: Ports, channel: ChannelId, about: Callable[[IncidentId], Event]
) -> bool:
    for incident in await unit.incidents.recent(REMEMBERED):
        if await _is_announced_in(unit, incident.id, channel):
            held = await locked(unit, incident.id)
            return await record(unit, ports, held, about(held.id))
    return False


async def _is_announced_in(unit: Unit, incident: IncidentId, channel: ChannelId) -> bool:
    announced = await unit.posts.where(f"announcement:{incident}")
    return announced is not None and announced[0] == channel
