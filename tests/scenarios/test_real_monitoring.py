"""A real Prometheus measures, a real Alertmanager tells, with the very files of the documentation."""

from __future__ import annotations

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import pytest
from aiohttp import web

from bot.demo.cast import Cast
from bot.demo.house import WEBHOOK_SECRET
from playbooks.domain.incident import Major
from playbooks.domain.signal import Episode
from tests.clock import START
from tests.scenarios.conftest import once
from tests.scenarios.record import Record

FILES = Path(__file__).parents[2] / "docs" / "alertmanager"
PROMETHEUS, ALERTMANAGER = shutil.which("prometheus"), shutil.which("prometheus-alertmanager")
TEN_MINUTES = 600.0
STOP_SECONDS = 10.0
QUICKER = {
    "scrape_interval: 15s": "scrape_interval: 1s",
    "evaluation_interval: 15s": "evaluation_interval: 1s",
}
AT_ONCE = {"group_wait: 10s": "group_wait: 0s", "group_interval: 30s": "group_interval: 1s"}

pytestmark = pytest.mark.skipif(
    PROMETHEUS is None or ALERTMANAGER is None,
    reason="NOT TESTED against real monitoring: apt-get install prometheus prometheus-alertmanager",
)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def copied(name: str, folder: Path, changes: Mapping[str, str]) -> None:
    """A file of the documentation, with addresses of this machine and shorter waits."""
    text = (FILES / name).read_text()
    for old, new in changes.items():
        assert old in text, f"{name} has no {old!r} any more"
        text = text.replace(old, new)
    (folder / name).write_text(text)


@asynccontextmanager
async def running(command: Sequence[str], folder: Path) -> AsyncIterator[None]:
    with (folder / f"{Path(command[0]).name}.log").open("wb") as log:
        process = await asyncio.create_subprocess_exec(*command, cwd=folder, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.terminate()
        async with asyncio.timeout(STOP_SECONDS):
            await process.wait()


@asynccontextmanager
async def answering(port: int) -> AsyncIterator[None]:
    """The checkout, back on its feet."""

    async def metrics(_: web.Request) -> web.Response:
        return web.Response(text="checkout_requests_total 1\n")

    site = web.Application()
    site.add_routes([web.get("/metrics", metrics)])
    runner = web.AppRunner(site, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        yield
    finally:
        await runner.cleanup()


@asynccontextmanager
async def monitoring(folder: Path, *, bot: str, target: int) -> AsyncIterator[None]:
    """Both daemons, as a newcomer starts them."""
    manager, prometheus = free_port(), free_port()
    (folder / "tocsin-token").write_text(WEBHOOK_SECRET)
    copied("alertmanager.yml", folder, AT_ONCE | {"http://127.0.0.1:8080": bot})
    addresses = {"127.0.0.1:9093": f"127.0.0.1:{manager}", "127.0.0.1:9200": f"127.0.0.1:{target}"}
    copied("prometheus.yml", folder, QUICKER | addresses)
    copied("rules.yml", folder, {})
    assert PROMETHEUS
    assert ALERTMANAGER
    async with AsyncExitStack() as stack:
        for command in (
            [
                *(ALERTMANAGER, "--config.file=alertmanager.yml", "--storage.path=alerts"),
                *("--cluster.listen-address=", f"--web.listen-address=127.0.0.1:{manager}"),
            ],
            [
                *(PROMETHEUS, "--config.file=prometheus.yml", "--storage.tsdb.path=samples"),
                f"--web.listen-address=127.0.0.1:{prometheus}",
            ],
        ):
            await stack.enter_async_context(running(command, folder))
        yield


@once
async def test_prometheus_fires_and_calms_down(cast: Cast, record: Record, tmp_path: Path) -> None:
    """One Prometheus is one witness: it asks a person, and the end of the alert arrives as well."""
    folder = tmp_path / "monitoring"
    folder.mkdir()
    target = free_port()

    async def told() -> Episode | None:
        async with record.store.reading() as unit:
            now = await unit.episodes.around(START)
        return next(iter(now), None)

    async with monitoring(folder, bot=cast.house.bot_url, target=target):
        await record.until(told, "the alert of a real Alertmanager")
        episode = await told()
        assert episode is not None
        assert (episode.service, episode.origin, episode.severity) == ("checkout", "prometheus-eu", 1)
        assert episode.title == f"Checkout on 127.0.0.1:{target} does not answer"
        await cast.house.advance(TEN_MINUTES + 5)
        asked = await cast.said("Checkout on", "incidents")
        assert "Yes" in " ".join(asked.buttons)
        (candidate,) = await record.incidents()
        assert (candidate.major, candidate.rule) == (Major.PROPOSED, "tier1-single-origin")

        async def over() -> bool:
            episode = await told()
            return episode is not None and not episode.is_open

        async with answering(target):
            await record.until(over, "the end of the alert")
