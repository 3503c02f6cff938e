"""A room's own history, as ``conversations.history`` and ``.replies`` tell it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from handlers.slack.events import SPOKEN
from handlers.slack.grammar import readable
from handlers.slack.payloads import Kept, names_of
from playbooks.domain.gaps import Remembered
from playbooks.domain.ids import Ts, UserId


def remembered(message: Mapping[str, Any], *, bot: str) -> Remembered | None:
    """One message as the room remembers it; None for Slack's own notices. ``bot`` is our bot id."""
    try:
        kept = Kept.model_validate(message)
    except ValidationError:
        return None
    if kept.subtype not in SPOKEN:
        return None
    return Remembered(
        ts=Ts(kept.ts),
        thread=Ts(kept.thread_ts) if kept.thread_ts and kept.thread_ts != kept.ts else None,
        user=UserId(kept.author),
        app=kept.bot_id or "",
        text=readable(kept.text),
        files=names_of(kept.files),
        edited_by=UserId(kept.edited.user) if kept.edited else None,
        edited_at=Ts(kept.edited.ts) if kept.edited else None,
        marks=tuple((r.plain_name, UserId(r.users[0])) for r in kept.reactions if r.users),
        replies=kept.reply_count,
        answered_at=Ts(kept.latest_reply) if kept.latest_reply else None,
        ours=bool(bot) and kept.bot_id == bot,
    )
