"""The drum of updates: always a next one, slower after two hours."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from playbooks.domain.cadence import next_due
from playbooks.schema import Updates

T0 = datetime(2026, 6, 2, 10, 0, tzinfo=UTC)
POLICY = Updates(
    first=timedelta(minutes=5),
    every=timedelta(minutes=20),
    relax_after=timedelta(hours=2),
    relaxed=timedelta(hours=1),
    escalate_after=timedelta(minutes=5),
)


@pytest.mark.parametrize(
    ("sent", "due"),
    [
        pytest.param(None, 5, id="the first one, five minutes after the declaration"),
        pytest.param(0, 20, id="sent at once"),
        pytest.param(3, 23, id="sent early, so the next one moves too"),
        pytest.param(119, 139, id="just within two hours"),
        pytest.param(120, 180, id="from two hours on, once an hour"),
        pytest.param(600, 660, id="long after"),
    ],
)
def test_an_update_is_due_when_silence_reaches_the_cadence(sent: int | None, due: int) -> None:
    at = None if sent is None else T0 + timedelta(minutes=sent)
    assert next_due(T0, POLICY, at=at) == T0 + timedelta(minutes=due)
