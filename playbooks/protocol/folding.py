"""Several candidates about one outage become one question; beside an accepted incident, none.

The oldest question stays. It is put again with the stronger of the two rules, the worse severity
and the earlier deadline, so that joining two questions never makes them weaker or later.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from playbooks.domain.events import CandidateProposed
from playbooks.domain.evidence import shown
from playbooks.domain.ids import MONITORING
from playbooks.domain.incident import Incident, Major
from playbooks.domain.merging import stronger
from playbooks.domain.timers import Timer, TimerKind
from playbooks.ports import Ports, Unit
from playbooks.protocol import merge
from playbooks.protocol.recording import locked, record


async def fold(unit: Unit, ports: Ports, candidate: Incident, into: Incident) -> bool:
    """Make a candidate a part of the incident about the same outage; False if a person was quicker."""
    one, other = await merge.both(unit, candidate.id, into.id)
    if one.major is not Major.PROPOSED or not other.is_live:
        return False
    await merge.unite(unit, ports, one, other, by=MONITORING, reason="the alerts are of one outage")
    if other.major is Major.PROPOSED:
        await _ask_again(unit, ports, await locked(unit, other.id), one)
    return True


async def _ask_again(unit: Unit, ports: Ports, survivor: Incident, gone: Incident) -> None:
    """One question in place of two."""
    playbook = ports.handbook().playbook
    best = stronger(survivor, gone, order=[rule.id for rule in playbook.triggers])
    asked = replace(survivor, severity=min(survivor.severity, gone.severity), rule=best.rule)
    await unit.incidents.save(asked)
    rule = next((rule for rule in playbook.triggers if rule.id == best.rule), None)
    event = CandidateProposed(
        incident=asked.id,
        by=MONITORING,
        at=ports.clock.now(),
        env=asked.env,
        affected=asked.services,
        began_at=asked.impact_started_at,
        detected_at=asked.detected_at,
        title=asked.title,
        severity=asked.severity,
        services=asked.impacted,
        rule=best.rule or "",
        rule_says=rule.says if rule else "Two candidates were about the same outage.",
        evidence=shown(await unit.episodes.of(asked.id)),
        decide_by=min([await _deadline(unit, ports, incident) for incident in (survivor, gone)]),
    )
    await record(unit, ports, asked, event)
    subject, due_at = str(asked.id), event.decide_by
    await unit.timers.set(Timer(kind=TimerKind.CANDIDATE, subject=subject, incident=asked.id, due_at=due_at))


async def _deadline(unit: Unit, ports: Ports, incident: Incident) -> datetime:
    """By when somebody was asked to decide; now if those words were removed."""
    entry = await unit.entries.latest(incident.id, CandidateProposed.__name__)
    written = entry.body.get("decide_by") if entry and entry.body else None
    return datetime.fromisoformat(str(written)) if written else ports.clock.now()
