"""What people do: one function per action of ``POST /_sandbox/act``.

People are bound by the same rules as bots; what Slack's own client would not let them
do (edit somebody else's message, write into a channel they are not in) is refused here.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from sandbox import channels, file_store, marks, messages
from sandbox.errors import Refusal
from sandbox.exchange import Exchange
from sandbox.interactions import actions, commands, modals, shortcuts
from sandbox.interactions.surfaces import (
    Surface,
    app_for,
    channel_for,
    home_surface,
    message_for,
    message_surface,
    modal_surface,
)
from sandbox.markup import rich_text, sanitised
from sandbox.model import Channel, Draft, Message, User
from sandbox.state import Workspace

Json = dict[str, Any]
Arguments = Mapping[str, Any]
Act = Callable[[Exchange, User, Arguments], Awaitable[Json]]
ACTS: dict[str, Act] = {}


def act(function: Act) -> Act:
    """Make a function an action, under its own name."""
    ACTS[function.__name__] = function
    return function


async def perform(exchange: Exchange, person: str, action: str, arguments: Arguments) -> Json:
    """Let somebody do something; raises Refusal."""
    user = exchange.workspace.find_user(person)
    if user is None:
        raise Refusal("user_not_found", message=f"There is no user {person!r}.")
    if user.deleted or user.is_bot:
        raise Refusal("account_inactive", message=f"{user.name} cannot act: deactivated or a bot.")
    function = ACTS.get(action)
    if function is None:
        raise Refusal("unknown_action", message=f"Nobody can {action!r}. Known: {', '.join(sorted(ACTS))}.")
    answer = await function(exchange, user, arguments)
    return {"ok": True, **answer}


# ------------------------------------------------------------------------------ talking


@act
async def say(exchange: Exchange, user: User, given: Arguments) -> Json:
    channel = _writable(exchange.workspace, user, given)
    draft = Draft(
        channel=channel,
        user=user.id,
        text=sanitised(commands.mentions(exchange.workspace, str(given.get("text", "")))),
        thread_ts=given.get("thread_ts"),
        broadcast=bool(given.get("broadcast")),
        blocks=given.get("blocks"),
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
    channel = _channel(exchange.workspace, user, given)
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
    channel = _joined(exchange.workspace, user, given)
    marks.react(exchange.workspace, channel, str(given["ts"]), str(given["name"]), user.id)
    return {}


@act
async def unreact(exchange: Exchange, user: User, given: Arguments) -> Json:
    channel = _joined(exchange.workspace, user, given)
    marks.unreact(exchange.workspace, channel, str(given["ts"]), str(given["name"]), user.id)
    return {}


@act
async def pin(exchange: Exchange, user: User, given: Arguments) -> Json:
    channel = _channel(exchange.workspace, user, given)
    marks.add_pin(exchange.workspace, channel, str(given["ts"]), user.id)
    return {}


@act
async def unpin(exchange: Exchange, user: User, given: Arguments) -> Json:
    channel = _channel(exchange.workspace, user, given)
    marks.remove_pin(exchange.workspace, channel, str(given["ts"]), user.id)
    return {}


@act
async def upload(exchange: Exchange, user: User, given: Arguments) -> Json:
    workspace, channel = exchange.workspace, _writable(exchange.workspace, user, given)
    content = str(given.get("content", "")).encode()
    file = file_store.announce(workspace, str(given["filename"]), len(content), user.id)
    file_store.receive(workspace, file.id, content)
    where = file_store.Share(channel=channel, thread_ts=given.get("thread_ts"))
    message = file_store.share(workspace, [file], where, user.id, None)
    return {"file": file.id, "ts": message.ts}


# ------------------------------------------------------------------------------ channels


@act
async def join(exchange: Exchange, user: User, given: Arguments) -> Json:
    channel = _channel(exchange.workspace, user, given)
    channels.join(exchange.workspace, channel, user.id)
    return {"channel": channel.id}


@act
async def leave(exchange: Exchange, user: User, given: Arguments) -> Json:
    channels.leave(exchange.workspace, _channel(exchange.workspace, user, given), user.id)
    return {}


@act
async def invite(exchange: Exchange, user: User, given: Arguments) -> Json:
    """The answer lists who could not be invited; the others are in."""
    wanted = given["users"] if isinstance(given["users"], list) else [given["users"]]
    ids = [actions.Names(exchange.workspace).user_id(str(each)) for each in wanted]
    channel = _channel(exchange.workspace, user, given)
    refused = channels.invite(exchange.workspace, channel, ids, user.id, force=True)
    return {"errors": [{"user": each.user, "error": each.error} for each in refused]}


@act
async def kick(exchange: Exchange, user: User, given: Arguments) -> Json:
    out = actions.Names(exchange.workspace).user_id(str(given["user"]))
    channels.kick(exchange.workspace, _channel(exchange.workspace, user, given), out, user.id)
    return {}


@act
async def create_channel(exchange: Exchange, user: User, given: Arguments) -> Json:
    private = bool(given.get("is_private"))
    channel = channels.create(exchange.workspace, str(given["name"]), user.id, private=private)
    return {"channel": channel.id, "name": channel.name}


@act
async def rename_channel(exchange: Exchange, user: User, given: Arguments) -> Json:
    channel = _channel(exchange.workspace, user, given)
    channels.rename(exchange.workspace, channel, str(given["name"]), user.id)
    return {"channel": channel.id, "name": channel.name}


@act
async def set_topic(exchange: Exchange, user: User, given: Arguments) -> Json:
    channel = _channel(exchange.workspace, user, given)
    channels.set_topic(exchange.workspace, channel, str(given["topic"]), user.id)
    return {}


@act
async def archive(exchange: Exchange, user: User, given: Arguments) -> Json:
    channels.archive(exchange.workspace, _channel(exchange.workspace, user, given), user.id)
    return {}


@act
async def unarchive(exchange: Exchange, user: User, given: Arguments) -> Json:
    channels.unarchive(exchange.workspace, _channel(exchange.workspace, user, given), user.id)
    return {}


@act
async def open_dm(exchange: Exchange, user: User, given: Arguments) -> Json:
    workspace = exchange.workspace
    other = actions.Names(workspace).user_id(str(given["user"]))
    channel, _made = channels.open_direct(workspace, [user.id, other])
    return {"channel": channel.id}


@act
async def mark(exchange: Exchange, user: User, given: Arguments) -> Json:
    channels.mark(exchange.workspace, _channel(exchange.workspace, user, given), user.id, str(given["ts"]))
    return {}


# ------------------------------------------------------------------------------ apps


@act
async def slash(exchange: Exchange, user: User, given: Arguments) -> Json:
    if given.get("thread_ts"):
        raise Refusal("not_in_threads", message=f"{given['command']} is not supported in threads. Sorry!")
    channel = _channel(exchange.workspace, user, given)
    return await commands.run(exchange, user, channel, str(given["command"]), str(given.get("text") or ""))


@act
async def click(exchange: Exchange, user: User, given: Arguments) -> Json:
    return await actions.press(exchange, user, _surface(exchange, user, given), given)


@act
async def select(exchange: Exchange, user: User, given: Arguments) -> Json:
    return await actions.choose(exchange, user, _surface(exchange, user, given), given)


@act
async def suggest(exchange: Exchange, user: User, given: Arguments) -> Json:
    return await actions.suggest(exchange, user, _surface(exchange, user, given), given)


@act
async def submit(exchange: Exchange, user: User, given: Arguments) -> Json:
    surface = modal_surface(exchange.workspace, user, str(given["view_id"]))
    return await modals.submit(exchange, user, surface, given.get("values") or {})


@act
async def close_modal(exchange: Exchange, user: User, given: Arguments) -> Json:
    """The view itself, or with ``all`` the whole stack."""
    surface = modal_surface(exchange.workspace, user, str(given["view_id"]))
    return await modals.close(exchange, user, surface, all_=bool(given.get("all")))


@act
async def shortcut(exchange: Exchange, user: User, given: Arguments) -> Json:
    return await shortcuts.use_global(exchange, user, str(given["callback_id"]))


@act
async def message_action(exchange: Exchange, user: User, given: Arguments) -> Json:
    channel = _channel(exchange.workspace, user, given)
    message = message_for(exchange.workspace, user, channel, str(given["ts"]))
    return await shortcuts.use_on_message(exchange, user, channel, message, str(given["callback_id"]))


@act
async def open_home(exchange: Exchange, user: User, given: Arguments) -> Json:
    """Look at an app's Home tab; the app hears of it."""
    workspace = exchange.workspace
    app = app_for(workspace, given.get("app"))
    channel, _made = channels.open_direct(workspace, [user.id, app.bot_user_id])
    view = workspace.homes.get((app.id, user.id))
    workspace.emit(
        "home",
        "home_opened",
        channel=channel.id,
        user=user.id,
        app=app,
        view=view,
        tab=given.get("tab", "home"),
    )
    return {"app_id": app.id, "channel": channel.id}


def _channel(workspace: Workspace, user: User, given: Arguments) -> Channel:
    return channel_for(workspace, user, str(given["channel"]))


def _joined(workspace: Workspace, user: User, given: Arguments) -> Channel:
    channel = _channel(workspace, user, given)
    if user.id not in channel.members:
        raise Refusal("not_in_channel", message=f"{user.name} is not in #{channel.name}.")
    return channel


def _writable(workspace: Workspace, user: User, given: Arguments) -> Channel:
    channel = _joined(workspace, user, given)
    if channel.is_archived:
        raise Refusal("is_archived", message=f"#{channel.name} is archived.")
    return channel


def _own_message(workspace: Workspace, user: User, given: Arguments) -> tuple[Channel, Message]:
    channel = _channel(workspace, user, given)
    message = message_for(workspace, user, channel, str(given["ts"]))
    if message.user != user.id:
        raise Refusal("cant_update_message", message="That is somebody else's message.")
    return channel, message


def _surface(exchange: Exchange, user: User, given: Arguments) -> Surface:
    """A message, a modal (``view_id``) or a Home tab (``home``: an app)."""
    workspace = exchange.workspace
    if "view_id" in given:
        return modal_surface(workspace, user, str(given["view_id"]))
    if "home" in given:
        return home_surface(workspace, user, str(given["home"]))
    return message_surface(workspace, user, str(given["channel"]), str(given["ts"]))
