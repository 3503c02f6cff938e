"""``/incident declare drill …`` and ``/incident drill real …``."""

from __future__ import annotations

from handlers.slack import grammar
from handlers.slack.calls import Call
from handlers.views import answers
from handlers.views.kit import Message
from handlers.views.modals import verbal
from handlers.views.phrases import named
from handlers.views.text import say
from playbooks.domain.errors import NeedsWords
from playbooks.domain.ids import UserId
from playbooks.protocol import drills

_MARKS = ("drill", "exercise", "rehearsal")
_REAL = ("real", "no drill")


def unmarked(words: str) -> tuple[str, tuple[UserId, ...] | None]:
    """The words without ``drill`` and whom they mention; None for the latter if it is in earnest."""
    first, _, rest = words.strip().partition(" ")
    if first.casefold() not in _MARKS:
        return words, None
    people = grammar.users(rest)
    return grammar.without_users(rest).strip(), people


async def typed(call: Call) -> Message | None:
    """``drill real because …`` in a drill's room; a form asks why. Raises NeedsWords, NotNeeded."""
    if not call.words and (await call.picture()).incident.drill is not None:
        await call.show(verbal.in_earnest(call.number))
        return None
    words = grammar.readable(call.words).strip()
    mark = next((mark for mark in _REAL if words.casefold().startswith(mark)), None)
    if mark is None:
        raise NeedsWords("A drill begins with /incident declare drill, and ends with /incident drill real …")
    reason = words[len(mark) :].strip(" :,")
    incident = await drills.become_real(call.ports, incident=call.number, by=call.user, reason=reason)
    return answers.answer(say("{named} is in earnest now. Everybody is being called.", named=named(incident)))
