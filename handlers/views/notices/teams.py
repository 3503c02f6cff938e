"""Sub-teams: to whoever is in one, and to the commander to whom too many answer."""

from __future__ import annotations

from handlers.names import Verb
from handlers.views.kit import Block, actions
from handlers.views.phrases import named, verb_button
from handlers.views.teams import buttons
from handlers.views.text import Markup, clock_time, foreign, people, person, say
from playbooks.domain import events as e
from playbooks.domain.ids import UserId, incident_name
from playbooks.protocol.picture import Picture

Teams = e.TeamFormed | e.TeamMoved | e.TeamChanged | e.TeamOverdue | e.TeamEnded | e.SpanExceeded


def spoken(event: Teams) -> Markup:
    """In one sentence, for anybody."""
    match event:
        case e.TeamFormed():
            return say("👥 {who} leads team *{name}*.", who=person(event.leader), name=_name(event))
        case e.TeamMoved():
            return say("👥 Team *{name}* of {who} goes on here.", who=person(event.leader), name=_name(event))
        case e.TeamChanged():
            return say("👥 Team *{name}* of {who} has changed.", who=person(event.leader), name=_name(event))
        case e.TeamOverdue():
            return say(
                "⏰ The time of team *{name}* is up, and {who} has not said how it went: {task}",
                name=_name(event),
                who=person(event.leader),
                task=foreign(event.task, 300),
            )
        case e.TeamEnded():
            note = foreign(event.note, 300) or Markup("no word on how it went")
            return say("👥 Team *{name}* has ended: {note}", name=_name(event), note=note)
        case e.SpanExceeded():
            return say(
                "🧭 {n} people answer to you now: {who}. One can look after {most}. Form teams, so that one "
                "leader answers for several.",
                n=len(event.reports),
                who=people(event.reports),
                most=event.most,
            )


def words(
    event: e.TeamFormed | e.TeamMoved | e.TeamChanged | e.TeamOverdue, picture: Picture, user: UserId
) -> Markup:
    """The sentence for one person."""
    match event:
        case e.TeamFormed(leader=leader) if leader == user:
            return say(
                "👥 You lead team *{name}* in {named}, until {until}.\n> {task}\nTake people in with "
                "`/incident team {name} add @name`. Whoever commands asks you, and nobody else of your team.",
                name=_name(event),
                named=named(picture.incident),
                until=clock_time(event.due_at),
                task=foreign(event.task, 300),
            )
        case e.TeamMoved():
            return _moved(event, picture, user)
        case e.TeamChanged(came=came) if user in came:
            return say(
                "👥 You are in team *{name}* of {who} in {named}. They tell you what to do.",
                name=_name(event),
                who=person(event.leader),
                named=named(picture.incident),
            )
        case e.TeamChanged(left=left) if user in left:
            return say("👥 You are not in team *{name}* any more. Thank you.", name=_name(event))
        case e.TeamOverdue(leader=leader) if leader == user:
            return say(
                "⏰ The time of your team *{name}* is up. How did it go?\n> {task}",
                name=_name(event),
                task=foreign(event.task, 300),
            )
        case _:
            return spoken(event)


def _moved(event: e.TeamMoved, picture: Picture, user: UserId) -> Markup:
    """Where a team goes on, and who leads it there."""
    called = say(", called *{name}* there", name=_name(event)) if event.name != event.before else Markup("")
    who = Markup("You lead it") if user == event.leader else say("{who} leads it", who=person(event.leader))
    return say(
        "👥 {other} is part of {named} now, and your team *{before}* goes on there{called}. {who}, until "
        "{until}.\n> {task}",
        other=incident_name(event.other),
        named=named(picture.incident),
        before=foreign(event.before, 30),
        called=called,
        who=who,
        until=clock_time(event.due_at),
        task=foreign(event.task, 300),
    )


def choices(
    event: e.TeamFormed | e.TeamMoved | e.TeamOverdue | e.SpanExceeded, picture: Picture, user: UserId
) -> list[Block]:
    """What one person may do about it."""
    if isinstance(event, e.SpanExceeded):
        return [actions(verb_button("Form a team…", Verb.TEAM, event.incident, words="new", style="primary"))]
    team = next((team for team in picture.teams if team.id == event.team), None)
    if team is not None and user == team.leader:
        return [actions(*buttons(team))]
    return [actions(verb_button("Teams", Verb.TEAM, event.incident))]


def _name(event: e.TeamFormed | e.TeamMoved | e.TeamChanged | e.TeamOverdue | e.TeamEnded) -> Markup:
    return foreign(event.name, 30)
