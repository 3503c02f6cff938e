"""Acts on conversations: coming, going, inviting, creating, closing."""

from __future__ import annotations

from sandbox import channels
from sandbox.control.registry import Arguments, Json, act, channel_of
from sandbox.exchange import Exchange
from sandbox.interactions.actions import Names
from sandbox.model import User


@act
async def join(exchange: Exchange, user: User, given: Arguments) -> Json:
    channel = channel_of(exchange.workspace, user, given)
    channels.join(exchange.workspace, channel, user.id)
    return {"channel": channel.id}


@act
async def leave(exchange: Exchange, user: User, given: Arguments) -> Json:
    channels.leave(exchange.workspace, channel_of(exchange.workspace, user, given), user.id)
    return {}


@act
async def invite(exchange: Exchange, user: User, given: Arguments) -> Json:
    """The answer lists who could not be invited; the others are in."""
    wanted = given["users"] if isinstance(given["users"], list) else [given["users"]]
    ids = [Names(exchange.workspace).user_id(str(each)) for each in wanted]
    channel = channel_of(exchange.workspace, user, given)
    refused = channels.invite(exchange.workspace, channel, ids, user.id, force=True)
    return {"errors": [{"user": each.user, "error": each.error} for each in refused]}


@act
async def kick(exchange: Exchange, user: User, given: Arguments) -> Json:
    out = Names(exchange.workspace).user_id(str(given["user"]))
    channels.kick(exchange.workspace, channel_of(exchange.workspace, user, given), out, user.id)
    return {}


@act
async def create_channel(exchange: Exchange, user: User, given: Arguments) -> Json:
    private = bool(given.get("is_private"))
    channel = channels.create(exchange.workspace, str(given["name"]), user.id, private=private)
    return {"channel": channel.id, "name": channel.name}


@act
async def rename_channel(exchange: Exchange, user: User, given: Arguments) -> Json:
    channel = channel_of(exchange.workspace, user, given)
    channels.rename(exchange.workspace, channel, str(given["name"]), user.id)
    return {"channel": channel.id, "name": channel.name}


@act
async def set_topic(exchange: Exchange, user: User, given: Arguments) -> Json:
    channel = channel_of(exchange.workspace, user, given)
    channels.set_topic(exchange.workspace, channel, str(given["topic"]), user.id)
    return {}


@act
async def archive(exchange: Exchange, user: User, given: Arguments) -> Json:
    channels.archive(exchange.workspace, channel_of(exchange.workspace, user, given), user.id)
    return {}


@act
async def unarchive(exchange: Exchange, user: User, given: Arguments) -> Json:
    channels.unarchive(exchange.workspace, channel_of(exchange.workspace, user, given), user.id)
    return {}


@act
async def open_dm(exchange: Exchange, user: User, given: Arguments) -> Json:
    workspace = exchange.workspace
    other = Names(workspace).user_id(str(given["user"]))
    channel, _made = channels.open_direct(workspace, [user.id, other])
    return {"channel": channel.id}


@act
async def mark(exchange: Exchange, user: User, given: Arguments) -> Json:
    channels.mark(exchange.workspace, channel_of(exchange.workspace, user, given), user.id, str(given["ts"]))
    return {}
