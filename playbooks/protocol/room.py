"""The war room opens: what continues the story when Slack has answered.

These run inside the transaction that marks the delivery as done, so no step of the room
can be owed twice or forgotten, whatever dies in between.
"""

from __future__ import annotations

from dataclasses import replace

from playbooks.domain.change import ClearanceState
from playbooks.domain.effects import (
    AskApproval,
    CloseApproval,
    Effect,
    Invite,
    PinCard,
    PostCard,
    PostProposal,
    PostReview,
    RefreshAnnouncement,
    RefreshBulletin,
    RefreshCard,
    RetireCard,
    ShowEvidence,
    TellRoom,
)
from playbooks.domain.events import PeopleInvited, RoomOpened, RoomReady, RoomUnavailable, StepFailed
from playbooks.domain.ids import PROTOCOL, ChannelId, ClearanceId, IncidentId, Ts, UserId
from playbooks.domain.incident import Incident, RoomState
from playbooks.ports import Ports, Unit
from playbooks.protocol.command import leads
from playbooks.protocol.participants import enter
from playbooks.protocol.recording import locked, loud_enough, owe, record, write_down

_BULLETIN = "bulletin"


async def opened(unit: Unit, ports: Ports, *, incident: IncidentId, room: ChannelId, name: str) -> None:
    """The room exists: everything that waited for its address is owed at once."""
    found = await locked(unit, incident)
    if found.room_state is RoomState.OPEN:
        return
    ready = replace(found, room=room, room_name=name, room_state=RoomState.OPEN, room_harm=None, topic="")
    await unit.incidents.save(ready)
    event = RoomOpened(incident=incident, by=PROTOCOL, at=ports.clock.now(), room=room, name=name)
    await record(unit, ports, ready, event)
    if found.room is not None or found.private:
        await _bring_over(unit, ready)
    await _owe_what_waited(unit, ports, ready)
    await leads.follow(unit, ports, ready)


async def unavailable(unit: Unit, ports: Ports, *, incident: IncidentId, reason: str) -> None:
    """No room can be made: the incident runs in the incidents channel, and says so."""
    found = await locked(unit, incident)
    if found.room_state is not RoomState.WANTED:
        return
    hub = replace(found, room_state=RoomState.HUB)
    await unit.incidents.save(hub)
    event = RoomUnavailable(incident=incident, by=PROTOCOL, at=ports.clock.now(), reason=reason)
    await record(unit, ports, hub, event)
    await owe(unit, hub, TellRoom(incident=incident, about=event))
    await _owe_what_waited(unit, ports, hub)
    await leads.follow(unit, ports, hub)


async def invited(
    unit: Unit,
    ports: Ports,
    *,
    incident: IncidentId,
    users: tuple[UserId, ...],
    failed: tuple[tuple[UserId, str], ...],
) -> float | None:
    """Who came in, and who could not be brought in and why.

    Like the card and the announcement this may be what makes the incident ready to be worked
    on: then the seconds since its declaration are returned.
    """
    found = await locked(unit, incident)
    at = ports.clock.now()
    event = PeopleInvited(incident=incident, by=PROTOCOL, at=at, users=users, failed=failed)
    await record(unit, ports, found, event)
    return await _kept(unit, ports, replace(found, invited_at=found.invited_at or at))


async def card_posted(
    unit: Unit,
    ports: Ports,
    *,
    incident: IncidentId,
    channel: ChannelId,
    ts: Ts,
) -> float | None:
    """The card has an address: pin it, and draw it once more if something happened meanwhile."""
    found = await locked(unit, incident)
    posted = replace(found, card_ts=ts)
    took = await _kept(unit, ports, posted)
    before = await unit.posts.where(f"card:{incident}")
    if before is not None and before != (channel, ts):
        await owe(unit, posted, RetireCard(incident=incident, channel=before[0], ts=before[1]))
    await unit.posts.remember(f"card:{incident}", channel, ts)
    if posted.room_state is RoomState.OPEN:
        await owe(unit, posted, PinCard(incident=incident, ts=ts))
    await owe(unit, posted, RefreshCard(incident=incident))
    if before is None and await unit.episodes.of(incident):
        await owe(unit, posted, ShowEvidence(incident=incident))
    return took


async def named(unit: Unit, *, incident: IncidentId, name: str) -> None:
    """We gave the room another name: what Slack says of it afterwards is no news."""
    await unit.incidents.save(replace(await locked(unit, incident), room_name=name))


async def card_lost(
    unit: Unit,
    ports: Ports,  # noqa: ARG001 - continuations share one shape
    *,
    incident: IncidentId,
) -> None:
    """Somebody deleted the card: a new one is owed, once."""
    found = await locked(unit, incident)
    if found.card_ts is not None:
        await unit.incidents.save(replace(found, card_ts=None))
        await owe(unit, found, PostCard(incident=incident))


async def topic_set(
    unit: Unit,
    ports: Ports,  # noqa: ARG001 - continuations share one shape
    *,
    incident: IncidentId,
    topic: str,
) -> None:
    """The room reads like this now."""
    found = await locked(unit, incident)
    await unit.incidents.save(replace(found, topic=topic))


async def announced(
    unit: Unit,
    ports: Ports,
    *,
    incident: IncidentId,
    channel: ChannelId,
    ts: Ts,
    is_shared: bool = False,
) -> float | None:
    """The announcement has an address, which it may share with others, so that it can follow the incident."""
    found = await locked(unit, incident)
    took = await _kept(unit, ports, replace(found, announcement_ts=ts))
    await unit.posts.remember(f"announcement:{incident}", channel, ts)
    if is_shared:
        await unit.posts.remember(in_bulletin(incident), channel, ts)
    await owe(unit, found, RefreshAnnouncement(incident=incident))
    return took


def in_bulletin(incident: IncidentId) -> str:
    """The subject of an incident's part in a post that announces several."""
    return f"{_BULLETIN}:{incident}"


async def announced_at(unit: Unit, channel: ChannelId, ts: Ts) -> list[IncidentId]:
    """Which incidents a post announces together, in the order of their numbers."""
    subjects = (subject.partition(":") for subject in await unit.posts.at(channel, ts))
    return sorted(IncidentId(int(number)) for kind, _, number in subjects if kind == _BULLETIN)


async def redrawn_together(unit: Unit, *, incident: IncidentId, channel: ChannelId, ts: Ts) -> None:
    """The announcement stands with others: their post is owed once for all that change meanwhile."""
    await unit.outbox.put(RefreshBulletin(incident=incident, channel=channel, ts=ts))


async def approval_posted(
    unit: Unit,
    ports: Ports,  # noqa: ARG001 - continuations share one shape
    *,
    incident: IncidentId,
    clearance: ClearanceId,
    channel: ChannelId,
    ts: Ts,
    to: UserId | None = None,
) -> None:
    """The approval card, or somebody's own copy of it, has an address.

    If the change was decided meanwhile, its buttons go at once.
    """
    found = await locked(unit, incident)
    copy = "" if to is None else f":{to}"
    await unit.posts.remember(f"clearance:{clearance}{copy}", channel, ts)
    asked = await unit.clearances.find(clearance)
    if asked is not None and asked.state is not ClearanceState.ASKED:
        effect = CloseApproval(incident=incident, clearance=clearance, channel=channel, ts=ts)
        await owe(unit, found, effect)


async def step_failed(unit: Unit, ports: Ports, *, effect: Effect, delivery: str, reason: str) -> None:
    """Something owed cannot be delivered: it is written down; who is in charge and who declared are told.

    A failure to tell about a failure is written down only, or it would never end.
    """
    found = await locked(unit, effect.incident)
    step = type(effect).__name__
    event = StepFailed(
        incident=effect.incident,
        by=PROTOCOL,
        at=ports.clock.now(),
        step=step,
        reason=reason,
        delivery=delivery,
    )
    if isinstance(getattr(effect, "about", None), StepFailed):
        await write_down(unit, ports, event)
    else:
        await record(unit, ports, found, event)


async def join(ports: Ports, *, incident: IncidentId, by: UserId) -> Incident:
    """Bring the person into the room. Raises IncidentNotFound."""
    async with ports.units() as unit:
        found = await enter(unit, ports, await locked(unit, incident), by)
        await owe(unit, found, Invite(incident=incident, users=(by,)))
        await unit.commit()
    return found


async def _kept(unit: Unit, ports: Ports, incident: Incident) -> float | None:
    """Save, and write down once when people can work; returns the seconds that it took, that once."""
    at = ports.clock.now()
    first = incident.is_ready and incident.ready_at is None
    await unit.incidents.save(replace(incident, ready_at=at) if first else incident)
    if not first:
        return None
    seconds = (at - incident.declared_at).total_seconds()
    await write_down(unit, ports, RoomReady(incident=incident.id, by=PROTOCOL, at=at, seconds=seconds))
    return seconds if incident.drill is None else None  # a drill is in no figure


async def _bring_over(unit: Unit, incident: Incident) -> None:
    """Whoever has or had a part in it is asked into the new room too; of a private one, all its insiders."""
    commanded = [tenure.user for tenure in await unit.tenures.of(incident.id)]
    appointed = [role.user for role in await unit.assignments.current(incident.id)]
    insiders = sorted(await unit.insiders.of(incident.id)) if incident.private else ()
    people = tuple(dict.fromkeys((*commanded, *appointed, *insiders)))
    if people:
        await owe(unit, incident, Invite(incident=incident.id, users=people))


async def _owe_what_waited(unit: Unit, ports: Ports, incident: Incident) -> None:
    """Cards with buttons that could not be shown before there was a place to show them."""
    for clearance in await unit.clearances.of(incident.id):
        if clearance.state is ClearanceState.ASKED:
            asked = AskApproval(incident=incident.id, clearance=clearance.id)
            await owe(unit, incident, await loud_enough(unit, ports, incident, asked))
    for proposal in await unit.decisions.of(incident.id):
        if proposal.is_pending and proposal.due_at is None:
            await owe(unit, incident, PostProposal(incident=incident.id, decision=proposal.id))
    review = await unit.reviews.of(incident.id)
    if review is not None:
        await owe(unit, incident, PostReview(incident=incident.id, review=review.id))
