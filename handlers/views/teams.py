"""Sub-teams: on the card, and as a list with what this person may do."""

from __future__ import annotations

from handlers.names import Action, Ref, Verb
from handlers.views.answers import answer
from handlers.views.kit import Block, Element, Message, actions, button, context, message, section
from handlers.views.phrases import named, span, verb_button
from handlers.views.text import Markup, clock_time, foreign, join, people, person, say
from playbooks.domain.ids import UserId
from playbooks.domain.team import Team
from playbooks.protocol.picture import Picture

_ON_CARD = 3
_LISTED = 10


def at_work(picture: Picture) -> Markup | None:
    """Which teams work, on one line of the card; None while there is none."""
    if not picture.teams:
        return None
    shown = [
        say(
            "{name} {who} until {until}",
            name=foreign(team.name, 30),
            who=person(team.leader),
            until=clock_time(team.due_at),
        )
        for team in picture.teams[:_ON_CARD]
    ]
    more = len(picture.teams) - len(shown)
    rest = say(" and {n} more", n=more) if more > 0 else Markup("")
    return say("*Teams* {shown}{rest}", shown=join(shown, " · "), rest=rest)


def listing(picture: Picture, user: UserId, *, may_form: bool) -> Message:
    """``/incident team``: who works on what, and what this person may do about it."""
    number = picture.incident.id
    lead = say("*Teams* of {named}", named=named(picture.incident))
    if not picture.teams:
        lead = say("There is no team in {named} yet.", named=named(picture.incident))
    rows = [block for team in picture.teams[:_LISTED] for block in _row(team, picture, user)]
    hint = Markup(
        "`/incident team network @ada 30m find the broken link` forms one. Its leader says "
        "`/incident team network add @bob`, `remove @bob`, `more 15m` or `done`."
    )
    form = actions(verb_button("Form a team…", Verb.TEAM, number, words="new")) if may_form else None
    return message(lead, section(lead), *rows, context(hint), form)


def described(team: Team) -> Message:
    """A team as it is now, for whoever changed it."""
    return answer(_line(team))


def ended(team: Team) -> Message:
    """A team that has ended."""
    return answer(say("Team *{name}* has ended. Thank you.", name=foreign(team.name, 30)))


def buttons(team: Team) -> tuple[Element, ...]:
    """What a leader says when the time is up."""
    ref = Ref(incident=team.incident, subject=team.name)
    return (
        button("Done", Action.END_TEAM, ref, style="primary"),
        button("15 minutes more", Action.EXTEND_TEAM, ref),
    )


def _row(team: Team, picture: Picture, user: UserId) -> list[Block]:
    late = picture.at - team.due_at
    over = say(" ⚠️ {late} over", late=span(late)) if late.total_seconds() > 0 else Markup("")
    words = section(say("{line}{over}", line=_line(team), over=over))
    return [words, actions(*buttons(team))] if user == team.leader else [words]


def _line(team: Team) -> Markup:
    return say(
        "*{name}* {leader}, with {members}, until {until}: {task}",
        name=foreign(team.name, 30),
        leader=person(team.leader),
        members=people(team.members, nobody="nobody else yet"),
        until=clock_time(team.due_at),
        task=foreign(team.task, 300),
    )
