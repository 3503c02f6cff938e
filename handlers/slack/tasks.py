"""Tasks: given by command or form, answered and ended by button or command."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta

from handlers.names import Field, Ref
from handlers.slack import grammar
from handlers.slack.calls import Call, Reply
from handlers.slack.payloads import Submission
from handlers.views import answers
from handlers.views.kit import Message, View
from handlers.views.modals import tasks as forms
from handlers.views.tasks import given, said, tasks
from playbooks.domain.errors import NeedsWords
from playbooks.domain.ids import TaskId, UserId
from playbooks.domain.task import Task
from playbooks.protocol import beforehand
from playbooks.protocol import tasks as protocol

STEPS = {
    "accept": ("accept", "yes", "ok"),
    "decline": ("decline", "cannot", "no"),
    "done": ("done", "finished", "ready"),
    "drop": ("drop", "cancel", "unneeded"),
}
_STEP_OF = {word: step for step, same in STEPS.items() for word in same}


async def typed(call: Call) -> Message | None:
    """``task @ada 20m words`` gives one; ``task 2 done`` ends it; anything less opens the form."""
    words = call.words.strip()
    number, step, rest = _about_one(words)
    if number is not None and (step or grammar.user(rest) is not None):
        return await _on_one(call, number, step, rest)
    box, words = grammar.length(words)
    to, words = grammar.assignee(words, call.user)
    if box is None:
        box, words = grammar.length(words)
    text = grammar.readable(words)
    if to is None or not text:
        picture = await call.allowed(beforehand.task)
        await call.show(forms.task(picture, call.handbook.playbook.tasks, to=to, text=text, box=box))
        return None
    return given(await assign(call, to, text, box))


async def show(call: Call) -> Message:
    """The tasks of the incident."""
    return tasks(await call.picture(), call.user, call.handbook)


async def assign(call: Call, to: UserId, text: str, box: timedelta | None) -> Task:
    """Ask somebody whom Slack knows to be able to take part."""
    await call.desk.acquaint(to)
    return await protocol.assign(call.ports, incident=call.number, to=to, by=call.user, text=text, box=box)


async def submitted(call: Call, form: Submission) -> View:
    """The form is filled in."""
    box, rest = grammar.length(form.words(Field.BOX))
    if box is None or rest:
        raise NeedsWords("Write how long it may take, such as 20m or 1h 30m.", about=Field.BOX)
    task = await assign(call, UserId(form.words(Field.PERSON)), form.words(Field.TEXT), box)
    return answers.in_modal(given(task))


async def passed_on(call: Call, form: Submission) -> View:
    """Somebody else is asked."""
    to = UserId(form.words(Field.PERSON))
    await call.desk.acquaint(to)
    task = await protocol.give(call.ports, task=TaskId(form.ref.subject), to=to, by=call.user)
    return answers.in_modal(given(task))


# ------------------------------------------------------------------ buttons
async def accept(call: Call, ref: Ref) -> Reply:
    """Say yes."""
    return _instead(await protocol.accept(call.ports, task=TaskId(ref.subject), by=call.user))


async def decline(call: Call, ref: Ref) -> Reply:
    """Say no."""
    return _instead(await protocol.decline(call.ports, task=TaskId(ref.subject), by=call.user))


async def done(call: Call, ref: Ref) -> Reply:
    """It is done."""
    return _instead(await protocol.done(call.ports, task=TaskId(ref.subject), by=call.user))


async def drop(call: Call, ref: Ref) -> Reply:
    """It is not needed any more."""
    return _instead(await protocol.drop(call.ports, task=TaskId(ref.subject), by=call.user))


async def take(call: Call, ref: Ref) -> Reply:
    """Somebody takes upon themselves what its person cannot do."""
    task = await protocol.give(call.ports, task=TaskId(ref.subject), to=call.user, by=call.user)
    return _instead(task)


async def give(call: Call, ref: Ref) -> None:
    """Ask for whom."""
    await call.show(forms.give(await protocol.find(call.ports, task=TaskId(ref.subject))))


# ------------------------------------------------------------------ parts
def _about_one(words: str) -> tuple[int | None, str, str]:
    """``2 done note`` or ``done 2 note``: the number, the step and what follows."""
    first, _, after = words.partition(" ")
    step = _STEP_OF.get(first.casefold(), "")
    number, rest = grammar.number(after if step else words)
    if number is None:
        return None, "", words
    second, _, more = rest.partition(" ")
    other = _STEP_OF.get(second.casefold().rstrip(":,."), "")
    return (number, step, rest) if step else (number, other, more.strip() if other else rest)


async def _on_one(call: Call, number: int, step: str, rest: str) -> Message:
    task = (await protocol.numbered(call.ports, incident=call.number, number=number)).id
    note = grammar.readable(rest)
    by = call.user
    deeds: dict[str, Callable[[], Awaitable[Task]]] = {
        "accept": lambda: protocol.accept(call.ports, task=task, by=by),
        "decline": lambda: protocol.decline(call.ports, task=task, by=by, reason=note),
        "done": lambda: protocol.done(call.ports, task=task, by=by, note=note),
        "drop": lambda: protocol.drop(call.ports, task=task, by=by, reason=note),
    }
    if step:
        return said(await deeds[step]())
    to = grammar.user(rest)
    if to is None:  # pragma: no cover - the caller looked
        raise NeedsWords("Name who is to do it instead.")
    await call.desk.acquaint(to)
    return given(await protocol.give(call.ports, task=task, to=to, by=by))


def _instead(task: Task) -> Reply:
    return Reply(message=said(task), replace=True)
