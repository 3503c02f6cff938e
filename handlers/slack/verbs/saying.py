"""Verbs that write something down, verify it, release it and tell it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from handlers.names import Verb
from handlers.slack import grammar
from handlers.slack.calls import Call
from handlers.slack.verbs.looking import show_facts
from handlers.views import answers
from handlers.views.kit import Message
from handlers.views.modals import saying as forms
from handlers.views.modals import verbal
from handlers.views.statements import statement_line
from playbooks.domain.errors import NeedsWords
from playbooks.domain.statement import Statement, StatementClass
from playbooks.protocol import beforehand, communicate, correcting, find, timeline

KINDS = {
    Verb.IMPACT: StatementClass.IMPACT,
    Verb.SCOPE: StatementClass.SCOPE,
    Verb.FACT: StatementClass.STATUS,
    Verb.DOING: StatementClass.ACTION,
    Verb.WORKAROUND: StatementClass.WORKAROUND,
    Verb.ESTIMATE: StatementClass.ESTIMATE,
    Verb.HYPOTHESIS: StatementClass.CAUSE,
}
Say = Callable[[Call], Awaitable[Message | None]]


async def log(call: Call) -> Message | None:
    """Write a key event into the log."""
    if not call.words:
        await call.show(forms.log(call.number))
        return None
    event = await timeline.note(
        call.ports, incident=call.number, text=grammar.readable(call.words), by=call.user
    )
    number = await timeline.number_of(call.ports, event)
    return answers.noted(event.text, event.label, None if number is None else (call.number, number))


async def correct(call: Call) -> Message | None:
    """Entry N of the log reads differently from now on; a form asks how."""
    number, words = grammar.number(call.words)
    if number is None:
        raise NeedsWords("Say which entry, and what it should say: /incident correct 12 rolled back 4.12")
    if not words:
        await call.show(verbal.correct(call.number, number))
        return None
    event = await correcting.correct(
        call.ports, incident=call.number, number=number, text=grammar.readable(words), by=call.user
    )
    return answers.corrected(event)


def stating(verb: Verb) -> Say:
    """The verb that makes a statement of its kind."""
    kind = KINDS[verb]

    async def state(call: Call) -> Message | None:
        if not call.words:
            await call.show(forms.statement(call.number, kind))
            return None
        words = grammar.readable(call.words)
        made = await communicate.state(call.ports, incident=call.number, kind=kind, text=words, by=call.user)
        return answers.answer(answers.stated(made, await _number(call, made)))

    return state


async def verify(call: Call) -> Message:
    """A second person stands for statement N; addresses in the words are its evidence."""
    statement = await _meant(call)
    if statement is None:
        return await show_facts(call)
    evidence = grammar.links(call.words)
    verified = await communicate.verify(call.ports, statement=statement.id, by=call.user, evidence=evidence)
    return await _done(call, verified)


async def release(call: Call) -> Message:
    """Statement N may be told to stakeholders."""
    statement = await _meant(call)
    if statement is None:
        return await show_facts(call)
    return await _done(call, await communicate.release(call.ports, statement=statement.id, by=call.user))


async def refute(call: Call) -> Message:
    """Statement N is wrong."""
    statement = await _meant(call)
    if statement is None:
        return await show_facts(call)
    return await _done(call, await communicate.refute(call.ports, statement=statement.id, by=call.user))


async def update(call: Call) -> None:
    """Show what stakeholders would read now, ready to be sent."""
    await call.allowed(beforehand.send_update)
    digest = await communicate.draft(call.ports, incident=call.number)
    await call.show(forms.send_update(digest, note=grammar.readable(call.words)))


async def _meant(call: Call) -> Statement | None:
    number, _ = grammar.number(call.words)
    if number is None:
        return None
    return await communicate.numbered(call.ports, incident=call.number, number=number)


async def _number(call: Call, statement: Statement) -> int:
    return (await find.picture(call.ports, incident=call.number)).number_of(statement.id)


async def _done(call: Call, statement: Statement) -> Message:
    return answers.answer(statement_line(statement, await _number(call, statement)))
