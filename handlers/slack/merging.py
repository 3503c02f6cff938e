"""Saying that two incidents are one: by command, on a candidate's card, or in answer to the question."""

from __future__ import annotations

from handlers.names import Field, Ref
from handlers.slack import grammar
from handlers.slack.calls import Call, Reply
from handlers.slack.payloads import Submission
from handlers.views import answers
from handlers.views.kit import Message, View
from handlers.views.modals import merging as forms
from playbooks.domain.ids import IncidentId, MergeId
from playbooks.domain.incident import Major
from playbooks.protocol import find, merge


async def typed(call: Call) -> Message | None:
    """``merge INC-3`` here; without a number the form lists what is open."""
    into, reason = grammar.incident(grammar.readable(call.words))
    if into is None:
        live = await find.live(call.ports)
        others = [i for i in live if i.id != call.number and i.major is Major.ACCEPTED and not i.private]
        await call.show(forms.merge((await call.picture()).incident, others, call.handbook))
        return None
    asked = await merge.merge(call.ports, incident=call.number, into=into, by=call.user, reason=reason)
    return answers.answer(forms.done(call.number, into, asked))


async def submitted(call: Call, form: Submission) -> View:
    """Merge, or ask."""
    into = IncidentId(int(form.words(Field.CHOICE)))
    asked = await merge.merge(
        call.ports, incident=call.number, into=into, by=call.user, reason=form.words(Field.REASON)
    )
    return answers.shown("Merge", forms.done(call.number, into, asked))


async def agree(call: Call, ref: Ref) -> Reply:
    """They are one."""
    asked = await merge.agree(call.ports, merger=MergeId(ref.subject), by=call.user)
    return Reply(message=answers.answer(forms.done(asked.incident, asked.into, asked)), replace=True)


async def keep_apart(call: Call, ref: Ref) -> Reply:
    """They are two."""
    asked = await merge.keep_apart(call.ports, merger=MergeId(ref.subject), by=call.user)
    return Reply(message=answers.answer(forms.done(asked.incident, asked.into, asked)), replace=True)
