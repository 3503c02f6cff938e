"""Tasks: who does what until when, with what this person may press.

Their own come first, and what is late before what is not.
"""

from __future__ import annotations

from handlers.names import Action, Ref, Verb
from handlers.views.answers import answer
from handlers.views.kit import Block, Element, Message, actions, button, confirm, context, message, section
from handlers.views.phrases import count, named, verb_button
from handlers.views.roles import role_of
from handlers.views.text import Markup, clock_time, foreign, join, person, say
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import UserId
from playbooks.domain.task import Task, TaskState, in_order
from playbooks.protocol.picture import Picture

_SHOWN = 10
_ENDED_SHOWN = 5


def tasks(picture: Picture, user: UserId, handbook: Handbook) -> Message:
    """Everything that is to be done, and what was done last."""
    waiting = in_order(picture.tasks, user, at=picture.at)
    lead = say("{n} in {incident}", n=counted(picture), incident=named(picture.incident))
    leads = role_of(user, picture, handbook).leads
    rows = [block for task in waiting[:_SHOWN] for block in _row(task, picture, user, leads=leads)]
    return message(
        lead,
        section(lead),
        *rows,
        context(say("and {n} more", n=len(waiting) - _SHOWN)) if len(waiting) > _SHOWN else None,
        _ended(picture),
        actions(
            verb_button("Give a task…", Verb.TASK, picture.incident.id),
            verb_button("Decisions", Verb.DECIDE, picture.incident.id),
        )
        if picture.incident.is_live
        else None,
    )


def counted(picture: Picture) -> Markup:
    """``3 tasks open, 1 late``."""
    waiting = picture.open_tasks
    late = sum(task.is_late(picture.at) for task in waiting)
    return say("{n} open{late}", n=count(len(waiting), "task"), late=Markup(f", {late} late" if late else ""))


def task_line(task: Task, picture: Picture) -> Markup:
    """Number, words, who has it and how far it has come."""
    late = Markup("⚠️ " if task.is_late(picture.at) else "")
    return say(
        "{late}*{n}* {text}\n{how}", late=late, n=task.number, text=foreign(task.text, 400), how=how(task)
    )


def how(task: Task) -> Markup:
    """Who has it, and by when the next step is expected."""
    who, by = person(task.assignee), clock_time(task.due_at)
    match task.state:
        case TaskState.ASKED:
            return say(
                "{who} is asked by {asker}, to answer by {by}", who=who, asker=person(task.assigner), by=by
            )
        case TaskState.ACCEPTED:
            return say("{who} by {by}", who=who, by=by)
        case TaskState.DECLINED:
            why = say(" (“{why}”)", why=foreign(task.note, 200)) if task.note else Markup("")
            return say("{who} cannot{why}: nobody has it", who=who, why=why)
        case TaskState.DONE | TaskState.DROPPED:
            word = "done" if task.state is TaskState.DONE else "not needed"
            at = clock_time(task.ended_at or task.asked_at)
            note = say(": {note}", note=foreign(task.note, 200)) if task.note else Markup("")
            return say(
                "{word}, says {who} at {at}{note}",
                word=word,
                who=person(task.ended_by or ""),
                at=at,
                note=note,
            )


def to_answer(task: Task) -> list[Element]:
    """What the one whose task it is may press."""
    ref = Ref(incident=task.incident, subject=task.id)
    if task.state is TaskState.ASKED:
        return [
            button("Accept", Action.TASK_ACCEPT, ref, style="primary"),
            button("I cannot", Action.TASK_DECLINE, ref),
        ]
    if task.state is TaskState.ACCEPTED:
        return [
            button("Done", Action.TASK_DONE, ref, style="primary"),
            button("I cannot", Action.TASK_DECLINE, ref),
        ]
    return []


def to_pass_on(task: Task) -> list[Element]:
    """What whoever asked, and whoever leads, may press."""
    ref = Ref(incident=task.incident, subject=task.id)
    sure = confirm("Not needed any more?", "Whoever has the task is told.", "Not needed")
    return [
        button("Give to somebody else…", Action.TASK_GIVE, ref),
        button("Done", Action.TASK_DONE, ref),
        button("Not needed", Action.TASK_DROP, ref, confirm=sure),
    ]


def given(task: Task) -> Message:
    """Somebody is asked; or it is one's own."""
    text = foreign(task.text, 200)
    if task.state is TaskState.ACCEPTED:
        words = say(
            "📋 Task {n} is yours, until {by}: {text}", n=task.number, by=clock_time(task.due_at), text=text
        )
        return answer(words, *to_answer(task))
    words = say(
        "📋 {who} is asked privately: *task {n}* {text}. You hear of it if there is no answer.",
        who=person(task.assignee),
        n=task.number,
        text=text,
    )
    return answer(words)


def said(task: Task) -> Message:
    """What an answer to a task did."""
    text = foreign(task.text, 200)
    words = say("📋 *Task {n}* {text}\n{how}", n=task.number, text=text, how=_thanks(task))
    return answer(words, *(to_answer(task) if task.state is TaskState.ACCEPTED else []))


def _thanks(task: Task) -> Markup:
    match task.state:
        case TaskState.ACCEPTED:
            return say("It is yours. Until {by}; press *Done* when it is.", by=clock_time(task.due_at))
        case TaskState.DECLINED:
            return Markup("Thank you for saying so. Whoever asked is told.")
        case _:
            return how(task)


def _row(task: Task, picture: Picture, user: UserId, *, leads: bool) -> list[Block]:
    pressed = _buttons(task, user, leads=leads) if picture.incident.is_live else []
    return [section(task_line(task, picture)), *([actions(*pressed)] if pressed else [])]


def _buttons(task: Task, user: UserId, *, leads: bool) -> list[Element]:
    if task.assignee == user and task.state is not TaskState.DECLINED:
        return to_answer(task)
    if leads or task.assigner == user:
        return to_pass_on(task)
    if task.state is TaskState.DECLINED:
        return [button("I do it", Action.TASK_TAKE, Ref(incident=task.incident, subject=task.id))]
    return []


def _ended(picture: Picture) -> Block | None:
    over = sorted(
        (t for t in picture.tasks if not t.is_open), key=lambda t: (t.ended_at or t.asked_at, t.number)
    )
    lines = [
        say("✔️ *{n}* {text}: {how}", n=t.number, text=foreign(t.text, 150), how=how(t))
        for t in over[-_ENDED_SHOWN:]
    ]
    return context(join(lines)) if lines else None
