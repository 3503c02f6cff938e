"""Tasks: a person, a time box, an acknowledgement.

Whoever is asked says yes or no; who says nothing is reminded privately, and only then do those
hear of it who asked and who command. The room never does. A task that nobody has ended when the
incident is over lives on as an action of the post-mortem.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from playbooks.domain.authority import Action, Actor, may
from playbooks.domain.command import Tenure
from playbooks.domain.errors import AlreadyDecided, NeedsWords, NotNeeded, NotYourRole, mention, mentions
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import IncidentId, TaskId, UserId, is_person
from playbooks.domain.incident import Incident
from playbooks.schema import Tasks

MAX_WORDS = 500
SHORTEST, LONGEST = timedelta(minutes=1), timedelta(hours=24)
"""A time box outside of these is a slip of the finger, or a project."""
EXAMPLE = "/incident task @ada 20m read the database's log"
REMINDERS = 2
"""First the one who was asked, then those who asked and command; after that it is silent."""


class TaskState(StrEnum):
    """Where a task stands."""

    ASKED = "asked"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    """Its person cannot; it waits for another one."""
    DONE = "done"
    DROPPED = "dropped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """Something one person is to do. ``number`` counts from 1 within the incident."""

    id: TaskId
    incident: IncidentId
    number: int
    text: str
    assignee: UserId
    assigner: UserId
    asked_at: datetime
    box: timedelta
    """How long it may take from the moment of its acceptance."""
    due_at: datetime
    """By when its person is to have answered; once they have accepted, to be done."""
    state: TaskState = TaskState.ASKED
    reminded: int = 0
    """How often its silence was spoken of since somebody last answered."""
    reminded_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    ended_by: UserId | None = None
    note: str = ""
    """How it ended, or why somebody cannot."""
    version: int = 0

    @property
    def is_open(self) -> bool:
        """Whether it is still to be done."""
        return self.state in (TaskState.ASKED, TaskState.ACCEPTED, TaskState.DECLINED)

    def is_late(self, at: datetime) -> bool:
        """Whether its next step should have come by now; one that nobody has is always late."""
        return self.is_open and (self.state is TaskState.DECLINED or at >= self.due_at)


def assign(
    text: str,
    to: UserId,
    by: UserId,
    *,
    box: timedelta | None,
    task_id: TaskId,
    number: int,
    incident: IncidentId,
    policy: Tasks,
    at: datetime,
) -> Task:
    """Ask somebody to do something; what one takes upon oneself needs no answer.

    ``box`` None takes the playbook's. Raises NeedsWords.
    """
    words = " ".join(text.split())[:MAX_WORDS]
    if not is_person(to):
        raise NeedsWords(f"Name who is to do it: {EXAMPLE}", about="person")
    if not words:
        raise NeedsWords(f"Say what is to be done: {EXAMPLE}", about="text")
    length = policy.box if box is None else box
    if not SHORTEST <= length <= LONGEST:
        raise NeedsWords("A time box has 1 minute to 24 hours, such as 20m or 1h 30m.", about="box")
    task = Task(
        id=task_id,
        incident=incident,
        number=number,
        text=words,
        assignee=to,
        assigner=by,
        asked_at=at,
        box=length,
        due_at=at + policy.answer_within,
    )
    return accept(task, by, at=at) if to == by else task


def accept(task: Task, by: UserId, *, at: datetime) -> Task:
    """Say yes; the time box begins. Raises NotYourRole, AlreadyDecided, NotNeeded."""
    _require_mine(task, by, "accept this task")
    if task.state is TaskState.ACCEPTED:
        raise NotNeeded(f"You have task {task.number} already.")
    return replace(task, state=TaskState.ACCEPTED, answered_at=at, due_at=at + task.box, reminded=0)


def decline(task: Task, by: UserId, *, reason: str, at: datetime) -> Task:
    """Say no, or no longer. Raises NotYourRole, AlreadyDecided."""
    _require_mine(task, by, "decline this task")
    if task.state is TaskState.DECLINED:
        raise AlreadyDecided(f"Task {task.number}", task.assignee, task.answered_at)
    note = reason.strip()[:MAX_WORDS]
    return replace(task, state=TaskState.DECLINED, answered_at=at, reminded=0, note=note)


def done(
    task: Task,
    by: UserId,
    *,
    note: str,
    tenure: Tenure | None,
    incident: Incident,
    handbook: Handbook,
    at: datetime,
) -> Task:
    """It is done, says who does it, who asked, or who leads. Raises NotYourRole, AlreadyDecided."""
    _require_open(task)
    parties = (task.assignee, task.assigner)
    _require_party(by, parties, tenure=tenure, incident=incident, handbook=handbook)
    return _ended(task, TaskState.DONE, by, note, at)


def drop(
    task: Task,
    by: UserId,
    *,
    reason: str,
    tenure: Tenure | None,
    incident: Incident,
    handbook: Handbook,
    at: datetime,
) -> Task:
    """It need not be done any more, says who asked or who leads. Raises NotYourRole, AlreadyDecided."""
    _require_open(task)
    _require_party(by, (task.assigner,), tenure=tenure, incident=incident, handbook=handbook)
    return _ended(task, TaskState.DROPPED, by, reason, at)


def give(
    task: Task,
    to: UserId,
    by: UserId,
    *,
    tenure: Tenure | None,
    incident: Incident,
    handbook: Handbook,
    policy: Tasks,
    at: datetime,
) -> Task:
    """Ask somebody else instead. What its person cannot do, anybody may take upon themselves.

    Raises NotYourRole, AlreadyDecided, NeedsWords, NotNeeded.
    """
    _require_open(task)
    volunteers = to == by and task.state is TaskState.DECLINED
    if not volunteers:
        _require_party(by, (task.assigner,), tenure=tenure, incident=incident, handbook=handbook)
    if not is_person(to):
        raise NeedsWords("Name who is to do it instead: /incident task 2 @ada", about="person")
    if to == task.assignee and task.state is not TaskState.DECLINED:
        raise NotNeeded(f"{mention(to)} has task {task.number} already.")
    asked = replace(
        task,
        assignee=to,
        assigner=task.assigner if volunteers else by,
        state=TaskState.ASKED,
        due_at=at + policy.answer_within,
        reminded=0,
        answered_at=None,
        note="",
    )
    return accept(asked, by, at=at) if to == by else asked


def speaks_at(task: Task, policy: Tasks) -> datetime | None:
    """When its silence is to be spoken of next; None if it never will be."""
    if task.state not in (TaskState.ASKED, TaskState.ACCEPTED) or task.reminded >= REMINDERS:
        return None
    if task.reminded_at is None or task.reminded == 0:
        return task.due_at
    # From when its person was in fact asked: an alarm that came late must not bring both at once.
    return task.reminded_at + (
        policy.answer_within if task.state is TaskState.ASKED else policy.overdue_after
    )


def remind(task: Task, *, policy: Tasks, at: datetime) -> Task | None:
    """Its silence is spoken of once more; None if it is not time."""
    due = speaks_at(task, policy)
    if due is None or at < due:
        return None
    return replace(task, reminded=task.reminded + 1, reminded_at=at)


def moved(task: Task, *, into: IncidentId, number: int) -> Task:
    """The same task in the incident that took over."""
    return replace(task, incident=into, number=number)


def in_order(tasks: Iterable[Task], user: UserId, *, at: datetime) -> list[Task]:
    """Open tasks as somebody should read them: their own first, late ones first, then by time."""
    waiting = (task for task in tasks if task.is_open)
    return sorted(waiting, key=lambda t: (t.assignee != user, not t.is_late(at), t.due_at, t.number))


def _ended(task: Task, state: TaskState, by: UserId, note: str, at: datetime) -> Task:
    return replace(task, state=state, ended_at=at, ended_by=by, note=note.strip()[:MAX_WORDS])


def _require_open(task: Task) -> None:
    if not task.is_open:
        raise AlreadyDecided(f"Task {task.number}", task.ended_by, task.ended_at)


def _require_mine(task: Task, by: UserId, what: str) -> None:
    _require_open(task)
    if by != task.assignee:
        raise NotYourRole(what, mention(task.assignee))


def _require_party(
    by: UserId, parties: tuple[UserId, ...], *, tenure: Tenure | None, incident: Incident, handbook: Handbook
) -> None:
    """Those who have to do with the task, and whoever leads."""
    verdict = may(Actor(user=by), Action.END_TASK, handbook=handbook, tenure=tenure, incident=incident)
    if by not in parties and not verdict.allowed:
        raise NotYourRole(Action.END_TASK, mentions(dict.fromkeys((*parties, *verdict.who_may))))
