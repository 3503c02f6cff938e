"""Verbs about command."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from handlers.slack import grammar
from handlers.slack.calls import Call
from handlers.views import answers
from handlers.views.kit import Message
from handlers.views.modals import seat as forms
from handlers.views.text import Markup, person, say
from playbooks.domain.errors import NeedsWords
from playbooks.domain.events import RoleGiven
from playbooks.domain.ids import UserId
from playbooks.domain.role import Role
from playbooks.protocol import beforehand, command, find

TAKE_BACK = ("withdraw", "cancel", "take back", "back")
"""Instead of a person: the offer that is open is taken back."""


async def take(call: Call) -> Message:
    """Take command, or dispute it with the words as the reason."""
    outcome = await command.take(
        call.ports, incident=call.number, by=call.user, reason=grammar.readable(call.words)
    )
    return answers.took(outcome, private=(await find.incident(call.ports, number=call.number)).private)


async def contest(call: Call) -> Message | None:
    """Dispute command; without a reason, the form asks for it."""
    if not call.words:
        await call.show(forms.contest(await call.allowed(beforehand.dispute)))
        return None
    return await take(call)


async def give_way(call: Call) -> Message:
    """Yield in the dispute that is open."""
    open_now = (await call.picture()).contest
    if open_now is None:
        return answers.answer(
            Markup("Command is not disputed. Use `/incident handover` to give it to somebody.")
        )
    settled = await command.give_way(call.ports, contest=open_now.id, by=call.user)
    return answers.answer(say("{who} has command.", who=person(settled.winner)))


async def recall(call: Call) -> Message | None:
    """Ask a silent commander for a sign of life; without a reason, the form asks for it."""
    if not call.words:
        await call.show(forms.recall(await call.allowed(beforehand.recall), call.handbook))
        return None
    begun = await command.recall(
        call.ports, incident=call.number, by=call.user, reason=grammar.readable(call.words)
    )
    return answers.recalled(begun)


async def override(call: Call) -> None:
    """Take command in person: only through the form, which says what that means."""
    picture = await call.allowed(beforehand.override)
    await call.show(forms.override(picture, reason=grammar.readable(call.words)))


async def hand_over(call: Call) -> Message | None:
    """Offer command to the person mentioned; without one, the form asks for it."""
    if call.words.strip().casefold() in TAKE_BACK:
        return answers.taken_back(
            await command.withdraw_offer(call.ports, incident=call.number, by=call.user)
        )
    taker = grammar.user(call.words)
    if taker is None:
        await call.show(forms.handover(await call.allowed(beforehand.hand_over)))
        return None
    await offer(call, taker)
    return answers.offered(call.number, taker)


async def offer(call: Call, taker: UserId) -> None:
    """Offer command to somebody whom Slack knows to be able to take it."""
    if not await call.desk.acquaint(taker):
        raise NeedsWords("Slack does not say at the moment who that is. Try again, or name somebody else.")
    await command.offer(call.ports, incident=call.number, to=taker, by=call.user)


def appointing(role: Role) -> Callable[[Call], Awaitable[Message | None]]:
    """The verb that appoints the person mentioned; without one, the form asks for it."""

    async def appoint(call: Call) -> Message | None:
        person = grammar.user(call.words)
        if person is None:
            await call.show(forms.role(await call.allowed(beforehand.appoint), role))
            return None
        return answers.appointed(await give_role(call, role, person))

    return appoint


async def give_role(call: Call, role: Role, person: UserId) -> RoleGiven:
    """Appoint somebody whom Slack knows to be able to take part."""
    await call.desk.acquaint(person)
    return await command.appoint(call.ports, incident=call.number, role=role, to=person, by=call.user)
