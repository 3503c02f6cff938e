"""What is one person's on their Home tab: their duties, and the incidents they take part in."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from handlers.names import Action, Ref, Verb
from handlers.views.kit import Block, actions, button, link_button, section
from handlers.views.listing import line
from handlers.views.phrases import commander, named, verb_button
from handlers.views.roles import role_of
from handlers.views.text import Markup, clock_time, date_and_time, foreign, join, person, say
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ChannelId, IncidentId, UserId, incident_name
from playbooks.domain.review import Review
from playbooks.protocol.picture import Picture

_DUTIES_SHOWN = 12
_INCIDENTS_SHOWN = 5
_DRAFTS_SHOWN = 3

RoomUrl = Callable[[ChannelId], str]


def duties(
    pictures: Sequence[Picture], user: UserId, handbook: Handbook, drafts: Sequence[Review]
) -> list[Block]:
    """Everything that somebody has to do or to be, in one list; nothing if that is nothing."""
    lines = [
        *_standing(user, handbook),
        *(duty for picture in pictures for duty in _of(picture, user, handbook)),
    ]
    more = len(lines) - _DUTIES_SHOWN
    rest = [say("and {n} more", n=more)] if more > 0 else []
    words = [section(join([*lines[:_DUTIES_SHOWN], *rest]))] if lines else []
    return [*words, *(_draft(draft) for draft in drafts[:_DRAFTS_SHOWN])]


def incidents(
    pictures: Sequence[Picture], user: UserId, handbook: Handbook, room_url: RoomUrl | None
) -> list[Block]:
    """The incidents that somebody takes part in, and as what, with the way into their rooms."""
    return [
        block for picture in pictures[:_INCIDENTS_SHOWN] for block in _row(picture, user, handbook, room_url)
    ]


def waiting(picture: Picture, user: UserId) -> list[list[Block]]:
    """Questions about people that wait for this person, each with its answers."""
    return [*_asked(picture, user), *_recalled(picture, user), *_overdue_teams(picture, user)]


def roles(picture: Picture, user: UserId) -> list[Markup]:
    """What somebody is in an incident; nothing if they only take part."""
    commands = picture.tenure is not None and picture.tenure.user == user
    return [
        *([Markup("commander")] if commands else []),
        *(foreign(held.role.words, 40) for held in picture.roles if held.user == user),
        *(
            say("lead of {service}", service=foreign(picture.title_of(stream.service), 60))
            for stream in picture.workstreams
            if stream.lead == user
        ),
        *(
            say("{how} team {name}", how="leader of" if team.leader == user else "in", name=team.name)
            for team in picture.teams
            if user in team.everybody
        ),
    ]


def _standing(user: UserId, handbook: Handbook) -> list[Markup]:
    """What somebody is whatever happens."""
    return [
        *([Markup("☎️ You are a duty manager.")] if user in handbook.duty_managers else []),
        *(
            [Markup("🔔 You are on shift: you are asked first to take command.")]
            if user in handbook.on_shift
            else []
        ),
    ]


def _of(picture: Picture, user: UserId, handbook: Handbook) -> list[Markup]:
    """What somebody has to do in one incident."""
    incident, held = named(picture.incident), roles(picture, user)
    role = role_of(user, picture, handbook)
    teams = [team for team in picture.teams if team.leader == user]
    return [
        *([say("🧭 {incident}: you are {what}.", incident=incident, what=join(held, ", "))] if held else []),
        *(
            say(
                "👥 {incident}: team {name} until {until}: {task}",
                incident=incident,
                name=team.name,
                until=clock_time(team.due_at),
                task=foreign(team.task, 100),
            )
            for team in teams
        ),
        *(
            say(
                "🛠️ {incident}: nobody leads the work on {service}.",
                incident=incident,
                service=foreign(picture.title_of(stream.service), 60),
            )
            for stream in picture.workstreams
            if role.commands and stream.lead is None
        ),
    ]


def _draft(draft: Review) -> Block:
    """A post-mortem that its commander has not published yet."""
    words = say(
        "📝 The post-mortem of *{incident}*, drafted {at}, waits for you.",
        incident=incident_name(draft.incident),
        at=date_and_time(draft.drafted_at),
    )
    ref = Ref(incident=draft.incident, subject=draft.id)
    return section(words, accessory=button("Read it", Action.READ_REVIEW, ref))


def _row(picture: Picture, user: UserId, handbook: Handbook, room_url: RoomUrl | None) -> list[Block]:
    incident = picture.incident
    held = roles(picture, user)
    you = say("You: {what}", what=join(held, ", ") if held else "take part")
    words = join([line(incident, handbook), say("{commander}. {you}", commander=commander(picture), you=you)])
    buttons = [verb_button("Status", Verb.STATUS, incident.id), verb_button("Menu", Verb.MENU, incident.id)]
    if room_url is not None and incident.room is not None:
        buttons.insert(0, link_button("Open the room", Action.OPEN_LINK, room_url(incident.room)))
    return [section(words), actions(*buttons)]


def _asked(picture: Picture, user: UserId) -> list[list[Block]]:
    asked = picture.search.open_ask if picture.search is not None else None
    if picture.search is None or asked is None or asked.user != user:
        return []
    ref = Ref(incident=picture.incident.id, subject=picture.search.id)
    words = say(
        "🧭 Will you take command of {incident}? Please answer by {until}; then somebody else is asked.",
        incident=named(picture.incident),
        until=clock_time(asked.until),
    )
    take = button("Take command", Action.ACCEPT_ASK, ref, style="primary")
    return [[section(words), actions(take, button("I cannot", Action.DECLINE_ASK, ref))]]


def _recalled(picture: Picture, user: UserId) -> list[list[Block]]:
    search = picture.search
    if search is None or search.absent != user or picture.tenure is None or picture.tenure.user != user:
        return []
    words = say(
        "🔔 Are you still there? {by} waits for you in {incident}. Without an answer by {until} somebody "
        "else takes command.",
        by=person(search.by or ""),
        incident=named(picture.incident),
        until=clock_time(search.asks_from),
    )
    ref = Ref(incident=picture.incident.id, subject=search.id)
    return [[section(words), actions(button("I am here", Action.ANSWER_RECALL, ref, style="primary"))]]


def _overdue_teams(picture: Picture, user: UserId) -> list[list[Block]]:
    return [
        [
            section(
                say(
                    "👥 The time of team *{name}* in {incident} is up. How did it go?",
                    name=team.name,
                    incident=named(picture.incident),
                )
            ),
            actions(
                button("Done", Action.END_TEAM, _team(picture.incident.id, team.name), style="primary"),
                button("15 minutes more", Action.EXTEND_TEAM, _team(picture.incident.id, team.name)),
            ),
        ]
        for team in picture.teams
        if team.leader == user and team.due_at <= picture.at
    ]


def _team(incident: IncidentId, name: str) -> Ref:
    return Ref(incident=incident, subject=name)
