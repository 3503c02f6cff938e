"""Write down what happened and owe what follows from it, in one transaction.

This is the only way from an event to the world: the entry in the log and the effects in
the outbox are written together, so what happened and what will be said cannot diverge.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from playbooks.domain.authority import Action, Actor, require_welcome
from playbooks.domain.drill import rehearsed
from playbooks.domain.effects import (
    AddBookmarks,
    AskApproval,
    Effect,
    PinCard,
    PostCard,
    PostProposal,
    PostReview,
    RefreshCard,
    RenameRoom,
    SetTopic,
    ShowUpdate,
    TellRoom,
)
from playbooks.domain.entry import entry_for, natural_key
from playbooks.domain.errors import IncidentNotFound, IncidentOver
from playbooks.domain.events import (
    AccessEnded,
    AccessGiven,
    CandidateRejected,
    ChangeApproved,
    CommandTaken,
    DecisionMade,
    DecisionObjected,
    DecisionProposed,
    DecisionWithdrawn,
    DrillBecameReal,
    Event,
    FreezeLifted,
    HubHarmed,
    HubRenamed,
    IncidentClosed,
    IncidentDeclared,
    IncidentEntered,
    IncidentReopened,
    IncidentResolved,
    KeyEventMarked,
    Let,
    MadePublic,
    MessageDeleted,
    MessageEdited,
    MessageSaid,
    RoomConverted,
    RoomHarmed,
    RoomMended,
    RoomRenamed,
    SignatureGiven,
    SignatureRefused,
    StatementMade,
    StatementRefuted,
    StatementReleased,
    StatementVerified,
    TaskAssigned,
    UpdateDue,
    UpdateOverdue,
    UpdateSent,
    UserReported,
    WordsRemoved,
)
from playbooks.domain.ids import IncidentId, UserId, is_person
from playbooks.domain.incident import Incident, RoomState
from playbooks.domain.noise import Volume, hushed, may_speak, volume
from playbooks.domain.person import kind_of
from playbooks.domain.privacy import instead, invited, is_homeless, kept_inside
from playbooks.domain.roles import comms_of
from playbooks.ports import Ports, Unit
from playbooks.protocol import homes
from playbooks.protocol.reactions import Scene, reactions

NEEDS_ROOM = (
    AddBookmarks,
    AskApproval,
    PinCard,
    PostCard,
    PostProposal,
    PostReview,
    RefreshCard,
    SetTopic,
    TellRoom,
    ShowUpdate,
    RenameRoom,
)
"""Effects without an address until a room (or its substitute) exists; the first card shows
everything that happened before."""
NO_ROOM = (RoomState.WANTED, RoomState.NONE)
HEARD = (
    AccessEnded,
    AccessGiven,
    HubHarmed,
    HubRenamed,
    KeyEventMarked,
    MessageDeleted,
    MessageEdited,
    MessageSaid,
    RoomConverted,
    RoomHarmed,
    RoomMended,
    RoomRenamed,
    UserReported,
    WordsRemoved,
)
"""What was heard of people, or ordered outside Slack, rather than asked for by them."""
FOR_WRITERS = (StatementRefuted, UpdateDue, UpdateOverdue)
"""What those hear who write to stakeholders."""
ASKED: Mapping[type[Event], Action] = {
    IncidentDeclared: Action.DECLARE,
    DrillBecameReal: Action.DECLARE,
    IncidentEntered: Action.DECLARE,
    CandidateRejected: Action.JUDGE,
    CommandTaken: Action.CLAIM,
    StatementMade: Action.STATE,
    StatementVerified: Action.VERIFY,
    TaskAssigned: Action.ASSIGN,
    DecisionProposed: Action.PROPOSE,
    DecisionObjected: Action.OBJECT,
    DecisionWithdrawn: Action.PROPOSE,
    DecisionMade: Action.DECIDE,
    IncidentReopened: Action.REOPEN,
    ChangeApproved: Action.APPROVE,
    FreezeLifted: Action.THAW,
    StatementReleased: Action.RELEASE,
    UpdateSent: Action.SEND,
    IncidentResolved: Action.RESOLVE,
    IncidentClosed: Action.CLOSE,
    WordsRemoved: Action.FORGET,
    MadePublic: Action.PUBLISH,
    SignatureGiven: Action.SIGN,
    SignatureRefused: Action.SIGN,
}
"""What somebody wanted who brought this about; anything else is a line in the log."""


async def record(unit: Unit, ports: Ports, incident: Incident, *events: Event) -> bool:
    """Append the events and owe their effects; ``incident`` is its state after them.

    False if every event was recorded before (redelivery); then nothing is owed either.
    """
    news = [event for event in events if not await _known(unit, event)]
    if not news:
        return False
    for event in news:
        await _require_welcome(unit, ports, event)
    tenure = await unit.tenures.current(incident.id)
    scene = Scene(
        incident=incident,
        commander=tenure.user if tenure else None,
        handbook=ports.handbook(),
        stakeholders_told=any(u.sent_at for u in await unit.updates.of(incident.id)),
        comms=await _comms(unit, incident, news),
    )
    for event in news:
        await write_down(unit, ports, event)
        effects = reactions(event, scene)
        if incident.private:
            effects = await _among_insiders(unit, ports, scene, event, effects)
        for effect in effects:
            loud = await loud_enough(unit, ports, incident, effect)
            await owe(unit, incident, loud, acting=(event.by, scene.commander))
        if not isinstance(event, HEARD):
            await homes.redraw(unit, incident.id, effects, (event.by, scene.commander))
    return True


async def loud_enough(unit: Unit, ports: Ports, incident: Incident, effect: Effect) -> Effect:
    """The effect, or its quiet twin if nobody asked for it and the room has heard enough."""
    if volume(effect) is not Volume.UNSOLICITED or incident.room_state in NO_ROOM:
        return effect
    now = ports.clock.now()
    if not may_speak(await unit.voices.spoke_at(incident.id), at=now):
        return hushed(effect)
    await unit.voices.spoke(incident.id, now)
    return effect


async def write_down(unit: Unit, ports: Ports, event: Event) -> None:
    """Append an event from which nothing follows in the world."""
    seq, prev_hash = await unit.entries.head(event.incident)
    entry = entry_for(event, seq=seq + 1, prev_hash=prev_hash, recorded_at=ports.clock.now())
    await unit.entries.append(entry)


async def owe(
    unit: Unit, incident: Incident, effect: Effect, *, acting: Iterable[UserId | None] = ()
) -> None:
    """Put an effect into the outbox, unless it needs a room that is not there yet.

    Of a drill only who takes part hears, and whoever is ``acting`` in it; of a private incident only
    its insiders.
    """
    if isinstance(effect, NEEDS_ROOM) and (incident.room_state in NO_ROOM or is_homeless(incident)):
        return
    if incident.private and kept_inside(effect, await unit.insiders.of(incident.id)) is None:
        return
    people = None if incident.drill is None else {*incident.drill, *acting}
    kept = effect if people is None else rehearsed(effect, {user for user in people if user})
    if kept is not None:
        await unit.outbox.put(kept)


async def let_in(
    unit: Unit, ports: Ports, incident: Incident, people: Iterable[UserId], *, by: UserId, how: Let
) -> frozenset[UserId]:
    """Some may know of the private incident from now on, and the log says who let them; all who may now."""
    known = await unit.insiders.of(incident.id)
    new = [person for person in dict.fromkeys(people) if person not in known]
    await unit.insiders.add(incident.id, new)
    for person in new:
        at = ports.clock.now()
        await write_down(unit, ports, AccessGiven(incident=incident.id, by=by, at=at, person=person, how=how))
    return known.union(new)


async def locked(unit: Unit, incident: IncidentId) -> Incident:
    """The incident, held until commit. Raises IncidentNotFound."""
    found = await unit.incidents.lock(incident)
    if found is None:
        raise IncidentNotFound(incident)
    return found


async def locked_live(unit: Unit, incident: IncidentId) -> Incident:
    """The incident, held until commit. Raises IncidentNotFound, IncidentOver."""
    found = await locked(unit, incident)
    if not found.is_live:
        raise IncidentOver(incident, found.state)
    return found


async def _among_insiders(
    unit: Unit, ports: Ports, scene: Scene, event: Event, effects: Collection[Effect]
) -> tuple[Effect, ...]:
    """The effects for those who may know of it; whoever is asked in belongs to them from now on."""
    incident = scene.incident
    insiders = await let_in(unit, ports, incident, invited(effects), by=event.by, how=Let.ASKED)
    stand_ins = [scene.commander] if scene.commander is not None else [incident.declared_by]
    return (*effects, *instead(event, effects, insiders, stand_ins))


async def _comms(unit: Unit, incident: Incident, news: Iterable[Event]) -> tuple[UserId, ...]:
    """Who was appointed to speak to stakeholders; nobody is looked up where nobody would be told."""
    if not any(isinstance(event, FOR_WRITERS) for event in news):
        return ()
    return comms_of(await unit.assignments.current(incident.id))


async def _require_welcome(unit: Unit, ports: Ports, event: Event) -> None:
    """Raises NotWelcome if this kind of account may not do this, whichever way the request came in."""
    if isinstance(event, HEARD) or not is_person(event.by):
        return
    actor = Actor(user=event.by, kind=kind_of(await unit.members.find(event.by)))
    require_welcome(actor, ASKED.get(type(event), Action.LOG), ports.handbook())


async def _known(unit: Unit, event: Event) -> bool:
    key = natural_key(event)
    return key is not None and await unit.entries.has(event.incident, key)
