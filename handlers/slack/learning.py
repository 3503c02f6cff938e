"""Submissions about the post-mortem: its text by section, its finding, its publication."""

from __future__ import annotations

from dataclasses import replace

from handlers.names import Field, section_field
from handlers.slack.calls import Call
from handlers.slack.payloads import Submission
from handlers.views import answers
from handlers.views.kit import View
from handlers.views.modals.learning import ATTACH, sections_of
from handlers.views.text import Markup
from playbooks.domain.errors import NeedsWords
from playbooks.domain.ids import ReviewId, ServiceName
from playbooks.domain.review import Effect, Finding, Review
from playbooks.protocol import find, review

ALREADY_CHANGED = (
    "Somebody saved this post-mortem while you wrote. Copy your words, close, and edit it again."
)


async def save_review(call: Call, form: Submission) -> View:
    """Put the sections together again; those that were not shown stay as they are."""
    found = await _unchanged(call, form)
    parts = [_edited(form, number, part) for number, part in enumerate(sections_of(found.body))]
    await review.edit(call.ports, review=found.id, by=call.user, body="".join(parts), finding=None)
    return answers.shown(
        "Saved", Markup("The post-mortem is saved. Publish it when it says what was learned.")
    )


async def save_finding(call: Call, form: Submission) -> View:
    """What was learned."""
    found = await _unchanged(call, form)
    before = found.finding or Finding(
        symptom="", cause="", workaround="", effects=(), services=(), signature=()
    )
    written = replace(
        before,
        symptom=form.words(Field.SYMPTOM),
        cause=form.words(Field.CAUSE),
        workaround=form.words(Field.WORKAROUND),
        effects=effects(form.words(Field.EFFECTS)),
        services=tuple(ServiceName(name) for name in form.chosen(Field.SERVICES)),
        signature=tuple(form.words(Field.SIGNATURE).split()),
    )
    await review.edit(call.ports, review=found.id, by=call.user, body=None, finding=written)
    return answers.shown("Saved", Markup("Saved. *Publish…* gives it a home among the known errors."))


async def publish(call: Call, form: Submission) -> None:
    """Publish as the person chose."""
    choice = form.words(Field.CHOICE)
    await review.publish(
        call.ports,
        review=ReviewId(form.ref.subject),
        by=call.user,
        choice="attach" if choice == ATTACH else "create",
    )


def effects(words: str) -> tuple[Effect, ...]:
    """``pool.max set 40``, one a line. Raises NeedsWords for a line without an action."""
    read = []
    for line in words.splitlines():
        target, _, rest = line.strip().partition(" ")
        action, _, value = rest.strip().partition(" ")
        if target and not action:
            words = f"Write what is done to “{target[:40]}” too, such as: {target[:40]} restart"
            raise NeedsWords(words, about=Field.EFFECTS)
        if target:
            read.append(Effect(target=target, action=action.casefold(), value=value.strip()))
    return tuple(read)


async def _unchanged(call: Call, form: Submission) -> Review:
    """The post-mortem, if it is still the one that was shown. Raises NeedsWords."""
    found = await find.review(call.ports, review=ReviewId(form.ref.subject))
    if form.ref.fence is not None and found.version != form.ref.fence:
        raise NeedsWords(ALREADY_CHANGED)
    return found


def _edited(form: Submission, number: int, part: str) -> str:
    """What the person made of a section; headings keep a line of their own."""
    field = section_field(number)
    if field not in form.fields:
        return part
    written = form.words(field)
    return f"{written}\n\n" if written else ""
