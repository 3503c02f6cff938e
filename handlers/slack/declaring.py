"""Declaring, from wherever it is asked: command, button, shortcut or form.

Before a second incident is made of one outage, whoever declares sees the first.
"""

from __future__ import annotations

from handlers.names import Field, Ref
from handlers.slack import grammar
from handlers.slack.calls import Call, Reply, redraw
from handlers.slack.payloads import Click, Submission, Window
from handlers.views import answers
from handlers.views.alike import looks_alike
from handlers.views.kit import Message, View
from handlers.views.modals import declaring as forms
from handlers.views.modals.declaring import Draft
from playbooks.domain.alike import LooksAlike
from playbooks.domain.ids import IncidentId, ServiceName, UserId
from playbooks.protocol import declare as declaration
from playbooks.protocol import outlook, report


async def show_form(call: Call, draft: Draft) -> None:
    """Open the form, with what is known already."""
    await call.show(await _form(call, draft))


async def declared(
    call: Call,
    *,
    service: ServiceName,
    title: str,
    despite: tuple[IncidentId, ...] = (),
    drill: tuple[UserId, ...] | None = None,
    private: tuple[UserId, ...] | None = None,
) -> Message | None:
    """Declare at once; or ask, if something like it is open that the person has not seen.

    None if a form asks.
    """
    try:
        incident = await declaration.by_hand(
            call.ports,
            title=title,
            service=service,
            severity=None,
            by=call.user,
            despite=despite,
            drill=drill,
            private=private,
        )
    except LooksAlike as open_already:
        if private is not None:  # the buttons of the short answer declare for everybody
            await show_form(call, Draft(title=title, service=str(service), private=True, named=private))
            return None
        return looks_alike(open_already.alike, service, title, call.handbook)
    return answers.answer(answers.declared(incident))


async def anyway(call: Call, ref: Ref) -> Reply | None:
    """It is something else than what was shown."""
    message = await declared(call, service=ServiceName(ref.subject), title=ref.words, despite=ref.others)
    return None if message is None else Reply(message=message, replace=True)


async def join_instead(call: Call, ref: Ref) -> Reply:
    """It is the same thing: come into its room, and leave what you noticed there."""
    incident = await report.join(
        call.ports, incident=call.number, service=ref.subject, text=call.words, by=call.user
    )
    return Reply(message=answers.joining(incident, call.desk.room_url), replace=True)


async def submitted(call: Call, form: Submission) -> View:
    """Declare. Slack lets people submit again when an answer was slow: that is the same declaration."""
    draft = _filled(form.view)
    try:
        incident = await declaration.by_hand(
            call.ports,
            title=draft.title,
            service=draft.service,
            severity=draft.level,
            by=call.user,
            despite=form.ref.others,
            source_link=draft.source_link,
            drill=draft.named if draft.drill else None,
            private=draft.named if draft.private else None,
        )
    except LooksAlike:
        return await _form(call, draft)
    return answers.shown("Declared", answers.declared(incident))


async def follow(call: Call, click: Click) -> None:
    """Another service or severity is chosen: the form says what would happen now."""
    if click.view is not None:
        view = await _form(call, _filled(click.view))
        await redraw(call.windows, view, modal=click.view.id, shown=click.view.hash)


async def _form(call: Call, draft: Draft) -> View:
    foreseen = await outlook.declaring(call.ports, service=draft.service, severity=draft.level)
    return forms.declare(call.handbook, foreseen, draft)


def _filled(view: Window) -> Draft:
    people = view.people(Field.PEOPLE) if view.has(Field.PEOPLE) else grammar.users(view.ref.words)
    return Draft(
        title=view.words(Field.TITLE),
        service=view.words(Field.SERVICE),
        severity=view.words(Field.SEVERITY),
        drill=view.words(Field.KIND) == forms.DRILL,
        private=view.words(Field.KIND) == forms.PRIVATE,
        named=tuple(UserId(user) for user in people),
        source_link=view.ref.subject,
    )
