"""Other tools declare on behalf of a person, once each, and are told what is open already."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from playbooks.domain.ids import UserId
from playbooks.domain.person import Member
from playbooks.protocol import find, people
from tests.clock import START
from tests.handlers.http.conftest import GATE, Site

ASKED = {"title": "Payments time out", "service": "checkout", "declared_by": "fay"}


async def ask(
    site: Site, asked: Any = None, *, key: str = "ticket-1", headers: Any = GATE, **more: Any
) -> tuple[int, Any]:
    body = json.dumps({**(ASKED if asked is None else asked), **more})
    sent = {**headers, "Idempotency-Key": key} if key else headers
    status, answer, _ = await site.ask("POST", "/v1/incidents", data=body, headers=sent)
    return status, answer


async def test_it_declares_for_a_person(site: Site) -> None:
    status, answer = await ask(site, severity=1, link="https://desk.example.com/4711")
    assert (status, answer["incident"], answer["services"]) == (201, "INC-1", ["checkout"])
    (incident,) = await find.live(site.desk.ports)
    assert (incident.declared_by, incident.severity) == ("U0FAY", 1)
    assert incident.source_link == "https://desk.example.com/4711"


async def test_a_drill_says_so_and_names_who_takes_part(site: Site) -> None:
    status, answer = await ask(site, drill=True, participants=["bob", "U0CLEO"])
    assert (status, answer["drill"]) == (201, True)
    (incident,) = await find.live(site.desk.ports)
    assert incident.drill == ("U0FAY", "U0BOB", "U0CLEO")
    status, answer = await ask(site, key="ticket-2")
    assert (status, answer["drill"], answer["incident"]) == (201, False, "INC-2"), "a drill is like nothing"


async def test_the_same_key_is_the_same_incident_however_often_it_comes(site: Site) -> None:
    answers = await asyncio.gather(*(ask(site) for _ in range(4)))
    assert {answer["incident"] for _, answer in answers} == {"INC-1"}
    assert sorted(status for status, _ in answers) == [200, 200, 200, 201], "one of them declared"
    assert (await ask(site))[0] == 200
    assert len(await find.live(site.desk.ports)) == 1


async def test_a_key_is_not_used_for_something_else(site: Site) -> None:
    await ask(site)
    status, answer = await ask(site, title="Nobody can log in")
    assert (status, answer["title"]) == (422, "Key used before")
    assert "INC-1" in answer["detail"]


async def test_what_is_open_and_alike_is_named_first(site: Site) -> None:
    await ask(site)
    cards = {"title": "Cards are refused", "service": "payments", "declared_by": "U0CLEO"}
    status, answer = await ask(site, cards, key="ticket-2")
    assert (status, answer["title"]) == (409, "Something like it is open")
    assert "INC-1" in answer["detail"]
    assert len(await find.live(site.desk.ports)) == 1
    status, answer = await ask(site, cards, key="ticket-2", despite=["INC-1"])
    assert (status, answer["incident"]) == (201, "INC-2")


@pytest.mark.parametrize(
    ("changes", "status", "says"),
    [
        pytest.param({"service": "warehouse"}, 422, "knows no service", id="a service nobody knows"),
        pytest.param({"title": " "}, 422, "what is wrong", id="without a title"),
        pytest.param({"severity": 7}, 422, "Choose a severity", id="a severity nobody described"),
        pytest.param({"declared_by": "nobody"}, 422, "declared_by", id="a person nobody knows"),
        pytest.param({"despite": ["three"]}, 422, "despite: ", id="what is no incident"),
        pytest.param({"link": "javascript:alert(1)"}, 422, "link: ", id="what is no address"),
        pytest.param({"key": ""}, 400, "Idempotency-Key", id="without a key"),
        pytest.param({"key": "x" * 129}, 400, "Idempotency-Key", id="too long a key"),
        pytest.param({"headers": {}}, 401, "bearer token", id="without a token"),
    ],
)
async def test_a_refusal_says_what_to_send(
    site: Site, changes: dict[str, Any], status: int, says: str
) -> None:
    given, answer = await ask(site, **changes)
    assert (given, answer["status"]) == (status, status)
    assert says in answer["detail"]
    assert await find.live(site.desk.ports) == []


async def test_half_a_body_is_refused(site: Site) -> None:
    headers = {**GATE, "Idempotency-Key": "k"}
    status, _, _ = await site.ask("POST", "/v1/incidents", data=b'{"title": ', headers=headers)
    assert status == 422


@pytest.mark.parametrize("changes", [{"is_active": False}, {"is_guest": True}, {"is_stranger": True}])
async def test_who_may_not_declare_in_slack_may_not_here(site: Site, changes: dict[str, bool]) -> None:
    account = {"is_active": True, "is_bot": False, "is_guest": False, "is_stranger": False} | changes
    await people.learn(site.desk.ports, Member(id=UserId("U0ZED"), seen_at=START, **account))
    status, answer = await ask(site, declared_by="U0ZED")
    assert (status, answer["title"]) == (403, "Not allowed")
    assert not await find.live(site.desk.ports)
    assert (await ask(site))[0] == 201, "and the key was not used up"
