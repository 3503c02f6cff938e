"""How Slack shows conversations and messages.

Source: Slack docs, "Conversation object", conversations.info, conversations.history.
"""

from __future__ import annotations

from typing import Any

from sandbox.model import Channel, Message
from sandbox.shapes import bot_profile_json, file_json
from sandbox.state import Workspace

Json = dict[str, Any]
EMPTY_TS = "0000000000.000000"
_SHOWN_IF_SET = (
    *("subtype", "user", "bot_id", "app_id", "username", "icons"),
    *("client_msg_id", "blocks", "attachments", "edited"),
)


def channel_json(
    workspace: Workspace, channel: Channel, viewer: str, *, members: bool = False, listed: bool = False
) -> Json:
    """A conversation as ``viewer`` sees it; ``listed`` as in conversations.list, with its size."""
    if channel.is_im:
        return _direct_json(workspace, channel, viewer, listed=listed)
    shown: Json = {
        "id": channel.id,
        "name": channel.name,
        "is_channel": not channel.is_private and not channel.is_mpim,
        "is_group": channel.is_private or channel.is_mpim,
        "is_im": False,
        "is_mpim": channel.is_mpim,
        "is_private": channel.is_private or channel.is_mpim,
        "created": channel.created,
        "is_archived": channel.is_archived,
        "is_general": channel.is_general,
        "unlinked": 0,
        "name_normalized": channel.name,
        "is_shared": channel.is_ext_shared,
        "is_frozen": False,
        "is_org_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "context_team_id": workspace.team_id,
        "updated": channel.updated,
        "parent_conversation": None,
        "creator": channel.creator,
        "is_ext_shared": channel.is_ext_shared,
        "shared_team_ids": [workspace.team_id, *channel.connected_team_ids],
        "pending_connected_team_ids": [],
        "is_member": viewer in channel.members,
        "topic": _note_json(channel.topic),
        "purpose": _note_json(channel.purpose),
        "previous_names": channel.previous_names,
        "properties": {"tabs": [{"id": "bookmarks", "label": "", "type": "bookmarks"}]},
    }
    if channel.is_ext_shared:
        shown |= {
            "conversation_host_id": workspace.team_id,
            "connected_team_ids": channel.connected_team_ids,
            "internal_team_ids": [workspace.team_id],
        }
    if channel.canvas:
        canvas = workspace.files[channel.canvas]
        shown["properties"] |= {
            "canvas": {"file_id": canvas.id, "is_empty": not canvas.content, "quip_thread_id": canvas.id}
        }
    if channel.is_mpim:
        shown |= {"is_open": viewer not in channel.closed_for, "priority": 0}
    if viewer in channel.members and not listed:
        shown |= _reading(workspace, channel, viewer)
    if members or listed:
        shown["num_members"] = len(channel.members)
    return shown


def _direct_json(workspace: Workspace, channel: Channel, viewer: str, *, listed: bool) -> Json:
    other = next((each for each in channel.members if each != viewer), viewer)
    shown: Json = {
        "id": channel.id,
        "created": channel.created,
        "is_archived": False,
        "is_im": True,
        "is_org_shared": False,
        "context_team_id": workspace.team_id,
        "updated": channel.updated,
        "user": other,
        "is_user_deleted": workspace.users[other].deleted,
        "priority": 0,
    }
    if listed:
        return shown
    return shown | _reading(workspace, channel, viewer) | {"is_open": viewer not in channel.closed_for}


def _reading(workspace: Workspace, channel: Channel, viewer: str) -> Json:
    """How far a member has read, and what came last."""
    last, read = channel.messages.last(), channel.last_read.get(viewer, EMPTY_TS)
    unread = channel.messages.count_after(read)
    return {
        "last_read": read,
        "latest": message_json(workspace, last) if last else None,
        "unread_count": unread,
        "unread_count_display": unread,
        "priority": 0,
    }


def _note_json(note: Any) -> Json:
    return {"value": note.value, "creator": note.creator, "last_set": note.last_set}


def message_json(
    workspace: Workspace,
    message: Message,
    viewer: str = "",
    *,
    full_metadata: bool = True,
    thread: bool = True,
) -> Json:
    """A message as history shows it; ``thread`` adds the summary of the thread it starts."""
    shown: Json = {"type": "message", "ts": message.ts, "text": message.text}
    for key in _SHOWN_IF_SET:
        if (value := getattr(message, key)) not in (None, []):
            shown[key] = value
    shown |= _authorship(workspace, message)
    if message.metadata:
        keys = message.metadata if full_metadata else {"event_type": message.metadata["event_type"]}
        shown["metadata"] = dict(keys)
    if message.thread_ts is not None and (thread or message.is_reply):
        shown |= _thread_json(message, viewer)
    if message.reactions:
        shown["reactions"] = reactions_json(message)
    if message.pinned:
        shown["pinned_to"] = [message.channel]
    return shown | message.extra


def _authorship(workspace: Workspace, message: Message) -> Json:
    """Which team and bot a message comes from, and the files that came with it."""
    shown: Json = {}
    if message.subtype in {None, "thread_broadcast"}:
        shown["team"] = workspace.team_id
        if app := workspace.app_of_bot(message.bot_id or ""):
            shown["bot_profile"] = bot_profile_json(workspace, app)
    if message.files:
        shown["files"] = [file_json(workspace, workspace.files[each]) for each in message.files]
        shown |= {"upload": False, "display_as_bot": False}
    return shown


def reactions_json(message: Message) -> list[Json]:
    return [
        {"name": name, "users": list(users), "count": len(users)} for name, users in message.reactions.items()
    ]


def _thread_json(message: Message, viewer: str) -> Json:
    if message.is_reply:
        return {"thread_ts": message.thread_ts, "parent_user_id": message.parent_user_id}
    users = list(message.reply_users)
    return {
        "thread_ts": message.thread_ts,
        "reply_count": message.reply_count,
        "reply_users_count": len(users),
        "latest_reply": message.latest_reply,
        "reply_users": users[:5],
        "is_locked": message.locked,
        "subscribed": viewer in message.reply_users or viewer == message.user,
    }
