"""Other tools enter what is over, once for each key, and nobody is called for it."""

from __future__ import annotations

import asyncio
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.clock import START
from tests.handlers.http.conftest import GATE, Site


def ago(hours: float) -> str:
    return (START - timedelta(hours=hours)).isoformat()


PAST = {
    "title": "Nobody could pay",
    "service": "checkout-api",
    "entered_by": "ada",
    "severity": 1,
    "began_at": ago(30),
    "detected_at": ago(29),
    "resolved_at": ago(26),
}


async def enter(site: Site, *, key: str = "OLD-1", headers: Any = GATE, **more: Any) -> tuple[int, Any]:
    sent = {**headers, "Idempotency-Key": key} if key else headers
    given = json.dumps({**PAST, **more})
    status, answer, _ = await site.ask("POST", "/v1/incidents/past", data=given, headers=sent)
    return status, answer


async def test_it_is_entered_once_and_is_closed(site: Site) -> None:
    status, incident = await enter(site)
    assert (status, incident["incident"], incident["state"], incident["services"]) == (
        201,
        "INC-1",
        "closed",
        ["checkout"],
    )
    assert datetime.fromisoformat(incident["declared_at"]) == START - timedelta(hours=29)
    assert await enter(site) == (200, incident)
    status, other = await enter(site, key="OLD-2", title="Nobody could log in")
    assert (status, other["incident"]) == (201, "INC-2")


async def test_of_many_that_come_at_once_one_enters_it(site: Site) -> None:
    answers = await asyncio.gather(*(enter(site) for _ in range(3)))
    assert sorted(status for status, _ in answers) == [200, 200, 201]


async def test_a_key_is_good_for_one_incident(site: Site) -> None:
    await enter(site)
    status, answer = await enter(site, title="Something else")
    assert (status, "INC-1" in answer["detail"]) == (422, True)


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        pytest.param({"resolved_at": ago(40)}, 422, "This cannot be", id="times that cannot be"),
        pytest.param({"resolved_at": ago(-1)}, 422, "This cannot be", id="not over yet"),
        pytest.param({"began_at": "2026-01-01T10:00:00"}, 422, "began_at: ", id="without a zone"),
        pytest.param({"severity": 9}, 422, "everity", id="a severity nobody described"),
        pytest.param({"service": "warehouse"}, 422, "knows no service", id="a service nobody knows"),
        pytest.param({"entered_by": "nobody"}, 422, "entered_by", id="a person nobody knows"),
        pytest.param({"key": ""}, 400, "Idempotency-Key", id="without a key"),
        pytest.param({"headers": {}}, 401, "bearer token", id="without a token"),
    ],
)
async def test_a_refusal_says_what_to_send(
    site: Site, changes: dict[str, Any], status: int, says: str
) -> None:
    given, answer = await enter(site, **changes)
    assert given == status
    assert says in answer["detail"]
