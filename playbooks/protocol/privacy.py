"""Who comes to know of a private incident, who knows of it no more, and how it becomes public."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

from playbooks.domain.authority import Action, Actor, require
from playbooks.domain.effects import PostCard, RefreshCard
from playbooks.domain.errors import NeedsWords
from playbooks.domain.events import AccessEnded, AccessGiven, Let, MadePublic
from playbooks.domain.ids import SLACK, ChannelId, IncidentId, UserId, is_person
from playbooks.domain.incident import Incident, RoomState
from playbooks.domain.person import kind_of
from playbooks.domain.privacy import require_private
from playbooks.ports import Ports, Unit
from playbooks.protocol import communicate
from playbooks.protocol.recording import let_in, locked, owe, record

COMES_WITHIN = timedelta(minutes=10)
"""So long an invitation may be under way."""
MANY = 1_000


async def came(ports: Ports, *, channel: ChannelId, person: UserId, by: UserId) -> bool:
    """Slack says that somebody is in a room, or they spoke or pressed there; False if it was known."""
    async with ports.reading() as unit:
        found = await unit.incidents.in_room(channel)
        news = found is not None and found.private and person not in await unit.insiders.of(found.id)
    if found is None or not news or not is_person(person):
        return False
    async with ports.units() as unit:
        incident = await locked(unit, found.id)
        await let_in(unit, ports, incident, (person,), by=by, how=Let.CAME)
        await owe(unit, incident, RefreshCard(incident=incident.id))
        await unit.commit()
    return True


async def went(ports: Ports, *, channel: ChannelId, person: UserId, at: datetime) -> bool:
    """Somebody left a room: they know of it no more, unless they still have a part in it."""
    async with ports.reading() as unit:
        found = await unit.incidents.in_room(channel)
    if found is None or not found.private:
        return False
    async with ports.units() as unit:
        incident = await locked(unit, found.id)
        if person not in await unit.insiders.of(incident.id) or person in await _have_a_part(unit, incident):
            return False
        await unit.insiders.remove(incident.id, person)
        await record(
            unit, ports, incident, AccessEnded(incident=incident.id, by=person, at=at, person=person)
        )
        await unit.commit()
    return True


async def compare(ports: Ports, *, incident: IncidentId, present: Collection[UserId]) -> int:
    """Slack's list of the room's members decides where its events got lost; how many people were wrong.

    Whoever was let in just now may not have come in yet.
    """
    async with ports.reading() as unit:
        found = await unit.incidents.find(incident)
        if found is None or found.room is None or not found.private:
            return 0
        known = await unit.insiders.of(incident)
        given = await unit.entries.newest(incident, AccessGiven.__name__, MANY)
    now = ports.clock.now()
    let_in_at = {str(entry.body["person"]): entry.at for entry in given if entry.body}
    wrong = 0
    for person in sorted(set(present) - known):
        wrong += await came(ports, channel=found.room, person=person, by=SLACK)
    for person in sorted(known - set(present)):
        if now - let_in_at.get(person, found.declared_at) > COMES_WITHIN:
            wrong += await went(ports, channel=found.room, person=person, at=now)
    return wrong


async def _have_a_part(unit: Unit, incident: Incident) -> frozenset[UserId]:
    tenure = await unit.tenures.current(incident.id)
    seat = (tenure.user,) if tenure else ()
    roles = [role.user for role in await unit.assignments.current(incident.id)]
    leads = [stream.lead for stream in await unit.workstreams.current(incident.id) if stream.lead]
    return frozenset((*seat, *roles, *leads))


async def make_public(ports: Ports, *, incident: IncidentId, by: UserId, reason: str) -> Incident:
    """It is announced like any other, and everybody may know of it; the room stays as it is.

    Raises IncidentNotFound, NotYourRole, NotNeeded, NeedsWords.
    """
    if not reason.strip():
        raise NeedsWords("Say why everybody may know of it now: /incident public customers were told")
    now = ports.clock.now()
    async with ports.units() as unit:
        found = await locked(unit, incident)
        require_private(found)
        actor = Actor(user=by, kind=kind_of(await unit.members.find(by)))
        tenure = await unit.tenures.current(incident)
        require(actor, Action.PUBLISH, handbook=ports.handbook(), tenure=tenure, incident=found)
        public = replace(found, private=False)
        await unit.incidents.save(public)
        event = MadePublic(incident=incident, by=by, at=now, reason=reason.strip())
        await record(unit, ports, public, event)
        if public.room_state in (RoomState.HUB, RoomState.LOST):
            await owe(unit, public, PostCard(incident=incident))
        if public.is_live:
            await communicate.owe_news(unit, ports, public)
        await unit.commit()
    return public
