"""Saying things: the chat.* methods.

An update may only touch the bot's own messages, keeps what it does not name, and
drops the blocks if only a text is given.
"""

from __future__ import annotations

from typing import Any

from sandbox import channels, messages
from sandbox.api.registry import Call, Json, method
from sandbox.arguments import missing
from sandbox.content import MAX_UPDATE_CHARS, Content, check_may_post, read_content
from sandbox.conversation_shapes import message_json
from sandbox.errors import Refusal
from sandbox.marks import permalink
from sandbox.model import Channel, Draft, Message


def target(call: Call) -> Channel:
    """Where to post: by id, by name, or the direct conversation with a user."""
    workspace, given = call.workspace, call.arguments.required("channel")
    user = workspace.users.get(given)
    if user is not None:
        if user.deleted or (user.is_bot and user.id != call.user):
            raise Refusal("channel_not_found")
        return channels.open_direct(workspace, {call.user, user.id})[0]
    channel = workspace.find_channel(given)
    if channel is None:
        raise Refusal("channel_not_found")
    return channels.visible(workspace, channel.id, call.user)


def check_messages_tab(call: Call, channel: Channel) -> None:
    """An app without a Messages tab has no direct conversations to speak in."""
    if channel.is_im and not call.app.manifest.messages_tab:
        raise Refusal("messages_tab_disabled")


def draft_of(call: Call, channel: Channel, content: Content) -> Draft:
    """The message that the arguments describe."""
    arguments = call.arguments
    custom = call.allowed("chat:write.customize")
    icons = {"emoji": arguments.text("icon_emoji")} if arguments.text("icon_emoji") else None
    if arguments.text("icon_url") and not icons:
        icons = {"image_48": arguments.text("icon_url")}
    return Draft(
        channel=channel,
        user=call.user,
        app=call.app,
        text=content.text or "",
        blocks=content.blocks or None,
        attachments=content.attachments or None,
        metadata=content.metadata or None,
        thread_ts=arguments.optional("thread_ts"),
        broadcast=arguments.flag("reply_broadcast") and bool(arguments.text("thread_ts")),
        username=arguments.optional("username") if custom else None,
        icons=icons if custom else None,
    )


@method("chat.postMessage", "chat:write", tier="posting")
def post_message(call: Call) -> Json:
    channel = target(call)
    content = read_content(call.workspace, call.arguments)
    if content.empty:
        raise Refusal("no_text")
    check_messages_tab(call, channel)
    check_may_post(
        call.workspace,
        channel,
        call.user,
        reply=bool(call.arguments.text("thread_ts")),
        anywhere=call.allowed("chat:write.public"),
    )
    if messages.thread_locked(channel, call.arguments.optional("thread_ts")):
        raise Refusal("restricted_action_thread_locked")
    message = messages.post(call.workspace, draft_of(call, channel, content))
    shown = message_json(call.workspace, message, call.user, thread=False)
    return {"channel": channel.id, "ts": message.ts, "message": shown, **_warned(content)}


def _warned(content: Content) -> Json:
    if not content.truncated:
        return {}
    warning = "message_truncated"
    return {"warning": warning, "response_metadata": {"warnings": [warning]}}


@method("chat.postEphemeral", "chat:write", tier=4)
def post_ephemeral(call: Call) -> Json:
    workspace, channel = call.workspace, target(call)
    user = call.arguments.required("user")
    content = read_content(workspace, call.arguments.without("metadata"))
    content.check_whole()
    if content.empty:
        raise Refusal("no_text")
    check_messages_tab(call, channel)
    if channel.is_archived:
        raise Refusal("is_archived")
    if call.user not in channel.members and not call.allowed("chat:write.public"):
        raise Refusal("not_in_channel")
    if user not in channel.members:
        raise Refusal("user_not_in_channel")
    message = messages.post_ephemeral(workspace, draft_of(call, channel, content), user)
    return {"message_ts": message.ts}


@method("chat.update", "chat:write", tier=3)
def update(call: Call) -> Json:
    workspace, channel = call.workspace, _channel_of_update(call)
    message = _own_message(call, channel, "cant_update_message")
    if channel.is_archived:
        raise Refusal("is_inactive")
    content = read_content(workspace, call.arguments, message.blocks)
    if content.text is not None and len(content.text) > MAX_UPDATE_CHARS:
        raise Refusal("msg_too_long")
    if call.arguments.flag("reply_broadcast") and not message.broadcast:
        _check_only_broadcast(content)
        messages.broadcast(workspace, message, call.user)
    else:
        messages.update(workspace, message, call.user, **_changes(message, content))
    shown = message_json(workspace, message, call.user, thread=False)
    return {
        "channel": channel.id,
        "ts": message.ts,
        "text": message.text,
        "message": shown,
        **_warned(content),
    }


def _check_only_broadcast(content: Content) -> None:
    """A reply is shown in the channel or gets other content, one at a time."""
    if content.text is not None or content.blocks is not None or content.attachments is not None:
        raise Refusal("no_dual_broadcast_content_update")


def _changes(message: Message, content: Content) -> dict[str, Any]:
    """Which fields of the message an update replaces; raises Refusal("no_text") for none."""
    changes: dict[str, Any] = {}
    if content.text is not None:
        changes |= {"text": content.text, "blocks": None}
    if content.blocks is not None:
        changes["blocks"] = content.blocks or None
    if content.attachments is not None:
        changes["attachments"] = content.attachments or None
    if content.metadata is not None:
        changes["metadata"] = content.metadata or None
    after = {key: changes.get(key, getattr(message, key)) for key in ("text", "blocks", "attachments")}
    nothing_new = content.text is None and content.blocks is None and content.attachments is None
    if not any(after.values()) or (nothing_new and content.metadata is None):
        raise Refusal("no_text")
    return changes


def _channel_of_update(call: Call) -> Channel:
    return channels.visible(call.workspace, call.arguments.required("channel"), call.user)


def _own_message(call: Call, channel: Channel, otherwise: str) -> Message:
    message = messages.find(channel, call.arguments.required("ts"))
    if message.bot_id != call.app.bot_id:
        raise Refusal(otherwise)
    return message


@method("chat.delete", "chat:write", tier=3)
def delete(call: Call) -> Json:
    channel = _channel_of_update(call)
    message = _own_message(call, channel, "cant_delete_message")
    messages.delete(call.workspace, message, call.user)
    return {"channel": channel.id, "ts": message.ts}


@method("chat.getPermalink", tier="special")
def get_permalink(call: Call) -> Json:
    channel = call.channel()
    if "message_ts" not in call.arguments:
        raise missing("message_ts")
    message = messages.find(channel, call.arguments.text("message_ts"))
    return {"channel": channel.id, "permalink": permalink(call.workspace, channel, message)}


@method("chat.meMessage", "chat:write", tier=3)
def me_message(call: Call) -> Json:
    channel = target(call)
    spoken = call.arguments.without("blocks", "attachments", "metadata", "markdown_text")
    content = read_content(call.workspace, spoken)
    content.check_whole()
    if not content.text:
        raise Refusal("no_text")
    if channel.is_archived:
        raise Refusal("is_archived")
    if call.user not in channel.members:
        raise Refusal("not_in_channel")
    draft = draft_of(call, channel, content)
    draft.subtype = "me_message"
    return {"channel": channel.id, "ts": messages.post(call.workspace, draft).ts}
