"""Other tools announce work, once for each key, and cancel it."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from typing import Any

import pytest

from tests.clock import START
from tests.handlers.http.conftest import GATE, Site

WORK = {
    "title": "New disks",
    "services": ["orders-postgres"],
    "announced_by": "ada",
    "start": (START + timedelta(hours=1)).isoformat(),
    "end": (START + timedelta(hours=2)).isoformat(),
}


async def announce(site: Site, *, key: str = "CHG-1", headers: Any = GATE, **more: Any) -> tuple[int, Any]:
    sent = {**headers, "Idempotency-Key": key} if key else headers
    status, answer, _ = await site.ask(
        "POST", "/v1/maintenance", data=json.dumps({**WORK, **more}), headers=sent
    )
    return status, answer


async def test_it_is_announced_once_and_cancelled(site: Site) -> None:
    status, window = await announce(site)
    assert (status, window["services"], window["cancelled_at"]) == (201, ["orders-db"], None)
    assert await announce(site) == (200, window)
    address = f"/v1/maintenance/{window['id']}"
    for _ in range(2):
        status, gone, _ = await site.ask("DELETE", address, headers=GATE)
        assert (status, gone["cancelled_at"]) == (200, START.isoformat())


async def test_of_many_that_come_at_once_one_announces_it(site: Site) -> None:
    answers = await asyncio.gather(*(announce(site) for _ in range(3)))
    assert sorted(status for status, _ in answers) == [200, 200, 201]


async def test_what_is_over_cannot_be_cancelled(site: Site) -> None:
    _, window = await announce(site)
    site.clock.advance(timedelta(hours=3))
    assert (await site.ask("DELETE", f"/v1/maintenance/{window['id']}", headers=GATE))[0] == 409
    assert (await site.ask("DELETE", "/v1/maintenance/nothing", headers=GATE))[0] == 404
    assert (await site.ask("DELETE", f"/v1/maintenance/{window['id']}"))[0] == 401


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        pytest.param({"start": START.isoformat()}, 422, "before it starts", id="too late"),
        pytest.param({"start": "2036-06-06T22:00:00"}, 422, "start: ", id="without a zone"),
        pytest.param({"services": []}, 422, "services: ", id="about nothing"),
        pytest.param({"services": ["warehouse"]}, 422, "knows no service", id="a service nobody knows"),
        pytest.param({"announced_by": "nobody"}, 422, "announced_by", id="a person nobody knows"),
        pytest.param({"key": ""}, 400, "Idempotency-Key", id="without a key"),
        pytest.param({"headers": {}}, 401, "bearer token", id="without a token"),
    ],
)
async def test_a_refusal_says_what_to_send(
    site: Site, changes: dict[str, Any], status: int, says: str
) -> None:
    given, answer = await announce(site, **changes)
    assert given == status
    assert says in answer["detail"]
