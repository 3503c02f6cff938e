"""Response URLs: five messages within half an hour, without a token.

Source: Slack docs, "Handling user interaction", message responses. The error codes of a
used or expired address are not documented; ``used_url`` and ``expired_url`` are what
bots in the wild report.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sandbox.errors import Refusal
from sandbox.state import Workspace

LIFETIME_SECONDS = 1800.0  # Slack docs, "Handling user interaction": thirty minutes
MAX_USES = 5  # Slack docs, "Handling user interaction": up to five times


@dataclass(slots=True, kw_only=True)
class Hook:
    """Where the answers go: to whom, in which channel, and about which message.

    ``source`` is the timestamp of the message that was acted on, None for a slash command.
    """

    id: str
    kind: Literal["commands", "actions"]
    app_id: str
    user_id: str
    channel_id: str
    issued_at: float
    source: str | None = None
    thread_ts: str | None = None
    uses: int = 0


class Hooks:
    """Every response URL that was handed out."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._issued: dict[str, Hook] = {}

    def issue(
        self,
        kind: Literal["commands", "actions"],
        *,
        app_id: str,
        user_id: str,
        channel_id: str,
        source: str | None = None,
        thread_ts: str | None = None,
    ) -> Hook:
        hook = Hook(
            id=self._workspace.ids.hex(24),
            kind=kind,
            app_id=app_id,
            user_id=user_id,
            channel_id=channel_id,
            source=source,
            thread_ts=thread_ts,
            issued_at=self._workspace.clock.now(),
        )
        self._issued[hook.id] = hook
        return hook

    def clear(self) -> None:
        self._issued.clear()

    def url(self, hook: Hook) -> str:
        return f"{self._workspace.base_url}/hooks/{hook.kind}/{hook.id}"

    def use(self, hook_id: str) -> Hook:
        """Count one use; raises Refusal when there is none left."""
        hook = self._issued.get(hook_id)
        if hook is None:
            raise Refusal("invalid_url")
        if self._workspace.clock.now() - hook.issued_at > LIFETIME_SECONDS:
            raise Refusal("expired_url")
        if hook.uses >= MAX_USES:
            raise Refusal("used_url")
        hook.uses += 1
        return hook
