"""Command in dialogs: contest it, hand it over."""

from __future__ import annotations

from handlers.names import Callback, Field, Ref
from handlers.views.forms import choice, modal, text_input, user_input
from handlers.views.kit import View, section
from handlers.views.leads import leading
from handlers.views.phrases import commander, named, span
from handlers.views.text import Markup, join, say
from playbooks.domain.handbook import Handbook
from playbooks.domain.role import Role
from playbooks.protocol.picture import Picture


def contest(picture: Picture) -> View:
    """A dispute needs one sentence of reason; everybody in it reads it."""
    lead = join([named(picture.incident), commander(picture)])
    return modal(
        "Contest command",
        Callback.CONTEST,
        Ref(incident=picture.incident.id),
        section(say("{lead}\nThe commander stays in charge until it is settled.", lead=lead)),
        text_input(
            Field.REASON,
            "Why should you have command?",
            placeholder="Payments fails first, and I lead it",
            limit=300,
        ),
        submit="Contest",
    )


def handover(picture: Picture) -> View:
    """Whom to offer command to; the brief is written from the record."""
    return modal(
        "Hand over command",
        Callback.HANDOVER,
        Ref(incident=picture.incident.id, fence=picture.incident.fence),
        section(join([named(picture.incident), Markup("You command until they accept.")])),
        user_input(
            Field.PERSON, "Who takes over?", hint="They get a brief from the log, and Accept and Decline."
        ),
        submit="Offer command",
    )


def recall(picture: Picture, handbook: Handbook) -> View:
    """Before somebody is asked whether they are still there."""
    policy = handbook.playbook.command
    return modal(
        "Recall the commander",
        Callback.RECALL,
        Ref(incident=picture.incident.id, fence=picture.incident.fence),
        section(join([named(picture.incident), commander(picture)])),
        section(
            say(
                "They are asked for a sign of life. Without an answer within {span} the deputy takes "
                "over, or people of the roster are asked.",
                span=span(policy.recall_within),
            )
        ),
        text_input(Field.REASON, "What is waiting for them?", optional=True, limit=300),
        submit="Recall",
    )


def override(picture: Picture, *, reason: str = "") -> View:
    """Command is never taken from somebody in passing: whoever does it is told what they take on."""
    return modal(
        "Take command",
        Callback.OVERRIDE,
        Ref(incident=picture.incident.id, fence=picture.incident.fence),
        section(join([named(picture.incident), commander(picture)])),
        section(Markup("*You become incident commander and keep the duty until handover.*")),
        text_input(
            Field.REASON,
            "Why do you take command?",
            initial=reason,
            hint="Everybody in the room reads it.",
            limit=300,
        ),
        submit="I take command",
    )


def role(picture: Picture, what: Role) -> View:
    """Whom to appoint."""
    return modal(
        "Appoint somebody",
        Callback.ROLE,
        Ref(incident=picture.incident.id),
        section(join([named(picture.incident), commander(picture)])),
        choice(
            Field.KIND,
            "As what?",
            [(role.value, role.words.capitalize()) for role in Role],
            initial=what,
            radio=True,
        ),
        user_input(Field.PERSON, "Who?", hint="They are told privately what is expected, and may decline."),
        submit="Appoint",
    )


def lead(picture: Picture, handbook: Handbook, *, service: str = "") -> View:
    """Who is to lead the work on which service."""
    leads = leading(picture) or Markup("Nobody has to lead a service yet.")
    offered = [(str(stream.service), handbook.title(stream.service)) for stream in picture.workstreams]
    return modal(
        "Who leads it?",
        Callback.LEAD,
        Ref(incident=picture.incident.id),
        section(join([named(picture.incident), leads])),
        choice(Field.SERVICE, "Which service?", offered, initial=service),
        user_input(
            Field.PERSON,
            "Who?",
            hint="They are asked, with a brief, and lead from the moment they accept. "
            "Where the commander has to decide, it counts at once.",
        ),
        submit="Name the lead",
    )


def team(picture: Picture, handbook: Handbook) -> View:
    """A leader, one task and a time box; the leader takes people in later."""
    box = handbook.playbook.command.team_box
    return modal(
        "Form a team",
        Callback.TEAM,
        Ref(incident=picture.incident.id),
        section(named(picture.incident)),
        text_input(Field.NAME, "What is it called?", placeholder="network", limit=30),
        user_input(Field.PERSON, "Who leads it?", hint="They take people in, and answer for all of them."),
        text_input(Field.TEXT, "What is it to do?", placeholder="Find the broken link", limit=500),
        text_input(
            Field.BOX,
            "How long may it take?",
            initial=f"{int(box.total_seconds() // 60)}m",
            hint="Between 5 minutes and 12 hours. Then its leader is asked how it went.",
            limit=20,
        ),
        submit="Form the team",
    )
