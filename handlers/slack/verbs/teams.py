"""``/incident team``: people who work on one thing for a while, under one leader."""

from __future__ import annotations

from datetime import timedelta

from handlers.names import Field, Ref
from handlers.slack import grammar
from handlers.slack.calls import Call, Reply
from handlers.slack.payloads import Submission
from handlers.views import teams
from handlers.views.answers import in_modal
from handlers.views.kit import Message, View
from handlers.views.modals import seat as forms
from playbooks.domain.authority import Action, Actor, may
from playbooks.domain.errors import NeedsWords
from playbooks.domain.ids import UserId
from playbooks.domain.team import Team
from playbooks.protocol import beforehand, command

ADD = ("add", "with", "plus", "invite")
REMOVE = ("remove", "without", "minus", "drop")
DONE = ("done", "end", "ended", "disband", "stop")
MORE = ("more", "extend")
NEW = ("new", "form", "create")
A_LITTLE = timedelta(minutes=15)


async def team(call: Call) -> Message | None:
    """``team`` lists; ``team network @ada 30m find it`` forms; its leader changes it."""
    words = grammar.readable(grammar.without_users(call.words)).split()
    if not words:
        picture = await call.picture()
        verdict = may(
            Actor(user=call.user),
            Action.FORM_TEAM,
            handbook=call.handbook,
            tenure=picture.tenure,
            incident=picture.incident,
        )
        forms_one = verdict.allowed and picture.incident.is_live
        return teams.listing(picture, call.user, may_form=forms_one)
    if words[0].casefold() in NEW and len(words) == 1:
        await call.show(forms.team(await call.allowed(beforehand.form_team), call.handbook))
        return None
    name, rest = words[0].casefold(), words[1:]
    asked = rest[0].casefold() if rest else ""
    if asked in (*ADD, *REMOVE, *MORE, *DONE):
        return await _change(call, name, asked, " ".join(rest[1:]))
    box, task = grammar.span(" ".join(rest))
    return teams.described(await _form(call, name, grammar.user(call.words), task, box))


async def submitted(call: Call, form: Submission) -> View:
    """A team was described in the form."""
    box, rest = grammar.span(form.words(Field.BOX))
    if box is None or rest:
        raise NeedsWords("Write the time box such as 30m or 1h 30m.", about=Field.BOX)
    leader = UserId(form.words(Field.PERSON))
    formed = await _form(call, form.words(Field.NAME), leader, form.words(Field.TEXT), box)
    return in_modal(teams.described(formed))


async def ended(call: Call, ref: Ref) -> Reply:
    """The leader says that it is done."""
    over = await command.end_team(call.ports, incident=call.number, name=ref.subject, by=call.user)
    return Reply(message=teams.ended(over), replace=True)


async def extended(call: Call, ref: Ref) -> Reply:
    """The leader needs a little longer."""
    longer = await command.extend_team(
        call.ports, incident=call.number, name=ref.subject, box=A_LITTLE, by=call.user
    )
    return Reply(message=teams.described(longer), replace=True)


async def _change(call: Call, name: str, asked: str, rest: str) -> Message:
    number, by, people = call.number, call.user, grammar.users(call.words)
    if asked in DONE:
        return teams.ended(await command.end_team(call.ports, incident=number, name=name, by=by, note=rest))
    if asked in MORE:
        box = grammar.span(rest)[0] or A_LITTLE
        return teams.described(
            await command.extend_team(call.ports, incident=number, name=name, box=box, by=by)
        )
    if not people:
        raise NeedsWords(f"Name the person: /incident team {name} {asked} @bob")
    for person in people:
        await call.desk.acquaint(person)
    come, go = (people, ()) if asked in ADD else ((), people)
    return teams.described(
        await command.change_members(call.ports, incident=number, name=name, by=by, come=come, go=go)
    )


async def _form(call: Call, name: str, leader: UserId | None, task: str, box: timedelta | None) -> Team:
    if leader is None:
        raise NeedsWords(f"Name its leader: /incident team {name} @ada 30m find the broken link")
    await call.desk.acquaint(leader)
    return await command.form_team(
        call.ports, incident=call.number, name=name, leader=leader, task=task, by=call.user, box=box
    )
