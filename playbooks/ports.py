"""What use cases need from the world, as protocols that storage and bot fulfil.

One unit of work is one transaction. ``Repository.save`` checks the version it read and
raises ``StaleWrite`` if somebody was quicker; ``incidents.lock`` serialises everything
that belongs to one incident, on SQLite and PostgreSQL alike.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from playbooks.domain.announced import Window
from playbooks.domain.change import Change, Clearance, Hold, Verdict
from playbooks.domain.command import Contest, Handover, Ladder, Tenure
from playbooks.domain.decision import Proposal
from playbooks.domain.effects import Effect
from playbooks.domain.entry import Entry
from playbooks.domain.handbook import Handbook
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
    LadderId,
    MergeId,
    ReportId,
    ReviewId,
    ServiceName,
    SignatureId,
    StatementId,
    TaskId,
    TeamId,
    Ts,
    UpdateId,
    UserId,
    WindowId,
    WorkstreamId,
)
from playbooks.domain.incident import Incident
from playbooks.domain.material import ReviewMaterial
from playbooks.domain.merging import MergeProposal
from playbooks.domain.person import Group, Member
from playbooks.domain.report import UserReport
from playbooks.domain.review import KnownError, Review
from playbooks.domain.roles import Assignment
from playbooks.domain.signal import Episode
from playbooks.domain.signature import Signature
from playbooks.domain.sla import ServiceClock
from playbooks.domain.statement import Statement
from playbooks.domain.task import Task
from playbooks.domain.team import Team
from playbooks.domain.timers import Timer, TimerKind
from playbooks.domain.update import Update
from playbooks.domain.workstream import Workstream

K_contra = TypeVar("K_contra", contravariant=True)
V = TypeVar("V")


class Clock(Protocol):
    """The instant, aware UTC."""

    def now(self) -> datetime: ...


class Ids(Protocol):
    """Fresh opaque identifiers, sorted by time."""

    def new(self) -> str: ...


class Repository(Protocol[K_contra, V]):
    """Records of one kind by their key."""

    async def find(self, key: K_contra) -> V | None: ...

    async def add(self, value: V) -> None: ...

    async def save(self, value: V) -> None:
        """Write a changed record. Raises StaleWrite if its version is not the stored one."""


class Incidents(Repository[IncidentId, Incident], Protocol):
    """Incidents, and the numbers people say."""

    async def next_number(self) -> IncidentId:
        """The next incident number; gapless, safe with replicas."""

    async def lock(self, incident: IncidentId) -> Incident | None:
        """The incident, held for this unit: nobody else decides about it until commit."""

    async def with_key(self, key: str) -> Incident | None:
        """The incident that this request of another tool declared."""

    async def in_room(self, room: ChannelId) -> Incident | None:
        """The incident whose war room this channel is."""

    async def children_of(self, parent: IncidentId) -> Sequence[Incident]:
        """Its parts, those that are over included, by number."""

    async def live(self) -> Sequence[Incident]:
        """Open and mitigated incidents, candidates included, newest first."""

    async def recent(self, limit: int) -> Sequence[Incident]:
        """The newest incidents in any state, newest first."""

    async def involving(self, user: UserId, limit: int) -> Sequence[Incident]:
        """Live incidents in which somebody has a part, was asked or said something, newest first."""

    async def frozen(self) -> Sequence[Incident]:
        """Incidents whose freeze is on, resolved ones that are still watched included, by number."""

    async def ended_since(self, since: datetime) -> Sequence[Incident]:
        """Incidents resolved at or after ``since``."""


class Episodes(Repository[EpisodeId, Episode], Protocol):
    """Alert episodes."""

    async def lock_intake(self) -> None:
        """Held for this unit: one replica at a time turns signals into episodes and incidents."""

    async def newest(self, source: str, dedup_keys: Collection[str]) -> Sequence[Episode]:
        """The newest episode of every key that has one, open or not."""

    async def keep(self, *, added: Sequence[Episode], changed: Sequence[Episode]) -> None:
        """``add`` and ``save`` for many at once; what changed is written first. Raises StaleWrite."""

    async def on(self, services: Collection[ServiceName], env: str, since: datetime) -> Sequence[Episode]:
        """Like ``around``, of certain services in one environment."""

    async def around(self, since: datetime) -> Sequence[Episode]:
        """Episodes that are open or had their last event at or after ``since``, oldest first."""

    async def of(self, incident: IncidentId) -> Sequence[Episode]: ...

    async def unmapped(self, since: datetime) -> Sequence[Episode]:
        """Episodes whose service the catalogue does not know."""


class Insiders(Protocol):
    """Who may know of which private incident."""

    async def of(self, incident: IncidentId) -> frozenset[UserId]: ...

    async def add(self, incident: IncidentId, people: Collection[UserId]) -> None:
        """They may know of it; who may already, still may."""

    async def remove(self, incident: IncidentId, person: UserId) -> None: ...


class Tenures(Protocol):
    """Who commanded when."""

    async def current(self, incident: IncidentId) -> Tenure | None: ...

    async def of(self, incident: IncidentId) -> Sequence[Tenure]: ...

    async def add(self, tenure: Tenure) -> None: ...

    async def end(self, tenure: Tenure, at: datetime) -> None: ...


class Members(Protocol):
    """What Slack says about people and user groups."""

    async def find(self, user: UserId) -> Member | None:
        """Somebody who was looked up; None for everybody else."""

    async def put(self, member: Member) -> None:
        """Keep what Slack says now; nothing is changed by what it said earlier."""

    async def unfit(self) -> frozenset[UserId]:
        """Everybody known to be unable to command."""

    async def groups(self) -> Sequence[Group]:
        """The groups that were ever read, each as it was last."""

    async def put_group(self, group: Group) -> None: ...


class Assignments(Protocol):
    """Who was appointed to what."""

    async def current(self, incident: IncidentId) -> Sequence[Assignment]:
        """The roles that are held now, in the order in which they were given."""

    async def add(self, assignment: Assignment) -> None: ...

    async def end(self, assignment: Assignment) -> None:
        """Close it at its ``until``. Raises StaleWrite if it is over already."""


class Contests(Repository[ContestId, Contest], Protocol):
    """Disputes about the seat."""

    async def open_for(self, incident: IncidentId) -> Contest | None:
        """The contest that is not decided yet."""

    async def of(self, incident: IncidentId) -> Sequence[Contest]: ...


class Ladders(Repository[LadderId, Ladder], Protocol):
    """Searches for a commander."""

    async def open_for(self, incident: IncidentId) -> Ladder | None:
        """The search that goes on; there is at most one."""


class Handovers(Repository[HandoverId, Handover], Protocol):
    """Offers of command."""

    async def open_for(self, incident: IncidentId, service: ServiceName | None = None) -> Handover | None:
        """The offer of command that is not answered; or that of the lead of a service."""

    async def of_leads(self, incident: IncidentId) -> Sequence[Handover]:
        """Every offer of the lead of a service, in the order in which they were made."""


class Workstreams(Repository[WorkstreamId, Workstream], Protocol):
    """Who leads the work on which service."""

    async def current(self, incident: IncidentId) -> Sequence[Workstream]:
        """One for every service that is worked on, by name."""

    async def of(self, incident: IncidentId) -> Sequence[Workstream]:
        """Every stretch there was, in the order in which they began."""


class Teams(Repository[TeamId, Team], Protocol):
    """Sub-teams."""

    async def current(self, incident: IncidentId) -> Sequence[Team]:
        """Those that work now, in the order in which they were formed."""


class Entries(Protocol):
    """The hash-chained log."""

    async def append(self, entry: Entry) -> None: ...

    async def head(self, incident: IncidentId) -> tuple[int, str]:
        """Sequence number and hash of the newest entry; (0, GENESIS) for none."""

    async def has(self, incident: IncidentId, key: str) -> bool:
        """Whether a fact with this natural key is recorded."""

    async def find(self, incident: IncidentId, key: str) -> Entry | None: ...

    async def of(self, incident: IncidentId) -> Sequence[Entry]:
        """All entries in order of ``seq``."""

    async def since(self, incident: IncidentId, at: datetime) -> Sequence[Entry]:
        """Entries of facts that happened at or after ``at``, in order of ``seq``."""

    async def at(self, incident: IncidentId, seq: int) -> Entry | None:
        """The entry of this number."""

    async def heard_at(self, incident: IncidentId, by: UserId | None = None) -> datetime | None:
        """When the newest entry of a person's words or deeds happened; of anybody's without ``by``."""

    async def newest(self, incident: IncidentId, kind: str, limit: int) -> Sequence[Entry]:
        """The newest entries of events of this class, in order of ``seq``."""

    async def newest_of(self, incident: IncidentId, kinds: Collection[str], limit: int) -> Sequence[Entry]:
        """``newest`` of several classes together."""

    async def last_of(self, incident: IncidentId, by: UserId) -> Entry | None:
        """What this person did last: said, pressed, typed or marked."""

    async def before(self, incident: IncidentId, seq: int, limit: int) -> Sequence[Entry]:
        """The entries before this number, newest first: a page to read a log backwards."""

    async def latest(self, incident: IncidentId, kind: str) -> Entry | None:
        """The newest entry of an event of this class."""

    async def of_message(self, incident: IncidentId, channel: ChannelId, ts: Ts) -> Sequence[Entry]:
        """What was said there, its edits and its mark, in order of ``seq``."""

    async def blank(self, incident: IncidentId, seqs: Sequence[int]) -> None:
        """Remove the bodies of entries; whoever calls this writes an entry that says so."""


class Statements(Repository[StatementId, Statement], Protocol):
    """What people stand for."""

    async def of(self, incident: IncidentId) -> Sequence[Statement]:
        """In the order in which they were made."""


class Reports(Repository[ReportId, UserReport], Protocol):
    """What users reported."""

    async def of(self, incident: IncidentId) -> Sequence[UserReport]:
        """Oldest first."""

    async def since(self, at: datetime) -> Sequence[UserReport]:
        """Reports made at or after ``at``, those that wait for an incident too; oldest first."""


class Tasks(Repository[TaskId, Task], Protocol):
    """What people were asked to do."""

    async def of(self, incident: IncidentId) -> Sequence[Task]:
        """In the order of their numbers."""


class Decisions(Repository[DecisionId, Proposal], Protocol):
    """What people proposed to decide."""

    async def of(self, incident: IncidentId) -> Sequence[Proposal]:
        """In the order of their numbers."""


class Signatures(Repository[SignatureId, Signature], Protocol):
    """Acts that wait for somebody else's word, or did."""

    async def of(self, incident: IncidentId) -> Sequence[Signature]:
        """In the order in which they were asked for."""


class Windows(Repository[WindowId, Window], Protocol):
    """Maintenance that other tools announced."""

    async def with_key(self, key: str) -> Window | None:
        """What this request of another tool announced."""

    async def open_since(self, at: datetime) -> Sequence[Window]:
        """Windows that end after an instant, cancelled ones included, by start."""


class Mergers(Repository[MergeId, MergeProposal], Protocol):
    """Questions whether two incidents are one."""

    async def between(self, one: IncidentId, other: IncidentId) -> MergeProposal | None:
        """The newest question about these two, whichever would go on."""


class Updates(Repository[UpdateId, Update], Protocol):
    """Promised stakeholder updates."""

    async def of(self, incident: IncidentId) -> Sequence[Update]:
        """In order of ``number``."""

    async def due(self, incident: IncidentId) -> Update | None:
        """The one that is promised next."""


class Changes(Repository[ChangeId, Change], Protocol):
    """Changes that pipelines asked about."""

    async def with_ref(self, ref: str) -> Change | None: ...


class Clearances(Repository[ClearanceId, Clearance], Protocol):
    """The commander's word on changes."""

    async def of_change(self, change: ChangeId) -> Sequence[Clearance]: ...

    async def of(self, incident: IncidentId) -> Sequence[Clearance]: ...


class Holds(Protocol):
    """Changes kept back by a freeze."""

    async def put(self, hold: Hold) -> bool:
        """Store an open hold; False if this change is already held by this incident."""

    async def open_for(self, incident: IncidentId) -> Sequence[Hold]: ...

    async def of(self, incident: IncidentId) -> Sequence[Hold]:
        """Every hold of this incident, released ones included, oldest first."""

    async def release(self, hold: Hold, at: datetime) -> None: ...


class Verdicts(Protocol):
    """What the gate answered."""

    async def add(self, verdict_id: str, change: ChangeId, verdict: Verdict) -> None: ...

    async def of(self, change: ChangeId) -> Sequence[Verdict]:
        """Oldest first."""


class ServiceClocks(Protocol):
    """Service-level clocks."""

    async def add(self, clock: ServiceClock) -> None: ...

    async def save(self, clock: ServiceClock) -> None: ...

    async def of(self, incident: IncidentId) -> Sequence[ServiceClock]: ...


class Reviews(Repository[ReviewId, Review], Protocol):
    """Post-mortems."""

    async def of(self, incident: IncidentId) -> Review | None: ...

    async def drafts_of(self, user: UserId, limit: int) -> Sequence[Review]:
        """Post-mortems that are not published, of incidents that this person commanded last, newest first."""


class KnownErrors(Repository[KnownErrorId, KnownError], Protocol):
    """The known-error store."""

    async def next_number(self) -> KnownErrorId: ...

    async def lock_all(self) -> None:
        """Held for this unit: one publication at a time decides whether an error is new."""

    async def all(self) -> Sequence[KnownError]: ...


class Timers(Protocol):
    """Alarms."""

    async def set(self, timer: Timer) -> None:
        """Set or move the alarm of this (kind, subject)."""

    async def set_all(self, timers: Sequence[Timer]) -> None:
        """``set`` for many at once, each of another subject."""

    async def cancel(self, kind: TimerKind, subject: str) -> None: ...

    async def cancel_all(self, incident: IncidentId) -> None: ...


class Posts(Protocol):
    """Where messages that may have to be changed later were posted."""

    async def remember(self, subject: str, channel: ChannelId, ts: Ts) -> None:
        """``subject`` is e.g. ``clearance:<id>``."""

    async def forget(self, subject: str) -> None:
        """The message about a subject is there no more."""

    async def where(self, subject: str) -> tuple[ChannelId, Ts] | None: ...

    async def at(self, channel: ChannelId, ts: Ts) -> Sequence[str]:
        """The subjects of one message."""

    async def moved(self, before: ChannelId, channel: ChannelId) -> None:
        """Slack gave a channel another id, with everything that is in it."""

    async def about(self, subject: str) -> Sequence[tuple[ChannelId, Ts]]:
        """The message about a subject and its copies, whose subjects are ``<subject>:<whose>``."""


class Readings(Protocol):
    """How far the history of each room was read for what had been missed."""

    async def until(self, channel: ChannelId) -> Ts | None: ...

    async def reached(self, channel: ChannelId, ts: Ts) -> None:
        """Everything up to this message was read; an earlier one changes nothing."""


class Voices(Protocol):
    """When the bot last said something to a whole room for which nobody had asked."""

    async def spoke_at(self, incident: IncidentId) -> datetime | None: ...

    async def spoke(self, incident: IncidentId, at: datetime) -> None: ...


class Outbox(Protocol):
    """Effects owed to the world."""

    async def put(self, effect: Effect) -> None:
        """Owe an effect from the commit of this unit on; coalescing effects are owed once."""


class Unit(Protocol):
    """One transaction. Nothing is kept unless ``commit`` is reached."""

    incidents: Incidents
    insiders: Insiders
    episodes: Episodes
    tenures: Tenures
    members: Members
    assignments: Assignments
    contests: Contests
    ladders: Ladders
    handovers: Handovers
    workstreams: Workstreams
    teams: Teams
    entries: Entries
    statements: Statements
    reports: Reports
    mergers: Mergers
    tasks: Tasks
    decisions: Decisions
    signatures: Signatures
    windows: Windows
    updates: Updates
    changes: Changes
    clearances: Clearances
    holds: Holds
    verdicts: Verdicts
    clocks: ServiceClocks
    reviews: Reviews
    known_errors: KnownErrors
    timers: Timers
    posts: Posts
    readings: Readings
    voices: Voices
    outbox: Outbox

    async def commit(self) -> None: ...


class Units(Protocol):
    """Opens transactions."""

    def __call__(self) -> AbstractAsyncContextManager[Unit]:
        """A unit that rolls back unless committed; writers take their turn."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ports:
    """Everything a use case may touch."""

    clock: Clock
    ids: Ids
    units: Units
    reading: Units
    """Units that only look: they never wait for a writer, and nothing they do is kept."""
    write_review: Callable[[ReviewMaterial], str]
    """Drafts the post-mortem, as Markdown."""
    handbook: Callable[[], Handbook]
    """The catalogue and playbook as they are now; reloads swap the whole value."""
