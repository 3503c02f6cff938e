"""Two incidents that may be one, or have become one."""

from __future__ import annotations

from handlers.names import Action, Ref
from handlers.views.kit import Element, button
from handlers.views.notices.parts import actor, noted, titles
from handlers.views.text import Markup, clock_time, foreign, join, room, say
from playbooks.domain import events as e
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import incident_name

Merger = e.MergeProposed | e.MergeDeclined | e.IncidentMerged | e.IncidentAbsorbed


def merger(event: Merger, handbook: Handbook) -> Markup:
    """What the room hears of it."""
    match event:
        case e.MergeProposed():
            return join(
                [proposed(event), Markup("Both commanders are asked; nothing changes until both agree.")]
            )
        case e.MergeDeclined():
            return say(
                "🔀 {n} and this one stay two: {why} ({who}).",
                n=incident_name(event.other),
                why=foreign(event.reason, 200),
                who=actor(event),
            )
        case e.IncidentMerged():
            there = room(event.room) if event.room else Markup("its room, as soon as it is open")
            return say(
                "🔀 This is part of *{n}* now. Please go on there: {there}. The log of this one stays.{why}",
                n=incident_name(event.into),
                there=there,
                why=noted(event.reason),
            )
        case e.IncidentAbsorbed():
            more = say(" Users miss {more} too.", more=titles(event.new_services, handbook))
            return say(
                "🔀 *{n}* {title} is part of this one now, with its alerts, reports and clocks.{more}",
                n=incident_name(event.other),
                title=foreign(event.other_title, 150),
                more=more if event.new_services else Markup(""),
            )


def proposed(event: e.MergeProposed) -> Markup:
    """The question."""
    return say(
        "🔀 {who} thinks that *{n}* {title} and this one are the same. {survivor} would go on.{why}",
        who=actor(event),
        n=incident_name(event.other),
        title=foreign(event.other_title, 150),
        survivor=incident_name(event.survives),
        why=noted(event.reason),
    )


def question(event: e.MergeProposed) -> Markup:
    """The question as a commander is asked it."""
    until = say("They stay two unless both commanders agree by {at}.", at=clock_time(event.expires_at))
    return join([proposed(event), until])


def choices(event: e.MergeProposed) -> tuple[Element, ...]:
    """The answers."""
    ref = Ref(incident=event.incident, subject=event.merger)
    return (
        button("Agree: they are one", Action.MERGE_AGREE, ref, style="primary"),
        button("Keep apart", Action.MERGE_APART, ref),
    )
