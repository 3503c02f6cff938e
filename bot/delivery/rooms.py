"""The war room: made, filled with people, and only then decorated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from bot.delivery.tools import Delivered, Errand, Tools
from bot.slack.gateway import Posted, Room
from bot.slack.outcomes import GONE, Later, Never, in_words
from bot.slack.reconcile import find_room, has_topic
from handlers.views import rooms
from playbooks.domain.effects import AddBookmarks, EnterRoom, Invite, OpenRoom, PinCard, RenameRoom, SetTopic
from playbooks.domain.ids import ChannelId
from playbooks.domain.incident import Incident, RoomState
from playbooks.protocol import fate
from playbooks.protocol import room as story
from storage.uow import SqlUnit

_SOON = timedelta(seconds=2)
NAMES_TRIED = 9
"""A name is taken by an archived or invisible channel at worst a few times."""


async def open_room(errand: Errand[OpenRoom], tools: Tools) -> Delivered:
    """Create the room, or adopt the one that an earlier attempt made."""
    incident = errand.effect.incident
    about, playbook = await tools.incident(incident), tools.ports.handbook().playbook
    names = [rooms.room_name(about, playbook, attempt) for attempt in range(1, NAMES_TRIED + 1)]
    room = await _made_before(errand, tools, names) or await _make(tools, names, private=about.private)

    async def then(unit: SqlUnit) -> None:
        await story.opened(unit, tools.ports, incident=incident, room=room.id, name=room.name)

    return Delivered(result={"channel": room.id, "name": room.name}, then=then)


async def enter_room(errand: Errand[EnterRoom], tools: Tools) -> Delivered:
    """Be in the room again, and read what was said there meanwhile."""
    incident = await tools.incident(errand.effect.incident)
    if incident.room is None or incident.room_harm is None:
        return Delivered(result={"skipped": "there is nothing to come back to"})
    await tools.gateway.enter(incident.room)

    async def then(unit: SqlUnit) -> None:
        await fate.came_back(unit, tools.ports, incident=incident.id, by=errand.effect.by)

    return Delivered(result={}, then=then, noted=tools.read_again)


async def invite(errand: Errand[Invite], tools: Tools) -> Delivered:
    """Bring people in; who could not be brought in is told in the room, and the others are there."""
    incident, users = errand.effect.incident, errand.effect.users
    about = await tools.incident(incident)
    if about.room_state is RoomState.WANTED:
        raise Later(_SOON, "the room is being opened")
    if about.room is None or about.room_state is not RoomState.OPEN:
        return Delivered(result={"skipped": "there is no room"})
    me = await tools.identity()
    people = tuple(user for user in users if user != me.user)
    try:
        refused = await tools.gateway.invite(about.room, people)
    except Never as refusal:
        return await _without_room(tools, about, refusal)
    failed = tuple((user, in_words(code, {})) for user, code in refused.items())
    came = tuple(user for user in people if user not in refused)

    async def then(unit: SqlUnit) -> float | None:
        return await story.invited(unit, tools.ports, incident=incident, users=came, failed=failed)

    return tools.delivered({"users": list(came), "refused": dict(refused)}, then)


async def pin_card(errand: Errand[PinCard], tools: Tools) -> Delivered:
    """Pin the card where it was posted."""
    incident = await tools.incident(errand.effect.incident)
    place = await tools.place(incident)
    try:
        await tools.gateway.pin(Posted(channel=place.channel, ts=errand.effect.ts))
    except Never as refusal:
        return await _without_room(tools, incident, refusal)
    return Delivered(result={})


async def set_topic(errand: Errand[SetTopic], tools: Tools) -> Delivered:
    """Say the state in the room's topic."""
    picture = await tools.picture(errand.effect.incident)
    if picture.incident.room is None or picture.incident.room_state is not RoomState.OPEN:
        return Delivered(result={"skipped": "there is no room"})
    incident, wanted = picture.incident.id, rooms.topic(picture)
    if wanted == picture.incident.topic:
        return Delivered(result={"skipped": "it says so already"})  # Slack would tell everybody again
    room, doubtful = picture.incident.room, errand.tried_since is not None
    try:
        # Slack tells everybody of a topic, also if it is the same again.
        if not (doubtful and await has_topic(tools.gateway, room, wanted)):
            await tools.gateway.set_topic(room, wanted)
    except Never as refusal:
        return await _without_room(tools, picture.incident, refusal)

    async def then(unit: SqlUnit) -> None:
        await story.topic_set(unit, tools.ports, incident=incident, topic=wanted)

    return Delivered(result={}, then=then)


async def rename_room(errand: Errand[RenameRoom], tools: Tools) -> Delivered:
    """Give the room its name in earnest. If Slack does not want it, the topic says enough."""
    incident = await tools.incident(errand.effect.incident)
    name = rooms.room_name(incident, tools.ports.handbook().playbook)
    if incident.room is None or incident.room_state is not RoomState.OPEN or incident.room_name == name:
        return Delivered(result={"skipped": "there is nothing to rename"})
    try:
        now = (await tools.gateway.rename(incident.room, name)).name
    except Never as refusal:
        return Delivered(result={"skipped": refusal.reason})

    async def then(unit: SqlUnit) -> None:
        await story.named(unit, incident=incident.id, name=now)

    return Delivered(result={"name": now}, then=then)


async def add_bookmarks(errand: Errand[AddBookmarks], tools: Tools) -> Delivered:
    """Add what is missing: Slack would add the same bookmark twice."""
    picture = await tools.picture(errand.effect.incident)
    room = picture.incident.room
    wanted = rooms.bookmarks(picture, tools.public_url)
    if room is None or not wanted:
        return Delivered(result={"skipped": "nothing to add"})
    try:
        there = await tools.gateway.bookmarks(room)
        missing = [each for each in wanted if each[1] not in there]
        for title, link, emoji in missing:
            await tools.gateway.add_bookmark(room, title=title, link=link, emoji=emoji)
        if missing or errand.tried_since is not None:
            await _without_twins(tools, room, [link for _, link, _ in wanted])
    except Never as refusal:
        return await _without_room(tools, picture.incident, refusal)
    return Delivered(result={"links": len(wanted)})


async def _without_twins(tools: Tools, room: ChannelId, links: Sequence[str]) -> None:
    """Of two attempts that looked at the same moment, one of a dead or slow process: the younger one goes."""
    there = await tools.gateway.bookmarks(room)
    for younger in (id_ for link in links for id_ in there.get(link, ())[1:]):
        await tools.gateway.remove_bookmark(room, younger)


async def _without_room(tools: Tools, incident: Incident, refusal: Never) -> Delivered:
    """What nobody needs where the room is gone. Raises the refusal if it is about something else."""
    if refusal.code not in GONE:
        raise refusal
    await tools.lost(incident, refusal)
    return Delivered(result={"skipped": "the room is gone"})


async def _made_before(errand: Errand[OpenRoom], tools: Tools, names: list[str]) -> Room | None:
    if errand.tried_since is None:
        return None
    return await find_room(tools.gateway, await tools.identity(), names=names, since=errand.tried_since)


async def _make(tools: Tools, names: list[str], *, private: bool) -> Room:
    """Raises Never if no name is free, or if Slack does not let us make rooms."""
    for name in names[:-1]:
        try:
            return await tools.gateway.create_room(name, private=private)
        except Never as refusal:
            if refusal.code != "name_taken":
                raise
    return await tools.gateway.create_room(names[-1], private=private)
