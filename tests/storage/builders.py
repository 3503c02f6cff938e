"""Short ways to owe, deliver and look, so that a test reads like its sentence."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from playbooks.domain.effects import Announce, Effect, RefreshCard, SetTopic, TellPerson, TellRoom
from playbooks.domain.events import IncidentMitigated
from playbooks.domain.ids import IncidentId, UserId
from storage.outbox import Owed
from storage.uow import Store
from tests.clock import START, MovableClock
from tests.storage.records import SEVEN

LEASE = timedelta(seconds=30)
PAUSE = timedelta(minutes=1)


def said(note: str, incident: IncidentId = SEVEN) -> TellRoom:
    """Something to say in a room: a lane of its own per incident."""
    event = IncidentMitigated(incident=incident, by=UserId("UADA"), at=START, note=note)
    return TellRoom(incident=incident, about=event)


def told(user: str, note: str = "hello") -> TellPerson:
    """Something to tell a person: a lane of its own per person."""
    return TellPerson(incident=SEVEN, user=UserId(user), about=said(note).about)


ANNOUNCE = Announce(incident=SEVEN)
CARD = RefreshCard(incident=SEVEN)
TOPIC = SetTopic(incident=SEVEN)


async def owe(store: Store, *effects: Effect) -> None:
    """Owe effects in one committed unit."""
    async with store.units() as unit:
        for effect in effects:
            await unit.outbox.put(effect)
        await unit.commit()


async def claim(store: Store, clock: MovableClock, *, limit: int = 10, worker: str = "w1") -> Sequence[Owed]:
    return await store.outbox.claim(now=clock.now(), limit=limit, lease=LEASE, worker=worker)


async def settle(store: Store, clock: MovableClock, owed: Owed) -> bool:
    return await store.outbox.settle(owed, now=clock.now(), result={"ts": "1.0"})
