"""Users report: their words join the incident that is open, or wait for the one that will be."""

from __future__ import annotations

from dataclasses import dataclass, replace

from playbooks.domain.effects import Invite
from playbooks.domain.entry import JUST_NOW
from playbooks.domain.errors import NeedsWords
from playbooks.domain.events import UserReported
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import IncidentId, ReportId, ServiceName, UserId
from playbooks.domain.incident import Incident
from playbooks.domain.report import UserReport, addressee
from playbooks.ports import Ports, Unit
from playbooks.protocol.participants import enter
from playbooks.protocol.recording import locked_live, owe, record

MAX_TEXT = 1_000
PRODUCTION = "production"


@dataclass(frozen=True, slots=True, kw_only=True)
class Filed:
    """A report, and where it went."""

    report: UserReport
    incident: Incident | None
    """None if nobody works on that service yet."""
    number: int
    """How many reports that incident has now; 0 without one."""


async def file(
    ports: Ports, *, service: str, text: str, by: UserId, link: str = "", env: str = PRODUCTION
) -> Filed:
    """Take a report. The same words of the same person within minutes are one. Raises NeedsWords."""
    known, words = understood(ports.handbook(), service, text)
    async with ports.units() as unit:
        await unit.episodes.lock_intake()
        open_one = addressee(known, env=env, incidents=await _current(unit, ports))
        filed = await _filed(unit, ports, _new(ports, known, words, by, link=link, env=env), open_one)
        await unit.commit()
    return filed


async def destination(ports: Ports, *, service: str, env: str = PRODUCTION) -> Incident | None:
    """Where a report about a service would go now; None if nobody works on it, or nobody knows it."""
    known = ports.handbook().service_named(service)
    if known is None:
        return None
    async with ports.reading() as unit:
        return addressee(known, env=env, incidents=await _current(unit, ports))


async def join(ports: Ports, *, incident: IncidentId, service: str, text: str, by: UserId) -> Incident:
    """Come into the room of an open incident, with one's own words as a report.

    Without words one only comes in. Raises IncidentNotFound, IncidentOver.
    """
    async with ports.units() as unit:
        await unit.episodes.lock_intake()
        found = await enter(unit, ports, await locked_live(unit, incident), by)
        if text.strip():
            known, words = understood(ports.handbook(), service, text)
            await _filed(unit, ports, _new(ports, known, words, by, env=found.env), found)
        await owe(unit, found, Invite(incident=incident, users=(by,)))
        await unit.commit()
    return found


async def gather(unit: Unit, ports: Ports, incident: Incident) -> None:
    """An incident begins: what users said of its services shortly before belongs to it."""
    since = ports.clock.now() - ports.handbook().playbook.alerts.window
    for report in await unit.reports.since(since):
        if report.incident is None and report.env == incident.env and report.service in incident.impacted:
            await _attach(unit, ports, report, incident)


def understood(handbook: Handbook, service: str, text: str) -> tuple[ServiceName, str]:
    """The service that is meant, and the words as they are kept. Raises NeedsWords."""
    known, words = handbook.service_named(service), text.strip()[:MAX_TEXT]
    if known is None:
        raise NeedsWords(f"The catalogue knows no service “{service[:80]}”. Choose the nearest one.")
    if not words:
        raise NeedsWords("Say in a few words what you notice: /incident report checkout My card is refused")
    return known, words


def _new(
    ports: Ports, service: ServiceName, text: str, by: UserId, *, env: str, link: str = ""
) -> UserReport:
    return UserReport(
        id=ReportId(ports.ids.new()),
        incident=None,
        service=service,
        env=env,
        text=text,
        author=by,
        at=ports.clock.now(),
        link=link,
    )


async def _current(unit: Unit, ports: Ports) -> tuple[Incident, ...]:
    """What is open, and what ended so recently that it would be reopened."""
    since = ports.clock.now() - ports.handbook().playbook.alerts.reopen_window
    return (*await unit.incidents.live(), *await unit.incidents.ended_since(since))


async def _filed(unit: Unit, ports: Ports, report: UserReport, incident: Incident | None) -> Filed:
    same = await _said_just_now(unit, report)
    kept = same or report
    if same is None:
        await unit.reports.add(report)
    if incident is not None and kept.incident is None:
        kept = await _attach(unit, ports, kept, incident)
    number = len(await unit.reports.of(incident.id)) if incident is not None else 0
    return Filed(report=kept, incident=incident, number=number)


async def _said_just_now(unit: Unit, report: UserReport) -> UserReport | None:
    """The answer to it may have got lost, so that it was sent again."""
    for earlier in await unit.reports.since(report.at - JUST_NOW):
        if (earlier.author, earlier.service, earlier.text) == (report.author, report.service, report.text):
            return earlier
    return None


async def _attach(unit: Unit, ports: Ports, report: UserReport, incident: Incident) -> UserReport:
    attached = replace(report, incident=incident.id)
    await unit.reports.save(attached)
    event = UserReported(
        incident=incident.id,
        by=report.author,
        at=report.at,
        report=report.id,
        service=report.service,
        text=report.text,
        link=report.link,
    )
    await record(unit, ports, incident, event)
    return replace(attached, version=attached.version + 1)
