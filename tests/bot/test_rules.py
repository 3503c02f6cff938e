"""Rules are tried on what came before they wake anybody, by the code that will wake people."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.cli import main
from bot.clock import SystemClock
from bot.ids import TimeSortedIds
from handlers.rendering import write_review
from playbooks.domain.announced import Window
from playbooks.domain.ids import ServiceName, UserId, WindowId
from playbooks.loader import DEFAULT_PLAYBOOK, load
from playbooks.ports import Ports
from playbooks.protocol import declare
from storage.schema import upgrade
from storage.uow import Store
from tests.library import CATALOGUE, PLAYBOOK

NOON = datetime(2026, 6, 2, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def somewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("TOCSIN_CONFIG", raising=False)
    return iter(())


def tocsin(*arguments: str, stdin: str | None = None, **environment: str) -> Result:
    variables = {f"TOCSIN_{name}": value for name, value in environment.items()}
    return CliRunner(env=variables).invoke(main, ["rules", *arguments], input=stdin)


def alert(service: str, origin: str, *, status: str = "firing", at: datetime = NOON) -> dict[str, str]:
    when = {"firing": "started_at", "resolved": "ended_at"}[status]
    return {
        "key": f"{service}-{origin}",
        "status": status,
        "service": service,
        "origin": origin,
        "severity": "critical",
        when: at.isoformat(),
    }


def line(minute: float, *alerts: dict[str, str]) -> str:
    at = NOON + timedelta(minutes=minute)
    return json.dumps({"source": "generic", "received_at": at.isoformat(), "body": list(alerts)})


BOTH = (alert("checkout", "prometheus"), alert("checkout", "probe"))
OUTAGE = (
    line(0, *BOTH),
    line(5.5, alert("payments", "prometheus", at=NOON + timedelta(minutes=5))),
    line(
        20,
        *(
            alert("checkout", o, status="resolved", at=NOON + timedelta(minutes=20))
            for o in ("prometheus", "probe")
        ),
    ),
    line(21, alert("payments", "prometheus", status="resolved", at=NOON + timedelta(minutes=21))),
)


# ------------------------------------------------------------------ explain
def test_a_pasted_delivery_is_explained_rule_by_rule() -> None:
    now = SystemClock().now()
    pasted = json.dumps([alert("checkout", "prometheus", at=now), alert("attic", "prometheus", at=now)])
    told = tocsin("explain", "--source", "generic", "-", stdin=pasted)
    assert told.exit_code == 0, told.output
    assert "UNMAPPED (attic)" in told.output
    assert "NO   2 systems that measure: none" in told.output
    assert "No rule fires." in told.output
    later = tocsin("explain", "--source", "generic", "--in", "10m", "-", stdin=pasted)
    assert "tier1-single-origin fires: propose SEV2." in later.output


def test_what_cannot_be_read_is_told_in_a_sentence() -> None:
    told = tocsin("explain", "--source", "generic", "-", stdin='{"key": "x"}')
    assert told.exit_code == 2
    assert "0.status: Field required" in told.output


def test_neither_a_file_nor_an_arrival() -> None:
    asyncio.run(upgrade("sqlite+aiosqlite:///x.db"))
    told = tocsin("explain", "nothing", DATABASE__URL="sqlite+aiosqlite:///x.db")
    assert told.exit_code == 2
    assert "tocsin inbox list" in told.output


# ------------------------------------------------------------------ backtest
def test_a_recording_is_lived_through() -> None:
    Path("recording.jsonl").write_text("\n".join(OUTAGE))
    told = tocsin("backtest", "recording.jsonl")
    assert told.exit_code == 0, told.output
    assert "4 deliveries with 6 signals; 0 could not be read." in told.output
    assert "Declared would have been 1 of 1" in told.output
    assert "2026-06-02 12:05:00  declared  SEV1  tier1-corroborated  checkout, payments" in told.output
    assert "1 war rooms" in told.output


def test_other_rules_make_something_else_of_it() -> None:
    """Rules that want three systems only ask, at ten minutes past; nobody answers for ten more."""
    Path("recording.jsonl").write_text("\n".join(OUTAGE))
    Path("stricter.yaml").write_text(
        DEFAULT_PLAYBOOK.read_text().replace("distinct_origins: 2", "distinct_origins: 3")
    )
    told = tocsin("backtest", "recording.jsonl", "--playbook", "stricter.yaml")
    assert "2026-06-02 12:20:00  declared  SEV2  tier1-single-origin" in told.output, told.output


def test_a_line_that_is_none_is_pointed_at() -> None:
    Path("recording.jsonl").write_text(f"{OUTAGE[0]}\n{{}}\n")
    told = tocsin("backtest", "recording.jsonl")
    assert (told.exit_code, "recording.jsonl:2: source" in told.output) == (2, True)
    assert tocsin("backtest").exit_code == 2


def test_what_arrived_is_compared_with_what_people_declared() -> None:
    """The rules would have been five minutes quicker than Fay was."""
    url = "sqlite+aiosqlite:///x.db"
    arrived = SystemClock().now() - timedelta(hours=2)

    class Then(SystemClock):
        def now(self) -> datetime:
            return arrived + timedelta(minutes=10)

    async def happened() -> None:
        await upgrade(url)
        store = await Store.open(url, clock=Then(), ids=TimeSortedIds())
        body = json.dumps([alert("checkout", o, at=arrived) for o in ("prometheus", "probe")]).encode()
        await store.inbox.put(source="hook:generic", key="1", headers={}, body=body, received_at=arrived)
        ports = Ports(
            clock=Then(),
            ids=TimeSortedIds(),
            units=store.units,
            reading=store.reading,
            write_review=write_review,
            handbook=lambda: load(PLAYBOOK, CATALOGUE),
        )
        await declare.by_hand(ports, title="It fails", service="checkout", severity=1, by=UserId("U0FAY"))
        await store.close()

    asyncio.run(happened())
    told = tocsin("backtest", "--since", "3h", DATABASE__URL=url)
    assert told.exit_code == 0, told.output
    assert "(INC-1 was, 300 s later)" in told.output


def test_maintenance_that_was_announced_by_other_tools_counts() -> None:
    """The tool that works on Checkout had said so, and the rules that ran heard nothing of it."""
    url, arrived = "sqlite+aiosqlite:///x.db", SystemClock().now() - timedelta(hours=2)

    async def happened() -> str:
        await upgrade(url)
        store = await Store.open(url, clock=SystemClock(), ids=TimeSortedIds())
        body = json.dumps([alert("checkout", o, at=arrived) for o in ("prometheus", "probe")]).encode()
        await store.inbox.put(source="hook:generic", key="1", headers={}, body=body, received_at=arrived)
        window = Window(
            id=WindowId("w1"),
            key="w1",
            title="New disks",
            services=(ServiceName("checkout"),),
            env="production",
            announced_by=UserId("U0FAY"),
            announced_at=arrived - timedelta(hours=1),
            start=arrived - timedelta(minutes=30),
            end=arrived + timedelta(hours=3),
        )
        async with store.units() as unit:
            await unit.windows.add(window)
            await unit.commit()
        (row,) = await store.inbox.rows(None, 1)
        await store.close()
        return row.id

    arrival = asyncio.run(happened())
    explained = tocsin("explain", "--in", "10m", arrival, DATABASE__URL=url)
    assert (explained.exit_code, "FIRES" in explained.output) == (0, False), explained.output
    told = tocsin("backtest", "--since", "3h", DATABASE__URL=url)
    assert "Declared would have been 0 of 0" in told.output
