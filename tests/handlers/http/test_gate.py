"""Pipelines ask the gate: the answer is a verdict with its reasons, or an error, never a guess."""

from __future__ import annotations

import json
from typing import Any

import pytest

from playbooks.domain.ids import ChannelId, IncidentId, Ts
from playbooks.protocol import declare, room
from tests.handlers.http.conftest import GATE, Site
from tests.handlers.scenes import FAY

CHANGE = {"source": "github:acme/checkout", "run": "812", "services": ["checkout"], "risk": "moderate"}


async def ask(site: Site, change: Any, *, headers: Any = GATE, **more: Any) -> tuple[int, Any]:
    body = json.dumps({"change": change, **more})
    status, answer, _ = await site.ask("POST", "/v1/gate", data=body, headers=headers)
    return status, answer


async def burning(site: Site) -> None:
    incident = await declare.by_hand(
        site.desk.ports, title="Payments time out", service="checkout", severity=1, by=FAY
    )
    async with site.store.units() as unit:
        await room.opened(
            unit, site.desk.ports, incident=incident.id, room=ChannelId("C0ROOM"), name="inc-1-checkout"
        )
        await room.card_posted(
            unit, site.desk.ports, incident=incident.id, channel=ChannelId("C0ROOM"), ts=Ts("1.1")
        )
        await unit.commit()


async def test_without_an_incident_a_change_is_allowed(site: Site) -> None:
    status, answer = await ask(site, CHANGE)
    assert (status, answer["verdict"], answer["change"]["ref"]) == (200, "allow", "github:acme/checkout:812")
    assert answer["valid_until"] is not None


async def test_a_change_to_what_is_broken_is_held_with_a_reason(site: Site) -> None:
    await burning(site)
    _, answer = await ask(site, CHANGE)
    assert answer["verdict"] == "hold"
    assert answer["reasons"][0]["cause"] == "INC-1"
    assert answer["reasons"][0]["text"]
    assert answer["retry_after"] > 0


@pytest.mark.parametrize("named", ["INC-1", "inc-1", "1"])
async def test_a_change_that_remedies_it_waits_for_the_commander(site: Site, named: str) -> None:
    await burning(site)
    _, answer = await ask(site, {**CHANGE, "remedies": named})
    assert (answer["verdict"], answer["approvers"]) == ("needs_approval", ["commander"])


async def test_the_verdict_is_on_record(site: Site) -> None:
    await burning(site)
    _, answer = await ask(site, CHANGE)
    async with site.store.reading() as unit:
        assert [hold.ref for hold in await unit.holds.open_for(IncidentId(1))] == ["github:acme/checkout:812"]
    assert answer["verdict_id"]
    assert answer["input_digest"]


async def test_a_service_that_nobody_knows_is_named(site: Site) -> None:
    _, answer = await ask(site, {**CHANGE, "services": ["chekout"]})
    assert answer["change"]["unknown_services"] == ["chekout"]
    assert answer["verdict"] == "needs_approval"


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}, {"Authorization": "gate-token"}])
async def test_only_pipelines_with_a_token_are_answered(site: Site, headers: dict[str, str]) -> None:
    status, answer = await ask(site, CHANGE, headers=headers)
    assert (status, answer["title"]) == (401, "Not authorised")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        pytest.param({"services": ["checkout"]}, "name the change", id="no name"),
        pytest.param({**CHANGE, "risk": "enormous"}, "change.risk", id="no such risk"),
        pytest.param({**CHANGE, "kind": "whim"}, "change.kind", id="no such kind"),
        pytest.param({**CHANGE, "remedies": "the outage"}, "INC-42", id="no incident"),
        pytest.param(
            {**CHANGE, "op_started_at": "2026-03-02T09:00:00"}, "change.op_started_at", id="no time zone"
        ),
        pytest.param({"ref": "CHG-9"}, "services", id="never asked about, and no services"),
        pytest.param("CHG-9", "change", id="no object"),
    ],
)
async def test_mistakes_are_explained(site: Site, change: Any, says: str) -> None:
    status, answer = await ask(site, change)
    assert status == 422
    assert says in answer["detail"]


async def test_a_mistake_never_repeats_the_value(site: Site) -> None:
    """It could be a secret in the wrong field."""
    _, answer = await ask(site, {**CHANGE, "risk": "xoxb-secret"})
    assert "xoxb-secret" not in json.dumps(answer)


async def test_keys_from_the_future_are_ignored(site: Site) -> None:
    assert (await ask(site, {**CHANGE, "colour": "blue"}, later=True))[0] == 200


async def test_what_is_no_json_is_explained(site: Site) -> None:
    status, answer, _ = await site.ask("POST", "/v1/gate", data=b"{", headers=GATE)
    assert (status, answer["title"]) == (422, "Not understood")


@pytest.mark.parametrize("risk", ["low", "LOW", 1])
async def test_risk_is_a_word_or_a_number(site: Site, risk: Any) -> None:
    assert (await ask(site, {**CHANGE, "risk": risk}))[0] == 200
