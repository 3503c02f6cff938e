"""Work that outlives the request which caused it: deliveries, retries, socket lifetimes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine
from typing import Any

_log = logging.getLogger(__name__)


class Background:
    """Owner of the sandbox's tasks; ends them all when the sandbox stops."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[None]] = set()

    def start(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._ended)

    async def stop(self, prefix: str = "") -> None:
        """End every task whose name begins so."""
        ending = [task for task in self._tasks if task.get_name().startswith(prefix)]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)

    async def finish(self, prefix: str = "") -> None:
        """Wait for every task whose name begins so."""
        await asyncio.gather(*(task for task in self._tasks if task.get_name().startswith(prefix)))

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (crash := task.exception()) is not None:
            _log.error("sandbox task %s crashed", task.get_name(), exc_info=crash)
