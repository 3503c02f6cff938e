"""Where people meet interactive elements: messages, modals and Home tabs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sandbox.channels import visible
from sandbox.conversation_shapes import message_json
from sandbox.errors import Refusal
from sandbox.interactions.elements import Block
from sandbox.model import App, Channel, Message, User, View
from sandbox.shapes import view_json
from sandbox.state import Workspace

Json = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageSurface:
    """A message that an app wrote, seen by one person."""

    app: App
    channel: Channel
    message: Message

    @property
    def key(self) -> str:
        return f"{self.channel.id}:{self.message.ts}"

    @property
    def blocks(self) -> list[Block]:
        attached = self.message.attachments or []
        return [
            *(self.message.blocks or []),
            *(block for each in attached for block in each.get("blocks") or ()),
        ]

    @property
    def ephemeral(self) -> bool:
        return self.message.ephemeral_to is not None

    def to_json(self, workspace: Workspace) -> Json:
        return message_json(workspace, self.message)


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewSurface:
    """A modal or a Home tab."""

    app: App
    view: View

    @property
    def key(self) -> str:
        return self.view.id

    @property
    def blocks(self) -> list[Block]:
        return list(self.view.content["blocks"])

    def to_json(self, _workspace: Workspace) -> Json:
        return view_json(self.view)


Surface = MessageSurface | ViewSurface


def message_surface(workspace: Workspace, user: User, channel: str, ts: str) -> MessageSurface:
    """A message of an app that this person can see; raises Refusal."""
    place = channel_for(workspace, user, channel)
    message = message_for(workspace, user, place, ts)
    app = workspace.app_of_bot(message.bot_id or "")
    if app is None:
        raise Refusal("no_app", message="No installed app wrote that message.")
    return MessageSurface(app=app, channel=place, message=message)


def modal_surface(workspace: Workspace, user: User, view_id: str) -> ViewSurface:
    """The topmost open modal of this person, the only one within reach; raises Refusal."""
    stack = workspace.modals.get(user.id, [])
    if view_id not in [each.id for each in stack]:
        raise Refusal("view_not_found", message=f"{user.name} has no open modal {view_id}.")
    if stack[-1].id != view_id:
        raise Refusal("view_covered", message="Another modal lies on top of that one.")
    return ViewSurface(app=workspace.apps[stack[-1].app_id], view=stack[-1])


def home_surface(workspace: Workspace, user: User, app: str) -> ViewSurface:
    """The published Home tab of an app, by app id or name; raises Refusal."""
    found = app_for(workspace, app)
    view = workspace.homes.get((found.id, user.id)) or workspace.homes.get((user.id, found.id))
    if view is None:
        raise Refusal("view_not_found", message=f"{found.name} has published no Home tab for {user.name}.")
    return ViewSurface(app=found, view=view)


def channel_for(workspace: Workspace, user: User, name: str) -> Channel:
    """A conversation that this person can see, by id or name; raises Refusal."""
    found = workspace.find_channel(name)
    if found is None:
        raise Refusal("channel_not_found", message=f"There is no channel {name!r}.")
    return visible(workspace, found.id, user.id)


def message_for(workspace: Workspace, user: User, channel: Channel, ts: str) -> Message:
    """A message as this person sees it, ephemeral ones included; raises Refusal."""
    shown = workspace.ephemerals.get((channel.id, user.id), {})
    message = channel.everything.get(ts) or shown.get(ts)
    if message is None:
        raise Refusal("message_not_found", message=f"{user.name} sees no message {ts} in {channel.name}.")
    return message


def app_for(workspace: Workspace, name: str | None) -> App:
    """An installed app by id or name; the only one if no name is given. Raises Refusal."""
    apps = [each for each in workspace.apps.values() if each.installed]
    fitting = [each for each in apps if name in (None, each.id, each.name, each.bot_user_id)]
    if len(fitting) != 1:
        raise Refusal("app_not_found", message=f"Which app? There are {[each.name for each in apps]}.")
    return fitting[0]
