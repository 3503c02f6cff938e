"""Acts on messages: saying, editing, deleting, marking, uploading."""

from __future__ import annotations

from sandbox import file_store, marks, messages
from sandbox.content import judged_blocks
from sandbox.control.registry import Arguments, Json, act, channel_of, joined, thread_of, writable
from sandbox.errors import Refusal
from sandbox.exchange import Exchange
from sandbox.interactions import commands
from sandbox.interactions.surfaces import message_for
from sandbox.markup import rich_text, sanitised
from sandbox.model import Channel, Draft, Message, User
from sandbox.state import Workspace


@act
async def say(exchange: Exchange, user: User, given: Arguments) -> Json:
    channel = writable(exchange.workspace, user, given)
    if messages.thread_locked(channel, thread_of(given)):
        raise Refusal("restricted_action_thread_locked", message="That thread is locked.")
    draft = Draft(
        channel=channel,
        user=user.id,
        text=sanitised(commands.mentions(exchange.workspace, str(given.get("text", "")))),
        thread_ts=thread_of(given),
        broadcast=bool(given.get("broadcast")),
        blocks=judged_blocks(exchange.workspace, given.get("blocks")),
    )
    message = messages.post(exchange.workspace, draft)
    return {"ts": message.ts, "channel": channel.id}


@act
async def edit(exchange: Exchange, user: User, given: Arguments) -> Json:
    _channel, message = _own_message(exchange.workspace, user, given)
    text = sanitised(commands.mentions(exchange.workspace, str(given["text"])))
    blocks = rich_text(text, exchange.workspace.ids.hex(5))
    messages.update(exchange.workspace, message, user.id, text=text, blocks=blocks)
    return {"ts": message.ts}


@act
async def delete(exchange: Exchange, user: User, given: Arguments) -> Json:
    """One's own message, or anybody's for an admin; an ephemeral one is only put out of sight."""
    channel = channel_of(exchange.workspace, user, given)
    message = message_for(exchange.workspace, user, channel, str(given["ts"]))
    if message.ephemeral_to is not None:
        messages.delete_ephemeral(exchange.workspace, message)
        return {}
    if message.user != user.id and not user.is_admin:
        raise Refusal("cant_delete_message", message="That is somebody else's message.")
    messages.delete(exchange.workspace, message, user.id)
    return {}


@act
async def react(exchange: Exchange, user: User, given: Arguments) -> Json:
    channel = joined(exchange.workspace, user, given)
    marks.react(exchange.workspace, channel, str(given["ts"]), str(given["name"]), user.id)
    return {}


@act
async def unreact(exchange: Exchange, user: User, given: Arguments) -> Json:
    channel = joined(exchange.workspace, user, given)
    marks.unreact(exchange.workspace, channel, str(given["ts"]), str(given["name"]), user.id)
    return {}


@act
async def pin(exchange: Exchange, user: User, given: Arguments) -> Json:
    channel = channel_of(exchange.workspace, user, given)
    marks.add_pin(exchange.workspace, channel, str(given["ts"]), user.id)
    return {}


@act
async def unpin(exchange: Exchange, user: User, given: Arguments) -> Json:
    channel = channel_of(exchange.workspace, user, given)
    marks.remove_pin(exchange.workspace, channel, str(given["ts"]), user.id)
    return {}


@act
async def upload(exchange: Exchange, user: User, given: Arguments) -> Json:
    workspace, channel = exchange.workspace, writable(exchange.workspace, user, given)
    content = str(given.get("content", "")).encode()
    file = file_store.announce(workspace, str(given["filename"]), len(content), user.id)
    file_store.receive(workspace, file.id, content)
    where = file_store.Share(channel=channel, thread_ts=thread_of(given))
    message = file_store.share(workspace, [file], where, user.id, None)
    return {"file": file.id, "ts": message.ts}


def _own_message(workspace: Workspace, user: User, given: Arguments) -> tuple[Channel, Message]:
    channel = channel_of(workspace, user, given)
    message = message_for(workspace, user, channel, str(given["ts"]))
    if message.user != user.id:
        raise Refusal("cant_update_message", message="That is somebody else's message.")
    return channel, message
