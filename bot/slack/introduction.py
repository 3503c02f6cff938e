"""Who we are in Slack: asked once, by whoever needs it first, without failing when Slack is away.

The answer is needed before a click can be authorised or an own message recognised; webhooks
are taken in without it, so an outage of Slack loses no alert.
"""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Final

import structlog

from bot.manifest import scopes
from bot.slack.gateway import Gateway, Identity
from bot.slack.outcomes import Ambiguous, Later, LockedOut, Never

log = structlog.get_logger("tocsin.slack")

_REMEDY: Final = "Check slack.bot_token, or install the app again."
_LONGEST_PAUSE: Final = timedelta(seconds=30)


class Unwelcome(Exception):
    """Slack does not let this app in; the text says what to check."""


class Introduction:
    """Our identity, once Slack has told us."""

    def __init__(self, gateway: Gateway, *, expected_team: str | None) -> None:
        self._gateway = gateway
        self._expected_team = expected_team
        self._identity: Identity | None = None
        self._told = asyncio.Event()

    @property
    def identity(self) -> Identity | None:
        """None while Slack has not answered."""
        return self._identity

    async def known(self) -> Identity:
        """Wait for our identity. Callers bring their own deadline."""
        await self._told.wait()
        if self._identity is None:  # pragma: no cover - the event is set after the identity
            raise Unwelcome("Slack has not said who we are")
        return self._identity

    async def make(self) -> Identity:
        """Ask until Slack answers. Raises Unwelcome if it answers that we may not come in."""
        pause = timedelta(seconds=0.5)
        while self._identity is None:
            try:
                self._accept(await self._gateway.whoami())
            except LockedOut as locked:
                raise Unwelcome(
                    f"{locked.reason}. Check slack.bot_token, or install the app again."
                ) from locked
            except Never as refusal:
                raise Unwelcome(f"auth.test: {refusal.reason}. Check slack.bot_token.") from refusal
            except (Later, Ambiguous) as trouble:
                log.warning("slack.unreachable", reason=trouble.reason, again_in=pause.total_seconds())
                await asyncio.sleep(pause.total_seconds())
                pause = min(pause * 2, _LONGEST_PAUSE)
        return self._identity

    def _accept(self, identity: Identity) -> None:
        if self._expected_team not in (None, identity.team):
            raise Unwelcome(
                f"slack.bot_token belongs to workspace {identity.team}, "
                f"but slack.team_id says {self._expected_team}."
            )
        self._identity = identity
        self._told.set()
        log.info("slack.introduced", team=identity.team, user=identity.user, bot=identity.bot)
        if identity.scopes and (missing := sorted(set(scopes()) - identity.scopes)):
            log.warning(
                "slack.missing_scopes", scopes=missing, remedy="install the app again with its manifest"
            )
