"""The brief that comes with an offer of command, filled from the record.

Whoever takes over reads one message instead of the channel. Situation first, then what is
running against the clock, then what is believed.
"""

from __future__ import annotations

from collections.abc import Sequence

from handlers.names import Action, Ref
from handlers.views.kit import Message, actions, button, context, header, message, section
from handlers.views.phrases import headline, named, services
from handlers.views.text import (
    Markup,
    clock_time,
    date_and_time,
    dated,
    foreign,
    join,
    people,
    person,
    plain,
    room,
    say,
)
from playbooks.domain.command import Brief, Handover
from playbooks.protocol.picture import Picture

_LINES = 5
_WORDS = 300


def brief(handover: Handover, picture: Picture) -> Message:
    """The offer, the brief, and the two answers."""
    told = handover.brief
    ref = Ref(incident=handover.incident, subject=handover.id)
    what, accept, until = about_offer(handover, picture)
    return message(
        say(
            "{giver} offers you {what} of {named}. Answer by {by}.",
            giver=person(handover.giver),
            what=what,
            named=named(picture.incident),
            by=clock_time(handover.expires_at),
        ),
        header(f"🤝 You are offered {what}: {headline(picture)}"),
        section(_offer(handover, picture)),
        section(_situation(told, picture)),
        section(_pressing(told)),
        section(_believed(told)),
        actions(
            button(accept, Action.ACCEPT_HANDOVER, ref, style="primary"),
            button("Decline", Action.DECLINE_HANDOVER, ref),
        ),
        context(Markup(until)),
    )


def about_offer(handover: Handover, picture: Picture) -> tuple[str, str, str]:
    """What is offered, what the button says, and from when it counts."""
    if handover.service is None:
        return (
            "command",
            "Accept command",
            "You command from the moment you accept. Until then nothing changes.",
        )
    titles = dict(zip(picture.incident.impacted, picture.service_titles, strict=True))
    what = f"the lead of {plain(titles.get(handover.service, handover.service), 60)}"
    return what, "Accept the lead", "You lead from the moment you accept. Until then nothing changes."


def _offer(handover: Handover, picture: Picture) -> Markup:
    where = room(picture.incident.room) if picture.incident.room else Markup("no room")
    return say(
        "{giver} offers it to you until {by} · {where}",
        giver=person(handover.giver),
        by=clock_time(handover.expires_at),
        where=where,
    )


def _situation(told: Brief, picture: Picture) -> Markup:
    return join(
        [
            say("*Situation* {words}", words=foreign(told.situation, 600)),
            say("*Since* {since}", since=date_and_time(told.since)),
            say("*Services* {services}", services=services(picture)),
            say("*Appointed* {who}", who=_appointed(told)),
            *_leads(told, picture),
            *_teams(told),
            _list("Impact", told.impact, nothing="not stated"),
        ]
    )


def _appointed(told: Brief) -> Markup:
    held = [say("{role} {who}", role=role.words, who=person(user)) for role, user in told.roles]
    return join(held, ", ") if held else Markup("nobody")


def _leads(told: Brief, picture: Picture) -> list[Markup]:
    """Who looks after which service; nothing where nobody has to."""
    held = [
        say("{what} {who}", what=foreign(picture.title_of(service), 60), who=person(lead or "nobody"))
        for service, lead in told.leads[:_LINES]
    ]
    return [say("*Leads* {who}", who=join(held, ", "))] if held else []


def _teams(told: Brief) -> list[Markup]:
    """Which teams work, who leads them and who is in them; nothing where there is none."""
    if not told.teams:
        return []
    shown = [
        say(
            "• {who} with {members}: {what}",
            who=person(leader),
            members=people(members),
            what=dated(what, _WORDS),
        )
        for leader, members, what in told.teams[:_LINES]
    ]
    more = len(told.teams) - len(shown)
    rest = say(" (and {n} more)", n=more) if more else Markup("")
    return [say("*Teams*{rest}\n{lines}", rest=rest, lines=join(shown))]


def _pressing(told: Brief) -> Markup:
    due = (
        say("by {at}", at=clock_time(told.next_update_due))
        if told.next_update_due
        else Markup("none promised")
    )
    return join(
        [
            say("*Next update* {due}", due=due),
            _list("Clocks", told.running_clocks, nothing="none running"),
            _list("Waiting for you", told.pending_approvals, nothing="nothing"),
            _list("Undecided", told.pending_decisions, nothing="nothing"),
            _tasks(told),
            _list("Held changes", told.held_changes, nothing="none"),
        ]
    )


def _believed(told: Brief) -> Markup:
    return join(
        [
            _list("Verified", told.verified_facts, nothing="nothing yet"),
            _list("Hypotheses", told.open_hypotheses, nothing="none"),
            _list("What happened", told.key_events, nothing="nothing marked"),
        ]
    )


def _tasks(told: Brief) -> Markup:
    if not told.open_tasks:
        return Markup("*Tasks* none open")
    shown = [
        say("• {who} {what}", who=person(user), what=dated(what, _WORDS))
        for user, what in told.open_tasks[:_LINES]
    ]
    more = len(told.open_tasks) - len(shown)
    rest = say(" (and {n} more)", n=more) if more else Markup("")
    return say("*Tasks*{rest}\n{lines}", rest=rest, lines=join(shown))


def _list(title: str, lines: Sequence[str], *, nothing: str) -> Markup:
    if not lines:
        return say("*{title}* {nothing}", title=title, nothing=nothing)
    shown = [say("• {line}", line=dated(line, _WORDS)) for line in lines[-_LINES:]]
    earlier = len(lines) - len(shown)
    rest = say(" (and {n} earlier)", n=earlier) if earlier else Markup("")
    return say("*{title}*{rest}\n{lines}", title=title, rest=rest, lines=join(shown))
