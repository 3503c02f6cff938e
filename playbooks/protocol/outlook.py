"""What declaring would do, told to whoever is about to: nobody should learn it afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from playbooks.domain.alike import Alike, look_alike
from playbooks.domain.freeze import rings
from playbooks.domain.handbook import Handbook
from playbooks.domain.ids import ServiceName, UserId
from playbooks.ports import Ports

PRODUCTION = "production"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What follows from declaring with this service and severity."""

    service: ServiceName | None
    """None as long as none is chosen."""
    severity: int
    leads: tuple[UserId, ...]
    on_shift: tuple[UserId, ...]
    comms: tuple[UserId, ...]
    held: tuple[ServiceName, ...]
    """Services whose changes are held, the chosen one included; empty if none are."""
    first_update: timedelta
    alike: tuple[Alike, ...] = ()


def outlook(
    handbook: Handbook, *, service: ServiceName | None, severity: int | None, alike: tuple[Alike, ...] = ()
) -> Outlook:
    """What would follow; an unknown severity is taken for the playbook's ``unknown_severity``."""
    level = severity or handbook.playbook.unknown_severity
    chosen = () if service is None else (service,)
    return Outlook(
        service=service,
        severity=level,
        leads=handbook.leads_of(chosen),
        on_shift=handbook.on_shift,
        comms=handbook.comms,
        held=_held(handbook, chosen, level),
        first_update=handbook.playbook.updates.first,
        alike=alike,
    )


async def declaring(
    ports: Ports, *, service: str, severity: int | None = None, env: str = PRODUCTION
) -> Outlook:
    """What would follow now; a word that is no service counts as none chosen."""
    handbook = ports.handbook()
    known = handbook.service_named(service) if service else None
    if known is None:
        return outlook(handbook, service=None, severity=severity)
    async with ports.reading() as unit:
        live = await unit.incidents.live()
    found = look_alike(known, env=env, live=live, graph=handbook.graph)
    return outlook(handbook, service=known, severity=severity, alike=found)


def _held(handbook: Handbook, chosen: tuple[ServiceName, ...], severity: int) -> tuple[ServiceName, ...]:
    """The services of every ring in which something is held; the outermost ring is everything else."""
    thresholds = handbook.playbook.freeze.thresholds.get(severity, ())
    if not chosen or all(risk is None for risk in thresholds):
        return ()
    drawn = rings(chosen, handbook.graph)
    by_ring = (drawn.ring0, drawn.ring1, drawn.ring2)
    held = {s for ring, risk in zip(by_ring, thresholds, strict=False) if risk is not None for s in ring}
    return tuple(sorted(held))
