"""Fixtures that only the storage needs."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from storage.uow import Store
from tests.clock import CountingIds, MovableClock


@pytest.fixture
async def replica(database_url: str, clock: MovableClock) -> AsyncIterator[Store]:
    """A second process's store on the same database as ``store``."""
    opened = await Store.open(database_url, clock=clock, ids=CountingIds("other"))
    yield opened
    await opened.close()
