"""Bolt, wired so that nothing in it calls Slack, verifies or repeats behind our back."""

from __future__ import annotations

import asyncio
import logging
from typing import Final

from aiohttp import ClientSession
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult

from bot.slack.client import make_client
from bot.slack.introduction import Introduction

_INTRODUCED_WITHIN: Final = 2.0
"""Seconds; Slack waits three for an answer, and the listener needs some of them."""


def make_bolt(session: ClientSession, introduction: Introduction, *, base_url: str, token: str) -> AsyncApp:
    """The app without listeners.

    Requests are verified before they come here. The identity is ours and constant: Bolt's
    own way would call auth.test while a person waits for the answer to a click.
    """

    async def authorize() -> AuthorizeResult:
        async with asyncio.timeout(_INTRODUCED_WITHIN):
            me = await introduction.known()
        return AuthorizeResult(
            enterprise_id=None,
            team_id=me.team,
            bot_user_id=me.user,
            bot_id=me.bot,
            bot_token=token,
        )

    return AsyncApp(
        name="slack_bolt",  # Bolt gives the logger of this name its own level, and ours are below "tocsin"
        logger=_quiet(),
        client=make_client(session, base_url=base_url, token=None),
        authorize=authorize,
        signing_secret="",
        request_verification_enabled=False,
    )


def _quiet() -> logging.Logger:
    """Warnings only: Bolt takes the root logger's level for its own, whatever that is set to."""
    logger = logging.getLogger("slack_bolt")
    logger.setLevel(logging.WARNING)
    return logger
