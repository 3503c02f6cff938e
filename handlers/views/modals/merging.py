"""Choosing the incident of which this one is a part."""

from __future__ import annotations

from collections.abc import Sequence

from handlers.names import Callback, Field, Ref
from handlers.views.forms import choice, modal, text_input
from handlers.views.kit import View, section
from handlers.views.phrases import named
from handlers.views.text import Markup, clock_time, say
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import IncidentId, incident_name
from playbooks.domain.incident import Incident, Major
from playbooks.domain.merging import MergeProposal, MergeState


def merge(incident: Incident, others: Sequence[Incident], handbook: Handbook) -> View:
    """Which other incident goes on; without another one there is nothing to choose."""
    ref = Ref(incident=incident.id)
    if not others:
        nothing = Markup("No other incident is open, so there is nothing to merge it into.")
        return modal("Merge", Callback.READING, ref, section(nothing), close="Close")
    options = [
        (str(i.id), f"{incident_name(i.id)} {handbook.playbook.severity_name(i.severity)} {i.title}")
        for i in others
    ]
    return modal(
        "Merge",
        Callback.MERGE,
        ref,
        section(_effect(incident)),
        choice(Field.CHOICE, "Which one goes on?", options),
        text_input(Field.REASON, "Why are they one?", limit=300, optional=True),
        submit="Merge" if incident.major is Major.PROPOSED else "Ask both commanders",
    )


def done(incident: IncidentId, into: IncidentId, asked: MergeProposal | None) -> Markup:
    """What became of it; None means that it is merged."""
    one, other = incident_name(incident), incident_name(into)
    if asked is None or asked.state is MergeState.MERGED:
        return say("*{one}* is part of *{other}* now.", one=one, other=other)
    if asked.state is MergeState.APART:
        return say("*{one}* and *{other}* stay two.", one=one, other=other)
    return say(
        "Both commanders are asked whether *{one}* is part of *{other}*, until {at}. Nothing changes before.",
        one=one,
        other=other,
        at=clock_time(asked.expires_at),
    )


def _effect(incident: Incident) -> Markup:
    if incident.major is Major.PROPOSED:
        words = "{incident}: its alerts go to the other one, and nobody is asked again."
        return say(words, incident=named(incident))
    return say(
        "{incident}: alerts, reports, services and clocks go to the other one. Its own promises, its freeze "
        "and its questions end, and its room is told where to go. Both commanders have to agree.",
        incident=named(incident),
    )
