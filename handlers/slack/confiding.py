"""``/incident declare private …``, ``/incident private …`` and ``/incident public …``."""

from __future__ import annotations

from handlers.slack import declaring, drilling, grammar
from handlers.slack.calls import Call
from handlers.views import answers
from handlers.views.kit import Message
from handlers.views.modals import verbal
from handlers.views.modals.declaring import Draft
from handlers.views.text import say
from playbooks.domain.errors import NeedsWords, NotNeeded
from playbooks.domain.ids import UserId, incident_name
from playbooks.protocol import beforehand, find, privacy

_MARKS = ("private", "privately", "confidential", "secret")


def unmarked(words: str) -> tuple[str, tuple[UserId, ...] | None]:
    """The words without ``private`` and whom they mention; None for the latter if it is for everybody."""
    first, _, rest = words.strip().partition(" ")
    if first.casefold() not in _MARKS:
        return words, None
    return grammar.without_users(rest).strip(), grammar.users(rest)


async def private(call: Call) -> Message | None:
    """Declare privately; what is public already cannot be hidden. Raises NotNeeded."""
    if call.incident is not None:
        incident = await find.incident(call.ports, number=call.incident)
        name = incident_name(incident.id)
        if incident.private:
            raise NotNeeded(f"{name} is private already. Whoever is in its room may know of it.")
        raise NotNeeded(
            f"{name} is public: people have read of it, and Slack lets only admins make its room private. "
            f"Declare a new one with /incident declare private, then close {name} and say nothing more here."
        )
    return await declare(call, call.words, grammar.users(call.words))


async def declare(call: Call, words: str, named: tuple[UserId, ...]) -> Message | None:
    """``private @ada checkout somebody reads our mail`` at once; anything less opens the form.

    Raises NeedsWords for a drill.
    """
    rest, drill = drilling.unmarked(grammar.without_users(words).strip())
    if drill is not None:
        raise NeedsWords("A drill cannot be private: nothing in it is secret. Declare one or the other.")
    text = grammar.readable(rest)
    first, _, title = text.partition(" ")
    service = call.handbook.service_named(first) if first else None
    if service is None or not title.strip():
        named_service = "" if service is None else str(service)
        title = text if service is None else title
        draft = Draft(title=title, service=named_service, private=True, named=named)
        await declaring.show_form(call, draft)
        return None
    return await declaring.declared(call, service=service, title=title.strip(), private=named)


async def public(call: Call) -> Message | None:
    """``public customers were told``; a form asks why. Raises NotNeeded, NotYourRole."""
    if not call.words:
        await call.allowed(beforehand.make_public)
        await call.show(verbal.for_everybody(call.number))
        return None
    reason = grammar.readable(call.words)
    made = await privacy.make_public(call.ports, incident=call.number, by=call.user, reason=reason)
    words = "*{n}* is public now, and is being announced. Its room stays a private channel: `/incident join`."
    return answers.answer(say(words, n=incident_name(made.id)))
