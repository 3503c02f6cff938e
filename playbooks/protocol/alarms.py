"""Which use case an alarm wakes. Each reads the record again, so a late alarm is harmless."""

from __future__ import annotations

from typing import assert_never

from playbooks.domain.errors import IncidentNotFound
from playbooks.domain.ids import (
    ContestId,
    DecisionId,
    HandoverId,
    IncidentId,
    LadderId,
    MergeId,
    SignatureId,
    TaskId,
    TeamId,
    UpdateId,
    WorkstreamId,
)
from playbooks.domain.timers import Timer, TimerKind
from playbooks.ports import Ports
from playbooks.protocol import (
    command,
    communicate,
    cosign,
    decisions,
    family,
    freeze,
    glass,
    intake,
    merge,
    quiet,
    stale,
    tasks,
)


async def ring(ports: Ports, timer: Timer) -> None:  # noqa: C901, PLR0912, PLR0915 - one exhaustive table
    """Wake what the timer is for."""
    match timer.kind:
        case TimerKind.EVALUATE:
            await intake.evaluate(ports, subject=timer.subject)
        case TimerKind.LADDER:
            await command.ask_next(ports, ladder=LadderId(timer.subject))
        case TimerKind.CONTEST_SETTLES:
            await command.contest_settles(ports, contest=ContestId(timer.subject))
        case TimerKind.CONTEST_FINAL:
            await command.contest_final(ports, contest=ContestId(timer.subject))
        case TimerKind.HANDOVER_EXPIRES:
            await command.expire(ports, handover=HandoverId(timer.subject))
        case TimerKind.LEAD_WANTED:
            await command.vacancy(ports, stream=WorkstreamId(timer.subject))
        case TimerKind.TEAM:
            await command.team_due(ports, subject=TeamId(timer.subject))
        case TimerKind.UPDATE_DUE:
            await communicate.update_due(ports, update=UpdateId(timer.subject))
        case TimerKind.UPDATE_OVERDUE:
            await communicate.update_overdue(ports, update=UpdateId(timer.subject))
        case TimerKind.CANDIDATE:
            await intake.candidate_due(ports, incident=_incident(timer))
        case TimerKind.QUIET:
            await quiet.due(ports, incident=_incident(timer))
        case TimerKind.FAMILY:
            await family.tell_children(ports, parent=_incident(timer))
        case TimerKind.STALE:
            await stale.due(ports, incident=_incident(timer))
        case TimerKind.THAW:
            await freeze.thaw_due(ports, incident=_incident(timer))
        case TimerKind.GLASS:
            await glass.mend(ports, incident=_incident(timer))
        case TimerKind.MERGER_EXPIRES:
            await merge.expire(ports, merger=MergeId(timer.subject))
        case TimerKind.TASK:
            await tasks.silent(ports, task=TaskId(timer.subject))
        case TimerKind.DECISION:
            await decisions.silent(ports, decision=DecisionId(timer.subject))
        case TimerKind.SIGNATURE:
            await cosign.silent(ports, signature=SignatureId(timer.subject))
        case _:
            assert_never(timer.kind)


def _incident(timer: Timer) -> IncidentId:
    if timer.incident is None:
        raise IncidentNotFound(IncidentId(0))
    return timer.incident
