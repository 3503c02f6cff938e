"""Maintenance is announced and cancelled by other tools, and the rules hear of it at once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from playbooks.domain.announced import Window, heard_windows, require_notice, require_open
from playbooks.domain.errors import NeedsWords
from playbooks.domain.ids import UserId, WindowId
from playbooks.domain.naming import require_service
from playbooks.domain.timers import Timer, TimerKind
from playbooks.ports import Ports, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Announcement:
    """What somebody wants to do; services by any name of the catalogue."""

    key: str
    title: str
    services: tuple[str, ...]
    env: str
    start: datetime
    end: datetime
    by: UserId


async def announce(ports: Ports, *, asked: Announcement) -> tuple[Window, bool]:
    """Keep the window, once for each key, and whether it is new now. Raises NeedsWords."""
    now, handbook = ports.clock.now(), ports.handbook()
    services = tuple(dict.fromkeys(require_service(handbook, word) for word in asked.services))
    async with ports.units() as unit:
        await unit.episodes.lock_intake()
        known = await unit.windows.with_key(asked.key)
        if known is not None:
            if (known.services, known.start, known.end) != (services, asked.start, asked.end):
                raise NeedsWords("This key announced something else before. Cancel that, and use a new key.")
            return known, False
        require_notice(asked.start, asked.end, at=now)
        window = Window(
            id=WindowId(ports.ids.new()),
            key=asked.key,
            title=asked.title.strip(),
            services=services,
            env=asked.env,
            announced_by=asked.by,
            announced_at=now,
            start=asked.start,
            end=asked.end,
        )
        await unit.windows.add(window)
        await _look_again(unit, now)
        await unit.commit()
    return window, True


async def cancel(ports: Ports, *, window: WindowId) -> Window | None:
    """It does not happen, or is over early; None if there is none. Raises NotNeeded."""
    now = ports.clock.now()
    async with ports.units() as unit:
        await unit.episodes.lock_intake()
        found = await unit.windows.find(window)
        if found is None or found.cancelled_at is not None:
            return found
        require_open(found, at=now)
        cancelled = replace(found, cancelled_at=now)
        await unit.windows.save(cancelled)
        await _look_again(unit, now)
        await unit.commit()
    return cancelled


async def with_windows(unit: Unit, ports: Ports, *, since: datetime) -> Ports:
    """The same ports, whose handbook knows what was announced and was not over at an instant."""
    windows = heard_windows(await unit.windows.open_since(since))
    if not windows:
        return ports
    handbook = ports.handbook().with_announced(windows)
    return replace(ports, handbook=lambda: handbook)


async def _look_again(unit: Unit, at: datetime) -> None:
    await unit.timers.set(Timer(kind=TimerKind.EVALUATE, subject="all", incident=None, due_at=at))
