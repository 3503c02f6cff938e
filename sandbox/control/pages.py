"""What the browser page and the test client read: the workspace as one person sees it.

Without ``as`` the view is nobody's in particular: every channel, no ephemeral message.
"""

from __future__ import annotations

from typing import Any

from aiohttp import web

from sandbox.channels import may_see, visible
from sandbox.control.answers import answering
from sandbox.conversation_shapes import EMPTY_TS, message_json, reactions_json
from sandbox.errors import Refusal
from sandbox.exchange import EXCHANGE
from sandbox.interactions.elements import PRESSABLE, Located, located
from sandbox.interactions.surfaces import app_for
from sandbox.markup import calls_everybody, mentioned_groups, mentioned_users
from sandbox.messages import thread_of
from sandbox.model import App, Channel, Message, User, View
from sandbox.shapes import bookmark_json, user_json, view_json
from sandbox.state import Workspace
from sandbox.visible import visible_text

Json = dict[str, Any]
PAGE_MESSAGES = 50
MAX_PAGE_MESSAGES = 1000
MOST_UNREAD = 100  # ours: counting goes no further, or a line would cost what the channel holds


@answering
async def bootstrap(request: web.Request) -> Json:
    workspace = request.app[EXCHANGE].workspace
    me = _viewer(request) or next(iter(workspace.users.values()))
    shown = [each for each in workspace.channels.values() if may_see(workspace, each, me.id)]
    return {
        "seq": workspace.seq,
        "team": {"id": workspace.team_id, "name": workspace.team_name, "domain": workspace.team_domain},
        "banner": request.app[EXCHANGE].banner,
        "me": person_json(workspace, me),
        "now": workspace.clock.now(),
        "clock": {"mode": workspace.clock.mode, "factor": workspace.clock.factor},
        "users": [person_json(workspace, each) for each in workspace.users.values()],
        "channels": [channel_line(workspace, each, me.id) for each in shown],
        "usergroups": [
            {"id": each.id, "handle": each.handle, "name": each.name, "users": each.users}
            for each in workspace.groups.values()
        ],
        "apps": [app_json(each) for each in workspace.apps.values() if each.installed],
    }


@answering
async def channel(request: web.Request) -> Json:
    """``threads=1`` lists replies beside what the channel shows."""
    workspace, viewer = request.app[EXCHANGE].workspace, _viewer(request)
    place = _channel(request, viewer)
    limit = min(int(request.query.get("limit", PAGE_MESSAGES)), MAX_PAGE_MESSAGES)
    before = request.query.get("before")
    if request.query.get("threads") == "1":
        found = sorted(place.everything.values(), key=lambda each: each.ts)[-limit:]
    else:
        found = place.messages.latest(limit, before)
    oldest = found[0].ts if found else None
    more = bool(oldest and place.messages.latest(1, oldest))
    hidden = list(workspace.ephemerals.get((place.id, viewer.id), {}).values()) if viewer else []
    extra = [
        each for each in hidden if (not before or each.ts < before) and (not more or each.ts > str(oldest))
    ]
    if request.query.get("threads") != "1":
        extra = [each for each in extra if not each.is_reply]
    shown = sorted([*found, *extra], key=lambda each: each.ts)
    return {
        "channel": channel_line(workspace, place, viewer.id if viewer else ""),
        "members": list(place.members),
        "member_names": [workspace.users[each].name for each in place.members],
        "messages": [shown_message(workspace, each, viewer) for each in shown],
        "pins": [shown_message(workspace, place.everything[ts], viewer) for ts in place.pins],
        "bookmarks": [bookmark_json(each) for each in place.bookmarks.values()],
        "has_more": more,
    }


@answering
async def thread(request: web.Request) -> Json:
    workspace, viewer = request.app[EXCHANGE].workspace, _viewer(request)
    place = _channel(request, viewer)
    parent, replies = thread_of(place, request.query["ts"])
    hidden = workspace.ephemerals.get((place.id, viewer.id), {}).values() if viewer else ()
    own = [each for each in hidden if each.thread_ts == parent.ts]
    shown = [parent, *sorted([*replies, *own], key=lambda each: each.ts)]
    return {"messages": [shown_message(workspace, each, viewer) for each in shown]}


@answering
async def home(request: web.Request) -> Json:
    workspace, viewer = request.app[EXCHANGE].workspace, _viewer(request)
    if viewer is None:
        raise Refusal("user_not_found", message="Whose Home tab? Add as=.")
    view = workspace.homes.get((app_for(workspace, request.query.get("app")).id, viewer.id))
    return {"view": shown_view(workspace, view) if view else None}


@answering
async def modals(request: web.Request) -> Json:
    workspace, viewer = request.app[EXCHANGE].workspace, _viewer(request)
    stack = workspace.modals.get(viewer.id, []) if viewer else []
    return {"views": [shown_view(workspace, each) for each in stack]}


@answering
async def deliveries(request: web.Request) -> Json:
    limit = int(request.query.get("limit", 100))
    entries = request.app[EXCHANGE].workspace.journal.latest(limit)
    return {"deliveries": [each.to_json() for each in entries]}


def person_json(workspace: Workspace, user: User) -> Json:
    flags = ("is_admin", "is_restricted", "is_ultra_restricted", "is_stranger", "deleted", "is_bot")
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "display_name": user.display_name,
        "tz": user.tz,
        "tz_offset": user_json(workspace, user, email=False).get("tz_offset", 0),
        "team_id": user.team_id,
        "app_id": user.app_id,
        **{flag: getattr(user, flag) for flag in flags},
    }


def channel_line(workspace: Workspace, channel: Channel, viewer: str) -> Json:
    """A conversation as the list of channels shows it; at most ``MOST_UNREAD`` are counted."""
    last_read = channel.last_read.get(viewer, EMPTY_TS)
    inside = viewer in channel.members
    waiting = min(channel.messages.count_after(last_read), MOST_UNREAD) if inside else 0
    unread = channel.messages.latest(waiting) if waiting else []
    other = next((each for each in channel.members if each != viewer), viewer) if channel.is_im else None
    last = channel.messages.last()
    return {
        "id": channel.id,
        "name": channel.name or (workspace.users[other].name if other else ""),
        "is_private": channel.is_private,
        "is_archived": channel.is_archived,
        "is_member": inside,
        "is_im": channel.is_im,
        "is_mpim": channel.is_mpim,
        "user": other,
        "is_ext_shared": channel.is_ext_shared,
        "topic": channel.topic.value,
        "purpose": channel.purpose.value,
        "num_members": len(channel.members),
        "last_read": last_read,
        "unread": sum(1 for each in unread if each.user != viewer and not each.hidden),
        "mentions": sum(1 for each in unread if each.user != viewer and _meant(workspace, each, viewer)),
        "last_ts": last.ts if last else EMPTY_TS,
    }


def shown_message(workspace: Workspace, message: Message, viewer: User | None) -> Json:
    """Slack's own JSON, and what a reader needs on top."""
    blocks, attachments = message.blocks or [], message.attachments or []
    return {
        **message_json(workspace, message, viewer.id if viewer else ""),
        "channel": message.channel,
        "author": author_json(workspace, message),
        "reactions": reactions_json(message),
        "pinned": message.pinned,
        "edited": message.edited,
        "reply_count": message.reply_count,
        "ephemeral": message.ephemeral_to is not None,
        "visible": visible_text(workspace, message.text, blocks, attachments),
        "buttons": _buttons(
            [*blocks, *(block for each in attachments for block in each.get("blocks") or ())]
        ),
    }


def author_json(workspace: Workspace, message: Message) -> Json:
    app = workspace.app_of_bot(message.bot_id or "")
    user = workspace.users.get(message.user or "")
    name = message.username or (app.manifest.bot_name if app else user.name if user else "Slackbot")
    return {
        "id": message.user or message.bot_id or "USLACKBOT",
        "name": name,
        "is_bot": user is None or user.is_bot,
    }


def shown_view(workspace: Workspace, view: View) -> Json:
    blocks = view.content["blocks"]
    return {
        **view_json(view),
        "errors": dict(view.errors),
        "visible": visible_text(workspace, "", blocks),
        "buttons": _buttons(blocks),
    }


def app_json(app: App) -> Json:
    manifest = app.manifest
    return {
        "id": app.id,
        "name": manifest.bot_name,
        "bot_user_id": app.bot_user_id,
        "bot_id": app.bot_id,
        "has_home": manifest.has_home,
        "socket_mode": app.socket_mode,
        "commands": [
            {"command": each.command, "description": each.description, "usage_hint": each.usage_hint}
            for each in manifest.commands
        ],
        "global_shortcuts": _shortcuts(app, "global"),
        "message_shortcuts": _shortcuts(app, "message"),
    }


def _shortcuts(app: App, type_: str) -> list[Json]:
    return [
        {"callback_id": each.callback_id, "name": each.name, "description": each.description}
        for each in app.manifest.shortcuts
        if each.type == type_
    ]


def _buttons(blocks: list[Json]) -> list[str]:
    return [place.label for place in located(blocks) if _is_button(place)]


def _is_button(place: Located) -> bool:
    return place.element["type"] in PRESSABLE


def _meant(workspace: Workspace, message: Message, viewer: str) -> bool:
    """Whether a message pings this person, by name or as a member of a user group."""
    if workspace.channels[message.channel].is_im or viewer in mentioned_users(message.text):
        return True
    groups = (workspace.groups.get(each) for each in mentioned_groups(message.text))
    return calls_everybody(message.text) or any(each and viewer in each.users for each in groups)


def _viewer(request: web.Request) -> User | None:
    name = request.query.get("as")
    if not name:
        return None
    user = request.app[EXCHANGE].workspace.find_user(name)
    if user is None:
        raise Refusal("user_not_found", message=f"There is no user {name!r}.")
    return user


def _channel(request: web.Request, viewer: User | None) -> Channel:
    workspace, name = request.app[EXCHANGE].workspace, request.query["channel"]
    found = workspace.find_channel(name)
    if found is None:
        raise Refusal("channel_not_found", message=f"There is no channel {name!r}.")
    return visible(workspace, found.id, viewer.id) if viewer else found


ROUTES = [
    web.get("/_sandbox/page/bootstrap", bootstrap),
    web.get("/_sandbox/page/channel", channel),
    web.get("/_sandbox/page/thread", thread),
    web.get("/_sandbox/page/home", home),
    web.get("/_sandbox/page/modals", modals),
    web.get("/_sandbox/page/deliveries", deliveries),
]
