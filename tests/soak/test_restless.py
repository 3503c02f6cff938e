"""A little of what ``make soak ARGS="--crowds 20"`` does for long."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.databases import SqliteTemplate
from tests.soak.nursery import Nursery
from tests.soak.restless import let_loose

ACTS = 120


@pytest.mark.sqlite
@pytest.mark.timeout(180)
async def test_whatever_people_press_they_are_answered(
    bots: Nursery, sqlite_template: SqliteTemplate, tmp_path: Path
) -> None:
    url = sqlite_template.copy(tmp_path)
    crowd = await let_loose(bots, mode="http", database_url=url, seed=7, acts=ACTS)
    assert crowd.complaints == []
