"""What somebody hears privately about a task."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from handlers.views.kit import Block, Element, actions
from handlers.views.phrases import count, named, span
from handlers.views.tasks import to_answer, to_pass_on
from handlers.views.text import Markup, clock_time, foreign, join, person, say
from playbooks.domain import events as e
from playbooks.domain.ids import UserId
from playbooks.domain.task import Task, TaskState
from playbooks.protocol.picture import Picture

About = (
    e.TaskAssigned
    | e.TaskAccepted
    | e.TaskDeclined
    | e.TaskDone
    | e.TaskDropped
    | e.TaskReminded
    | e.TaskEscalated
    | e.TasksLeft
    | e.TasksTakenOver
)
OfOne = e.TaskAssigned | e.TaskDeclined | e.TaskDone | e.TaskDropped | e.TaskReminded | e.TaskEscalated
_LEFT_SHOWN = 10


def words(event: About, picture: Picture, user: UserId) -> Markup | None:  # noqa: PLR0911 - a table
    """The sentence for ``user``; None once it is answered, so that nobody is asked what is settled."""
    match event:
        case e.TaskAssigned():
            return _asked(event, picture) if _waits_for(event, picture, user, TaskState.ASKED) else None
        case e.TaskReminded():
            state = TaskState.ACCEPTED if event.accepted else TaskState.ASKED
            return _reminded(event, picture) if _waits_for(event, picture, user, state) else None
        case e.TaskEscalated():
            return _escalated(event) if _is_open(event, picture) else None
        case e.TaskDeclined():
            why = say(": “{why}”", why=foreign(event.reason, 300)) if event.reason else Markup(".")
            who = person(event.assignee)
            return say(
                "🙅 {who} cannot do {task}{why} Nobody has it now.", who=who, task=_task(event), why=why
            )
        case e.TaskDone():
            note = say("\n> {note}", note=foreign(event.note, 300)) if event.note else Markup("")
            return say(
                "✅ {who} says that {task} is done.{note}", who=person(event.by), task=_task(event), note=note
            )
        case e.TaskDropped():
            why = say("\n> {why}", why=foreign(event.reason, 300)) if event.reason else Markup("")
            return say(
                "{who} says that {task} is not needed any more.{why}",
                who=person(event.by),
                task=_task(event),
                why=why,
            )
        case e.TasksLeft():
            return _left(event)
        case _:
            return None


def choices(event: About, picture: Picture, user: UserId) -> list[Block]:
    """What ``user`` may answer, as the task is now."""
    match event:
        case e.TaskAssigned() | e.TaskReminded():
            pressed = _buttons(event, picture, to_answer)
        case e.TaskEscalated(assignee=assignee):
            pressed = _buttons(event, picture, to_answer if user == assignee else to_pass_on)
        case e.TaskDeclined():
            pressed = _buttons(event, picture, to_pass_on)
        case _:
            pressed = []
    return [actions(*pressed)] if pressed else []


def _asked(event: e.TaskAssigned, picture: Picture) -> Markup:
    return say(
        "📋 {by} asks you in {incident}:\n> *{text}*\nIt may take {box}. Please answer by {until}.",
        by=person(event.by),
        incident=named(picture.incident),
        text=foreign(event.text, 400),
        box=span(timedelta(seconds=event.box_seconds)),
        until=clock_time(event.answer_by),
    )


def _reminded(event: e.TaskReminded, picture: Picture) -> Markup:
    incident = named(picture.incident)
    if event.accepted:
        return say(
            "⏰ The time for {task} in {incident} is up. Is it done?", task=_task(event), incident=incident
        )
    return say(
        "📋 Will you do {task} in {incident}? {by} waits for an answer.",
        task=_task(event),
        incident=incident,
        by=person(event.assigner),
    )


def _escalated(event: e.TaskEscalated) -> Markup:
    if event.accepted:
        return say(
            "⏰ {task} of {who} was to be done by {at}, and {who} does not say that it is.",
            task=_task(event),
            who=person(event.assignee),
            at=clock_time(event.due_at),
        )
    return say(
        "⏰ {who} does not answer whether they can do {task}.", who=person(event.assignee), task=_task(event)
    )


def _left(event: e.TasksLeft) -> Markup:
    shown = [
        say("• *{n}* {text}, {who}", n=t.number, text=foreign(t.text, 200), who=person(t.assignee))
        for t in event.tasks[:_LEFT_SHOWN]
    ]
    if len(event.tasks) > len(shown):
        shown.append(say("• and {n} more", n=len(event.tasks) - len(shown)))
    lead = say(
        "📋 It is over, and {n} not done. They stand in the post-mortem as actions:",
        n=count(len(event.tasks), "task is", "tasks are"),
    )
    return join([lead, *shown])


def _task(event: OfOne) -> Markup:
    return say("*task {n}* “{text}”", n=event.number, text=foreign(event.text, 200))


def _now(event: OfOne, picture: Picture) -> Task | None:
    """The task as it is by now."""
    return next((task for task in picture.tasks if task.id == event.task), None)


def _waits_for(event: OfOne, picture: Picture, user: UserId, state: TaskState) -> bool:
    task = _now(event, picture)
    return task is not None and task.assignee == user and task.state is state


def _is_open(event: OfOne, picture: Picture) -> bool:
    task = _now(event, picture)
    return task is not None and task.is_open


def _buttons(event: OfOne, picture: Picture, draw: Callable[[Task], list[Element]]) -> list[Element]:
    task = _now(event, picture)
    return draw(task) if task is not None and task.is_open else []
