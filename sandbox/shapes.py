"""How Slack shows what the workspace holds: users, bots, groups, files, bookmarks, views.

Conversations and messages have modules of their own. Keys and types follow the
examples on the documentation pages of the methods that answer with them.
"""

from __future__ import annotations

import hashlib
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sandbox.model import App, Bookmark, File, User, UserGroup, View
from sandbox.state import Workspace

Json = dict[str, Any]
AVATAR_SIZES = (24, 32, 48, 72, 192, 512)
MILLISECONDS = 1000


def avatar(workspace: Workspace, user: User, size: int) -> str:
    return f"{workspace.base_url}/files/avatars/{user.id}-{size}.png"


def tz_offset(workspace: Workspace, name: str) -> int:
    """Seconds east of Greenwich at this moment."""
    at = datetime.fromtimestamp(workspace.clock.now(), tz=UTC)
    offset = at.astimezone(ZoneInfo(name)).utcoffset()
    return int(offset.total_seconds()) if offset else 0


def profile_json(workspace: Workspace, user: User, *, email: bool) -> Json:
    """A user's profile; the address only with the scope for it."""
    first, _, last = user.real_name.partition(" ")
    shown: Json = {
        "title": user.title,
        "phone": user.phone,
        "skype": "",
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.display_name,
        "display_name_normalized": user.display_name,
        "fields": {},
        "status_text": "",
        "status_emoji": "",
        "status_emoji_display_info": [],
        "status_expiration": 0,
        "avatar_hash": hashlib.sha256(user.id.encode()).hexdigest()[:12],
        "first_name": first,
        "last_name": last,
        "team": user.team_id,
    }
    shown |= {f"image_{size}": avatar(workspace, user, size) for size in AVATAR_SIZES}
    if user.is_bot:
        shown |= {"api_app_id": user.app_id or "", "bot_id": user.bot_id, "always_active": True}
    elif email and user.email:
        shown["email"] = user.email
    return shown


def user_json(workspace: Workspace, user: User, *, email: bool, locale: bool = False) -> Json:
    """A user as users.info and users.list show it."""
    shown: Json = {
        "id": user.id,
        "team_id": user.team_id,
        "name": user.name,
        "deleted": user.deleted,
        "profile": profile_json(workspace, user, email=email),
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": user.updated,
    }
    if user.deleted:
        return shown
    shown |= {
        "color": user.color,
        "real_name": user.real_name,
        "tz": user.tz,
        "tz_label": user.tz_label,
        "tz_offset": tz_offset(workspace, user.tz),
        "is_admin": user.is_admin,
        "is_owner": user.is_owner,
        "is_primary_owner": user.is_primary_owner,
        "is_restricted": user.is_restricted,
        "is_ultra_restricted": user.is_ultra_restricted,
        "has_2fa": False,
        "is_email_confirmed": not user.is_bot,
        "who_can_share_contact_card": "EVERYONE",
    }
    if user.is_stranger:
        shown["is_stranger"] = True
    return shown | ({"locale": "en-US"} if locale else {})


def bot_json(workspace: Workspace, app: App) -> Json:
    """A bot as bots.info shows it."""
    icons = {
        f"image_{size}": f"{workspace.base_url}/files/bots/{app.bot_id}-{size}.png" for size in (36, 48, 72)
    }
    return {
        "id": app.bot_id,
        "deleted": not app.installed,
        "name": app.manifest.bot_name,
        "updated": app.installed_at,
        "app_id": app.id,
        "user_id": app.bot_user_id,
        "icons": icons,
    }


def bot_profile_json(workspace: Workspace, app: App) -> Json:
    """The ``bot_profile`` of a message."""
    return bot_json(workspace, app) | {"team_id": workspace.team_id}


def group_json(workspace: Workspace, group: UserGroup, *, users: bool, count: bool) -> Json:
    shown: Json = {
        "id": group.id,
        "team_id": workspace.team_id,
        "is_usergroup": True,
        "is_subteam": True,
        "name": group.name,
        "description": group.description,
        "handle": group.handle,
        "is_external": False,
        "date_create": group.created,
        "date_update": group.updated,
        "date_delete": group.deleted_at,
        "auto_type": None,
        "auto_provision": False,
        "enterprise_subteam_id": "",
        "created_by": group.created_by,
        "updated_by": group.updated_by,
        "deleted_by": None,
        "prefs": {"channels": group.channels, "groups": []},
    }
    if users:
        shown["users"] = group.users
    if count:
        shown["user_count"] = len(group.users)
        shown["channel_count"] = len(group.channels)
    return shown


def bookmark_json(bookmark: Bookmark) -> Json:
    shown, parts = asdict(bookmark), urlsplit(bookmark.link)
    shown |= {
        "icon_url": f"{parts.scheme}://{parts.netloc}/favicon.ico",
        "date_created": shown.pop("created"),
        "date_updated": shown.pop("updated"),
        "shortcut_id": None,
        "app_id": None,
    }
    if bookmark.parent_id is None:
        del shown["parent_id"]
    if bookmark.access_level is None:
        del shown["access_level"]
    return shown


def file_json(workspace: Workspace, file: File) -> Json:
    """A file as files.info shows it, without its comments."""
    if file.deleted:
        return {"id": file.id, "mode": "tombstone"}
    user = workspace.users[file.user]
    private = f"{workspace.base_url}/files-pri/{workspace.team_id}-{file.id}"
    slug = file.name.lower().replace(" ", "_")
    shown: Json = {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mimetype,
        "filetype": file.filetype,
        "pretty_type": file.pretty_type,
        "user": file.user,
        "user_team": user.team_id,
        "editable": file.is_canvas,
        "size": file.length,
        "mode": "quip" if file.is_canvas else "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": any(channel[0] == "C" for channel in file.shares),
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{private}/{slug}",
        "url_private_download": f"{private}/download/{slug}",
        "media_display_type": "unknown",
        "permalink": f"{workspace.base_url}/files/{file.user}/{file.id}/{slug}",
        "permalink_public": f"{workspace.base_url}/files-pub/{workspace.team_id}-{file.id}",
        "is_starred": False,
        "has_rich_preview": False,
        "file_access": "visible",
        "channels": [each for each in file.shares if workspace.channels[each].kind == "public_channel"],
        "groups": [each for each in file.shares if workspace.channels[each].kind == "private_channel"],
        "ims": [each for each in file.shares if workspace.channels[each].is_direct],
        "shares": _shares(workspace, file),
        "comments_count": 0,
    }
    return shown | ({"alt_txt": file.alt_text} if file.alt_text else {})


def _shares(workspace: Workspace, file: File) -> Json:
    shares: Json = {}
    for channel_id, stamps in file.shares.items():
        channel = workspace.channels[channel_id]
        side = shares.setdefault("private" if channel.is_private or channel.is_direct else "public", {})
        side[channel_id] = [
            {
                "reply_users": [],
                "reply_users_count": 0,
                "reply_count": 0,
                "ts": ts,
                "channel_name": channel.name,
                "team_id": workspace.team_id,
                "share_user_id": file.user,
            }
            for ts in stamps
        ]
    return shares


def view_json(view: View) -> Json:
    """A view as views.open answers it and as payloads carry it."""
    content = view.content
    return {
        "id": view.id,
        "team_id": view.team_id,
        "type": view.type,
        "blocks": content["blocks"],
        "private_metadata": content.get("private_metadata", ""),
        "callback_id": content.get("callback_id", ""),
        "state": {"values": view.state},
        "hash": view.hash,
        "title": content.get("title", {"type": "plain_text", "text": "View Title", "emoji": True}),
        "clear_on_close": content.get("clear_on_close", False),
        "notify_on_close": content.get("notify_on_close", False),
        "close": content.get("close"),
        "submit": content.get("submit"),
        "previous_view_id": view.previous_view_id,
        "root_view_id": view.root_view_id,
        "app_id": view.app_id,
        "external_id": view.external_id,
        "app_installed_team_id": view.team_id,
        "bot_id": view.bot_id,
    }
