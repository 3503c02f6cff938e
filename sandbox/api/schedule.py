"""Saying things later: chat.scheduleMessage and its companions."""

from __future__ import annotations

from sandbox import schedule
from sandbox.api.chat import draft_of, target
from sandbox.api.registry import Call, Json, method
from sandbox.arguments import missing
from sandbox.content import check_may_post, read_content
from sandbox.errors import Refusal
from sandbox.paging import metadata, page
from sandbox.shapes import bot_profile_json


@method("chat.scheduleMessage", "chat:write", tier=3)
def schedule_message(call: Call) -> Json:
    workspace, channel = call.workspace, target(call)
    if "post_at" not in call.arguments:
        raise missing("post_at")
    given = call.arguments.text("post_at")
    if not given.isdigit():
        raise Refusal("invalid_time")
    content = read_content(workspace, call.arguments)
    content.check_whole()
    if content.empty:
        raise Refusal("no_text")
    replies = bool(call.arguments.text("thread_ts"))
    check_may_post(workspace, channel, call.user, reply=replies, anywhere=call.allowed("chat:write.public"))
    draft = draft_of(call, channel, content)
    scheduled = schedule.add(workspace, call.app, draft, int(given))
    shown: Json = {
        "text": draft.text,
        "bot_id": call.app.bot_id,
        "type": "delayed_message",
        "team": workspace.team_id,
        "user": call.user,
        "app_id": call.app.id,
        "bot_profile": bot_profile_json(workspace, call.app),
    }
    shown |= {key: value for key in ("blocks", "attachments") if (value := getattr(draft, key))}
    return {
        "channel": channel.id,
        "scheduled_message_id": scheduled.id,
        "post_at": scheduled.post_at,
        "message": shown,
    }


@method("chat.scheduledMessages.list", tier=3, paged=True)
def list_scheduled(call: Call) -> Json:
    workspace, arguments = call.workspace, call.arguments
    channel = arguments.text("channel")
    if channel and channel not in workspace.channels:
        raise Refusal("invalid_channel")
    oldest, latest = arguments.number("oldest", 0), arguments.number("latest", 0)
    found = [
        each
        for each in workspace.scheduled.values()
        if each.app_id == call.app.id
        and (not channel or each.draft.channel.id == channel)
        and each.post_at >= oldest
        and (not latest or each.post_at <= latest)
    ]
    shown, cursor = page(workspace, arguments, found, kind="scheduled", default=100, most=1000)
    listed = [
        {
            "id": each.id,
            "channel_id": each.draft.channel.id,
            "post_at": each.post_at,
            "date_created": each.created,
            "text": each.draft.text,
        }
        for each in shown
    ]
    return {"scheduled_messages": listed, **metadata(cursor)}


@method("chat.deleteScheduledMessage", "chat:write", tier=3)
def delete_scheduled(call: Call) -> Json:
    if call.arguments.required("channel") not in call.workspace.channels:
        raise Refusal("channel_not_found")
    scheduled = call.workspace.scheduled.get(call.arguments.required("scheduled_message_id"))
    if scheduled is None or scheduled.app_id != call.app.id:
        raise Refusal("invalid_scheduled_message_id")
    del call.workspace.scheduled[scheduled.id]
    return {}
