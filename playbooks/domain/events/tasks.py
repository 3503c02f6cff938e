"""Tasks: asked, answered, done, and what their silence led to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from playbooks.domain.events.fact import Event
from playbooks.domain.ids import IncidentId, TaskId, UserId
from playbooks.domain.task import TaskState


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTask:
    """What is to be done, and who was asked last."""

    number: int
    text: str
    assignee: UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAssigned(Event):
    """Somebody is asked to do something; ``before`` had it until then."""

    task: TaskId
    number: int
    text: str
    assignee: UserId
    assigner: UserId
    answer_by: datetime
    box_seconds: int
    before: UserId | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAccepted(Event):
    """Its person does it, and is to be done at ``due_at``."""

    task: TaskId
    number: int
    text: str
    assignee: UserId
    assigner: UserId
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDeclined(Event):
    """Its person cannot; it waits for another one."""

    task: TaskId
    number: int
    text: str
    assignee: UserId
    assigner: UserId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDone(Event):
    """It is done."""

    task: TaskId
    number: int
    text: str
    assignee: UserId
    assigner: UserId
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskDropped(Event):
    """It need not be done any more."""

    task: TaskId
    number: int
    text: str
    assignee: UserId
    assigner: UserId
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskReminded(Event):
    """Its person has not answered, or is not done in time, and is asked privately."""

    task: TaskId
    number: int
    text: str
    assignee: UserId
    assigner: UserId
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskEscalated(Event):
    """Still nothing: who asked and who commands are told."""

    task: TaskId
    number: int
    text: str
    assignee: UserId
    assigner: UserId
    accepted: bool
    due_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TasksLeft(Event):
    """The incident is over, and these tasks are not done."""

    tasks: tuple[OpenTask, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedTask:
    """An open task as it goes on in another incident."""

    task: TaskId
    number: int
    text: str
    assignee: UserId
    assigner: UserId
    asked_at: datetime
    box_seconds: int
    due_at: datetime
    state: TaskState
    reminded: int
    reminded_at: datetime | None
    answered_at: datetime | None
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TasksTakenOver(Event):
    """Tasks of an incident that became part of this one: ``number there → number here: text``."""

    other: IncidentId
    tasks: tuple[str, ...]
    moved: tuple[MovedTask, ...] = ()
    """The tasks as they go on here."""
