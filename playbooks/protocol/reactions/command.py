"""Who leads: seat, contest, handover, workstreams, teams, broken glass."""

from __future__ import annotations

from playbooks.domain import events as e
from playbooks.domain.command import Seating
from playbooks.domain.effects import Effect, RefreshCard, SendBrief, TellRoom
from playbooks.domain.workstream import Led
from playbooks.protocol.reactions.scene import (
    Reaction,
    Scene,
    asked_to_decide,
    in_charge,
    invite,
    mirrors,
    seated,
    tell,
)


def _on_search(event: e.Event, scene: Scene) -> tuple[Effect, ...]:  # noqa: PLR0911 - one table
    """One person is asked at a time, and privately: the room sees it on the card."""
    number = event.incident
    room = TellRoom(incident=number, about=event)
    match event:
        case e.CommandAsked(person=person):
            return (*invite(event, (person,)), *tell(event, (person,)), RefreshCard(incident=number))
        case e.CommanderRecalled(commander=commander):
            return (room, *tell(event, (commander,)), RefreshCard(incident=number))
        case e.CommanderAnswered():
            return (room, RefreshCard(incident=number))
        case e.CommanderGone():
            return (room, *tell(event, scene.handbook.duty_managers), RefreshCard(incident=number))
        case e.RoleGiven(person=person):
            return (*invite(event, (person,)), *tell(event, (person,)), RefreshCard(incident=number))
        case e.RoleLaidDown():
            return (*tell(event, in_charge(scene)), RefreshCard(incident=number))
        case e.CommandUnfilled():
            return (room, *tell(event, scene.handbook.operators), RefreshCard(incident=number))
        case _:
            return (RefreshCard(incident=number),)


def _on_command(event: e.Event, _scene: Scene) -> tuple[Effect, ...]:  # noqa: PLR0911 - one exhaustive table
    number = event.incident
    room = (TellRoom(incident=number, about=event),)
    match event:
        case e.CommandTaken(how=Seating.AWARD, commander=commander):
            # The decision of the contest already said it to the room.
            return (*tell(event, (commander,)), *mirrors(event))
        case e.CommandTaken(commander=commander):
            return (*invite(event, (commander,)), *room, *tell(event, (commander,)), *mirrors(event))
        case e.HandoverAccepted(taker=taker):
            return (*room, *tell(event, (taker,)), *mirrors(event))
        case e.HandoverOffered(handover=handover, taker=taker):
            brief = SendBrief(incident=number, handover=handover, user=taker)
            said = room if event.service is None else ()
            return (*invite(event, (taker,)), *said, brief, RefreshCard(incident=number))
        case e.HandoverWithdrawn(taker=taker):
            return (*room, *tell(event, (taker,)), RefreshCard(incident=number))
        case e.HandoverDeclined(giver=giver) | e.HandoverExpired(giver=giver):
            return (*tell(event, (giver,)), RefreshCard(incident=number))
        case _:
            return (*room, *mirrors(event))


def _on_contest(event: e.Event, scene: Scene) -> tuple[Effect, ...]:
    number = event.incident
    room = (TellRoom(incident=number, about=event),)
    match event:
        case e.CommandContested(incumbent=incumbent, challenger=challenger):
            asked = (incumbent, challenger, *scene.handbook.duty_managers)
            come = invite(event, (challenger,))
            return (*come, *room, *tell(event, asked), RefreshCard(incident=number))
        case e.ContestJoined(challenger=challenger):
            come = invite(event, (challenger,))
            asked = (challenger, *scene.handbook.duty_managers)
            return (*come, *room, *tell(event, asked), RefreshCard(incident=number))
        case e.ContestAwarded():
            return (*room, *tell(event, scene.handbook.duty_managers), *mirrors(event))
        case _:
            return (*room, *mirrors(event))


def _on_leads(event: e.LeadSeated | e.LeadLeft | e.LeadWanted, scene: Scene) -> tuple[Effect, ...]:
    """The room hears of a lead that changed; who is on call at first, it sees on the card."""
    card = RefreshCard(incident=event.incident)
    match event:
        case e.LeadSeated(lead=lead, how=how):
            at_first = how is Led.ON_CALL
            called = at_first and lead in scene.handbook.leads_of(event.services)
            come = () if called else invite(event, (lead,))
            said = () if at_first else (TellRoom(incident=event.incident, about=event),)
            return (*come, *said, *tell(event, (lead,)), card)
        case e.LeadLeft():
            return (*tell(event, (event.lead, *asked_to_decide(scene))), card)
        case e.LeadWanted():
            return (*tell(event, asked_to_decide(scene)), card)


def _on_teams(event: e.Event, scene: Scene) -> tuple[Effect, ...]:
    """A team hears of itself, and the commander of what it cannot settle; the room sees the card."""
    card = RefreshCard(incident=event.incident)
    match event:
        case e.TeamFormed(leader=leader) | e.TeamMoved(leader=leader):
            everybody = (leader, *(event.members if isinstance(event, e.TeamMoved) else ()))
            return (*invite(event, everybody), *tell(event, everybody), card)
        case e.TeamChanged(came=came, left=left):
            return (*invite(event, came), *tell(event, (*came, *left)), card)
        case e.TeamOverdue(leader=leader, raised=raised):
            return (*tell(event, in_charge(scene) if raised else (leader,)), card)
        case e.TeamEnded():
            return (*tell(event, (u for u in seated(scene) if u != event.by)), card)
        case e.SpanExceeded(commander=commander):
            return tell(event, (commander,))
        case _:
            return (card,)


def _on_authority(event: e.Event, scene: Scene) -> tuple[Effect, ...]:
    """Whose authority it is hears of it, and so does the room."""
    told = dict.fromkeys((*in_charge(scene), *scene.handbook.duty_managers))
    people = (user for user in told if user != event.by)
    return (TellRoom(incident=event.incident, about=event), *tell(event, people))


REACTIONS: dict[type[e.Event], Reaction] = {
    **dict.fromkeys(
        (
            e.CommandAsked,
            e.AskDeclined,
            e.AskLapsed,
            e.CommanderRecalled,
            e.CommanderAnswered,
            e.CommanderGone,
            e.CommandUnfilled,
            e.RoleGiven,
            e.RoleLaidDown,
        ),
        _on_search,
    ),
    **dict.fromkeys(
        (
            e.CommandTaken,
            e.HandoverOffered,
            e.HandoverAccepted,
            e.HandoverDeclined,
            e.HandoverWithdrawn,
            e.HandoverExpired,
        ),
        _on_command,
    ),
    **dict.fromkeys((e.CommandContested, e.ContestJoined, e.ContestAwarded, e.ContestDecided), _on_contest),
    **dict.fromkeys((e.LeadSeated, e.LeadLeft, e.LeadWanted), _on_leads),
    **dict.fromkeys(
        (
            e.TeamFormed,
            e.TeamMoved,
            e.TeamChanged,
            e.TeamExtended,
            e.TeamOverdue,
            e.TeamEnded,
            e.SpanExceeded,
        ),
        _on_teams,
    ),
    **dict.fromkeys((e.GlassBroken,), _on_authority),
}
