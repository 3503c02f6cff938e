"""Verbs that change the state: declare, severity, freeze, mitigate, resolve, reopen, close."""

from __future__ import annotations

from handlers.slack import confiding, declaring, drilling, grammar
from handlers.slack.calls import Call
from handlers.views import answers
from handlers.views.frozen import pending_approvals
from handlers.views.kit import Message
from handlers.views.modals import ending
from handlers.views.modals.declaring import Draft
from handlers.views.text import Markup, clock_time, say
from playbooks.protocol import beforehand, glass, resolve


async def declare(call: Call) -> Message | None:
    """``declare checkout payments time out`` at once; anything less opens the form.

    ``declare drill @ada checkout …`` rehearses it with the people named, and ``declare private @ada
    checkout …`` lets only them know of it.
    """
    secret, insiders = confiding.unmarked(call.words)
    if insiders is not None:
        return await confiding.declare(call, secret, insiders)
    unmarked, drill = drilling.unmarked(call.words)
    words = grammar.readable(unmarked)
    first, _, rest = words.partition(" ")
    service = call.handbook.service_named(first) if first else None
    if service is None or not rest.strip():
        title, named = (words, "") if service is None else (rest, str(service))
        draft = Draft(title=title, service=named, drill=drill is not None, named=drill or ())
        await declaring.show_form(call, draft)
        return None
    return await declaring.declared(call, service=service, title=rest.strip(), drill=drill)


async def severity(call: Call) -> Message | None:
    """``sev 1 reason``; without a number the form asks."""
    level, reason = grammar.severity(grammar.readable(call.words))
    if level is None:
        await call.show(ending.severity(await call.allowed(beforehand.severity), call.handbook))
        return None
    changed = await resolve.severity(
        call.ports, incident=call.number, by=call.user, severity=level, reason=reason
    )
    name = call.handbook.playbook.severity_name(changed.severity)
    return answers.answer(say("It is {name} now.", name=name))


async def mitigate(call: Call) -> Message | None:
    """Users are served again; without a note the form asks."""
    if not call.words:
        await call.show(ending.mitigate(await call.allowed(beforehand.mitigate)))
        return None
    note = grammar.readable(call.words)
    await resolve.mitigate(call.ports, incident=call.number, by=call.user, note=note)
    return answers.answer(Markup("Mitigated. Clocks are stopped; stakeholders are to hear of it now."))


async def finish(call: Call) -> None:
    """The form for how it ended, with the words as its note."""
    picture = await call.allowed(beforehand.resolve)
    await call.show(ending.resolve(picture, call.handbook, note=grammar.readable(call.words)))


async def break_glass(call: Call) -> Message | None:
    """Take the authority of leads for a while; without a reason the form asks."""
    if not call.words:
        await call.show(ending.break_glass(await call.allowed(beforehand.break_glass), call.handbook))
        return None
    broken = await glass.shatter(
        call.ports, incident=call.number, by=call.user, reason=grammar.readable(call.words)
    )
    return answers.answer(
        say("Until {until} you may do what leads may. The room was told.", until=clock_time(broken.until))
    )


async def reopen(call: Call) -> Message | None:
    """It came back; without a reason the form asks."""
    if not call.words:
        await call.show(ending.reopen(await call.allowed(beforehand.reopen)))
        return None
    reason = grammar.readable(call.words)
    await resolve.reopen(call.ports, incident=call.number, by=call.user, reason=reason)
    return answers.answer(Markup("Reopened. Clocks, freeze and updates run on."))


async def close(call: Call) -> None:
    """The form that closes the record."""
    await call.show(ending.close(await call.allowed(beforehand.close)))


async def thaw(call: Call) -> None:
    """The form that lifts the freeze: it releases every held change at once."""
    picture = await call.allowed(beforehand.thaw)
    await call.show(ending.thaw(picture, reason=grammar.readable(call.words)))


async def approvals(call: Call) -> Message:
    """The changes that wait, with Approve and Deny; outside a room, every freeze."""
    return pending_approvals(await call.picture())
