"""One example of every record, with every field filled, to be varied by tests."""

from __future__ import annotations

from datetime import timedelta

from playbooks.domain.announced import Window
from playbooks.domain.change import (
    Change,
    ChangeType,
    Clearance,
    Decision,
    Hold,
    Reason,
    Risk,
    Verdict,
)
from playbooks.domain.command import (
    Ask,
    AskState,
    Brief,
    Challenger,
    Contest,
    Handover,
    Ladder,
    LadderCause,
    Seating,
    Settlement,
    Tenure,
)
from playbooks.domain.decision import DecisionState, Objection, Proposal
from playbooks.domain.digest import Digest, Line, Section
from playbooks.domain.ids import (
    ChangeId,
    ChannelId,
    ClearanceId,
    ClockId,
    ContestId,
    DecisionId,
    EpisodeId,
    GroupId,
    HandoverId,
    IncidentId,
    KnownErrorId,
    LadderId,
    MergeId,
    ReportId,
    ReviewId,
    ServiceName,
    SignatureId,
    StatementId,
    TaskId,
    TeamId,
    TenureId,
    Ts,
    UpdateId,
    UserId,
    WindowId,
    WorkaroundId,
    WorkstreamId,
)
from playbooks.domain.incident import (
    AffectedService,
    Incident,
    Major,
    ResolutionCode,
    RoomState,
    ServiceRole,
    State,
)
from playbooks.domain.merging import MergeProposal, MergeState
from playbooks.domain.person import Group, Member
from playbooks.domain.report import UserReport
from playbooks.domain.review import (
    Confidence,
    Effect,
    Finding,
    KnownError,
    Review,
    ReviewState,
    Workaround,
    WorkaroundStatus,
)
from playbooks.domain.signal import Episode, Interval, SignalKind
from playbooks.domain.signature import Signature, SignatureState
from playbooks.domain.sla import ClockEvent, ClockEventKind, ServiceClock
from playbooks.domain.statement import Audience, Statement, StatementClass, StatementStatus
from playbooks.domain.task import Task, TaskState
from playbooks.domain.team import Team
from playbooks.domain.update import Update, UpdateState
from playbooks.domain.workstream import Led, Workstream
from playbooks.governance import Act, Silence
from tests.clock import START

SEVEN = IncidentId(7)
ADA, BOB = UserId("UADA"), UserId("UBOB")
CHECKOUT = ServiceName("checkout")
LATER = START + timedelta(minutes=7, microseconds=123456)

INCIDENT = Incident(
    id=SEVEN,
    title="Checkout fails — “500” für alle ☠",
    env="production",
    severity=1,
    state=State.OPEN,
    major=Major.ACCEPTED,
    services=(
        AffectedService(service=CHECKOUT, role=ServiceRole.IMPACTED),
        AffectedService(service=ServiceName("payments"), role=ServiceRole.SUSPECTED_ROOT),
    ),
    impact_started_at=START,
    detected_at=START,
    declared_at=LATER,
    declared_by=ADA,
    rule="two-services",
    mitigated_at=LATER,
    resolved_at=LATER,
    resolution=ResolutionCode.RESOLVED_BY_CHANGE,
    resolution_note="Rolled back.",
    room=ChannelId("C7"),
    room_name="inc-7",
    room_state=RoomState.OPEN,
    card_ts=Ts("1772442000.000100"),
    announcement_ts=Ts("1772442000.000200"),
    freeze_since=LATER,
    thawed_at=LATER,
    clear_asked_at=LATER,
    fence=3,
)

EPISODE = Episode(
    id=EpisodeId("ep-1"),
    source="alertmanager",
    dedup_key="checkout-errors",
    origin="prometheus-1",
    kind=SignalKind.SLO_BURN,
    severity=2,
    service=CHECKOUT,
    service_hint="checkout-api",
    env="production",
    title="Error budget burns",
    link="https://example.invalid/alert",
    intervals=(Interval(start=START, end=LATER), Interval(start=LATER, end=None)),
    last_event_at=LATER,
    received_at=LATER,
    labels={"team": "shop", "severity": "page"},
    incident=SEVEN,
)

TENURE = Tenure(
    id=TenureId("te-1"), incident=SEVEN, user=ADA, since=START, until=None, how=Seating.CLAIM, fence=1
)

CONTEST = Contest(
    id=ContestId("co-1"),
    incident=SEVEN,
    incumbent=ADA,
    incumbent_since=START,
    challengers=(Challenger(user=BOB, reason="I own checkout", at=LATER),),
    opened_at=START,
    settles_at=LATER,
    final_at=LATER,
    best_tier=1,
    winner=BOB,
    by=Settlement.TIE_BREAK,
    reasons=("on shift, and the other is not",),
    decided_at=LATER,
)

MEMBER = Member(id=BOB, is_active=False, is_bot=True, is_guest=True, is_stranger=True, seen_at=START)
GROUP = Group(id=GroupId("S0ROSTER"), members=(ADA, BOB), seen_at=START)

LADDER = Ladder(
    id=LadderId("la-1"),
    incident=SEVEN,
    cause=LadderCause.RECALL,
    begun_at=START,
    asks_from=LATER,
    absent=ADA,
    by=BOB,
    reason="The vendor waits for a decision",
    asks=(
        Ask(user=ADA, at=START, until=LATER, state=AskState.DECLINED, answered_at=LATER),
        Ask(user=BOB, at=START, until=LATER),
    ),
    ended_at=LATER,
)

HANDOVER = Handover(
    id=HandoverId("ha-1"),
    incident=SEVEN,
    giver=ADA,
    taker=BOB,
    offered_at=START,
    expires_at=LATER,
    brief=Brief(
        situation="Checkout fails",
        impact=("nobody can pay",),
        since=START,
        verified_facts=("errors began at 09:00",),
        open_hypotheses=("the deploy",),
        key_events=(),
        running_clocks=("MTTR",),
        held_changes=("CHG-1",),
        pending_approvals=(),
        next_update_due=LATER,
        services=(CHECKOUT,),
        leads=((CHECKOUT, BOB), (ServiceName("payments"), None)),
    ),
    service=CHECKOUT,
    answered_at=LATER,
)

TEAM = Team(
    id=TeamId("tm-1"),
    incident=SEVEN,
    name="network",
    leader=ADA,
    members=(BOB,),
    task="Find the broken link",
    due_at=LATER,
    formed_at=START,
    asked_at=LATER,
    raised_at=LATER,
    ended_at=LATER,
)

WORKSTREAM = Workstream(
    id=WorkstreamId("ws-1"),
    incident=SEVEN,
    service=CHECKOUT,
    lead=ADA,
    how=Led.HANDOVER,
    since=START,
    until=LATER,
    asked_at=LATER,
)

STATEMENT = Statement(
    id=StatementId("st-1"),
    incident=SEVEN,
    kind=StatementClass.CAUSE,
    text="The deploy broke it",
    author=ADA,
    asserted_at=START,
    status=StatementStatus.RELEASED,
    verifier=BOB,
    verified_at=LATER,
    evidence=("https://example.invalid/graph",),
    releaser=ADA,
    released_at=LATER,
    reach=Audience.STAKEHOLDER,
    commander_consent=ADA,
    comms_consent=BOB,
    refuted_by=BOB,
    refuted_at=LATER,
)

UPDATE = Update(
    id=UpdateId("up-1"),
    incident=SEVEN,
    number=1,
    due_at=START,
    state=UpdateState.DUE,
    cites=(STATEMENT.id,),
    sent_at=LATER,
    sent_by=ADA,
    next_promised_at=LATER,
    digest=Digest(
        incident=SEVEN,
        number=1,
        severity="SEV1",
        services=("Checkout",),
        env="production",
        status="investigating",
        at=START,
        next_at=LATER,
        sections=(Section(title="Impact", lines=(Line(text="Nobody can pay.", at=START),)),),
        note="",
        cites=(StatementId("st-1"),),
    ),
)

CHANGE = Change(
    id=ChangeId("ch-1"),
    ref="gitlab:4711",
    kind=ChangeType.NORMAL,
    risk=Risk.HIGH,
    services=(CHECKOUT,),
    unknown_services=("chekout",),
    env="production",
    digest="sha256:abc",
    op="deploy-1",
    op_started_at=START,
    remedies=IncidentId(99),
    rollback_of="gitlab:4700",
    title="Release 4.12",
    link="https://example.invalid/pipeline",
    requester="ada",
    first_asked_at=START,
)

VERDICT = Verdict(
    decision=Decision.HOLD,
    reasons=(
        Reason(
            code="ring0",
            decision=Decision.HOLD,
            text="checkout is impacted",
            incident=SEVEN,
            approvers=("commander",),
        ),
    ),
    input_digest="abc",
    at=START,
    valid_until=LATER,
    retry_after=60,
)

CLEARANCE = Clearance(
    id=ClearanceId("cl-1"),
    change=CHANGE.id,
    ref=CHANGE.ref,
    digest=CHANGE.digest,
    incident=SEVEN,
    services=(CHECKOUT,),
    title="Release 4.12",
    reason_code="remedy",
    requester="ada",
    asked_at=START,
    decided_by=ADA,
    decided_at=LATER,
    expires_at=LATER,
    used_by_op="deploy-1",
)

HOLD = Hold(
    change=CHANGE.id,
    ref=CHANGE.ref,
    incident=SEVEN,
    since=START,
    ring=1,
    reason="next to checkout",
)

CLOCK = ServiceClock(
    id=ClockId("sl-1"),
    incident=SEVEN,
    agreement="gold",
    metric="time to restore",
    target=timedelta(hours=4, microseconds=1),
    calendar="always",
    events=(ClockEvent(kind=ClockEventKind.START, at=START, reason="declared"),),
)

REVIEW = Review(
    id=ReviewId("re-1"),
    incident=SEVEN,
    state=ReviewState.DRAFT,
    body="# INC-7\n",
    finding=Finding(
        symptom="500",
        cause="",
        workaround="roll back",
        effects=(Effect(target="checkout", action="rollback", value="4.11"),),
        services=(CHECKOUT,),
        signature=("alert:CheckoutErrors",),
    ),
    drafted_at=START,
    edited_by=ADA,
    edited_at=LATER,
    published_by=BOB,
    published_at=LATER,
    known_error=KnownErrorId(3),
)

KNOWN_ERROR = KnownError(
    id=KnownErrorId(3),
    title="Checkout fails after a deploy",
    services=(CHECKOUT,),
    signature=("alert:CheckoutErrors",),
    symptoms=("500",),
    cause="a migration",
    confidence=Confidence.VALIDATED,
    workarounds=(
        Workaround(
            id=WorkaroundId("wo-1"),
            text="roll back",
            effects=(Effect(target="checkout", action="rollback"),),
            status=WorkaroundStatus.VERIFIED,
            added_by=ADA,
            added_at=START,
        ),
    ),
    incidents=(SEVEN,),
    created_at=START,
    created_by=ADA,
)

REPORT = UserReport(
    id=ReportId("r-1"),
    incident=SEVEN,
    service=ServiceName("checkout"),
    env="production",
    text="My card is refused",
    author=UserId("U0FAY"),
    at=START,
    link="https://acme.slack.example/archives/C1/p1",
)

WINDOW = Window(
    id=WindowId("w-1"),
    key="CHG-1",
    title="New disks",
    services=(ServiceName("orders-db"),),
    env="production",
    announced_by=ADA,
    announced_at=START,
    start=START,
    end=START,
)

MERGER = MergeProposal(
    id=MergeId("m-1"),
    incident=SEVEN,
    into=IncidentId(3),
    proposed_by=UserId("U0FAY"),
    reason="one outage",
    proposed_at=START,
    expires_at=LATER,
    agreed=(SEVEN,),
    state=MergeState.APART,
    decided_by=UserId("U0BOB"),
    decided_at=LATER,
)

TASK = Task(
    id=TaskId("t-1"),
    incident=SEVEN,
    number=1,
    text="read the log of the database",
    assignee=BOB,
    assigner=ADA,
    asked_at=START,
    box=timedelta(minutes=20),
    due_at=LATER,
    state=TaskState.DONE,
    reminded=2,
    reminded_at=LATER,
    answered_at=LATER,
    ended_at=LATER,
    ended_by=BOB,
    note="nothing in it",
)

PROPOSAL = Proposal(
    id=DecisionId("d-1"),
    incident=SEVEN,
    number=1,
    text="roll back / fail over",
    options=("roll back", "fail over"),
    proposer=ADA,
    proposed_at=START,
    pause=timedelta(minutes=2),
    due_at=LATER,
    objections=(Objection(by=BOB, at=LATER, reason="it loses orders"),),
    raised=2,
    raised_at=LATER,
    state=DecisionState.DECIDED,
    choice="fail over",
    ended_at=LATER,
    ended_by=BOB,
    reason="keeps the orders",
)

SIGNATURE = Signature(
    id=SignatureId("sig-1"),
    incident=SEVEN,
    act=Act.RESOLVE,
    subject="",
    what="resolve the incident",
    words={"code": "fixed", "note": "rolled back"},
    proposer=ADA,
    rule="G-payments.resolve",
    signers=(BOB,),
    silence=Silence.LAPSES,
    asked_at=START,
    due_at=LATER,
    state=SignatureState.VETOED,
    ended_at=LATER,
    ended_by=BOB,
    reason="users still fail",
)
