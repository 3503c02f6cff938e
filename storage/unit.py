"""One transaction with every repository on it."""

from __future__ import annotations

from enum import IntEnum

from sqlalchemy.ext.asyncio import AsyncConnection

from playbooks import ports
from playbooks.domain.ids import IncidentId
from playbooks.domain.retelling.account import LEFT_OUT
from storage.alarms import SqlTimers
from storage.changes import SqlChanges, SqlClearances, SqlHolds, SqlVerdicts
from storage.command import (
    SqlAssignments,
    SqlContests,
    SqlHandovers,
    SqlLadders,
    SqlTeams,
    SqlTenures,
    SqlWorkstreams,
)
from storage.decisions import SqlDecisions
from storage.entries import SqlEntries
from storage.episodes import Remembered, SqlEpisodes
from storage.incidents import SqlIncidents
from storage.insiders import SqlInsiders
from storage.members import SqlMembers
from storage.memory import Memory
from storage.mergers import SqlMergers
from storage.owing import SqlOutbox
from storage.posts import SqlPosts
from storage.readings import SqlReadings
from storage.reports import SqlReports
from storage.reviews import SqlKnownErrors, SqlReviews, SqlServiceClocks
from storage.seen import SqlSeen
from storage.signatures import SqlSignatures
from storage.statements import SqlStatements, SqlUpdates
from storage.tasks import SqlTasks
from storage.voices import SqlVoices
from storage.wake import Wake
from storage.whole import Rows, rows_of
from storage.windows import SqlWindows


class Progress(IntEnum):
    """How far a unit has come with being kept."""

    NOTHING = 0
    COMMITTING = 1
    """It was told to commit, and no answer was heard."""
    KEPT = 2


class SqlUnit:
    """``ports.Unit``, and ``seen``. What is not committed never happened."""

    def __init__(  # noqa: PLR0915 - one line for each repository
        self,
        connection: AsyncConnection,
        *,
        clock: ports.Clock,
        ids: ports.Ids,
        wake: Wake,
        remembered: Remembered,
    ) -> None:
        self._connection = connection
        self._wake = wake
        self._topics: set[str] = set()
        self.progress = Progress.NOTHING
        memory = Memory()
        self.incidents: ports.Incidents = SqlIncidents(connection, memory)
        self.insiders: ports.Insiders = SqlInsiders(connection)
        self._episodes = SqlEpisodes(connection, remembered, memory)
        self.episodes: ports.Episodes = self._episodes
        self.tenures: ports.Tenures = SqlTenures(connection, memory)
        self.members: ports.Members = SqlMembers(connection)
        self.assignments: ports.Assignments = SqlAssignments(connection)
        self.contests: ports.Contests = SqlContests(connection)
        self.ladders: ports.Ladders = SqlLadders(connection)
        self.handovers: ports.Handovers = SqlHandovers(connection)
        self.teams: ports.Teams = SqlTeams(connection)
        self.workstreams: ports.Workstreams = SqlWorkstreams(connection)
        self._entries = SqlEntries(connection)
        self.entries: ports.Entries = self._entries
        self.statements: ports.Statements = SqlStatements(connection)
        self.reports: ports.Reports = SqlReports(connection)
        self.windows: ports.Windows = SqlWindows(connection)
        self.mergers: ports.Mergers = SqlMergers(connection)
        self.tasks: ports.Tasks = SqlTasks(connection)
        self.decisions: ports.Decisions = SqlDecisions(connection)
        self.signatures: ports.Signatures = SqlSignatures(connection)
        self.updates: ports.Updates = SqlUpdates(connection, memory)
        self.changes: ports.Changes = SqlChanges(connection)
        self.clearances: ports.Clearances = SqlClearances(connection)
        self.holds: ports.Holds = SqlHolds(connection)
        self.verdicts: ports.Verdicts = SqlVerdicts(connection)
        self.clocks: ports.ServiceClocks = SqlServiceClocks(connection)
        self.reviews: ports.Reviews = SqlReviews(connection)
        self.known_errors: ports.KnownErrors = SqlKnownErrors(connection)
        self.timers: ports.Timers = SqlTimers(connection, self.touch)
        self.posts: ports.Posts = SqlPosts(connection)
        self.readings: ports.Readings = SqlReadings(connection)
        self.voices: ports.Voices = SqlVoices(connection)
        self._outbox = SqlOutbox(connection, self.touch, clock, ids)
        self.outbox: ports.Outbox = self._outbox
        self.seen = SqlSeen(connection)

    async def rows_of(self, incident: IncidentId) -> Rows:
        """Everything that the database keeps of one incident, but its log and its queues."""
        return await rows_of(self._connection, incident, but=frozenset(LEFT_OUT))

    def touch(self, topic: str) -> None:
        """Say at commit that a queue (``outbox``, ``inbox``, ``timers``) is worth a look."""
        self._topics.add(topic)

    async def write(self) -> None:
        """Have the database know what was appended and owed so far. Raises StaleWrite."""
        await self._entries.write()
        await self._outbox.write()

    async def commit(self) -> None:
        """Keep everything so far; then say which queues have something new."""
        await self.write()
        topics = frozenset(self._topics)
        self.progress = max(self.progress, Progress.COMMITTING)
        await self._wake.commit(self._connection, topics)
        self.progress = Progress.KEPT
        self._topics.clear()
        self._episodes.committed()
