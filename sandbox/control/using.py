"""Acts on apps: commands, buttons, menus, modals, shortcuts, Home tabs."""

from __future__ import annotations

from sandbox import channels
from sandbox.control.registry import Arguments, Json, act, channel_of
from sandbox.errors import Refusal
from sandbox.exchange import Exchange
from sandbox.interactions import actions, commands, modals, shortcuts
from sandbox.interactions.surfaces import (
    Surface,
    app_for,
    home_surface,
    message_for,
    message_surface,
    modal_surface,
)
from sandbox.model import User


@act
async def slash(exchange: Exchange, user: User, given: Arguments) -> Json:
    if given.get("thread_ts"):
        raise Refusal("not_in_threads", message=f"{given['command']} is not supported in threads. Sorry!")
    channel = channel_of(exchange.workspace, user, given)
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
    channel = channel_of(exchange.workspace, user, given)
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


def _surface(exchange: Exchange, user: User, given: Arguments) -> Surface:
    """A message, a modal (``view_id``) or a Home tab (``home``: an app)."""
    workspace = exchange.workspace
    if "view_id" in given:
        return modal_surface(workspace, user, str(given["view_id"]))
    if "home" in given:
        return home_surface(workspace, user, str(given["home"]))
    return message_surface(workspace, user, str(given["channel"]), str(given["ts"]))
