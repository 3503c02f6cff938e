"""Tickets of apps.connections.open: the right to open one Socket Mode connection.

Source: Slack docs, "Using Socket Mode"; that a ticket works once is our reading of
"temporary".
"""

from __future__ import annotations

from sandbox.clock import Clock
from sandbox.ids import Ids

LIFETIME_SECONDS = 30.0  # ours: Slack only says that the address is temporary


class Tickets:
    """Every ticket that no handshake has used yet."""

    def __init__(self, clock: Clock, ids: Ids) -> None:
        self._clock = clock
        self._ids = ids
        self._issued: dict[str, tuple[str, float]] = {}

    def issue(self, app_id: str) -> str:
        """A ticket for one connection of this app."""
        ticket = self._ids.hex(32).lower()
        self._issued[ticket] = (app_id, self._clock.now())
        return ticket

    def redeem(self, ticket: str) -> str | None:
        """The app that may connect now; None if the ticket is unknown, used or too old."""
        app_id, issued_at = self._issued.pop(ticket, (None, 0.0))
        if self._clock.now() - issued_at > LIFETIME_SECONDS:
            return None
        return app_id
