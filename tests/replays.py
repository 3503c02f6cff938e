"""Whether the logs of a database tell its records."""

from __future__ import annotations

from playbooks.domain.command import Tenure
from playbooks.domain.ids import IncidentId
from playbooks.domain.incident import Incident
from playbooks.domain.retelling import tell
from playbooks.domain.retelling.account import Account, differences, fingerprint, kept, told
from playbooks.domain.retold import Told
from storage.mapping import events_of
from storage.unit import SqlUnit
from storage.uow import Store

EVERY = 1_000_000


async def accounts(unit: SqlUnit, incident: IncidentId) -> tuple[Account, Account]:
    """What the log tells of an incident, and what the database keeps of it."""
    log = tell(incident, events_of(await unit.entries.of(incident)))
    return told(log), kept(await unit.rows_of(incident))


async def misremembered(store: Store) -> list[str]:
    """Where the log of any incident tells something else than the record."""
    wrong: list[str] = []
    async with store.reading() as unit:
        for incident in await unit.incidents.recent(EVERY):
            log, record = await accounts(unit, incident.id)
            apart = differences(log, record)
            assert bool(apart) is (fingerprint(log) != fingerprint(record))
            wrong += [f"INC-{incident.id} {one}" for one in apart]
    return wrong


def in_short(incident: Incident, tenure: Tenure | None) -> Told:
    """The state in short, as the records have it."""
    return Told(
        title=incident.title,
        severity=incident.severity,
        state=incident.state,
        major=incident.major,
        services=incident.impacted,
        commander=tenure.user if tenure else None,
        frozen=incident.freeze_since is not None and incident.thawed_at is None,
        room=incident.room,
        resolution=incident.resolution,
        drill=incident.drill is not None,
        parent=incident.parent,
        private=incident.private,
    )
