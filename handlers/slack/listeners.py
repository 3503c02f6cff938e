"""The one list of everything that listens to Slack.

Work first, acknowledge then: what a person is told has been committed. Nothing here is a
lazy listener, because Bolt copies the request for those and cannot copy our HTTP session.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_bolt.context.respond.async_respond import AsyncRespond

from handlers.deps import Desk
from handlers.names import COMMAND, SERVICE_COMMAND, Shortcut
from handlers.slack import services, shortcuts
from handlers.slack.calls import Reply, Windows, show
from handlers.slack.clicks import pressed
from handlers.slack.commands import typed
from handlers.slack.edge import answered, ephemeral
from handlers.slack.events import show_home, storing_events
from handlers.slack.forms import submitted
from handlers.views.answers import in_modal
from playbooks.domain.ids import UserId

ANY = re.compile(r".*", re.DOTALL)
Listener = Callable[..., Awaitable[None]]
Used = Callable[[Desk, Windows, Mapping[str, Any]], Awaitable[Reply | None]]


def register(app: AsyncApp, desk: Desk) -> None:
    """Everything that Slack may send us, and who answers it."""
    app.middleware(storing_events(desk))
    app.command(COMMAND)(on_command(desk, typed))
    app.command(SERVICE_COMMAND)(on_command(desk, services.asked))
    app.action(ANY)(on_click(desk))
    app.view(ANY)(on_submission(desk))
    app.shortcut(Shortcut.DECLARE.value)(on_shortcut(desk, shortcuts.declare))
    app.shortcut(Shortcut.DECLARE_FROM.value)(on_shortcut(desk, shortcuts.declare))
    app.shortcut(Shortcut.REPORT.value)(on_shortcut(desk, shortcuts.report))
    app.shortcut(Shortcut.LOG_MESSAGE.value)(on_shortcut(desk, shortcuts.log_message))


def on_command(desk: Desk, does: Used) -> Listener:
    """A slash command; its answer is the body of the acknowledgement."""

    async def listen(ack: AsyncAck, body: dict[str, Any], client: Windows) -> None:
        reply = await answered(desk, "command", lambda: does(desk, client, body), key=_key(body))
        await ack(**ephemeral(reply.message)) if reply is not None else await ack()

    return listen


def on_click(desk: Desk) -> Listener:
    """A button; an acknowledgement cannot carry words, so the answer follows it."""

    async def listen(ack: AsyncAck, body: dict[str, Any], client: Windows, respond: AsyncRespond) -> None:
        reply = await answered(desk, "click", lambda: pressed(desk, client, body), key=_key(body))
        await ack()
        await _tell(desk, client, body, respond, reply)

    return listen


def on_submission(desk: Desk) -> Listener:
    """A submitted modal."""

    async def listen(ack: AsyncAck, body: dict[str, Any], client: Windows) -> None:
        await ack(**await submitted(desk, client, body))

    return listen


def on_shortcut(desk: Desk, use: Used) -> Listener:
    """A shortcut, global or on a message."""

    async def listen(ack: AsyncAck, body: dict[str, Any], client: Windows, respond: AsyncRespond) -> None:
        reply = await answered(desk, "shortcut", lambda: use(desk, client, body), key=_key(body))
        await ack()
        await _tell(desk, client, body, respond, reply)

    return listen


def _key(body: Mapping[str, Any]) -> str:
    """What Slack calls this very request; empty if it does not."""
    trigger = body.get("trigger_id")
    return trigger if isinstance(trigger, str) else ""


async def _tell(
    desk: Desk, windows: Windows, body: dict[str, Any], respond: AsyncRespond, reply: Reply | None
) -> None:
    """The answer, after the work is committed: if it gets lost, nothing else is."""
    try:
        if reply is not None and body.get("response_url"):
            await respond(**ephemeral(reply.message), replace_original=reply.replace)
        elif reply is not None:
            view = body.get("view") or {}
            modal = view["id"] if view.get("type") == "modal" else ""
            await show(windows, in_modal(reply.message), trigger=body["trigger_id"], modal=modal)
        if (body.get("view") or {}).get("type") == "home":
            await show_home(desk, UserId(body["user"]["id"]))
    except Exception as unexpected:  # noqa: BLE001 - it is done; the card and the room show it
        desk.complain("slack.answer_lost", reason=repr(unexpected))
