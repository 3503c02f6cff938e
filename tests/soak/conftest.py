"""One nursery for all tests of a process: it takes a second to import what bots need."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.soak.nursery import Nursery, nursery


@pytest.fixture(scope="session")
def bots() -> Iterator[Nursery]:
    with nursery() as opened:
        yield opened
