"""Probes, metrics, and the address that leads into a war room."""

from __future__ import annotations

import pytest

from handlers.deps import Health
from playbooks.domain.ids import ChannelId
from playbooks.protocol import declare, room
from tests.handlers.http.conftest import Site
from tests.handlers.scenes import FAY


async def test_health_is_the_process_alone(site: Site) -> None:
    site.health = Health(ready=False, checks={"database": "gone"})
    assert (await site.ask("GET", "/healthz"))[:2] == (200, {"status": "ok"})


@pytest.mark.parametrize(("ready", "status"), [(True, 200), (False, 503)])
async def test_readiness_names_what_is_missing(site: Site, ready: bool, status: int) -> None:
    site.health = Health(ready=ready, checks={"slack": "ok" if ready else "no answer"})
    answered, body, _ = await site.ask("GET", "/readyz")
    assert (answered, body["checks"]) == (status, dict(site.health.checks))


async def test_metrics_are_exposed_as_prometheus_reads_them(site: Site) -> None:
    status, body, headers = await site.ask("GET", "/metrics")
    assert (status, body) == (200, "up 1\n")
    assert headers["Content-Type"].startswith("text/plain; version=0.0.4")


async def test_the_short_address_leads_into_the_room_and_shows_nothing(site: Site) -> None:
    incident = await declare.by_hand(site.desk.ports, title="Secret", service="checkout", severity=1, by=FAY)
    assert (await site.ask("GET", "/incidents/1"))[0] == 404
    async with site.store.units() as unit:
        await room.opened(unit, site.desk.ports, incident=incident.id, room=ChannelId("C0ROOM"), name="inc-1")
        await unit.commit()
    status, body, headers = await site.ask("GET", "/incidents/1")
    assert (status, headers["Location"]) == (302, "https://slack.example/C0ROOM")
    assert "Secret" not in str(body)


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/incidents/9", 404),
    ("GET", "/nowhere", 404),
    ("GET", "/slack/events", 405),
    ("POST", "/healthz", 405),
])  # fmt: skip
async def test_wrong_addresses_are_problems_too(site: Site, method: str, path: str, status: int) -> None:
    answered, body, headers = await site.ask(method, path)
    assert (answered, body["status"]) == (status, status)
    assert headers["Content-Type"].startswith("application/problem+json")
