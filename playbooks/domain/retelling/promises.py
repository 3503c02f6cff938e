"""What was stated and told, what was held back, what was promised, and what was learned."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from playbooks.domain import events as e
from playbooks.domain import hygiene
from playbooks.domain.change import Clearance, ClearanceState, Hold
from playbooks.domain.ids import ChangeId, ClockId
from playbooks.domain.retelling.record import Record, Turns, Untold, known
from playbooks.domain.review import Review, ReviewState
from playbooks.domain.sla import ClockEvent, ClockEventKind, ServiceClock
from playbooks.domain.statement import Statement, StatementStatus
from playbooks.domain.update import Update, UpdateState

Movement = Callable[[tuple[ClockEvent, ...]], tuple[ClockEvent, ...]]
Answered = e.ChangeApproved | e.ChangeDenied | e.ApprovalWithdrawn


# ------------------------------------------------------------------ statements and updates
def _made(record: Record, event: e.StatementMade) -> None:
    record.statements[event.statement] = Statement(
        id=event.statement,
        incident=event.incident,
        kind=event.kind,
        text=event.text,
        author=event.by,
        asserted_at=event.at,
    )


def _verified(record: Record, event: e.StatementVerified) -> None:
    statement: Statement = known(record.statements, event.statement, record)
    record.statements[statement.id] = replace(
        statement,
        status=StatementStatus.VERIFIED,
        verifier=event.by,
        verified_at=event.at,
        evidence=event.evidence,
    )


def _released(record: Record, event: e.StatementReleased) -> None:
    statement: Statement = known(record.statements, event.statement, record)
    record.statements[statement.id] = hygiene.release(
        statement,
        event.by,
        event.asked or event.reach,
        at=event.at,
        is_commander=event.as_commander,
        is_comms=event.as_comms,
    )


def _refuted(record: Record, event: e.StatementRefuted) -> None:
    statement: Statement = known(record.statements, event.statement, record)
    record.statements[statement.id] = hygiene.refute(statement, event.by, at=event.at)


def _promised(record: Record, event: e.UpdatePromised) -> None:
    record.updates[event.update] = Update(
        id=event.update, incident=event.incident, number=event.number, due_at=event.due_at
    )


def _advanced(record: Record, event: e.UpdateAdvanced) -> None:
    update: Update = known(record.updates, event.update, record)
    record.updates[update.id] = replace(update, due_at=event.due_at)


def _sent(record: Record, event: e.UpdateSent) -> None:
    update: Update = known(record.updates, event.update, record)
    record.updates[update.id] = replace(
        update,
        state=UpdateState.SENT,
        cites=event.cites,
        sent_at=event.at,
        sent_by=event.by,
        next_promised_at=event.next_at,
        digest=event.digest,
    )


# ------------------------------------------------------------------ the freeze
def _held(record: Record, event: e.ChangeHeld) -> None:
    record.holds.append(
        Hold(
            change=event.change,
            ref=event.ref,
            incident=event.incident,
            since=event.at,
            ring=event.ring,
            reason=event.reason,
        )
    )


def _let_go(record: Record, event: e.ChangeLetGo | e.FreezeLifted) -> None:
    """One change, or every one that was held."""
    one = event.change if isinstance(event, e.ChangeLetGo) else None
    record.holds = [
        replace(hold, released_at=event.at)
        if hold.released_at is None and one in (None, hold.change)
        else hold
        for hold in record.holds
    ]


def _lifted(record: Record, event: e.FreezeLifted) -> None:
    record.becomes(thawed_at=event.at)
    _let_go(record, event)


def _approval_asked(record: Record, event: e.ApprovalAsked) -> None:
    record.clearances[event.clearance] = Clearance(
        id=event.clearance,
        change=event.change or ChangeId(""),
        ref=event.ref,
        digest=event.digest,
        incident=event.incident,
        services=event.services,
        title=event.title,
        reason_code=event.reason_code,
        requester=event.requester,
        asked_at=event.asked_at or event.at,
    )


def _decided(record: Record, event: Answered, state: ClearanceState) -> None:
    clearance: Clearance = known(record.clearances, event.clearance, record)
    record.clearances[clearance.id] = replace(
        clearance,
        state=state,
        decided_by=event.by,
        decided_at=event.at,
        expires_at=event.expires_at if isinstance(event, e.ChangeApproved) else None,
    )


def _used(record: Record, event: e.ChangeAllowed) -> None:
    if event.clearance is not None:
        clearance: Clearance = known(record.clearances, event.clearance, record)
        record.clearances[clearance.id] = replace(clearance, used_by_op=event.op)


# ------------------------------------------------------------------ clocks
def _clock_started(record: Record, event: e.ClockStarted) -> None:
    movements = [ClockEvent(kind=ClockEventKind.START, at=event.since, reason="detected")]
    if event.served_at is not None:
        movements.append(ClockEvent(kind=ClockEventKind.STOP, at=event.served_at, reason="mitigated"))
    record.clocks.append(
        ServiceClock(
            id=ClockId(""),
            incident=event.incident,
            agreement=event.agreement,
            metric=event.metric,
            target=timedelta(seconds=event.target_seconds),
            calendar=event.calendar,
            events=tuple(movements),
        )
    )


def _clock_turned(record: Record, event: e.ClockTurned) -> None:
    movement = ClockEvent(kind=event.kind, at=event.since, reason=event.why)
    if event.kind is ClockEventKind.START:
        _move(record, event.agreement, lambda before: (movement, *before[1:]))
    else:
        _move(record, event.agreement, lambda before: (*before, movement))


def _clock_stopped(record: Record, event: e.ClockRead) -> None:
    movement = ClockEvent(kind=ClockEventKind.STOP, at=event.at, reason=event.why)
    _move(record, event.agreement, lambda before: (*before, movement))


def _move(record: Record, agreement: str, by: Movement) -> None:
    """Of the clocks of an agreement, the one that was not cancelled is meant: there is at most one."""
    meant = [
        clock
        for clock in record.clocks
        if clock.agreement == agreement and clock.events[-1].kind is not ClockEventKind.CANCEL
    ]
    if not meant:
        raise Untold(record.number, f"the clock of {agreement}")
    record.clocks = [
        replace(clock, events=by(clock.events)) if clock is meant[-1] else clock for clock in record.clocks
    ]


# ------------------------------------------------------------------ the post-mortem
def _drafted(record: Record, event: e.ReviewDrafted) -> None:
    record.reviews = [
        Review(
            id=event.review,
            incident=event.incident,
            state=ReviewState.DRAFT,
            body="",
            finding=None,
            drafted_at=event.at,
        )
    ]


def _edited(record: Record, event: e.ReviewEdited) -> None:
    record.reviews = [
        replace(review, body=event.text_digest, edited_by=event.by, edited_at=event.at)
        for review in record.reviews
    ]
    record.findings[event.review] = event.finding_digest


def _published(record: Record, event: e.ReviewPublished) -> None:
    record.reviews = [
        replace(
            review,
            state=ReviewState.PUBLISHED,
            published_by=event.by,
            published_at=event.at,
            known_error=event.known_error,
        )
        for review in record.reviews
    ]


PROMISES: Turns = {
    e.StatementMade: _made,
    e.StatementVerified: _verified,
    e.StatementReleased: _released,
    e.StatementRefuted: _refuted,
    e.UpdatePromised: _promised,
    e.UpdateAdvanced: _advanced,
    e.UpdateSent: _sent,
    e.FreezeBegan: lambda r, v: r.becomes(freeze_since=v.at, thawed_at=None),
    e.ChangeHeld: _held,
    e.ChangeLetGo: _let_go,
    e.FreezeLifted: _lifted,
    e.ApprovalAsked: _approval_asked,
    e.ChangeApproved: lambda r, v: _decided(r, v, ClearanceState.APPROVED),
    e.ChangeDenied: lambda r, v: _decided(r, v, ClearanceState.DENIED),
    e.ApprovalWithdrawn: lambda r, v: _decided(r, v, ClearanceState.WITHDRAWN),
    e.ChangeAllowed: _used,
    e.ClockStarted: _clock_started,
    e.ClockTurned: _clock_turned,
    e.ClockRead: _clock_stopped,
    e.ReviewDrafted: _drafted,
    e.ReviewEdited: _edited,
    e.ReviewPublished: _published,
}
