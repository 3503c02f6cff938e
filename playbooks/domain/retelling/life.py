"""How the incident itself came to be, changed, ended and came back; its room; its family."""

from __future__ import annotations

from dataclasses import replace

from playbooks.domain import events as e
from playbooks.domain import merging, room
from playbooks.domain.ids import MergeId, is_person
from playbooks.domain.incident import (
    AffectedService,
    Glass,
    Incident,
    Major,
    ResolutionCode,
    RoomState,
    ServiceRole,
    State,
)
from playbooks.domain.merging import MergeProposal, MergeState
from playbooks.domain.report import UserReport
from playbooks.domain.retelling.circle import let_in
from playbooks.domain.retelling.record import Record, Turns
from playbooks.domain.update import UpdateState


def _begun(event: e.CandidateProposed | e.IncidentDeclared, major: Major) -> Incident:
    return Incident(
        id=event.incident,
        title=event.title,
        env=event.env,
        severity=event.severity,
        state=State.OPEN,
        major=major,
        services=event.affected,
        impact_started_at=event.began_at or event.at,
        detected_at=event.detected_at or event.at,
        declared_at=event.at,
        declared_by=event.by,
        rule=event.rule or None,
        source_link=event.source_link,
        request_key=event.request_key,
        private=event.private,
    )


def _proposed(record: Record, event: e.CandidateProposed) -> None:
    """A second time when two candidates turned out to be one."""
    if record.incidents:
        record.becomes(severity=event.severity, rule=event.rule or None)
    else:
        record.incidents = [_begun(event, Major.PROPOSED)]
        if is_person(event.by):  # the rule is one of governance then
            record.becomes(rule=None)


def _declared(record: Record, event: e.IncidentDeclared) -> None:
    kept = record.incidents[0] if record.incidents else _begun(event, Major.ACCEPTED)
    record.incidents = [
        replace(
            kept,
            title=event.title,
            major=Major.ACCEPTED,
            severity=event.severity,
            declared_at=event.at,
            declared_by=event.by,
            rule=event.rule or None,
            source_link=event.source_link,
            request_key=event.request_key,
            drill=event.people if event.drill else None,
            private=event.private,
        )
    ]
    if event.private:
        let_in(record, event.by)


def _entered(record: Record, event: e.IncidentEntered) -> None:
    services = (AffectedService(service=s, role=ServiceRole.IMPACTED) for s in event.services)
    record.incidents = [
        Incident(
            id=event.incident,
            title=event.title,
            env=event.env,
            severity=event.severity,
            state=State.OPEN,
            major=Major.ACCEPTED,
            services=tuple(services),
            impact_started_at=event.began_at,
            detected_at=event.detected_at,
            declared_at=event.detected_at,
            declared_by=event.by,
            rule=None,
            room_state=RoomState.NONE,
            entered_at=event.at,
        )
    ]


def _attached(record: Record, event: e.AlertsAttached) -> None:
    more = (AffectedService(service=s, role=ServiceRole.IMPACTED) for s in event.new_services)
    record.becomes(services=(*record.incident.services, *more))


def _reported(record: Record, event: e.UserReported) -> None:
    record.user_reports[event.report] = UserReport(
        id=event.report,
        incident=event.incident,
        service=event.service,
        env=record.incident.env,
        text=event.text,
        author=event.by,
        at=event.at,
        link=event.link,
    )


def _weighed(record: Record, event: e.MergeWeighed) -> None:
    before = record.mergers.get(event.merger) or _asked(event, event.merger)
    decided = {"state": MergeState.MERGED, "decided_by": event.by, "decided_at": event.at}
    record.mergers[event.merger] = replace(
        before,
        agreed=event.agreed,
        **(decided if event.decided else {}),  # type: ignore[arg-type]  # names of fields, checked by tests
    )


def _asked(event: e.MergeWeighed, merger: MergeId) -> MergeProposal:
    return MergeProposal(
        id=merger,
        incident=event.incident,
        into=event.other,
        proposed_by=event.proposed_by,
        reason=event.reason,
        proposed_at=event.proposed_at,
        expires_at=event.expires_at,
    )


def _merge_proposed(record: Record, event: e.MergeProposed) -> None:
    """Both logs have the question; the record of the one that would end keeps it."""
    if event.survives == event.other:
        record.mergers[event.merger] = MergeProposal(
            id=event.merger,
            incident=event.incident,
            into=event.other,
            proposed_by=event.by,
            reason=event.reason,
            proposed_at=event.at,
            expires_at=event.expires_at,
        )


def _merge_declined(record: Record, event: e.MergeDeclined) -> None:
    if event.merger in record.mergers:
        record.mergers[event.merger] = replace(
            record.mergers[event.merger], state=MergeState.APART, decided_by=event.by, decided_at=event.at
        )


def _absorbed(record: Record, event: e.IncidentAbsorbed) -> None:
    record.becomes(
        services=event.affected,
        impact_started_at=event.began_at or record.incident.impact_started_at,
        detected_at=event.detected_at or record.incident.detected_at,
    )
    for report in event.reports:
        record.user_reports[report.id] = replace(report, incident=event.incident)


def _merged(record: Record, event: e.IncidentMerged) -> None:
    """Its questions end here; what is not done, and what users said, goes on in the other one."""
    if record.incident.major is Major.ACCEPTED:
        _close_questions(record, event)
        for update in record.updates.values():
            if update.state is UpdateState.DUE:
                record.updates[update.id] = replace(update, state=UpdateState.SKIPPED)
    record.tasks = {id_: task for id_, task in record.tasks.items() if not task.is_open}
    record.teams = {id_: team for id_, team in record.teams.items() if team.ended_at is not None}
    record.user_reports = {}
    record.incidents = [merging.ended(record.incident, event.into, at=event.at)]


def _close_questions(record: Record, event: e.Event) -> None:
    record.end_search(event.at)
    record.void_offers(event.at)


def _resolved(record: Record, event: e.IncidentResolved) -> None:
    record.becomes(
        state=State.RESOLVED,
        mitigated_at=record.incident.mitigated_at or event.at,
        resolved_at=event.at,
        resolution=ResolutionCode(event.code),
        resolution_note=event.note,
    )
    _close_questions(record, event)


def _reopened(record: Record, event: e.IncidentReopened) -> None:  # noqa: ARG001 - one shape for all
    record.becomes(
        state=State.OPEN,
        mitigated_at=None,
        resolved_at=None,
        resolution=None,
        resolution_note="",
        thawed_at=None,
        clear_asked_at=None,
    )


def _became_real(record: Record, event: e.DrillBecameReal) -> None:
    at = event.at
    record.becomes(drill=None, impact_started_at=at, detected_at=at, declared_at=at)
    for update in record.updates.values():
        if update.sent_at is not None:
            record.updates[update.id] = replace(update, state=UpdateState.SKIPPED, sent_at=None)


def _broken(record: Record, event: e.GlassBroken) -> None:
    glass = Glass(by=event.by, reason=event.reason, until=event.until)
    record.becomes(glass=(*record.incident.glass, glass))


def _mended(record: Record, event: e.GlassMended) -> None:
    record.becomes(glass=tuple(glass for glass in record.incident.glass if glass.until > event.at))


def _room_opened(record: Record, event: e.RoomOpened) -> None:
    record.becomes(room=event.room, room_state=RoomState.OPEN, room_harm=None)


def _harmed(record: Record, event: e.RoomHarmed) -> None:
    record.incidents = [room.after_harm(record.incident, event)]


LIFE: Turns = {
    e.CandidateProposed: _proposed,
    e.CandidateRejected: lambda r, v: r.becomes(major=Major.REJECTED, state=State.CLOSED, resolved_at=v.at),
    e.IncidentDeclared: _declared,
    e.IncidentEntered: _entered,
    e.AlertsAttached: _attached,
    e.UserReported: _reported,
    e.SeverityChanged: lambda r, v: r.becomes(severity=v.after),
    e.MergeProposed: _merge_proposed,
    e.MergeWeighed: _weighed,
    e.MergeDeclined: _merge_declined,
    e.IncidentAbsorbed: _absorbed,
    e.IncidentMerged: _merged,
    e.BecameChild: lambda r, v: r.becomes(parent=v.parent),
    e.LeftParent: lambda r, _v: r.becomes(parent=None),
    e.DrillJoined: lambda r, v: r.becomes(drill=(*(r.incident.drill or ()), v.person)),
    e.DrillBecameReal: _became_real,
    e.GlassBroken: _broken,
    e.GlassMended: _mended,
    e.QuietNoticed: lambda r, v: r.becomes(clear_asked_at=v.at),
    e.IncidentMitigated: lambda r, v: r.becomes(state=State.MITIGATED, mitigated_at=v.at),
    e.IncidentResolved: _resolved,
    e.IncidentReopened: _reopened,
    e.IncidentClosed: lambda r, _v: r.becomes(state=State.CLOSED),
    e.RoomOpened: _room_opened,
    e.RoomUnavailable: lambda r, _v: r.becomes(room_state=RoomState.HUB),
    e.PeopleInvited: lambda r, v: r.becomes(invited_at=r.incident.invited_at or v.at),
    e.RoomReady: lambda r, v: r.becomes(ready_at=v.at),
    e.RoomHarmed: _harmed,
    e.RoomMended: lambda r, _v: r.becomes(room_state=RoomState.OPEN, room_harm=None),
    e.RoomMoved: lambda r, v: r.becomes(room=v.room),
    e.NewRoomAsked: lambda r, _v: r.becomes(room_state=RoomState.WANTED, room_harm=None),
}
