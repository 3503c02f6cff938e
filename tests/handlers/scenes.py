"""An incident in the middle of its life, and the same with hostile words in every field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any, TypeVar

from playbooks.domain.change import Clearance, ClearanceState, Hold
from playbooks.domain.command import Brief, Challenger, Contest, Handover, Seating, Tenure
from playbooks.domain.decision import Objection, Proposal
from playbooks.domain.ids import (
    ChangeId,
    ChannelId,
    ClearanceId,
    ContestId,
    DecisionId,
    EpisodeId,
    HandoverId,
    IncidentId,
    KnownErrorId,
    ReportId,
    ReviewId,
    ServiceName,
    SignatureId,
    StatementId,
    TaskId,
    TenureId,
    UpdateId,
    UserId,
    WorkaroundId,
)
from playbooks.domain.incident import AffectedService, Incident, Major, RoomState, ServiceRole, State
from playbooks.domain.report import UserReport
from playbooks.domain.review import (
    Confidence,
    Finding,
    KnownError,
    Review,
    ReviewState,
    Workaround,
    WorkaroundStatus,
)
from playbooks.domain.review import Effect as Change
from playbooks.domain.signal import Episode, Interval, SignalKind
from playbooks.domain.signature import Signature
from playbooks.domain.sla import ClockReading, ClockState
from playbooks.domain.statement import Audience, Statement, StatementClass, StatementStatus
from playbooks.domain.task import Task, TaskState
from playbooks.domain.update import Update
from playbooks.governance import Act, Silence
from playbooks.protocol.picture import Picture

AT = datetime(2026, 3, 2, 14, 3, tzinfo=UTC)
ADA, BOB, CLEO, DEV, EVE, FAY, GUS = (
    UserId(f"U0{n}") for n in ("ADA", "BOB", "CLEO", "DEV", "EVE", "FAY", "GUS")
)
SEVEN = IncidentId(7)
CHECKOUT = ServiceName("checkout")
T = TypeVar("T")

HOSTILE = (
    "<!channel> wake up",
    "<!here|x> & <!everyone>",
    "<@U0GUS> <#C0GENERAL> <!subteam^S0DUTY>",
    "<https://evil.example|https://bank.example>",
    "a & b < c > d &amp; &lt;!channel&gt;",
    "*bold* _it_ ~no~ `code` ```block```",
    "line\nbreak\r\n\ttab\u2028para",
    "\u202eright to left\u202c \ud800 \x00 \x1b[31m",
    "&" * 5_000,
    "<" * 5_000,
    "x" * 100_000,
    "😀" * 4_000,
    " ",
    "",
)
KEPT = {
    "id", "change", "known_error", "finding", "contest", "delivery", "merger",
    "incumbent", "challenger", "winner", "loser",
}  # fmt: skip
"""Ids of ours and of Slack's, which nobody else writes."""


def minutes(number: int) -> datetime:
    return AT + timedelta(minutes=number)


def incident(**changes: Any) -> Incident:
    plain = Incident(
        id=SEVEN,
        title="Payments time out",
        env="production",
        severity=1,
        state=State.OPEN,
        major=Major.ACCEPTED,
        services=(
            AffectedService(service=CHECKOUT, role=ServiceRole.IMPACTED),
            AffectedService(service=ServiceName("orders-db"), role=ServiceRole.SUSPECTED_ROOT),
        ),
        impact_started_at=AT,
        detected_at=AT,
        declared_at=minutes(1),
        declared_by=FAY,
        rule=None,
        room=ChannelId("C0ROOM"),
        room_name="inc-7-checkout",
        room_state=RoomState.OPEN,
        freeze_since=minutes(1),
        fence=1,
    )
    return replace(plain, **changes)


def statement(
    number: int, kind: StatementClass, text: str, status: StatementStatus, **changes: Any
) -> Statement:
    plain = Statement(
        id=StatementId(f"s{number}"),
        incident=SEVEN,
        kind=kind,
        text=text,
        author=BOB,
        asserted_at=minutes(number),
        status=status,
        verifier=DEV,
    )
    return replace(plain, **changes)


IMPACT = statement(
    1,
    StatementClass.IMPACT,
    "30 % of payments fail in the EU",
    StatementStatus.RELEASED,
    reach=Audience.STAKEHOLDER,
    released_at=minutes(5),
)
HUNCH = statement(2, StatementClass.CAUSE, "The pool of workers is too small", StatementStatus.ASSERTED)
WRONG = statement(3, StatementClass.CAUSE, "A certificate expired", StatementStatus.REFUTED, refuted_by=CLEO)
TENURE = Tenure(
    id=TenureId("t1"), incident=SEVEN, user=ADA, since=minutes(2), until=None, how=Seating.CLAIM, fence=1
)
CONTEST = Contest(
    id=ContestId("c1"),
    incident=SEVEN,
    incumbent=ADA,
    incumbent_since=minutes(2),
    challengers=(Challenger(user=BOB, reason="Checkout is mine", at=minutes(3)),),
    opened_at=minutes(3),
    settles_at=minutes(6),
    final_at=minutes(11),
)
BRIEF = Brief(
    situation="SEV1 Payments time out, open",
    impact=(IMPACT.text,),
    since=AT,
    verified_facts=(IMPACT.text,),
    open_hypotheses=(HUNCH.text,),
    key_events=tuple(f"14:0{n} rolled back {n}" for n in range(8)),
    running_clocks=("gold-restore: restore by 18:03 UTC",),
    held_changes=("github:acme/checkout:812",),
    pending_approvals=("github:acme/payments:77",),
    next_update_due=minutes(20),
    services=(CHECKOUT,),
)
HANDOVER = Handover(
    id=HandoverId("h1"),
    incident=SEVEN,
    giver=ADA,
    taker=BOB,
    offered_at=minutes(10),
    expires_at=minutes(15),
    brief=BRIEF,
)
CLEARANCE = Clearance(
    id=ClearanceId("a1"),
    change=ChangeId("ch1"),
    ref="github:acme/payments:77",
    digest="sha256:5020bb5020bb5020bb",
    incident=SEVEN,
    services=(CHECKOUT,),
    title="Roll payments back to 4.11",
    reason_code="remedy",
    requester="U0DEV",
    asked_at=minutes(8),
    state=ClearanceState.ASKED,
)
HOLD = Hold(
    change=ChangeId("ch2"),
    ref="github:acme/checkout:812",
    incident=SEVEN,
    since=minutes(7),
    ring=0,
    reason="checkout is impacted by INC-7 (SEV1)",
)
EPISODE = Episode(
    id=EpisodeId("e1"),
    source="alertmanager",
    dedup_key="k1",
    origin="prometheus-eu",
    kind=SignalKind.ALERT,
    severity=1,
    service=CHECKOUT,
    service_hint="checkout-api",
    env="production",
    title="5xx rate above 20 %",
    link="https://graphs.example.com/d/1",
    intervals=(Interval(start=AT, end=None),),
    last_event_at=AT,
    received_at=AT,
)
KNOWN = KnownError(
    id=KnownErrorId(3),
    title="Payments run out of workers",
    services=(CHECKOUT,),
    signature=("alert:CheckoutErrors",),
    symptoms=("Payments time out",),
    cause="pool.max is too small",
    confidence=Confidence.NOT_VALIDATED,
    workarounds=(
        Workaround(
            id=WorkaroundId("w1"),
            text="Set pool.max to 40 and restart payments",
            effects=(Change(target="pool.max", action="set", value="40"),),
            status=WorkaroundStatus.PROPOSED,
            added_by=ADA,
            added_at=AT,
        ),
    ),
    incidents=(IncidentId(3),),
    created_at=AT,
    created_by=ADA,
)
FINDING = Finding(
    symptom="Payments time out",
    cause="pool.max is too small",
    workaround="Set pool.max to 40",
    effects=(Change(target="pool.max", action="set", value="40"),),
    services=(CHECKOUT,),
    signature=("alert:CheckoutErrors",),
)
REVIEW = Review(
    id=ReviewId("r1"),
    incident=SEVEN,
    state=ReviewState.DRAFT,
    body="# INC-7\n\n## Summary\n\nIt broke.\n\n## Timeline\n\n- 14:03 it began\n",
    finding=FINDING,
    drafted_at=minutes(90),
)
READING = ClockReading(
    agreement="gold-restore",
    metric="restore",
    state=ClockState.RUNNING,
    target=timedelta(hours=4),
    elapsed=timedelta(minutes=10),
    deadline=minutes(240),
    margin=timedelta(minutes=230),
)
REPORT = UserReport(
    id=ReportId("r1"),
    incident=SEVEN,
    service=CHECKOUT,
    env="production",
    text="My card is refused",
    author=FAY,
    at=minutes(4),
    link="https://acme.slack.example/archives/C0LOBBY/p1",
)
TASK = Task(
    id=TaskId("k1"),
    incident=SEVEN,
    number=1,
    text="Read the database's log",
    assignee=BOB,
    assigner=ADA,
    asked_at=minutes(4),
    box=timedelta(minutes=20),
    due_at=minutes(25),
    state=TaskState.ACCEPTED,
)
PROPOSAL = Proposal(
    id=DecisionId("d1"),
    incident=SEVEN,
    number=1,
    text="Roll back / fail over",
    options=("Roll back", "fail over"),
    proposer=BOB,
    proposed_at=minutes(5),
    pause=timedelta(minutes=2),
    due_at=minutes(7),
    objections=(Objection(by=ADA, at=minutes(6), reason="It loses orders"),),
)
DUE = Update(id=UpdateId("u1"), incident=SEVEN, number=2, due_at=minutes(25))


SIGNATURE = Signature(
    id=SignatureId("s1"),
    incident=SEVEN,
    act=Act.RESOLVE,
    subject="",
    what="resolve the incident",
    proposer=BOB,
    rule="G-default",
    signers=(ADA,),
    silence=Silence.STANDS,
    asked_at=minutes(9),
    due_at=minutes(14),
)


def picture(about: Incident | None = None, **changes: Any) -> Picture:
    """Everything at once, ten minutes in; ``changes`` replace parts of it."""
    whole = Picture(
        at=minutes(10),
        incident=about or incident(),
        severity_name="SEV1",
        service_titles=("Checkout",),
        tenure=TENURE,
        contest=None,
        handover=None,
        statements=(IMPACT, HUNCH, WRONG),
        due=DUE,
        updates=(DUE,),
        readings=(READING,),
        clearances=(CLEARANCE,),
        holds=(HOLD,),
        episodes=(EPISODE,),
        known_errors=((KNOWN, 0.82),),
        reports=(REPORT,),
        review=REVIEW,
        log_head=(42, "a1b2c3d4e5f6"),
        decisions=(PROPOSAL, replace(PROPOSAL, id=DecisionId("d2"), number=2, options=(), objections=())),
        signatures=(SIGNATURE,),
        tasks=(TASK, replace(TASK, id=TaskId("k2"), number=2, state=TaskState.ASKED, due_at=minutes(5))),
    )
    return replace(whole, **changes)


def quiet_picture(about: Incident | None = None) -> Picture:
    """A minute in: nothing is known and nobody commands."""
    return picture(
        about,
        tenure=None,
        statements=(),
        due=None,
        updates=(),
        readings=(),
        clearances=(),
        holds=(),
        episodes=(),
        known_errors=(),
        reports=(),
        review=None,
        tasks=(),
        decisions=(),
        signatures=(),
    )


def poisoned(value: T, word: str, *, times: int = 1) -> T:
    """The same value with ``word`` in every text, and every sequence ``times`` as long."""
    return _poisoned(value, word, times)  # type: ignore[no-any-return]  # shape in, shape out


def _poisoned(value: Any, word: str, times: int) -> Any:
    if isinstance(value, Enum):
        return value
    if isinstance(value, str):
        return word
    if isinstance(value, tuple):
        is_row = any(isinstance(part, (int, float)) for part in value)
        longer = 1 if is_row else times
        return tuple(_poisoned(part, word, 0 if isinstance(part, tuple) else times) for part in value) * max(
            1, longer
        )
    if isinstance(value, Mapping):
        return value
    if is_dataclass(value) and not isinstance(value, type):
        parts = {f.name: getattr(value, f.name) for f in fields(value)}
        return replace(value, **{n: _poisoned(p, word, times) for n, p in parts.items() if n not in KEPT})
    return value
