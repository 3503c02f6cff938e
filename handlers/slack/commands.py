"""``/incident …``: understand, find the incident, do it, answer the one who asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.deps import Desk
from handlers.names import Verb, fits
from handlers.slack import grammar
from handlers.slack.calls import Call, Reply, Windows, as_reply
from handlers.slack.edge import once, require_known, require_welcome
from handlers.slack.payloads import Typed
from handlers.slack.verbs import perform
from handlers.slack.verbs.saying import KINDS
from handlers.views import answers
from handlers.views.kit import Message
from handlers.views.modals.declaring import MAX_TITLE
from handlers.views.text import Markup, say
from playbooks.domain.ids import ChannelId, IncidentId, UserId
from playbooks.protocol import declare, find
from playbooks.protocol.communicate import MAX_STATEMENT


async def typed(desk: Desk, windows: Windows, body: Mapping[str, Any]) -> Reply | None:
    """The answer to a slash command; None if a modal was opened, or it is a repetition."""
    command = Typed.model_validate(body)
    await require_welcome(desk, command.user_id, command.team_id)
    request = grammar.parse(command.text)
    here = await incident_here(desk, command.channel_id)
    if isinstance(request, grammar.Puzzle):
        return Reply(message=_puzzled(request, here))
    call = Call(
        desk=desk,
        ports=once(desk, "command", command.trigger_id, command.user_id),
        windows=windows,
        user=UserId(command.user_id),
        trigger=command.trigger_id,
        words=request.words,
        incident=request.incident or here,
    )
    await require_known(desk, call.ports, call.incident, command.user_id, command.channel_id)
    message = await perform(call, request.verb)
    return as_reply(message and answers.with_note(message, _cut(command.text, request)))


def _cut(text: str, request: grammar.Request) -> Markup | None:
    """What of a long command was not kept, for whoever wrote it; None if all of it was."""
    if len(text) > grammar.MAX_WORDS:
        return say(
            "✂️ The first {n} characters were kept. Write the rest in another.", n=f"{grammar.MAX_WORDS:,}"
        )
    most = (
        declare.MAX_TITLE
        if request.verb is Verb.DECLARE
        else MAX_STATEMENT
        if request.verb in KINDS
        else None
    )
    words = grammar.readable(request.words)
    kept = words.partition(" ")[2] if request.verb is Verb.DECLARE else words  # the first word is the service
    if most is None or len(kept) <= most:
        return None
    what = "title" if request.verb is Verb.DECLARE else "statement"
    return say(
        "✂️ That was long: a {what} keeps {n} characters. `/incident log …` keeps whole texts, "
        "so nothing of yours need be lost.",
        what=what,
        n=most,
    )


async def incident_here(desk: Desk, channel: str) -> IncidentId | None:
    """The incident whose room this is."""
    found = await find.in_room(desk.ports, channel=ChannelId(channel))
    return found.id if found else None


def _puzzled(puzzle: grammar.Puzzle, here: IncidentId | None) -> Message:
    return answers.not_understood(
        grammar.readable(puzzle.word),
        puzzle.guesses or ((Verb.MENU,) if here else ()),
        here,
        title=grammar.readable(puzzle.words)[:MAX_TITLE],
        rest=puzzle.rest if fits(puzzle.rest) else "",
    )
