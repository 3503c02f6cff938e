"""``/incident child of INC-3`` and ``/incident child of none``."""

from __future__ import annotations

from handlers.slack import grammar
from handlers.slack.calls import Call
from handlers.views import answers
from handlers.views.kit import Message
from handlers.views.modals import verbal
from handlers.views.phrases import named
from handlers.views.text import say
from playbooks.domain.errors import NeedsWords
from playbooks.domain.ids import incident_name
from playbooks.protocol import family

_NOBODY = ("none", "nothing", "nobody", "no")


async def typed(call: Call) -> Message | None:
    """Make this incident a part of another one, or of none; a form asks for words. Raises NeedsWords."""
    if not call.words:
        await call.show(verbal.part_of(call.number))
        return None
    words = grammar.readable(call.words).strip().removeprefix("of ").strip()
    first, _, rest = words.partition(" ")
    if first.casefold() in _NOBODY:
        await family.part(call.ports, incident=call.number, by=call.user, reason=rest)
        return answers.answer(say("*{n}* stands alone now.", n=incident_name(call.number)))
    parent, reason = grammar.incident(words)
    if parent is None:
        raise NeedsWords("Say what it is a part of: /incident child of INC-3. Or: /incident child of none")
    above = await family.adopt(call.ports, incident=call.number, parent=parent, by=call.user, reason=reason)
    joined = say("*{n}* is a part of {parent} now.", n=incident_name(call.number), parent=named(above))
    return answers.answer(joined)
