"""Giving a task, or passing one on."""

from __future__ import annotations

from datetime import timedelta

from handlers.names import Callback, Field, Ref
from handlers.views.forms import modal, text_input, user_input
from handlers.views.kit import View, section
from handlers.views.phrases import named
from handlers.views.text import foreign, say
from playbooks.domain.ids import UserId
from playbooks.domain.task import MAX_WORDS, Task
from playbooks.protocol.picture import Picture
from playbooks.schema import Tasks


def task(
    picture: Picture, policy: Tasks, *, to: UserId | None = None, text: str = "", box: timedelta | None = None
) -> View:
    """A person, what is to be done, and how long it may take."""
    return modal(
        "Give a task",
        Callback.TASK,
        Ref(incident=picture.incident.id),
        section(named(picture.incident)),
        user_input(
            Field.PERSON, "Who?", initial=to or "", hint="They are asked privately. Name yourself to take it."
        ),
        text_input(
            Field.TEXT,
            "What is to be done?",
            initial=text,
            placeholder="Read the database's log since 14:00",
            limit=MAX_WORDS,
        ),
        text_input(
            Field.BOX,
            "How long may it take?",
            initial=short(box or policy.box),
            hint="Such as 20m or 1h 30m, from the moment they accept. When it is over they are asked.",
            limit=20,
        ),
        submit="Ask them",
    )


def give(found: Task) -> View:
    """Somebody else for a task."""
    return modal(
        "Give it to somebody else",
        Callback.GIVE_TASK,
        Ref(incident=found.incident, subject=found.id),
        section(say("*{n}* {text}", n=found.number, text=foreign(found.text, 400))),
        user_input(Field.PERSON, "Who?", hint="They are asked privately."),
        submit="Ask them",
    )


def short(length: timedelta) -> str:
    """``20m``, ``1h 30m``: as people write it."""
    hours, minutes = divmod(int(length.total_seconds()) // 60, 60)
    return " ".join(part for part in (f"{hours}h" if hours else "", f"{minutes}m" if minutes else "") if part)
