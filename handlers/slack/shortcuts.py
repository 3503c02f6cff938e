"""Slack's own menus: declare from anywhere, and mark a message as a key event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.deps import Desk
from handlers.names import Verb
from handlers.slack import declaring, reporting
from handlers.slack.calls import Call, Reply, Windows, as_reply
from handlers.slack.edge import once, require_welcome
from handlers.slack.grammar import readable
from handlers.slack.payloads import Said, Shortcut
from handlers.slack.verbs import perform
from handlers.views import answers
from handlers.views.happenings import message_url
from handlers.views.kit import Message
from handlers.views.modals.declaring import MAX_TITLE, Draft
from handlers.views.modals.reporting import ReportDraft
from handlers.views.text import Markup
from playbooks.domain.ids import ChannelId, Ts, UserId
from playbooks.protocol import find, timeline

MAX_QUOTED = 600
"""So much of a message from elsewhere is carried into the log of an incident."""


async def declare(desk: Desk, windows: Windows, body: Mapping[str, Any]) -> Reply | None:
    """Open the form; from a message, with its words and the way back to it."""
    used = Shortcut.model_validate(body)
    await require_welcome(desk, used.user.id, used.user.team_id)
    call = _call(desk, windows, used)
    await declaring.show_form(call, Draft() if used.message is None else _draft(desk, used, used.message))
    return None


def _draft(desk: Desk, used: Shortcut, message: Said) -> Draft:
    first_line = next(iter(readable(message.text).strip().splitlines()), "")
    there = used.channel.id if used.channel else ""
    return Draft(title=first_line[:MAX_TITLE], source_link=permalink(desk, there, message))


async def report(desk: Desk, windows: Windows, body: Mapping[str, Any]) -> Reply | None:
    """Report what a message says."""
    used = Shortcut.model_validate(body)
    await require_welcome(desk, used.user.id, used.user.team_id)
    if used.message is None or used.channel is None:
        return None
    draft = ReportDraft(
        text=readable(used.message.text)[:MAX_QUOTED],
        source_link=permalink(desk, used.channel.id, used.message),
    )
    await reporting.show_form(_call(desk, windows, used), draft)
    return None


async def log_message(desk: Desk, windows: Windows, body: Mapping[str, Any]) -> Reply | None:
    """Mark a message of a war room; one from elsewhere is copied into an incident's log."""
    used = Shortcut.model_validate(body)
    await require_welcome(desk, used.user.id, used.user.team_id)
    if used.message is None or used.channel is None:
        return None
    channel = ChannelId(used.channel.id)
    if await find.in_room(desk.ports, channel=channel) is not None:
        return as_reply(await _mark(desk, channel, used.message, UserId(used.user.id)))
    words = readable(used.message.text)[:MAX_QUOTED]
    return as_reply(await perform(_call(desk, windows, used, words=words), Verb.LOG))


def permalink(desk: Desk, channel: str, message: Said) -> str:
    """The address of a message, as Slack writes it (Slack docs, chat.getPermalink)."""
    return message_url(desk.room_url, ChannelId(channel), message.ts, message.thread_ts)


def _call(desk: Desk, windows: Windows, used: Shortcut, *, words: str = "") -> Call:
    return Call(
        desk=desk,
        ports=once(desk, "shortcut", used.trigger_id, used.user.id),
        windows=windows,
        user=UserId(used.user.id),
        trigger=used.trigger_id,
        words=words,
    )


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
