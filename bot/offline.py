"""Work on the database in the settings, done from the command line while the bot runs or does not."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, TypeVar

from bot.clock import SystemClock
from bot.ids import TimeSortedIds
from bot.refusals import in_words
from config.settings import load
from storage.uow import Store

if TYPE_CHECKING:
    from bot.wiring import Ground

T = TypeVar("T")


def with_store(work: Callable[[Store], Coroutine[Any, Any, T]]) -> T:
    """Do something with the database in the settings."""

    async def working() -> T:
        store = await Store.open(load().database.url, clock=SystemClock(), ids=TimeSortedIds())
        try:
            return await work(store)
        finally:
            await store.close()

    with in_words():
        return asyncio.run(working())


def with_ground(work: Callable[[Ground], Coroutine[Any, Any, T]]) -> T:
    """Do something that the protocol has a say in."""
    from bot.wiring import lay_ground  # noqa: PLC0415 - commands start faster without Slack's libraries

    async def working() -> T:
        async with AsyncExitStack() as stack:
            return await work(await lay_ground(load(), stack))

    logging.getLogger().setLevel(logging.WARNING)
    with in_words():
        return asyncio.run(working())
