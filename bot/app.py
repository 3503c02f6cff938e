"""The process: started in order, stopped in reverse, every task named and owned.

Stopping finishes what was begun: nothing new is taken in, deliveries in flight are noted,
and what does not end in time is found again by its lease.
"""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, timedelta
from typing import Final

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.collector import settle_down
from bot.server import Server
from bot.slack.outcomes import DeliveryError, Never
from bot.wiring import House, build
from config.settings import Settings
from storage.alone import alone
from storage.engine import Unreachable
from storage.schema import upgrade

log = structlog.get_logger("tocsin")

SWITCH: Final = 0.0005
"""Seconds until a busy thread lets another one on. SQLite's threads ask several times a statement, and
with Python's 5 ms each of them waits that long for the event loop in a storm."""
_LOOK_AFTER: Final = timedelta(seconds=5)
_KNOCK_AGAIN: Final = timedelta(minutes=5)
_SEEN_WITHIN: Final = 5.0
"""Seconds; without a database nothing can be begun anyway."""


async def serve(settings: Settings) -> None:
    """Run until the process is asked to stop. Raises what ``running`` raises."""
    sys.setswitchinterval(SWITCH)
    async with running(settings):
        settle_down()
        await _asked_to_stop()
        log.info("process.stopping")


@asynccontextmanager
async def running(settings: Settings) -> AsyncIterator[int]:
    """The whole process, for as long as the block lasts; yields the port it listens on.

    Raises Broken, SchemaMismatch, Unwelcome, and OSError if the port or the database is taken.
    """
    async with AsyncExitStack() as stack:
        stack.enter_context(alone(settings.database.url))
        if settings.database.url.startswith("sqlite"):
            await upgrade(settings.database.url)  # one file, one process: nobody else has to agree
        house = await build(settings, stack)
        await _take_over(house)
        server = Server(house.site)
        stack.push_async_callback(server.close)
        port = await server.listen(settings.server.host, settings.server.port)
        async with _working(house):
            log.info("process.ready", host=settings.server.host, port=port, mode=settings.slack.mode)
            yield port
            await server.close()
    log.info("process.stopped")


async def _take_over(house: House) -> None:
    """What a predecessor on this file had begun is begun again now, not when its leases have run out."""
    if rows := await house.ground.store.replicas.inherit(now=house.ground.wall.now()):
        log.info("process.took_over", rows=rows)


@asynccontextmanager
async def _working(house: House) -> AsyncIterator[None]:
    """Workers, the socket and the ticker run; leaving waits for what they have begun."""
    async with asyncio.TaskGroup() as tasks:
        greeting = tasks.create_task(_greet(house), name="greeting")
        passing = [greeting, *await _present(house, tasks)]
        lasting = [tasks.create_task(worker.run(), name=f"worker {worker.name}") for worker in house.workers]
        if house.line is not None:
            lasting.append(tasks.create_task(house.line.run(), name="socket"))
        scheduler = _scheduler(house)
        scheduler.start()
        try:
            yield
        finally:
            scheduler.pause()
            await _stop(house, lasting)
            for task in passing:
                task.cancel()  # our sign of life goes last, or others would take over what we finish
            # Last, because it cancels jobs that have begun, and calls that an error.
            scheduler.shutdown(wait=False)


async def _present(house: House, tasks: asyncio.TaskGroup) -> list[asyncio.Task[None]]:
    """Our sign of life among replicas, given before we begin anything; who is alone needs none."""
    presence = house.ground.store.presence
    if presence is None:
        return []
    living = tasks.create_task(presence.run(_lost), name="presence")
    with suppress(TimeoutError):
        await asyncio.wait_for(presence.here.wait(), _SEEN_WITHIN)
    return [living]


def _lost(reason: str) -> None:
    log.warning("replicas.connection_lost", reason=reason)


async def _stop(house: House, lasting: Iterable[asyncio.Task[None]]) -> None:
    """Ask everything to end, and insist after a while."""
    if house.line is not None:
        house.line.stop()
    for worker in house.workers:
        worker.stop()
    _, late = await asyncio.wait(lasting, timeout=house.ground.settings.worker.drain.total_seconds())
    for task in late:
        log.warning("process.abandoned", task=task.get_name())
        task.cancel()


def _scheduler(house: House) -> AsyncIOScheduler:
    """Wakes those who look at rows; it remembers nothing itself, so nothing is lost with it."""
    scheduler = AsyncIOScheduler(timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1})
    every = house.ground.settings.worker.poll.total_seconds()
    scheduler.add_job(_tick, "interval", (house,), seconds=every, id="tick")
    scheduler.add_job(
        house.ground.library.refresh, "interval", seconds=_LOOK_AFTER.total_seconds(), id="handbook"
    )
    scheduler.add_job(_measure, "interval", (house,), seconds=_LOOK_AFTER.total_seconds(), id="depths")
    return scheduler


async def _tick(house: House) -> None:
    """A coroutine, because APScheduler runs plain functions in threads, and bells belong to the loop."""
    house.ground.bells.ring_all()


async def _measure(house: House) -> None:
    """How deep the queues are, and whether somebody sleeps."""
    try:
        await house.doctor.measure()
        await house.watchdog.look()
    except Unreachable as away:
        log.warning("worker.no_database", worker="measuring", reason=str(away))


async def _greet(house: House) -> None:
    """Learn who we are, and be where the protocol speaks; Slack may need a while for that.

    A channel that is missing is said now, not in the first incident. Raises Unwelcome.
    """
    await house.slack.introduction.make()
    channels = house.ground.library.handbook().catalogue.channels
    outside = list(dict.fromkeys((channels.incidents, channels.stakeholders)))
    pause = house.ground.settings.worker.poll
    while outside := [name for name in outside if not await _entered(house, name)]:
        await asyncio.sleep(pause.total_seconds())
        pause = min(pause * 2, _KNOCK_AGAIN)


async def _entered(house: House, name: str) -> bool:
    """Whether there is no more to try: we are in the channel, or nobody will let us in."""
    try:
        await house.slack.directory.enter(name)
    except DeliveryError as refusal:
        log.warning("channels.closed", channel=name, reason=refusal.reason)
        return isinstance(refusal, Never)
    return True


async def _asked_to_stop() -> None:
    """SIGTERM from a service manager, SIGINT from a keyboard."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    await asked.wait()
