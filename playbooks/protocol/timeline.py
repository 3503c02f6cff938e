"""The log of the room: what people say, change, delete and mark.

Listening is silent. Facts are keyed by the channel's own timestamps, so that redelivered,
doubled or disordered events are recorded once and in their true order.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from playbooks.domain.entry import JUST_NOW, natural_key
from playbooks.domain.errors import NeedsWords
from playbooks.domain.events import Event, KeyEventMarked, MessageDeleted, MessageEdited, MessageSaid
from playbooks.domain.ids import ChannelId, IncidentId, Ts, UserId, instant
from playbooks.domain.incident import Incident, RoomState
from playbooks.domain.label import Label, labelled
from playbooks.domain.spoken import newest_words
from playbooks.ports import Ports, Unit
from playbooks.protocol.recording import locked, record
from playbooks.schema import DeletedWords

_ROOMLESS = (RoomState.HUB, RoomState.LOST)
_HEADS = ("announcement", "card")
"""What may stand at the head of an incident's thread in the incidents channel."""
MAX_TEXT = 40_000  # Slack truncates longer messages (Slack docs, chat.postMessage)


async def said(
    ports: Ports,
    *,
    channel: ChannelId,
    ts: Ts,
    thread: Ts | None,
    user: UserId,
    text: str,
    app: str = "",
    files: tuple[str, ...] = (),
) -> bool:
    """Record a message of a war room; False if it is elsewhere or known."""
    async with ports.units() as unit:
        incident = await _of_room(unit, channel) or await _of_thread(unit, channel, thread)
        if incident is None:
            return False
        event = MessageSaid(
            incident=incident.id,
            by=user,
            at=instant(ts),
            channel=channel,
            ts=ts,
            thread=thread if thread != ts else None,
            text=await _unless_taken_back(unit, ports, incident, (channel, ts), text),
            app=app,
            files=files,
        )
        return await _keep(unit, ports, incident, event)


async def edited(
    ports: Ports,
    *,
    channel: ChannelId,
    ts: Ts,
    user: UserId,
    before: str,
    after: str,
    at: datetime,
) -> bool:
    """Record a revision; the earlier words stay. False if nothing was reworded."""
    if before == after:
        return False  # link previews and reply counts arrive as edits too
    async with ports.units() as unit:
        incident = await _of_room(unit, channel) or await _of_words(unit, channel, ts)
        if incident is None:
            return False
        event = MessageEdited(
            incident=incident.id,
            by=user,
            at=at,
            channel=channel,
            ts=ts,
            before=await _unless_taken_back(unit, ports, incident, (channel, ts), before),
            after=await _unless_taken_back(unit, ports, incident, (channel, ts), after),
        )
        return await _keep(unit, ports, incident, event)


async def deleted(ports: Ports, *, channel: ChannelId, ts: Ts, by: UserId, at: datetime) -> bool:
    """Record a tombstone; if the playbook wants it, the words of the message leave the log."""
    async with ports.units() as unit:
        incident = await _of_room(unit, channel) or await _of_words(unit, channel, ts)
        if incident is None:
            return False
        goes = ports.handbook().playbook.log.deleted is DeletedWords.REMOVE
        holding = await unit.entries.of_message(incident.id, channel, ts) if goes else ()
        removed = tuple(entry.seq for entry in holding if entry.body is not None)
        event = MessageDeleted(incident=incident.id, by=by, at=at, channel=channel, ts=ts, removed=removed)
        if await record(unit, ports, incident, event):
            await unit.entries.blank(incident.id, removed)
            await unit.commit()
            return True
        return False


async def marked(
    ports: Ports,
    *,
    channel: ChannelId,
    ts: Ts,
    by: UserId,
    reaction: str,
    author: UserId,
    text: str = "",
) -> bool:
    """A reaction of the playbook makes a message a key event, at the message's own time.

    ``text`` is what the caller read of it; it counts while the message itself is still on its way.
    False if the reaction means nothing here, the room is none, or it was marked before.
    """
    if reaction not in ports.handbook().playbook.log.marks:
        return False
    async with ports.units() as unit:
        incident = await _of_room(unit, channel) or await _of_words(unit, channel, ts)
        if incident is None:
            return False
        event = KeyEventMarked(
            incident=incident.id,
            by=by,
            at=instant(ts),
            text=await _words(unit, incident.id, channel, ts)
            or await _unless_taken_back(unit, ports, incident, (channel, ts), text),
            channel=channel,
            ts=ts,
            author=author,
            how="reaction",
        )
        return await _keep(unit, ports, incident, event)


async def note(
    ports: Ports, *, incident: IncidentId, text: str, by: UserId, label: Label | None = None
) -> KeyEventMarked:
    """Write a key event into the log by command, once for words that were typed again just now.

    A label at the beginning of the words (``question: …``) counts if none is given.

    Raises NeedsWords, IncidentNotFound.
    """
    if not text.strip():
        raise NeedsWords("Write what happened: /incident log rolled back 4.12 in eu-west")
    first, words = labelled(text)
    async with ports.units() as unit:
        found = await locked(unit, incident)
        event = KeyEventMarked(
            incident=incident,
            by=by,
            at=ports.clock.now(),
            text=words[:MAX_TEXT],
            channel=found.room,
            ts=None,
            author=by,
            how="command",
            label=label or first,
        )
        if not await _noted_just_now(unit, event):
            await record(unit, ports, found, event)
            await unit.commit()
    return event


async def number_of(ports: Ports, event: KeyEventMarked) -> int | None:
    """The number of the entry in which it stands; None if it stands in an earlier one of the same words."""
    async with ports.reading() as unit:
        found = await unit.entries.find(event.incident, natural_key(event) or "")
    return found.seq if found else None


async def _noted_just_now(unit: Unit, event: KeyEventMarked) -> bool:
    """Whether the same words stand under this key, or under that of the time before it."""
    for known in (event, replace(event, at=event.at - JUST_NOW)):
        found = await unit.entries.find(event.incident, natural_key(known) or "")
        if found is not None and event.at - found.at < JUST_NOW:
            return True
    return False


async def _words(unit: Unit, incident: IncidentId, channel: ChannelId, ts: Ts) -> str:
    """How a message reads now, as far as the log has heard; empty if it has not heard of it."""
    return newest_words(await unit.entries.of_message(incident, channel, ts)).get((channel, ts), "")


async def _unless_taken_back(
    unit: Unit, ports: Ports, incident: Incident, place: tuple[ChannelId, Ts], words: str
) -> str:
    """The words, as long as they may be; none if the news of their removal came before them."""
    gone = ports.handbook().playbook.log.deleted is DeletedWords.REMOVE and await unit.entries.has(
        incident.id, f"deleted:{place[0]}:{place[1]}"
    )
    return "" if gone else words[:MAX_TEXT]


async def _of_room(unit: Unit, channel: ChannelId) -> Incident | None:
    """The incident of this room, held, so that its chain grows one link at a time."""
    found = await unit.incidents.in_room(channel)
    return await locked(unit, found.id) if found else None


async def _of_thread(unit: Unit, channel: ChannelId, thread: Ts | None) -> Incident | None:
    """The incident that goes on in this thread of the incidents channel, having no room to go on in."""
    subjects = await unit.posts.at(channel, thread) if thread else ()
    numbers = {number for kind, _, number in (s.partition(":") for s in subjects) if kind in _HEADS}
    found = [await unit.incidents.find(IncidentId(int(number))) for number in sorted(numbers)]
    roomless = [incident for incident in found if incident and incident.room_state in _ROOMLESS]
    # Where several are announced together, nobody can say of which of them people speak.
    return await locked(unit, roomless[0].id) if len(roomless) == 1 else None


async def _of_words(unit: Unit, channel: ChannelId, ts: Ts) -> Incident | None:
    """The incident without a room in whose thread this was said; None if it was said elsewhere."""
    for incident in await unit.incidents.live():
        roomless = incident.room_state in _ROOMLESS
        if roomless and await unit.entries.has(incident.id, f"said:{channel}:{ts}"):
            return await locked(unit, incident.id)
    return None


async def _keep(unit: Unit, ports: Ports, incident: Incident, event: Event) -> bool:
    fresh = await record(unit, ports, incident, event)
    await unit.commit()
    return fresh
