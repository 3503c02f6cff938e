"""Reporting: by command, from a message, or in the form."""

from __future__ import annotations

from handlers.names import Field
from handlers.slack import grammar
from handlers.slack.calls import Call, redraw
from handlers.slack.payloads import Click, Submission
from handlers.views import answers
from handlers.views.kit import Message, View, actions
from handlers.views.modals import reporting as forms
from handlers.views.modals.reporting import ReportDraft
from playbooks.protocol import report


async def typed(call: Call) -> Message | None:
    """``report checkout my card is refused`` at once; anything less opens the form."""
    words = grammar.readable(call.words)
    first, _, rest = words.partition(" ")
    service = call.handbook.service_named(first) if first else None
    if service is None or not rest.strip():
        text, named = (words, "") if service is None else (rest, str(service))
        await show_form(call, ReportDraft(service=named, text=text))
        return None
    filed = await report.file(call.ports, service=service, text=rest, by=call.user)
    button = forms.next_step(filed)
    return answers.answer(forms.went(filed, call.handbook), *([button] if button else []))


async def show_form(call: Call, draft: ReportDraft) -> None:
    """Open the form, with what is known already."""
    await call.show(await _form(call, draft))


async def submitted(call: Call, form: Submission) -> View:
    """Take the report, and say where it went."""
    filed = await report.file(
        call.ports,
        service=form.words(Field.SERVICE),
        text=form.words(Field.TEXT),
        by=call.user,
        link=form.ref.subject,
    )
    button = forms.next_step(filed)
    more = [actions(button)] if button else []
    return answers.shown("Reported", forms.went(filed, call.handbook), *more)


async def follow(call: Call, click: Click) -> None:
    """Another service is chosen: the form says where the report would go."""
    if click.view is not None:
        draft = ReportDraft(
            service=click.view.words(Field.SERVICE),
            text=click.view.words(Field.TEXT),
            source_link=click.view.ref.subject,
        )
        await redraw(call.windows, await _form(call, draft), modal=click.view.id, shown=click.view.hash)


async def _form(call: Call, draft: ReportDraft) -> View:
    incident = await report.destination(call.ports, service=draft.service) if draft.service else None
    return forms.report(call.handbook, draft, incident)
