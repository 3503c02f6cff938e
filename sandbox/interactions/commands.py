"""Slash commands: who may type them, what the bot gets, what its acknowledgement shows.

Custom commands do not work in threads, and people of other organisations cannot run them.

Source: Slack docs, "Slash commands" and "Using Slack Connect".
"""

from __future__ import annotations

import re
from typing import Any

from sandbox.channels import may_see
from sandbox.errors import Refusal
from sandbox.exchange import Exchange
from sandbox.interactions import payloads
from sandbox.interactions.failures import outcome, show_failure
from sandbox.interactions.responses import respond_to_command
from sandbox.manifest import Command
from sandbox.model import App, Channel, User
from sandbox.state import Workspace
from sandbox.visible import visible_text

Json = dict[str, Any]
_EVERYBODY = frozenset({"here", "channel", "everyone"})
_NAMED = re.compile(r"(?<![\w<])([@#])([\w.-]*\w)")


async def run(exchange: Exchange, user: User, channel: Channel, command: str, text: str) -> Json:
    """Deliver a command, wait for the acknowledgement and show what it answers."""
    workspace = exchange.workspace
    app, found = _owner(workspace, command)
    _check_allowed(workspace, user, channel)
    hook = exchange.hooks.issue("commands", app_id=app.id, user_id=user.id, channel_id=channel.id)
    fields = payloads.slash_command(
        workspace,
        app,
        user,
        channel,
        command=found.command,
        text=escaped_names(workspace, text) if found.should_escape else text,
        response_url=exchange.hooks.url(hook),
        trigger_id=workspace.triggers.issue(user.id, app.id),
    )
    ack = await exchange.courier.command(app, fields)
    answer = outcome(app, ack, found.command)
    if not ack.ok:
        show_failure(workspace, user, channel, found.command, answer["error"])
        return answer
    try:
        message = respond_to_command(workspace, hook, ack.body)
    except Refusal as refusal:
        sentence = f"{app.name} answered with a message that Slack refuses: {refusal.code} {refusal.detail}"
        return {**answer, "ok": False, "error": refusal.code, "message": sentence}
    if message is None:
        return answer
    seen = visible_text(workspace, message.text, message.blocks or (), message.attachments or ())
    return {**answer, "visible": seen, "ts": message.ts}


def escaped_names(workspace: Workspace, text: str) -> str:
    """``@ada`` and ``#general`` as ``<@U…|ada>`` and ``<#C…|general>``, where somebody is called so."""

    def reference(found: re.Match[str]) -> str:
        sign, name = found.groups()
        if sign == "@":
            return _user_reference(workspace, name) or found.group()
        channel = workspace.channel_named(name)
        return f"<#{channel.id}|{channel.name}>" if channel else found.group()

    return _NAMED.sub(reference, text)


def mentions(workspace: Workspace, text: str) -> str:
    """What a person typed, with ``@ada``, ``#general`` and ``@here`` as Slack's client sends them."""

    def reference(found: re.Match[str]) -> str:
        sign, name = found.groups()
        if sign == "@" and name in _EVERYBODY:
            return f"<!{name}>"
        if sign == "@":
            return re.sub(r"\|[^>]*", "", _user_reference(workspace, name) or found.group())
        channel = workspace.channel_named(name)
        return f"<#{channel.id}|{channel.name}>" if channel else found.group()

    return _NAMED.sub(reference, text)


def _user_reference(workspace: Workspace, name: str) -> str | None:
    user = workspace.find_user(name)
    if user is not None:
        return f"<@{user.id}|{user.name}>"
    group = next((each for each in workspace.groups.values() if each.handle == name), None)
    return f"<!subteam^{group.id}|@{group.handle}>" if group else None


def _owner(workspace: Workspace, command: str) -> tuple[App, Command]:
    """The app that owns a command; of several, the one that was installed last."""
    for app in reversed(workspace.apps.values()):
        if app.installed and (found := app.manifest.command(command)):
            return app, found
    raise Refusal("unknown_command", message=f"{command} is not a valid command.")


def _check_allowed(workspace: Workspace, user: User, channel: Channel) -> None:
    if user.is_stranger or user.team_id != workspace.team_id:
        raise Refusal("not_allowed", message="People of another organisation cannot run this command.")
    if channel.is_archived:
        raise Refusal("is_archived", message=f"#{channel.name} is archived.")
    if not may_see(workspace, channel, user.id):
        raise Refusal("channel_not_found", message=f"{user.name} cannot see that channel.")
