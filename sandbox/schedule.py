"""Messages that are posted later, when the workspace's clock says so.

Slack documents a bug and keeps it: a scheduled message with metadata is never posted.

Source: Slack docs, chat.scheduleMessage.
"""

from __future__ import annotations

from sandbox import messages
from sandbox.errors import Refusal
from sandbox.model import App, Draft, ScheduledMessage
from sandbox.state import Workspace

MAX_AHEAD_SECONDS = 120 * 24 * 3600  # Slack docs, chat.scheduleMessage: 120 days
WINDOW_SECONDS = 300  # Slack docs, chat.scheduleMessage: at most 30 in five minutes to one channel
MAX_IN_WINDOW = 30


def add(workspace: Workspace, app: App, draft: Draft, post_at: int) -> ScheduledMessage:
    """Keep a message until ``post_at``; raises Refusal for a time or a number that Slack refuses."""
    now = workspace.clock.now()
    if post_at <= now:
        raise Refusal("time_in_past")
    if post_at > now + MAX_AHEAD_SECONDS:
        raise Refusal("time_too_far")
    near = [
        each
        for each in workspace.scheduled.values()
        if each.draft.channel is draft.channel and abs(each.post_at - post_at) < WINDOW_SECONDS
    ]
    if len(near) >= MAX_IN_WINDOW:
        raise Refusal("restricted_too_many")
    scheduled = ScheduledMessage(
        id=workspace.ids.fresh("Q"), app_id=app.id, post_at=post_at, created=workspace.now(), draft=draft
    )
    workspace.scheduled[scheduled.id] = scheduled
    workspace.timers.start(_post_in_time(workspace, scheduled), f"scheduled message {scheduled.id}")
    return scheduled


async def _post_in_time(workspace: Workspace, scheduled: ScheduledMessage) -> None:
    await workspace.clock.sleep_until(scheduled.post_at)
    draft = scheduled.draft
    if workspace.scheduled.pop(scheduled.id, None) is None or draft.metadata or draft.channel.is_archived:
        return
    messages.post(workspace, draft)
