"""A rehearsal house: a sandbox in this process, and the bot as a process of its own.

The bot is started as anybody would start it, with settings in its environment, so that
it can be killed and started again like the real one.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import aiohttp

from bot.clock import SystemClock
from bot.manifest import Mode, manifest
from sandbox.testing import App, Workspace, running_sandbox

START_SECONDS = 30.0
STOP_SECONDS = 20.0
CLOCK_NOISE = 0.5
"""Seconds that asking for the time may cost; less than this is no offset."""
LOOPBACK = "127.0.0.1"
WEBHOOK_SECRET = "rehearsal-webhook-secret"  # noqa: S105 - good for nothing outside this house
GATE_TOKEN = "rehearsal-gate-token"  # noqa: S105 - good for nothing outside this house


class HouseBroken(Exception):
    """The rehearsal cannot go on; the text says why."""


class Process(Protocol):
    """The bot as the house needs it: a process of its own."""

    @property
    def returncode(self) -> int | None: ...

    def send_signal(self, number: int, /) -> None: ...

    def kill(self) -> None: ...

    async def wait(self) -> int: ...


Launch = Callable[[Mapping[str, str], Path], Awaitable[Process]]
"""Starts a bot with this environment; what it prints is added to the file."""


async def launch_by_command(environment: Mapping[str, str], log_file: Path) -> Process:
    """Start the bot as anybody would."""
    with log_file.open("ab") as log:
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "bot.start",
            "run",
            env=environment,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


@dataclass(slots=True)
class House:
    """Where things are, and the bot's process."""

    workspace: Workspace
    app: App
    folder: Path
    bot_port: int
    mode: Mode
    database_url: str
    launch: Launch = launch_by_command
    settings: dict[str, str] = field(default_factory=dict)
    """Settings of this rehearsal, as ``SECTION__NAME``; read whenever the bot is started."""
    process: Process | None = None

    @property
    def bot_url(self) -> str:
        """Where monitoring and pipelines reach the bot."""
        return f"http://{LOOPBACK}:{self.bot_port}"

    @property
    def log_file(self) -> Path:
        """What the bot printed."""
        return self.folder / "bot.log"

    async def start_bot(self) -> None:
        """Start the bot and wait until it is ready. Raises HouseBroken."""
        self.process = await self.launch(self._environment(), self.log_file)
        await self._until_ready()

    async def kill_bot(self) -> None:
        """SIGKILL: no chance to tidy up."""
        await self._signal(signal.SIGKILL)

    async def stop_bot(self) -> None:
        """SIGTERM, as a service manager does it; SIGKILL if it does not go."""
        await self._signal(signal.SIGTERM)

    async def advance(self, seconds: float) -> None:
        """Let time pass for everybody: the workspace, and the bot that follows its clock."""
        await self.workspace.advance(seconds)
        await self.follow_clock()

    async def follow_clock(self) -> None:
        """Tell the bot what time it is in the workspace."""
        shown = float((await self.workspace.get("clock"))["now"])
        offset = shown - SystemClock().now().timestamp()
        _write(self.clock_file, f"{offset:.3f}" if offset > CLOCK_NOISE else "0")

    @property
    def clock_file(self) -> Path:
        """The seconds by which the rehearsal's time runs ahead."""
        return self.folder / "clock-offset"

    def _environment(self) -> dict[str, str]:
        """The caller's environment without settings of a real bot, and with ours."""
        inherited = {
            name: value
            for name, value in os.environ.items()  # noqa: TID251 - passed on, not read
            if not name.startswith(("TOCSIN_", "SLACK_"))
        }
        ours = {
            "DATABASE__URL": self.database_url,
            "SLACK__MODE": self.mode,
            "SLACK__BASE_URL": self.app.api_url,
            "SLACK__BOT_TOKEN": self.app.bot_token,
            "SLACK__APP_TOKEN": self.app.app_token,
            "SLACK__SIGNING_SECRET": self.app.signing_secret,
            "SERVER__HOST": LOOPBACK,
            "SERVER__PORT": str(self.bot_port),
            "WEBHOOKS__SECRETS": f'{{"alertmanager": ["{WEBHOOK_SECRET}"], "generic": ["{WEBHOOK_SECRET}"]}}',
            "GATE__TOKENS": f'["{GATE_TOKEN}"]',
            "LOG__FORMAT": "json",
            "WORKER__POLL": "200ms",
            "WORKER__LEASE": "6s",
            "SLACK__PATIENCE": "3s",
            "REHEARSAL__CLOCK_OFFSET_FILE": str(self.clock_file),
        }
        return inherited | {f"TOCSIN_{key}": value for key, value in (ours | self.settings).items()}

    async def _until_ready(self) -> None:
        loop = asyncio.get_running_loop()
        deadline = loop.time() + START_SECONDS
        async with aiohttp.ClientSession(trust_env=False) as session:
            while loop.time() < deadline:
                if self.process is not None and self.process.returncode is not None:
                    raise HouseBroken(f"The bot stopped while it started:\n{self.last_words()}")
                with contextlib.suppress(aiohttp.ClientError, TimeoutError):
                    async with session.get(f"{self.bot_url}/readyz") as answer:
                        if answer.status == 200:  # noqa: PLR2004 - ready
                            return
                await asyncio.sleep(0.05)
        raise HouseBroken(f"The bot was not ready within {START_SECONDS:.0f} s:\n{self.last_words()}")

    async def _signal(self, number: signal.Signals) -> None:
        if self.process is None or self.process.returncode is not None:
            return
        self.process.send_signal(number)
        try:
            await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()
        self.process = None

    def last_words(self) -> str:
        """The end of what the bot printed."""
        lines = self.log_file.read_text(errors="replace").splitlines() if self.log_file.exists() else []
        return "\n".join(lines[-15:]) or "(it printed nothing)"


@asynccontextmanager
async def open_house(
    folder: Path,
    *,
    mode: Mode = "http",
    port: int = 0,
    database_url: str | None = None,
    launch: Launch = launch_by_command,
    **sandbox: Any,
) -> AsyncIterator[House]:
    """A running sandbox with the bot's app installed; the bot itself is started by the caller.

    ``sandbox`` are further options of ``running_sandbox``.
    """
    bot_port = free_port()
    async with running_sandbox(host=LOOPBACK, port=port, **sandbox) as workspace:
        url = f"http://{LOOPBACK}:{bot_port}"
        app = await workspace.install(manifest(mode=mode, url=url))
        house = House(
            workspace=workspace,
            app=app,
            folder=folder,
            bot_port=bot_port,
            mode=mode,
            database_url=database_url or f"sqlite+aiosqlite:///{folder / 'tocsin.db'}",
            launch=launch,
        )
        await house.follow_clock()
        try:
            yield house
        finally:
            await house.stop_bot()


def free_port() -> int:
    """A port nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind((LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _write(path: Path, text: str) -> None:
    """Replace the file in one step: the bot reads it at any moment."""
    scratch = path.with_suffix(".new")
    scratch.write_text(text)
    scratch.replace(path)
