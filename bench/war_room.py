"""How soon people can work in a war room, against the shortest way that Slack allows.

The yardstick makes the same calls with the same words through the same client, as early as
each may be made, and stores nothing. Both are measured in turn in one run.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from functools import partial

from bench.limits import best
from bench.office import Office, open_office
from bench.report import Finding, Report
from bot.slack.methods import METHODS
from handlers.views import announcement, card
from playbooks.domain.ids import UserId
from playbooks.domain.incident import Incident

LATENCIES = (0.1, 0.3)
ALONE, TOGETHER = 1.05, 1.10
CROWD = 20
WITHIN = 1.10
"""Of the best that Slack's limits allow."""


async def measure(*, quick: bool) -> Report:
    """One room and twenty at once without limits; twenty and a hundred with Slack's documented ones."""
    report = Report("War room: from declaring until people are invited, have a card, and all is announced")
    for latency in LATENCIES:
        async with open_office(latency=latency) as office:
            await _against_the_shortest_way(office, report, latency, quick=quick)
    for crowd in (CROWD,) if quick else (CROWD, 5 * CROWD):
        async with open_office(latency=LATENCIES[0], methods=METHODS, profile="documented") as office:
            took = await _ours(office, crowd)
        allowed = best(crowd, latency=LATENCIES[0])
        report.add(
            Finding(
                what=f"{crowd} at once, Slack's documented limits",
                value=took / allowed,
                bound=WITHIN,
                seen=f"{took:.2f} s, best possible {allowed:.2f} s",
            )
        )
    return report


async def _against_the_shortest_way(office: Office, report: Report, latency: float, *, quick: bool) -> None:
    sample = await _warmed(office)
    rounds = 3 if quick else 9
    for crowd, bound in ((1, ALONE), (CROWD, TOGETHER)):
        ours, shortest = await _in_turn(
            partial(_ours, office, crowd), partial(_shortest, office, sample, crowd), rounds
        )
        report.add(
            Finding(
                what=f"{crowd} at once, {latency * 1000:.0f} ms a call, no limits",
                value=ours / shortest,
                bound=bound,
                seen=f"{ours * 1000:.0f} ms, shortest way {shortest * 1000:.0f} ms",
            )
        )


async def _in_turn(
    one: Callable[[], Awaitable[float]], other: Callable[[], Awaitable[float]], rounds: int
) -> tuple[float, float]:
    """Medians of both, measured alternately."""
    spent: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        spent[0].append(await one())
        spent[1].append(await other())
    return statistics.median(spent[0]), statistics.median(spent[1])


async def _warmed(office: Office) -> Incident:
    """The first incident fills caches and connections; the yardstick says its words."""
    sample = await office.declare()
    await office.until_ready(1)
    await _ours(office, CROWD)
    return sample


async def _ours(office: Office, crowd: int) -> float:
    """Seconds from the first declaration until all are ready; the decoration is not waited for."""
    began = time.perf_counter()
    await asyncio.gather(*(office.declare() for _ in range(crowd)))
    took = await office.until_ready(crowd) - began
    await office.idle()
    return took


_names = iter(range(1_000_000))


async def _shortest(office: Office, sample: Incident, crowd: int) -> float:
    """Seconds for the same calls, each as soon as it can be made."""
    tools = office.tools
    picture = await tools.picture(sample.id)
    shown, announced = card.card(picture, link=str), announcement.announcement(picture)
    people = tuple(UserId(f"U0{name}") for name in ("BOB", "DEV", "ADA", "EVE"))
    hub = await tools.directory.channel(tools.ports.handbook().catalogue.channels.incidents)

    async def room() -> None:
        made = await tools.gateway.create_room(f"bench-{next(_names)}")
        await asyncio.gather(
            tools.gateway.invite(made.id, people),
            tools.gateway.post(made.id, text=shown.text, blocks=shown.blocks, delivery="bench"),
        )

    async def announce() -> None:
        await tools.gateway.post(hub, text=announced.text, blocks=announced.blocks, delivery="bench")

    began = time.perf_counter()
    await asyncio.gather(*(step() for _ in range(crowd) for step in (room, announce)))
    return time.perf_counter() - began
