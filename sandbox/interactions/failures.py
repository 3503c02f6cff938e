"""What a person is told when a bot did not take their command or click.

Source: Slack docs, "Slash commands": ``operation_timeout`` for silence, otherwise
``dispatch_failed``.
"""

from __future__ import annotations

from typing import Any

from sandbox.messages import SLACKBOT, post_ephemeral
from sandbox.model import App, Channel, Draft, User
from sandbox.posting import Ack
from sandbox.state import Workspace

Json = dict[str, Any]


def outcome(app: App, ack: Ack, what: str) -> Json:
    """The answer to an act: delivered, or which error the person sees."""
    if ack.ok:
        return {"ok": True, "delivered": True, "status": str(ack.status), "response": ack.body}
    code = "operation_timeout" if ack.failure == "http_timeout" else "dispatch_failed"
    sentence = f"{what} failed: {app.name} did not answer within 3 seconds."
    if code == "dispatch_failed":
        sentence = f"{what} failed: {app.name} could not be reached or refused it ({ack.failure})."
    return {
        "ok": False,
        "error": code,
        "message": sentence,
        "delivered": False,
        "status": str(ack.status or ack.failure),
        "response": ack.body,
    }


def show_failure(workspace: Workspace, user: User, channel: Channel, command: str, code: str) -> None:
    """The line that Slackbot shows under a slash command that failed."""
    text = f'{command} failed with the error "{code}"'
    post_ephemeral(workspace, Draft(channel=channel, user=SLACKBOT, text=text), user.id)
