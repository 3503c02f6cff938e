"""Giving people tasks: asked privately, answered, done; silence goes up and never to the room."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TypedDict

from playbooks.domain import task as rules
from playbooks.domain.entry import JUST_NOW
from playbooks.domain.errors import NeedsWords
from playbooks.domain.events import (
    Event,
    MovedTask,
    OpenTask,
    TaskAccepted,
    TaskAssigned,
    TaskDeclined,
    TaskDone,
    TaskDropped,
    TaskEscalated,
    TaskReminded,
    TasksLeft,
    TasksTakenOver,
)
from playbooks.domain.ids import PROTOCOL, IncidentId, TaskId, UserId
from playbooks.domain.incident import Incident
from playbooks.domain.person import require_fit
from playbooks.domain.task import Task, TaskState
from playbooks.domain.timers import Timer, TimerKind
from playbooks.domain.turning import require_accepted, require_live
from playbooks.ports import Ports, Unit
from playbooks.protocol.recording import locked, locked_live, record
from playbooks.schema import Tasks


class _Facts(TypedDict):
    """What every event about a task says of it."""

    incident: IncidentId
    task: TaskId
    number: int
    text: str
    assignee: UserId
    assigner: UserId


async def assign(
    ports: Ports, *, incident: IncidentId, to: UserId, by: UserId, text: str, box: timedelta | None = None
) -> Task:
    """Ask somebody to do something, once for words that were typed again just now.

    Raises IncidentNotFound, IncidentOver, NotNeeded, NeedsWords, CannotCommand.
    """
    now = ports.clock.now()
    async with ports.units() as unit:
        found = await locked_live(unit, incident)
        require_accepted(found)
        require_fit(to, await unit.members.find(to))
        known = await unit.tasks.of(incident)
        asked = rules.assign(
            text,
            to,
            by,
            box=box,
            task_id=TaskId(ports.ids.new()),
            number=_next(known),
            incident=incident,
            policy=_policy(ports),
            at=now,
        )
        again = _asked_just_now(known, asked)
        if again is not None:
            return again
        await unit.tasks.add(asked)
        await _tell(unit, ports, found, asked, _assigned(asked, by=by, at=now))
        await unit.commit()
    return asked


async def numbered(ports: Ports, *, incident: IncidentId, number: int) -> Task:
    """The task of that number. Raises NeedsWords."""
    async with ports.reading() as unit:
        known = await unit.tasks.of(incident)
    found = next((task for task in known if task.number == number), None)
    if found is None:
        raise NeedsWords(f"There is no task {number} here. /incident tasks lists them.")
    return found


async def find(ports: Ports, *, task: TaskId) -> Task:
    """The task as it is now. Raises NeedsWords."""
    async with ports.reading() as unit:
        found = await unit.tasks.find(task)
        if found is None or await unit.incidents.find(found.incident) is None:
            raise NeedsWords("That task does not exist any more.")
    return found


async def accept(ports: Ports, *, task: TaskId, by: UserId) -> Task:
    """Say yes; the time box begins. Raises IncidentOver, NotYourRole, AlreadyDecided, NotNeeded."""
    now = ports.clock.now()
    async with ports.units() as unit:
        incident, found = await _live(unit, task)
        taken = rules.accept(found, by, at=now)
        event = TaskAccepted(**_of(taken), by=by, at=now, due_at=taken.due_at)
        return await _keep(unit, ports, incident, taken, event)


async def decline(ports: Ports, *, task: TaskId, by: UserId, reason: str = "") -> Task:
    """Say no; whoever asked and whoever commands hears of it. Raises NotYourRole, AlreadyDecided."""
    now = ports.clock.now()
    async with ports.units() as unit:
        incident, found = await _live(unit, task)
        refused = rules.decline(found, by, reason=reason, at=now)
        event = TaskDeclined(**_of(refused), by=by, at=now, reason=refused.note)
        return await _keep(unit, ports, incident, refused, event)


async def done(ports: Ports, *, task: TaskId, by: UserId, note: str = "") -> Task:
    """It is done, also after the incident is over. Raises NotYourRole, AlreadyDecided."""
    now = ports.clock.now()
    async with ports.units() as unit:
        incident, found = await _task(unit, task)
        ended = rules.done(
            found,
            by,
            note=note,
            tenure=await unit.tenures.current(incident.id),
            incident=incident,
            handbook=ports.handbook(),
            at=now,
        )
        event = TaskDone(**_of(ended), by=by, at=now, note=ended.note)
        return await _keep(unit, ports, incident, ended, event)


async def drop(ports: Ports, *, task: TaskId, by: UserId, reason: str = "") -> Task:
    """It need not be done any more. Raises NotYourRole, AlreadyDecided."""
    now = ports.clock.now()
    async with ports.units() as unit:
        incident, found = await _task(unit, task)
        ended = rules.drop(
            found,
            by,
            reason=reason,
            tenure=await unit.tenures.current(incident.id),
            incident=incident,
            handbook=ports.handbook(),
            at=now,
        )
        event = TaskDropped(**_of(ended), by=by, at=now, reason=ended.note)
        return await _keep(unit, ports, incident, ended, event)


async def give(ports: Ports, *, task: TaskId, to: UserId, by: UserId) -> Task:
    """Ask somebody else instead.

    Raises IncidentOver, NotYourRole, AlreadyDecided, NeedsWords, NotNeeded, CannotCommand.
    """
    now = ports.clock.now()
    async with ports.units() as unit:
        incident, found = await _live(unit, task)
        require_fit(to, await unit.members.find(to))
        asked = rules.give(
            found,
            to,
            by,
            tenure=await unit.tenures.current(incident.id),
            incident=incident,
            handbook=ports.handbook(),
            policy=_policy(ports),
            at=now,
        )
        event = _assigned(asked, by=by, at=now, before=found.assignee)
        return await _keep(unit, ports, incident, asked, event)


async def silent(ports: Ports, *, task: TaskId) -> None:
    """Nobody answered, or it is not done in time: its person hears of it, and later who asked."""
    now = ports.clock.now()
    async with ports.units() as unit:
        incident, found = await _task(unit, task)
        spoken = rules.remind(found, policy=_policy(ports), at=now) if incident.is_live else None
        if spoken is None:
            return
        accepted = found.state is TaskState.ACCEPTED
        event: Event = (
            TaskReminded(**_of(spoken), by=PROTOCOL, at=now, accepted=accepted)
            if spoken.reminded == 1
            else TaskEscalated(**_of(spoken), by=PROTOCOL, at=now, accepted=accepted, due_at=spoken.due_at)
        )
        await _keep(unit, ports, incident, spoken, event)


# ------------------------------------------------------------------ what becomes of them
async def leave(unit: Unit, ports: Ports, resolved: Incident) -> None:
    """The incident is over: nobody is reminded any more, and who commanded hears what is not done."""
    waiting = [task for task in await unit.tasks.of(resolved.id) if task.is_open]
    for task in waiting:
        await unit.timers.cancel(TimerKind.TASK, task.id)
    if waiting:
        told = tuple(OpenTask(number=t.number, text=t.text, assignee=t.assignee) for t in waiting)
        event = TasksLeft(incident=resolved.id, by=PROTOCOL, at=ports.clock.now(), tasks=told)
        await record(unit, ports, resolved, event)


async def free(unit: Unit, ports: Ports, incident: Incident, *, gone: UserId, why: str) -> None:
    """Somebody's account is gone: what they were to do needs somebody else."""
    now = ports.clock.now()
    for task in await unit.tasks.of(incident.id):
        if task.assignee == gone and task.state in (TaskState.ASKED, TaskState.ACCEPTED):
            freed = rules.decline(task, gone, reason=why, at=now)
            await unit.tasks.save(freed)
            event = TaskDeclined(**_of(freed), by=PROTOCOL, at=now, reason=freed.note)
            await _tell(unit, ports, incident, freed, event)


async def resume(unit: Unit, ports: Ports, reopened: Incident) -> None:
    """It came back: what is not done is waited for again."""
    for task in await unit.tasks.of(reopened.id):
        await _set_alarm(unit, ports, reopened, task)


async def take_over(unit: Unit, ports: Ports, one: Incident, survivor: Incident) -> None:
    """What is not done goes on in the incident that took over, under new numbers."""
    waiting = [task for task in await unit.tasks.of(one.id) if task.is_open]
    told: list[str] = []
    here: list[Task] = []
    for task in waiting:
        number = _next(await unit.tasks.of(survivor.id))
        moved = rules.moved(task, into=survivor.id, number=number)
        await unit.tasks.save(moved)
        await _set_alarm(unit, ports, survivor, moved)
        told.append(f"{task.number} → {number}: {task.text}")
        here.append(moved)
    if told:
        event = TasksTakenOver(
            incident=survivor.id,
            by=PROTOCOL,
            at=ports.clock.now(),
            other=one.id,
            tasks=tuple(told),
            moved=tuple(_moved(task) for task in here),
        )
        await record(unit, ports, survivor, event)


def _moved(task: Task) -> MovedTask:
    return MovedTask(
        task=task.id,
        number=task.number,
        text=task.text,
        assignee=task.assignee,
        assigner=task.assigner,
        asked_at=task.asked_at,
        box_seconds=int(task.box.total_seconds()),
        due_at=task.due_at,
        state=task.state,
        reminded=task.reminded,
        reminded_at=task.reminded_at,
        answered_at=task.answered_at,
        note=task.note,
    )


# ------------------------------------------------------------------ parts
def _policy(ports: Ports) -> Tasks:
    return ports.handbook().playbook.tasks


def _next(known: Sequence[Task]) -> int:
    return 1 + max((task.number for task in known), default=0)


def _asked_just_now(known: Sequence[Task], asked: Task) -> Task | None:
    """The same words for the same person: somebody typed them again because the answer was lost."""
    return next(
        (
            task
            for task in known
            if task.is_open
            and (task.text, task.assignee, task.assigner) == (asked.text, asked.assignee, asked.assigner)
            and asked.asked_at - task.asked_at < JUST_NOW
        ),
        None,
    )


def _of(task: Task) -> _Facts:
    return _Facts(
        incident=task.incident,
        task=task.id,
        number=task.number,
        text=task.text,
        assignee=task.assignee,
        assigner=task.assigner,
    )


def _assigned(task: Task, *, by: UserId, at: datetime, before: UserId | None = None) -> TaskAssigned:
    seconds = int(task.box.total_seconds())
    return TaskAssigned(**_of(task), by=by, at=at, answer_by=task.due_at, box_seconds=seconds, before=before)


async def _keep(unit: Unit, ports: Ports, incident: Incident, task: Task, event: Event) -> Task:
    await unit.tasks.save(task)
    await _tell(unit, ports, incident, task, event)
    await unit.commit()
    return task


async def _tell(unit: Unit, ports: Ports, incident: Incident, task: Task, event: Event) -> None:
    await _set_alarm(unit, ports, incident, task)
    await record(unit, ports, incident, event)


async def _set_alarm(unit: Unit, ports: Ports, incident: Incident, task: Task) -> None:
    due = rules.speaks_at(task, _policy(ports))
    if due is None or not incident.is_live:
        await unit.timers.cancel(TimerKind.TASK, task.id)
    else:
        await unit.timers.set(Timer(kind=TimerKind.TASK, subject=task.id, incident=incident.id, due_at=due))


async def _live(unit: Unit, task: TaskId) -> tuple[Incident, Task]:
    """The task of an incident on which people work. Raises IncidentOver."""
    incident, found = await _task(unit, task)
    require_live(incident)
    return incident, found


async def _task(unit: Unit, task: TaskId) -> tuple[Incident, Task]:
    """The task as it is once its incident is held."""
    found = await unit.tasks.find(task)
    if found is None:
        raise NeedsWords("That task does not exist any more.")
    incident = await locked(unit, found.incident)
    fresh = await unit.tasks.find(task) or found
    if fresh.incident != incident.id:  # merged meanwhile
        incident = await locked(unit, fresh.incident)
    return incident, fresh
