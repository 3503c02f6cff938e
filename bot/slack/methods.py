"""Every Web API method that we call: how often we may, and which scopes it needs.

The throttle paces by this table and the app manifest asks for its scopes, so a new call
cannot be forgotten in either.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

MINUTE: Final = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """One method. ``per_minute`` is the least that Slack promises per workspace and method."""

    name: str
    per_minute: int
    scopes: tuple[str, ...] = ()
    per_channel: bool = False
    """Whether Slack also counts about one a second for each conversation."""
    decoration: bool = False
    """Whether nobody waits for it: at Slack's limit it never keeps a slot from what people wait for."""


# Slack docs, "Rate limits": tiers 1 to 4 are 1, 20, 50 and 100 a minute, bursts unpublished;
# postings are about 1 a second per channel and "several hundred" a minute per workspace.
_TIER_1, _TIER_2, _TIER_3, _TIER_4, _HUNDREDS = 1, 20, 50, 100, 300

_ALL: Final = (
    Method(name="auth.test", per_minute=_HUNDREDS),
    Method(
        name="chat.postMessage",
        per_minute=_HUNDREDS,
        scopes=("chat:write", "chat:write.public"),
        per_channel=True,
    ),
    Method(name="chat.update", per_minute=_TIER_3, scopes=("chat:write",)),
    Method(name="chat.delete", per_minute=_TIER_3, scopes=("chat:write",)),
    Method(name="conversations.create", per_minute=_TIER_2, scopes=("channels:manage", "groups:write")),
    Method(name="conversations.invite", per_minute=_TIER_3, scopes=("channels:manage", "groups:write")),
    Method(name="conversations.join", per_minute=_TIER_3, scopes=("channels:join",)),
    Method(
        name="conversations.rename",
        per_minute=_TIER_2,
        scopes=("channels:manage", "groups:write"),
        decoration=True,
    ),
    Method(
        name="conversations.setTopic",
        per_minute=_TIER_2,
        scopes=("channels:manage", "groups:write"),
        decoration=True,
    ),
    Method(name="conversations.info", per_minute=_TIER_3, scopes=("channels:read", "groups:read")),
    Method(name="conversations.members", per_minute=_TIER_4, scopes=("channels:read", "groups:read")),
    Method(name="conversations.open", per_minute=_TIER_3, scopes=("im:write",)),
    Method(name="conversations.list", per_minute=_TIER_2, scopes=("channels:read",)),
    Method(
        name="conversations.history",
        per_minute=_TIER_3,
        scopes=("channels:history", "groups:history", "im:history"),
    ),
    Method(name="conversations.replies", per_minute=_TIER_3, scopes=("channels:history", "groups:history")),
    Method(name="files.getUploadURLExternal", per_minute=_TIER_4, scopes=("files:write",), decoration=True),
    Method(name="files.completeUploadExternal", per_minute=_TIER_4, scopes=("files:write",), decoration=True),
    Method(name="users.conversations", per_minute=_TIER_2, scopes=("channels:read", "groups:read")),
    Method(name="users.info", per_minute=_TIER_4, scopes=("users:read",)),
    Method(name="usergroups.users.list", per_minute=_TIER_2, scopes=("usergroups:read",)),
    Method(name="pins.add", per_minute=_TIER_2, scopes=("pins:write",), decoration=True),
    Method(name="bookmarks.list", per_minute=_TIER_3, scopes=("bookmarks:read",), decoration=True),
    Method(name="bookmarks.add", per_minute=_TIER_2, scopes=("bookmarks:write",), decoration=True),
    Method(name="bookmarks.remove", per_minute=_TIER_2, scopes=("bookmarks:write",), decoration=True),
    Method(name="apps.connections.open", per_minute=_TIER_1),
    Method(name="views.open", per_minute=_TIER_4),
    Method(name="views.push", per_minute=_TIER_4),
    Method(name="views.update", per_minute=_TIER_4),
    Method(name="views.publish", per_minute=_TIER_4, decoration=True),
)

METHODS: Final = {method.name: method for method in _ALL}
