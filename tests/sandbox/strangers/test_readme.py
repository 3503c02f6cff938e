"""What the README tells a newcomer to type works, word by word."""

from __future__ import annotations

import asyncio
import re
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from sandbox.testing import App, Workspace
from tests.sandbox.strangers.hosting import running

ROOT = Path(__file__).parents[3]
README = (ROOT / "sandbox" / "README.md").read_text(encoding="utf-8")


def block(language: str, containing: str) -> str:
    """The fenced block of the README with this text in it."""
    found = re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)
    return next(each for each in found if containing in each)


MANIFEST = block("yaml", "Greeter")
SCRIPT = block("python", "@app.command")


@asynccontextmanager
async def process(*command: str, **options: Any) -> AsyncIterator[Process]:
    started = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=PIPE, **options)
    try:
        yield started
    finally:
        if started.returncode is None:
            started.terminate()
        async with asyncio.timeout(10):
            await started.communicate()


async def printed(sandbox: Process, count: int) -> list[str]:
    """The first lines that it printed."""
    assert sandbox.stdout is not None
    async with asyncio.timeout(30):
        return [(await sandbox.stdout.readline()).decode().rstrip() for _ in range(count)]


async def test_a_newcomer_runs_the_app_of_the_readme(tmp_path: Path) -> None:
    (tmp_path / "my-app.yaml").write_text(MANIFEST, encoding="utf-8")
    (tmp_path / "my_app.py").write_text(SCRIPT, encoding="utf-8")
    typed = block("sh", "-m sandbox").split()
    assert typed[:3] == ["python", "-m", "sandbox"]
    command = [sys.executable, *typed[1:]]
    command[command.index("8800")] = "0"
    path = {"PYTHONPATH": str(ROOT)}

    async with process(*command, cwd=tmp_path, env=path) as sandbox:
        address, who, *exports = await printed(sandbox, 6)
        assert who == "# Greeter, over Socket Mode"
        told = dict(each.removeprefix("export ").split("=", 1) for each in exports)
        async with (
            process(sys.executable, "my_app.py", cwd=tmp_path, env=told),
            Workspace.connect(address.split()[-1]) as workspace,
        ):
            await connected(workspace)
            ada = workspace.user("ada")
            assert (await ada.slash("general", "/hello world")).delivered
            card = await workspace.channel("general").expect("Hello *world*")
            assert (await card.button("Wave").press(as_="bob")).delivered
            await workspace.channel("general").expect("@bob waves.")


async def connected(workspace: Workspace) -> None:
    """Wait until the app has opened its socket."""
    async for _ in workspace.changes(30):
        if any(each["summary"] == "connected" for each in await workspace.journal()):
            return
    raise AssertionError("The app did not connect.")


async def test_the_test_of_the_readme_passes(tmp_path: Path) -> None:
    """The block is executed as it stands, with the names that the text above it explains."""
    source = SCRIPT.replace("SocketModeHandler(app", "started(app")

    @asynccontextmanager
    async def hosted(app: App) -> AsyncIterator[None]:
        manifest = yaml.safe_load(MANIFEST)
        async with Workspace.connect(app.base_url) as sandbox:
            module = SimpleNamespace(MANIFEST=manifest, listen=listeners(source))
            async with running(sandbox, module, "socket"):
                yield

    names: dict[str, Any] = {"manifest": yaml.safe_load(MANIFEST), "connected": hosted}
    exec(compile(block("python", "test_greeting"), "README.md", "exec"), names)  # noqa: S102  that is the point

    await names["test_greeting"]()


def listeners(source: str) -> Callable[[Any], None]:
    """The listeners of the script, for an app that somebody else made and starts."""
    body = source[source.index("@app.command") : source.index("started(app")]

    def listen(app: Any) -> None:
        exec(compile(body, "README.md", "exec"), {"app": app})  # noqa: S102  our own text

    listen.__annotations__["app"] = "App"
    return listen


@pytest.mark.parametrize("link", re.findall(r"\]\(([^)]+)\)", README))
def test_what_the_readme_points_to_is_there(link: str) -> None:
    assert (ROOT / "sandbox" / link).is_file()
