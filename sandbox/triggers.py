"""Trigger ids: the right to open a view, which lasts three seconds and works once.

Source: Slack docs, "Handling user interaction", and the errors of views.open.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.clock import Clock
from sandbox.errors import Refusal
from sandbox.ids import Ids

LIFETIME_SECONDS = 3.0  # Slack docs, "Handling user interaction": triggers expire in three seconds


@dataclass(slots=True, kw_only=True)
class Trigger:
    """Who did something in which app, and when; ``view_id`` if it happened inside a view."""

    user_id: str
    app_id: str
    issued_at: float
    view_id: str | None = None
    exchanged: bool = False


class Triggers:
    """Every trigger handed out so far."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._issued: dict[str, Trigger] = {}

    def issue(self, user_id: str, app_id: str, *, view_id: str | None = None) -> str:
        """A fresh trigger id, in Slack's three-part spelling."""
        trigger_id = f"{self._number()}.{self._number()}.{self._ids.hex(32).lower()}"
        self._issued[trigger_id] = Trigger(
            user_id=user_id, app_id=app_id, issued_at=self._clock.now(), view_id=view_id
        )
        return trigger_id

    def exchange(self, trigger_id: str, app_id: str) -> Trigger:
        """Spend a trigger; raises Refusal with the code that views.open documents."""
        trigger = self._issued.get(trigger_id)
        if trigger is None or trigger.app_id != app_id:
            raise Refusal("invalid_trigger_id")
        if trigger.exchanged:
            raise Refusal("exchanged_trigger_id")
        if self._clock.now() - trigger.issued_at > LIFETIME_SECONDS:
            raise Refusal("expired_trigger_id")
        trigger.exchanged = True
        return trigger

    def _number(self) -> int:
        return int(self._ids.hex(10), 16)
