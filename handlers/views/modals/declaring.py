"""Declaring an incident, and turning down what monitoring proposed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from handlers.names import Callback, Field, Ref
from handlers.views.alike import alike_blocks
from handlers.views.forms import MAX_OPTIONS, choice, modal, people_input, redrawing, text_input
from handlers.views.kit import Block, View, context, section
from handlers.views.phrases import count
from handlers.views.text import Markup, foreign, join, people, say
from playbooks.domain.errors import mention
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import IncidentId, ServiceName, UserId, incident_name
from playbooks.protocol.outlook import Outlook

MAX_TITLE = 120
UNSURE = "unsure"
"""The choice of somebody who does not know how bad it is."""
REAL, PRIVATE, DRILL = "real", "private", "drill"
_HELD_SHOWN = 6
MAX_LINK = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What is filled in so far."""

    title: str = ""
    service: str = ""
    """As it was chosen or written; it may name no service."""
    severity: str = UNSURE
    source_link: str = ""
    """The message from which it is declared; empty if from none."""
    drill: bool = False
    private: bool = False
    named: tuple[UserId, ...] = ()
    """Who takes part in a drill, or may know of what is private, besides whoever declares it."""

    @property
    def level(self) -> int | None:
        """The severity; None for somebody who is not sure."""
        return None if self.severity in ("", UNSURE) else int(self.severity)


def declare(handbook: Handbook, outlook: Outlook, draft: Draft | None = None) -> View:
    """Two answers are needed, and below them stands what declaring will do.

    Incidents that look alike are shown with *Join*; submitting then means that it is something
    else, so the button says so.
    """
    filled = draft or Draft()
    title = text_input(
        Field.TITLE,
        "What is wrong?",
        initial=filled.title,
        placeholder="Payments time out",
        limit=MAX_TITLE,
    )
    return modal(
        "Declare an incident",
        Callback.DECLARE,
        Ref(
            subject=carried(filled.source_link),
            words=" ".join(mention(user) for user in filled.named),
            others=tuple(each.incident.id for each in outlook.alike),
        ),
        title,
        redrawing(service_input(handbook, filled.service)),
        redrawing(_severity(handbook, filled.severity)),
        redrawing(_earnest(filled)),
        _company(filled),
        *([] if filled.drill else _open_ones(outlook, filled, handbook)),
        section(_what_follows(outlook, filled, handbook)),
        context(Markup("Anybody may declare. A false alarm costs less than silence.")),
        submit=_submit(outlook, filled),
    )


def _submit(outlook: Outlook, filled: Draft) -> str:
    if filled.drill:
        return "Begin the drill"
    return "Declare anyway" if outlook.alike else "Declare"


def _earnest(filled: Draft) -> Block:
    options = [(REAL, "Yes"), (PRIVATE, "Yes, and only some may know"), (DRILL, "No, it is a drill")]
    chosen = DRILL if filled.drill else PRIVATE if filled.private else REAL
    return choice(Field.KIND, "Is it in earnest?", options, initial=chosen)


def _company(filled: Draft) -> Block | None:
    """Who comes into the room; in earnest the catalogue says who."""
    if filled.drill:
        return people_input(Field.PEOPLE, "Who takes part besides you?", initial=filled.named)
    if filled.private:
        return people_input(Field.PEOPLE, "Who else may know of it?", initial=filled.named)
    return None


def _what_follows(outlook: Outlook, filled: Draft, handbook: Handbook) -> Markup:
    if filled.drill:
        return _rehearsal(filled)
    return _in_private(outlook, filled, handbook) if filled.private else _consequences(outlook, handbook)


def _in_private(outlook: Outlook, filled: Draft, handbook: Handbook) -> Markup:
    """Who may know of it, and what others notice all the same."""
    return join(
        [
            Markup("*What happens in private*"),
            say(
                "• *A private room opens* for you{named}; its members may know of it, nobody else",
                named=_and(filled.named),
            ),
            Markup("• *Nothing is announced*, stakeholders hear nothing, no report or alert joins it"),
            Markup("• *Without a commander* people of the roster are asked, and know of it from then on"),
            _held(outlook.held, handbook, chosen=outlook.service is not None),
        ]
    )


def _and(named: tuple[UserId, ...]) -> Markup:
    return say(" and {who}", who=people(named)) if named else Markup("")


def _rehearsal(filled: Draft) -> Markup:
    return join(
        [
            Markup("*What happens in a drill*"),
            say(
                "• *A room opens* for you{named}; others come with *Join*, nobody is called",
                named=_and(filled.named),
            ),
            Markup("• *No change is held*; the gate says what it would have held"),
            Markup("• *No stakeholder hears of it*; updates are shown in the room"),
        ]
    )


def carried(link: str) -> str:
    """An address that fits into a form's own words; Slack's are far shorter."""
    return link if len(link) <= MAX_LINK else ""


def reject(incident: IncidentId) -> View:
    """Why this is no major incident."""
    return modal(
        "Not a major incident",
        Callback.REJECT,
        Ref(incident=incident),
        section(say("{n} is turned down. Its alerts are kept.", n=incident_name(incident))),
        text_input(Field.REASON, "Why not?", placeholder="A test that was announced", limit=300),
        submit="Turn it down",
    )


def service_input(handbook: Handbook, service: str, *, past: bool = False) -> Block:
    """A menu takes a hundred entries; a larger catalogue is asked for in words."""
    services = handbook.catalogue.services
    if not services or len(services) > MAX_OPTIONS:
        return text_input(Field.SERVICE, "Which service?", initial=service, placeholder="checkout", limit=75)
    by_title = sorted(services.items(), key=lambda item: (item[1].tier, item[1].title.casefold()))
    options = [(name, known.title) for name, known in by_title]
    label = "Which service did users miss?" if past else "Which service do users miss?"
    return choice(Field.SERVICE, label, options, initial=service, hint="Best guess if unsure.")


def _severity(handbook: Handbook, chosen: str) -> Block:
    levels = handbook.playbook.severities
    assumed = handbook.playbook.severity_name(handbook.playbook.unknown_severity)
    options = [(UNSURE, f"Not sure yet: treat it as {assumed}")]
    options += [(str(number), f"{levels[number].name}: {levels[number].means}") for number in sorted(levels)]
    return choice(Field.SEVERITY, "How bad is it?", options, initial=chosen or UNSURE)


def _open_ones(outlook: Outlook, filled: Draft, handbook: Handbook) -> list[Block]:
    if not outlook.alike or outlook.service is None:
        return []
    lead = Markup("⚠️ *This may be open already.* Join it, or declare if yours is something else.")
    return [section(lead), *alike_blocks(outlook.alike, outlook.service, filled.title, handbook)]


def _consequences(outlook: Outlook, handbook: Handbook) -> Markup:
    """Who is called, what is held and what is promised, each in a line."""
    severity = handbook.playbook.severity_name(outlook.severity)
    return join(
        [
            say("*What happens at {severity}*", severity=severity),
            _called(outlook, handbook),
            _held(outlook.held, handbook, chosen=outlook.service is not None),
            say("• *First update* to stakeholders {n} after it", n=_minutes(outlook.first_update)),
        ]
    )


def _called(outlook: Outlook, handbook: Handbook) -> Markup:
    """The people who are invited into the room, by why they are."""
    service = outlook.service
    leads = Markup("the service's leads")
    if service is not None:
        name = foreign(handbook.title(service), 80)
        leads = say("{who} for {service}", who=_some(outlook.leads, "no lead is named"), service=name)
    others: Sequence[tuple[tuple[UserId, ...], str]] = (
        (outlook.on_shift, "on shift"),
        (outlook.comms, "for stakeholders"),
    )
    named = [say("{who} {why}", who=people(who), why=why) for who, why in others if who]
    return say("• *A room opens*, and invited are {who}", who=join([leads, *named], ", "))


def _some(users: tuple[UserId, ...], nobody: str) -> Markup:
    return people(users) if users else Markup(nobody)


def _held(held: tuple[ServiceName, ...], handbook: Handbook, *, chosen: bool) -> Markup:
    if not chosen:
        return Markup("• *Change freeze* depends on the service and on how bad it is")
    if not held:
        return Markup("• *No change freeze*")
    titles = foreign(", ".join(handbook.title(service) for service in held[:_HELD_SHOWN]), 400)
    more = len(held) - _HELD_SHOWN
    if more > 0:
        titles = say("{titles} and {rest}", titles=titles, rest=count(more, "other service"))
    return say("• *Change freeze*: risky changes wait on {titles}", titles=titles)


def _minutes(length: timedelta) -> str:
    return count(round(length.total_seconds() / 60), "minute")
