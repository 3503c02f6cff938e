"""What happened: one frozen value per fact, named in the past tense.

Every event becomes exactly one entry of the incident's log, and the effects that
``protocol.reactions`` answers it with. Fields hold only JSON-able values, instants and
other domain values, so that an entry can be read back years later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from playbooks.domain.command import Seating, Settlement
from playbooks.domain.ids import (
    ChangeId,
    ChannelId,
    ClearanceId,
    ContestId,
    EpisodeId,
    HandoverId,
    IncidentId,
    KnownErrorId,
    LadderId,
    MergeId,
    ReportId,
    ReviewId,
    ServiceName,
    StatementId,
    Ts,
    UpdateId,
    UserId,
)
from playbooks.domain.review import Kinship
from playbooks.domain.role import Role
from playbooks.domain.statement import Audience, StatementClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A fact about one incident: ``by`` is the actor, ``at`` the event's own time (aware UTC)."""

    incident: IncidentId
    by: UserId
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One alert that a rule counted, as the log and the card print it."""

    episode: EpisodeId
    service: ServiceName
    origin: str
    title: str
    since: datetime
    link: str


# ------------------------------------------------------------------ detection and declaration
@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateProposed(Event):
    """A rule asks a person whether this is a major incident."""

    title: str
    severity: int
    services: tuple[ServiceName, ...]
    rule: str
    rule_says: str
    evidence: tuple[Evidence, ...]
    decide_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRejected(Event):
    """A person said that this is no major incident."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentDeclared(Event):
    """A major incident exists from here on. ``rule`` is empty when a person declared it."""

    title: str
    env: str
    severity: int
    services: tuple[ServiceName, ...]
    rule: str
    rule_says: str
    evidence: tuple[Evidence, ...]
    source_link: str = ""
    """The message from which a person declared it; empty if from none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertsAttached(Event):
    """More alerts of the same outage; they open nothing."""

    evidence: tuple[Evidence, ...]
    new_services: tuple[ServiceName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserReported(Event):
    """Somebody noticed it too; reports open nothing."""

    report: ReportId
    service: ServiceName
    text: str
    link: str
    """The message in which it was said; empty if it was written to us."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityChanged(Event):
    """Severity was raised or lowered; lower numbers are worse."""

    before: int
    after: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownErrorRecognised(Event):
    """The pattern was seen before; its workaround may help now."""

    known_error: KnownErrorId
    title: str
    workaround: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeProposed(Event):
    """Two incidents may be one; both commanders are asked. Each of the two logs has it."""

    other: IncidentId
    other_title: str
    survives: IncidentId
    merger: MergeId
    reason: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeAgreed(Event):
    """One side has said yes; the other one is still asked."""

    other: IncidentId
    merger: MergeId


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeDeclined(Event):
    """They stay two."""

    other: IncidentId
    merger: MergeId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentMerged(Event):
    """It ended as a part of another incident, in which the work goes on."""

    into: IncidentId
    room: str
    """The other's room; empty if it has none."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentAbsorbed(Event):
    """Another incident turned out to be a part of this one."""

    other: IncidentId
    other_title: str
    new_services: tuple[ServiceName, ...]
    newcomer: UserId
    """Who led the other one, or declared it."""


# ------------------------------------------------------------------ the room
@dataclass(frozen=True, slots=True, kw_only=True)
class RoomOpened(Event):
    """The war room exists."""

    room: ChannelId
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomUnavailable(Event):
    """No room could be made; the incident runs in the incidents channel."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleInvited(Event):
    """Who was brought into the room, and who could not be."""

    users: tuple[UserId, ...]
    failed: tuple[tuple[UserId, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoomReady(Event):
    """People can work on it in Slack: asked in, with a card before them, and announced."""

    seconds: float
    """Since the declaration."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StepFailed(Event):
    """Something the bot owed could not be delivered."""

    step: str
    reason: str
    delivery: str
    """The outbox row, so that a person can have it tried again."""


# ------------------------------------------------------------------ command
@dataclass(frozen=True, slots=True, kw_only=True)
class CommandTaken(Event):
    """Somebody sits in the commander's seat."""

    commander: UserId
    how: Seating
    fence: int
    before: UserId | None = None
    """Who held the seat until then; None if nobody did."""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandAsked(Event):
    """Nobody took command, so somebody is asked to."""

    ladder: LadderId
    person: UserId
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class AskDeclined(Event):
    """Whoever was asked to take command cannot; the next one is asked at once."""

    ladder: LadderId
    person: UserId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AskLapsed(Event):
    """Whoever was asked to take command did not answer in time."""

    ladder: LadderId
    person: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class CommanderRecalled(Event):
    """The commander is silent and is asked for a sign of life."""

    ladder: LadderId
    commander: UserId
    reason: str
    answer_by: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CommanderAnswered(Event):
    """The commander who was recalled is there and keeps command."""

    ladder: LadderId
    commander: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class CommanderGone(Event):
    """The commander's account cannot command any more; somebody else is searched for."""

    ladder: LadderId
    commander: UserId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandUnfilled(Event):
    """Everybody was asked, and there is no duty manager who could be seated."""

    ladder: LadderId


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleGiven(Event):
    """Somebody was appointed; ``before`` had the role until then."""

    role: Role
    person: UserId
    before: UserId | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleLaidDown(Event):
    """Somebody cannot do what they were appointed to, or need not any more."""

    role: Role
    person: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandContested(Event):
    """A challenger disputes the seat; the incumbent stays in charge meanwhile."""

    contest: ContestId
    incumbent: UserId
    challenger: UserId
    reason: str
    settles_at: datetime
    final_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestJoined(Event):
    """One more challenger in the same contest; its clock is not restarted."""

    contest: ContestId
    challenger: UserId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestAwarded(Event):
    """Nobody gave way, so the tie-break awards; the duty manager may still override."""

    contest: ContestId
    winner: UserId
    loser: tuple[UserId, ...]
    reasons: tuple[str, ...]
    final_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ContestDecided(Event):
    """The dispute is over."""

    contest: ContestId
    winner: UserId
    settlement: Settlement
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverOffered(Event):
    """Command was offered with a brief."""

    handover: HandoverId
    giver: UserId
    taker: UserId
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverAccepted(Event):
    """Command passed; both tenures changed in one transaction."""

    handover: HandoverId
    giver: UserId
    taker: UserId
    fence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverDeclined(Event):
    """The offer was declined; nothing changed."""

    handover: HandoverId
    giver: UserId
    taker: UserId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverWithdrawn(Event):
    """Whoever made the offer took it back; they keep command."""

    handover: HandoverId
    giver: UserId
    taker: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class HandoverExpired(Event):
    """The offer was not answered in time; nothing changed."""

    handover: HandoverId
    giver: UserId
    taker: UserId


# ------------------------------------------------------------------ authority
@dataclass(frozen=True, slots=True, kw_only=True)
class GlassBroken(Event):
    """Somebody took authority in an emergency; everybody sees it."""

    reason: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class GlassMended(Event):
    """That authority is over."""

    who: tuple[UserId, ...]


# ------------------------------------------------------------------ the log
@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSaid(Event):
    """A message of the room; ``at`` is the channel's own timestamp."""

    channel: ChannelId
    ts: Ts
    thread: Ts | None
    text: str
    app: str
    """The posting app's bot id; empty for people."""
    files: tuple[str, ...] = ()
    recovered: bool = False
    """Whether it was missed when it was said, and read from the room later; ``text`` is of then."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEdited(Event):
    """A revision; the earlier words stay in the log."""

    channel: ChannelId
    ts: Ts
    before: str
    after: str
    recovered: bool = False
    """Whether the room was read later; ``before`` is then what the log had heard, not every wording."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageDeleted(Event):
    """A tombstone: when and which message, without its words."""

    channel: ChannelId
    ts: Ts
    removed: tuple[int, ...] = ()
    """Entries whose words went with it, if the playbook wants that; their hashes stay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WordsRemoved(Event):
    """The words of entries were removed for a lawful reason; their hashes stay, so the chain holds."""

    entries: tuple[int, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyEventMarked(Event):
    """Somebody marked what matters; ``at`` is the time of what is marked."""

    text: str
    channel: ChannelId | None
    ts: Ts | None
    author: UserId
    how: str
    """``command`` or ``reaction``."""
    recovered: bool = False
    """Whether the mark was missed when it was made, and found in the room later."""


# ------------------------------------------------------------------ freeze and gate
@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeBegan(Event):
    """Non-critical changes around the outage are held."""

    ring0: tuple[ServiceName, ...]
    ring1: tuple[ServiceName, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeHeld(Event):
    """A pipeline asked and was told to wait."""

    change: ChangeId
    ref: str
    services: tuple[ServiceName, ...]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApprovalAsked(Event):
    """A change that may help needs the commander's word."""

    clearance: ClearanceId
    ref: str
    title: str
    services: tuple[ServiceName, ...]
    reason: str
    requester: str
    link: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeApproved(Event):
    """The commander let one change with one artefact through."""

    clearance: ClearanceId
    ref: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeDenied(Event):
    """The commander kept a change back."""

    clearance: ClearanceId
    ref: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeAllowed(Event):
    """A change under an approval went ahead."""

    ref: str
    op: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FreezeLifted(Event):
    """Holds are gone; their owners may ask the gate again."""

    released: tuple[str, ...]
    reason: str


# ------------------------------------------------------------------ statements and updates
@dataclass(frozen=True, slots=True, kw_only=True)
class StatementMade(Event):
    """Somebody stated something; a cause is a hypothesis until it is verified."""

    statement: StatementId
    kind: StatementClass
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementVerified(Event):
    """A second person stands for it."""

    statement: StatementId
    kind: StatementClass
    text: str
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementReleased(Event):
    """It may be told to an audience."""

    statement: StatementId
    kind: StatementClass
    text: str
    reach: Audience


@dataclass(frozen=True, slots=True, kw_only=True)
class StatementRefuted(Event):
    """It turned out to be wrong; if readers were told, a correction is due now."""

    statement: StatementId
    kind: StatementClass
    text: str
    was_released: bool
    """Whether stakeholders may have been told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdatePromised(Event):
    """The next stakeholder update has a time."""

    update: UpdateId
    number: int
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateDue(Event):
    """The promised time is here and nothing was sent; a draft is ready."""

    update: UpdateId
    number: int


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateOverdue(Event):
    """Still nothing was sent: somebody higher up is told."""

    update: UpdateId
    number: int
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class UpdateSent(Event):
    """Stakeholders were told; ``text`` is what they read."""

    update: UpdateId
    number: int
    text: str
    cites: tuple[StatementId, ...]
    next_at: datetime | None


# ------------------------------------------------------------------ recovery
@dataclass(frozen=True, slots=True, kw_only=True)
class QuietNoticed(Event):
    """Monitoring has been quiet for a while; the commander is asked, nothing is assumed."""

    since: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentMitigated(Event):
    """Users are served again; the work goes on."""

    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ClockRead(Event):
    """A service-level clock stopped: met or breached, by how much (seconds)."""

    agreement: str
    metric: str
    met: bool
    elapsed_seconds: int
    margin_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentResolved(Event):
    """It is over, with a code and a note."""

    code: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentReopened(Event):
    """It came back."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IncidentClosed(Event):
    """The record is closed by hand."""

    note: str


# ------------------------------------------------------------------ review
@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewDrafted(Event):
    """The post-mortem drafted itself from the log."""

    review: ReviewId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewEdited(Event):
    """A human edited the post-mortem."""

    review: ReviewId


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewPublished(Event):
    """The post-mortem is published, and its finding has a home."""

    review: ReviewId
    known_error: KnownErrorId
    kinship: Kinship


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownErrorCreated(Event):
    """A new known error with its workaround."""

    known_error: KnownErrorId
    title: str
    workaround: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingAttached(Event):
    """The finding belonged to a known error that existed already."""

    known_error: KnownErrorId
    title: str
    kinship: Kinship
