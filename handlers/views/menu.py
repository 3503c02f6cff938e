"""``/incident`` alone: what this person can do here and now, as buttons.

Grouped by role, at most twelve at a time, and never a button that the state forbids.
"""

from __future__ import annotations

from collections.abc import Sequence

from handlers.names import Action, Ref, Verb
from handlers.views.kit import Block, Element, Message, actions, button, context, message, section
from handlers.views.listing import line
from handlers.views.phrases import headline, verb_button
from handlers.views.roles import Role, role_of
from handlers.views.text import Markup, foreign, say
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import UserId
from playbooks.domain.incident import Incident, Major, State
from playbooks.protocol.picture import Picture

_LISTED = 5


def menu(picture: Picture, user: UserId, handbook: Handbook) -> Message:
    """The menu of an incident for one person."""
    role = role_of(user, picture, handbook)
    return message(
        say("What do you want to do in {incident}?", incident=foreign(headline(picture))),
        section(say("*{incident}*", incident=foreign(headline(picture), 200))),
        *_group("Anybody", _anybody(picture, role)),
        *_group("Whoever leads", _leading(picture, role)),
        *_group("Stakeholders", _speaking(picture, role)),
        *_group("If those who lead do not answer", _emergency(picture, role)),
        context(Markup("Everything works as a command too: `/incident help`")),
    )


def menu_elsewhere(live: Sequence[Incident], handbook: Handbook) -> Message:
    """The menu where no incident is: declare one, or go to one that is live."""
    lead = Markup("Nothing is on fire." if not live else "Live incidents")
    rows = [
        section(line(incident, handbook), accessory=verb_button("Open menu", Verb.MENU, incident.id))
        for incident in live[:_LISTED]
    ]
    return message(
        lead,
        section(lead),
        *rows,
        actions(
            verb_button("Declare an incident…", Verb.DECLARE, None, style="" if live else "primary"),
            verb_button("Report a problem…", Verb.REPORT, None),
            verb_button("Known errors", Verb.KNOWN, None),
            verb_button("A past incident…", Verb.BACKFILL, None),
            verb_button("Declare privately…", Verb.PRIVATE, None),
            verb_button("Help", Verb.HELP, None),
        ),
    )


def _group(title: str, buttons: list[Element]) -> list[Block]:
    return [context(say("{title}", title=title)), actions(*buttons)] if buttons else []


def _anybody(picture: Picture, role: Role) -> list[Element]:
    number = picture.incident.id
    if picture.incident.major is Major.PROPOSED:
        ref = Ref(incident=number)
        return [
            button("Yes, a major incident", Action.ACCEPT_CANDIDATE, ref, style="primary"),
            verb_button("Merge…", Verb.MERGE, number),
            button("No…", Action.REJECT_CANDIDATE, ref),
            verb_button("Status", Verb.STATUS, number),
        ]
    if not picture.incident.is_live:
        return [
            verb_button("Status", Verb.STATUS, number),
            verb_button("Post-mortem", Verb.REVIEW, number),
            verb_button("Add to log…", Verb.LOG, number),
            *([verb_button("It came back…", Verb.REOPEN, number)] if _ended_lately(picture) else []),
        ]
    take = verb_button("Take command", Verb.TAKE, number, style="primary")
    contest = verb_button("Contest command…", Verb.CONTEST, number)
    recall = verb_button("Recall…", Verb.RECALL, number)
    over = [verb_button("Take over…", Verb.OVERRIDE, number)] if role.overrides else []
    # Whoever may take command in person need not dispute it.
    held = [] if role.commands else [recall, *(over or [contest])]
    seat = [take] if picture.tenure is None else held
    # Twelve at most: whoever leads finds *Impact…* and *Hypothesis…* below the facts.
    state = [verb_button("Impact…", Verb.IMPACT, number), verb_button("Hypothesis…", Verb.HYPOTHESIS, number)]
    return [
        *seat,
        verb_button("Status", Verb.STATUS, number),
        verb_button("Add to log…", Verb.LOG, number),
        verb_button("Tasks", Verb.TASKS, number),
        *([] if role.leads else state),
        verb_button("Facts and hypotheses", Verb.FACTS, number),
        verb_button("Severity…", Verb.SEVERITY, number),
    ]


def _leading(picture: Picture, role: Role) -> list[Element]:
    incident = picture.incident
    if not role.leads or incident.major is not Major.ACCEPTED:
        return []
    hand = (
        [
            verb_button("Hand over…", Verb.HANDOVER, incident.id),
            verb_button("Appoint…", Verb.DEPUTY, incident.id),
        ]
        if role.commands and incident.is_live
        else []
    )
    freeze = [verb_button("Freeze…", Verb.FREEZE, incident.id)] if incident.is_live else []
    merge = [verb_button("Merge…", Verb.MERGE, incident.id)] if incident.is_live else []
    public = [verb_button("Make it public…", Verb.PUBLIC, incident.id)]
    return [*hand, *_ends(incident), *freeze, *(public if incident.private else merge)]


def _ends(incident: Incident) -> list[Element]:
    """How it may go on from this state."""
    mitigated = verb_button("Mitigated…", Verb.MITIGATE, incident.id)
    resolve = verb_button("Resolve…", Verb.RESOLVE, incident.id)
    match incident.state:
        case State.OPEN:
            return [mitigated, resolve]
        case State.MITIGATED:
            return [resolve, verb_button("It came back…", Verb.REOPEN, incident.id)]
        case State.RESOLVED:
            return [verb_button("Close…", Verb.CLOSE, incident.id)]
        case State.CLOSED | State.MERGED:
            return []


def _speaking(picture: Picture, role: Role) -> list[Element]:
    if not role.speaks or picture.due is None:
        return []
    return [verb_button("Send an update…", Verb.UPDATE, picture.incident.id)]


def _emergency(picture: Picture, role: Role) -> list[Element]:
    if not role.runs or role.leads or not picture.incident.is_live:
        return []
    return [verb_button("Break the glass…", Verb.BREAK_GLASS, picture.incident.id)]


def _ended_lately(picture: Picture) -> bool:
    return picture.incident.state is State.RESOLVED
