"""A workspace as a process of its own: what Slack does costs the bot nothing."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sandbox.testing import Workspace

STARTS_WITHIN = 30.0


@asynccontextmanager
async def sandbox_elsewhere(rate_limits: str = "documented") -> AsyncIterator[Workspace]:
    """A sandbox on a free port, with limits ``documented``, ``strict`` or ``off``."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--rate-limits", rate_limits, stdout=asyncio.subprocess.PIPE
    )
    try:
        if process.stdout is None:
            raise RuntimeError("a process without the output that was asked for")
        async with asyncio.timeout(STARTS_WITHIN):
            said = (await process.stdout.readline()).decode()
        async with Workspace.connect(said.rpartition(" ")[2].strip()) as workspace:
            yield workspace
    finally:
        process.terminate()
        await process.wait()
