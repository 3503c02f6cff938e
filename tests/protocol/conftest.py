"""Use cases over a real database on each engine, with the shipped playbook and catalogue."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from handlers.rendering import write_review
from playbooks.domain.effects import Effect
from playbooks.domain.entry import Entry, first_broken
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ChannelId, IncidentId, Ts, UserId
from playbooks.domain.incident import Incident
from playbooks.domain.signal import Signal, SignalKind, SignalStatus
from playbooks.loader import load
from playbooks.ports import Ports
from playbooks.protocol import alarms, declare, intake, room
from storage.outbox import Owed
from storage.uow import Store
from tests.clock import CountingIds, MovableClock
from tests.library import CATALOGUE, PLAYBOOK
from tests.replays import misremembered

ADA, BOB, CLEO, DEV, EVE, FAY, GUS = (
    UserId(f"U0{n}") for n in ("ADA", "BOB", "CLEO", "DEV", "EVE", "FAY", "GUS")
)
ROOM = ChannelId("C0ROOM")
LEASE = timedelta(minutes=1)

ON_SQLITE = pytest.mark.parametrize(
    "database_url", [pytest.param("sqlite", marks=pytest.mark.sqlite)], indirect=True
)
"""For promises that the engine cannot break: tables with many rows, rules seen through the record."""


@pytest.fixture(scope="session")
def handbook() -> Handbook:
    return load(PLAYBOOK, CATALOGUE)


@dataclasses.dataclass
class House:
    """Ports over a store, and short words for what tests ask again and again."""

    ports: Ports
    store: Store
    clock: MovableClock
    is_made_up: bool = False
    """Whether a test writes into the log what never happened, so that it tells no record."""

    async def declared(
        self, *, service: str = "checkout", title: str = "Payments time out", severity: int = 1
    ) -> Incident:
        """Whatever is open already, this is something else."""
        async with self.store.reading() as unit:
            others = [incident.id for incident in await unit.incidents.live()]
        return await declare.by_hand(
            self.ports, title=title, service=service, severity=severity, by=FAY, despite=others
        )

    async def in_room(self, **rest: object) -> Incident:
        """A declared incident whose room is open and whose card is posted."""
        incident = await self.declared(**rest)  # type: ignore[arg-type]  # passed through as given
        async with self.store.units() as unit:
            await room.opened(unit, self.ports, incident=incident.id, room=ROOM, name="inc-1-checkout")
            await unit.commit()
        async with self.store.units() as unit:
            await room.card_posted(unit, self.ports, incident=incident.id, channel=ROOM, ts=Ts("1.000001"))
            await unit.commit()
        await self.owed()
        return await self.incident(incident.id)

    async def incident(self, number: int = 1) -> Incident:
        async with self.store.reading() as unit:
            found = await unit.incidents.find(IncidentId(number))
        assert found is not None
        return found

    async def log(self, number: int = 1) -> Sequence[Entry]:
        async with self.store.reading() as unit:
            entries = await unit.entries.of(IncidentId(number))
        assert first_broken(entries) is None, "the chain is broken"
        return entries

    async def kinds(self, number: int = 1) -> list[str]:
        return [entry.kind for entry in await self.log(number)]

    async def owed(self) -> list[Effect]:
        """Everything that is owed now, in order; it is taken and settled by this call."""
        taken: list[Effect] = []
        while claimed := await self.store.outbox.claim(
            now=self.clock.now(), limit=100, lease=LEASE, worker="test"
        ):
            await asyncio.gather(*(self._settle(row) for row in claimed))
            taken += [row.effect for row in claimed]
        return taken

    async def _settle(self, row: Owed) -> None:
        assert await self.store.outbox.settle(row, now=self.clock.now(), result={})

    async def hears(self, *signals: Signal) -> intake.Absorbed:
        """One delivery of monitoring, now."""
        return await intake.absorb(self.ports, signals=signals, received_at=self.clock.now())

    async def incidents(self) -> list[Incident]:
        """Every incident there is, in the order of their numbers."""
        async with self.store.reading() as unit:
            return list(reversed(await unit.incidents.recent(100)))

    async def entry(self, kind: str, number: int = 1) -> dict[str, Any]:
        """What the newest entry of this kind says."""
        found = [entry for entry in await self.log(number) if entry.kind == kind]
        assert found, f"no {kind} among {[entry.kind for entry in await self.log(number)]}"
        return dict(found[-1].body or {})

    async def told(self, *kinds: type[Effect]) -> list[str]:
        """The names of what is owed now, taken and settled, in order; of these kinds if any are given."""
        return [type(e).__name__ for e in await self.owed() if not kinds or isinstance(e, kinds)]

    async def pass_time(self, **by: float) -> None:
        """Let time pass, and ring every alarm that is due, in order."""
        until = self.clock.now() + timedelta(**by)
        while True:
            ringing = await self.store.alarms.claim(now=until, limit=1, lease=LEASE)
            if not ringing:
                break
            for each in ringing:
                self.clock.set(max(self.clock.now(), each.timer.due_at))
                await alarms.ring(self.ports, each.timer)
                await self.store.alarms.done(each)
        self.clock.set(until)


@pytest.fixture
async def house(
    store: Store, clock: MovableClock, ids: CountingIds, handbook: Handbook, database_url: str
) -> AsyncIterator[House]:
    """Whatever a test does, the log tells the whole record of every incident in the end."""
    ports = Ports(
        clock=clock,
        ids=ids,
        units=store.units,
        reading=store.reading,
        write_review=write_review,
        handbook=lambda: handbook,
    )
    opened = House(ports=ports, store=store, clock=clock)
    yield opened
    # What is told does not depend on the engine, and time is short.
    if database_url.startswith("sqlite") and not opened.is_made_up:
        assert await misremembered(store) == []


def signal(
    service: str,
    *,
    at: datetime,
    origin: str = "prometheus-eu",
    name: str = "ErrorRate",
    severity: int = 1,
    status: SignalStatus = SignalStatus.FIRING,
    ends_at: datetime | None = None,
    env: str = "production",
) -> Signal:
    """One alert line; ``at`` is when it began."""
    return Signal(
        source="alertmanager",
        dedup_key=f"{origin}/{env}/{service}/{name}",
        origin=origin,
        status=status,
        kind=SignalKind.ALERT,
        severity=severity,
        service_hint=service,
        env=env,
        title=f"{name} on {service}",
        link="https://graphs.example.com/1",
        occurred_at=ends_at or at,
        starts_at=at,
        ends_at=ends_at,
        labels={"alertname": name},
    )
