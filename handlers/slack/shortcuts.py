"""Slack's own menus: declare from anywhere, and mark a message as a key event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.deps import Desk
from handlers.names import Verb
from handlers.slack.calls import Call, Reply, Windows, as_reply
from handlers.slack.edge import is_stranger, once
from handlers.slack.grammar import readable
from handlers.slack.payloads import Said, Shortcut
from handlers.slack.verbs import perform
from handlers.views import answers
from handlers.views.kit import Message
from handlers.views.modals import declaring
from handlers.views.text import Markup
from playbooks.domain.ids import ChannelId, Ts, UserId
from playbooks.protocol import find, timeline

MAX_QUOTED = 600
"""So much of a message from elsewhere is carried into the log of an incident."""


async def declare(desk: Desk, windows: Windows, body: Mapping[str, Any]) -> Reply | None:
    """Open the form."""
    used = Shortcut.model_validate(body)
    if is_stranger(desk, used.user.team_id):
        return Reply(message=answers.stranger())
    await windows.views_open(trigger_id=used.trigger_id, view=declaring.declare(desk.ports.handbook()))
    return None


async def log_message(desk: Desk, windows: Windows, body: Mapping[str, Any]) -> Reply | None:
    """Mark a message of a war room; one from elsewhere is copied into an incident's log."""
    used = Shortcut.model_validate(body)
    if is_stranger(desk, used.user.team_id):
        return Reply(message=answers.stranger())
    if used.message is None or used.channel is None:
        return None
    channel = ChannelId(used.channel.id)
    if await find.in_room(desk.ports, channel=channel) is not None:
        return as_reply(await _mark(desk, channel, used.message, UserId(used.user.id)))
    words = readable(used.message.text)[:MAX_QUOTED]
    call = Call(
        desk=desk,
        ports=once(desk, "shortcut", used.trigger_id),
        windows=windows,
        user=UserId(used.user.id),
        trigger=used.trigger_id,
        words=words,
    )
    return as_reply(await perform(call, Verb.LOG))


async def _mark(desk: Desk, channel: ChannelId, message: Said, by: UserId) -> Message:
    marked = await timeline.marked(
        desk.ports,
        channel=channel,
        ts=Ts(message.ts),
        by=by,
        reaction=desk.ports.handbook().playbook.log.marks[0],
        author=UserId(message.author),
        text=readable(message.text),
    )
    if not marked:
        return answers.answer(Markup("That message is marked already."))
    return answers.noted(readable(message.text))
