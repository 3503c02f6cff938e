"""Pressing, choosing and typing: block_actions and the options of external menus.

Source: Slack docs, "block_actions payload" and "Select menu element", external data source.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.errors import Refusal
from sandbox.exchange import Exchange
from sandbox.interactions import payloads
from sandbox.interactions.elements import FEEDBACK, Located, answer, find, reported
from sandbox.interactions.failures import outcome
from sandbox.interactions.surfaces import MessageSurface, Surface, ViewSurface
from sandbox.model import User
from sandbox.state import Workspace

Json = dict[str, Any]


class Names:
    """Resolves what people type into ids; raises Refusal for nobody and nothing."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace

    def user_id(self, name: str) -> str:
        user = self._workspace.find_user(name)
        if user is None:
            raise Refusal("user_not_found", message=f"There is no user {name!r}.")
        return user.id

    def channel_id(self, name: str) -> str:
        channel = self._workspace.find_channel(name)
        if channel is None:
            raise Refusal("channel_not_found", message=f"There is no channel {name!r}.")
        return channel.id


async def press(exchange: Exchange, user: User, surface: Surface, wanted: Mapping[str, Any]) -> Json:
    """Click a button; ``wanted`` names it by label, action_id, block_id or value."""
    keys = ("action_id", "block_id", "label", "value")
    place = find(surface.blocks, **{key: wanted.get(key) for key in keys})
    if place.kind is not None:
        return await choose(exchange, user, surface, wanted)
    chosen: Json = {}
    if place.element["type"] == FEEDBACK:
        side = (
            "negative_button"
            if wanted.get("value") == _value(place, "negative_button")
            else "positive_button"
        )
        chosen = {key: place.element[side][key] for key in ("text", "value")}
    return await _deliver(exchange, user, surface, reported(place, chosen, action_ts=_now(exchange)))


async def choose(exchange: Exchange, user: User, surface: Surface, wanted: Mapping[str, Any]) -> Json:
    """Choose in a menu or picker, or type into a field.

    The choice is kept; the bot hears of it at once unless the element stands in an input
    block without ``dispatch_action``.
    """
    place = find(surface.blocks, **{key: wanted.get(key) for key in ("action_id", "block_id", "label")})
    chosen = answer(place, choice_of(surface, wanted), Names(exchange.workspace))
    if place.element["type"] != "overflow":
        remember(exchange, user, surface, place, chosen)
    if place.block["type"] == "input" and not place.block.get("dispatch_action"):
        return {"ok": True, "delivered": True, "status": "kept"}
    return await _deliver(exchange, user, surface, reported(place, chosen, action_ts=_now(exchange)))


async def suggest(exchange: Exchange, user: User, surface: Surface, wanted: Mapping[str, Any]) -> Json:
    """Ask the bot for the options of an external menu."""
    workspace = exchange.workspace
    place = find(surface.blocks, **{key: wanted.get(key) for key in ("action_id", "block_id", "label")})
    block_id, action_id = place.key
    if isinstance(surface, ViewSurface):
        container = {"type": "view", "view_id": surface.view.id}
        where: Json = {"container": container, "view": surface.to_json(workspace)}
    else:
        container = {"type": "message", "message_ts": surface.message.ts, "channel_id": surface.channel.id}
        named = {"id": surface.channel.id, "name": payloads.channel_name(surface.channel)}
        where = {"container": container, "channel": named, "message": surface.to_json(workspace)}
    payload = payloads.block_suggestion(
        workspace,
        surface.app,
        user,
        block_id=block_id,
        action_id=action_id,
        value=str(wanted.get("value") or ""),
        surface=where,
    )
    ack = await exchange.courier.interaction(surface.app, payload)
    body = ack.body if isinstance(ack.body, dict) else {}
    offered = {key: body.get(key) or [] for key in ("options", "option_groups")}
    return {**outcome(surface.app, ack, "Loading the options"), **offered}


def remember(
    exchange: Exchange, user: User, surface: Surface, place: Located, chosen: Mapping[str, Any]
) -> None:
    """Keep an answer on its surface."""
    form = exchange.form(surface.key, user.id)
    form.put(place, chosen)
    if isinstance(surface, ViewSurface):
        surface.view.state = form.state(surface.blocks)["values"]


def choice_of(surface: Surface, wanted: Mapping[str, Any]) -> object:
    """The one argument of a ``select`` that says what was chosen; None clears.

    On a message ``channel`` says where the message is, so a channel is chosen with ``value``.
    """
    keys = ("values", "value", "user", "users", "date", "time", "datetime", "option")
    for key in (*keys, "channel") if isinstance(surface, ViewSurface) else keys:
        if key in wanted:
            return wanted[key]
    return None


async def _deliver(exchange: Exchange, user: User, surface: Surface, action: Json) -> Json:
    if isinstance(surface, ViewSurface):
        payload = _from_view(exchange, user, surface, action)
    else:
        payload = _from_message(exchange, user, surface, action)
    ack = await exchange.courier.interaction(surface.app, payload)
    return outcome(surface.app, ack, f"“{action['action_id']}”")


def _from_view(exchange: Exchange, user: User, surface: ViewSurface, action: Json) -> Json:
    workspace = exchange.workspace
    surface.view.state = exchange.form(surface.key, user.id).state(surface.blocks)["values"]
    trigger = workspace.triggers.issue(user.id, surface.app.id, view_id=surface.view.id)
    return payloads.view_actions(
        workspace,
        surface.app,
        user,
        view=surface.to_json(workspace),
        actions=[action],
        trigger_id=trigger,
    )


def _from_message(exchange: Exchange, user: User, surface: MessageSurface, action: Json) -> Json:
    workspace = exchange.workspace
    hook = exchange.hooks.issue(
        "actions",
        app_id=surface.app.id,
        user_id=user.id,
        channel_id=surface.channel.id,
        source=surface.message.ts,
        thread_ts=surface.message.thread_ts,
    )
    return payloads.message_actions(
        workspace,
        surface.app,
        user,
        surface.channel,
        message=surface.to_json(workspace),
        ephemeral=surface.ephemeral,
        actions=[action],
        state=exchange.form(surface.key, user.id).state(surface.blocks),
        response_url=exchange.hooks.url(hook),
        trigger_id=workspace.triggers.issue(user.id, surface.app.id),
    )


def _value(place: Located, side: str) -> object:
    return place.element[side].get("value")


def _now(exchange: Exchange) -> str:
    return f"{exchange.workspace.clock.now():.6f}"
