"""Small facts about the workspace and its people: emoji.list, dnd.info, auth.revoke."""

from __future__ import annotations

from sandbox.administration import uninstall_app
from sandbox.api.registry import Call, Json, method
from sandbox.errors import Refusal

NIGHT_SECONDS = 12 * 3600  # ours: the sandbox's people sleep from 20:00 to 08:00 UTC
DAY_SECONDS = 24 * 3600
EVENING_SECONDS = 20 * 3600


@method("emoji.list", "emoji:read", tier=2)
def emoji_list(call: Call) -> Json:
    now = call.workspace.clock.now()
    return {"emoji": call.workspace.emoji, "cache_ts": f"{now:.6f}"}


@method("dnd.info", "dnd:read", tier=3)
def dnd_info(call: Call) -> Json:
    user = call.workspace.users.get(call.arguments.text("user", call.user))
    if user is None:
        raise Refusal("user_not_found")
    now = call.workspace.now()
    start = now - now % DAY_SECONDS + EVENING_SECONDS
    shown: Json = {
        "dnd_enabled": True,
        "next_dnd_start_ts": start,
        "next_dnd_end_ts": start + NIGHT_SECONDS,
    }
    if user.id == call.user:
        snoozed = user.snoozed_until > now
        shown["snooze_enabled"] = snoozed
        if snoozed:
            shown |= {"snooze_endtime": user.snoozed_until, "snooze_remaining": user.snoozed_until - now}
    return shown


@method("auth.revoke", tier=3)
def auth_revoke(call: Call) -> Json:
    if call.arguments.flag("test"):
        return {"revoked": False}
    uninstall_app(call.workspace, call.app)
    return {"revoked": True}
