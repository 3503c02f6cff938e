"""Changing the state: severity, mitigated, resolved, reopened, closed, thawed, denied."""

from __future__ import annotations

from handlers.names import Callback, Field, Ref
from handlers.views.forms import choice, modal, text_input
from handlers.views.kit import Block, View, section
from handlers.views.phrases import change_name, count, named
from handlers.views.text import Markup, clock_time, foreign, join, say
from playbooks.domain.change import Clearance
from playbooks.domain.handbook import Handbook
from playbooks.domain.incident import ResolutionCode
from playbooks.domain.standing import Unrest, unrest
from playbooks.protocol.picture import Picture

_NOTE = 1_000


def severity(picture: Picture, handbook: Handbook) -> View:
    """Anybody may raise it; the reason matters when it is lowered."""
    levels = handbook.playbook.severities
    options = [(str(number), f"{levels[number].name}: {levels[number].means}") for number in sorted(levels)]
    return modal(
        "Severity",
        Callback.SEVERITY,
        _ref(picture),
        section(say("{incident} is {now}.", incident=named(picture.incident), now=picture.severity_name)),
        choice(Field.SEVERITY, "How bad is it now?", options, initial=str(picture.incident.severity)),
        text_input(Field.REASON, "Why?", optional=True, limit=300, hint="Needed to lower it."),
        submit="Change it",
    )


def mitigate(picture: Picture, *, note: str = "") -> View:
    """Users are served again: clocks stop, stakeholders are to hear of it."""
    return modal(
        "Mitigated",
        Callback.MITIGATE,
        _ref(picture),
        section(
            say(
                "Are users served again in {incident}?\nClocks stop; work and freeze go on.",
                incident=named(picture.incident),
            )
        ),
        text_input(Field.NOTE, "What helped?", initial=note, optional=True, lines=True, limit=_NOTE),
        submit="Mitigated",
    )


def resolution_options() -> list[tuple[str, str]]:
    """How an incident may end."""
    return [(code.value, code.value.capitalize()) for code in ResolutionCode]


def resolve(picture: Picture, handbook: Handbook, *, note: str = "") -> View:
    """It is over: a code and one sentence; and why, if monitoring does not say so yet."""
    loud = unrest(picture.episodes, picture.at, handbook.playbook.alerts)
    pending = len(picture.pending)
    open_questions = (
        say("\n{n} still waiting for approval.", n=count(pending, "change")) if pending else Markup("")
    )
    return modal(
        "Resolve",
        Callback.RESOLVE,
        _ref(picture),
        section(say("{incident} is over?{more}", incident=named(picture.incident), more=open_questions)),
        choice(
            Field.CODE,
            "How did it end?",
            resolution_options(),
            initial=ResolutionCode.WORKAROUND_PROVIDED.value,
        ),
        text_input(
            Field.NOTE,
            "What ended it?",
            initial=note,
            lines=True,
            limit=_NOTE,
            hint="The post-mortem starts from it.",
        ),
        *_although(loud),
        submit="Resolve",
    )


def _although(loud: Unrest | None) -> list[Block]:
    """What monitoring says against it, and the question why it is over all the same."""
    if loud is None:
        return []
    if loud.quiet_since is None:
        alerts = join((foreign(episode.title, 100) for episode in loud.standing[:3]), ", ")
        said = say("⚠️ Monitoring is not quiet: {alerts} still firing.", alerts=alerts)
    else:
        said = say("⚠️ Monitoring is quiet only since {at}.", at=clock_time(loud.quiet_since))
    return [section(said), text_input(Field.DESPITE, "Why is it over all the same?", limit=300)]


def break_glass(picture: Picture, handbook: Handbook) -> View:
    """Authority in an emergency: what it means, and why it cannot wait."""
    minutes = round(handbook.playbook.authority.glass.total_seconds() / 60)
    return modal(
        "Break the glass",
        Callback.GLASS,
        _ref(picture),
        section(
            say(
                "For {n} you may do in {incident} what leads may. The room and the leads are told at once.",
                n=count(minutes, "minute"),
                incident=named(picture.incident),
            )
        ),
        text_input(Field.REASON, "Why can it not wait for them?", limit=300),
        submit="Break the glass",
    )


def reopen(picture: Picture) -> View:
    """It came back: clocks, freeze and updates begin again."""
    return modal(
        "It came back",
        Callback.REOPEN,
        _ref(picture),
        section(
            say(
                "{incident} is opened again. Clocks, freeze and updates run on.",
                incident=named(picture.incident),
            )
        ),
        text_input(Field.REASON, "What came back?", limit=300),
        submit="Reopen",
    )


def close(picture: Picture) -> View:
    """The record is closed by hand."""
    return modal(
        "Close the record",
        Callback.CLOSE,
        _ref(picture),
        section(say("Close {incident}? It cannot be reopened after that.", incident=named(picture.incident))),
        text_input(Field.NOTE, "Anything left to say?", optional=True, lines=True, limit=_NOTE),
        submit="Close",
    )


def thaw(picture: Picture, *, reason: str = "") -> View:
    """Held changes may go: say why it is safe."""
    held = count(len(picture.holds), "held change")
    lead = say("{held} of {incident} may go ahead at once.", held=held, incident=named(picture.incident))
    return modal(
        "Lift the freeze",
        Callback.THAW,
        _ref(picture),
        section(lead),
        text_input(Field.REASON, "Why is it safe?", initial=reason, limit=300),
        submit="Lift it",
    )


def deny(clearance: Clearance, fence: int | None) -> View:
    """Keep a change back, and tell its owner why."""
    return modal(
        "Deny this change",
        Callback.DENY,
        Ref(incident=clearance.incident, subject=clearance.id, fence=fence),
        section(
            join(
                [
                    change_name(clearance),
                    Markup("It stays held. Its owner may ask again with another artefact."),
                ]
            )
        ),
        text_input(Field.REASON, "Why?", optional=True, limit=300),
        submit="Deny",
    )


def _ref(picture: Picture) -> Ref:
    return Ref(incident=picture.incident.id, fence=picture.incident.fence)
