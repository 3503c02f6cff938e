"""``python -m sandbox``: starts, says where it is and how to reach it, and ends when told to."""

from __future__ import annotations

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest
import yaml

from sandbox.__main__ import main
from sandbox.testing import Workspace
from tests.sandbox.bots import manifest

ROOT = Path(__file__).parents[3]


async def test_it_serves_the_apps_of_its_manifests_until_it_is_interrupted(tmp_path: Path) -> None:
    path = tmp_path / "app.yaml"
    path.write_text(yaml.safe_dump(manifest()))
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "sandbox",
        "--app",
        str(path),
        "--json",
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
    )
    assert process.stdout is not None
    async with asyncio.timeout(30):
        url = (await process.stdout.readline()).decode().split()[-1]
        credentials = json.loads(await process.stdout.readline())
        async with Workspace.connect(url) as sandbox:
            said = await sandbox.user("ada").say("general", "hello")
        process.send_signal(signal.SIGTERM)
        code = await process.wait()
        await process.stdout.read()

    assert said.text == "hello"
    assert credentials["name"] == "Tester"
    assert credentials["bot_token"].startswith("xoxb-")
    assert credentials["base_url"] == url
    assert code == 0


async def test_it_does_not_offer_itself_to_a_network(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sandbox", "--host", "192.0.2.1", cwd=ROOT, stderr=asyncio.subprocess.PIPE
    )
    async with asyncio.timeout(30):
        _, said = await process.communicate()

    assert process.returncode == 2
    assert b"--public" in said


@pytest.mark.parametrize(
    ("option", "text"),
    [
        pytest.param("--app", "display_information: [", id="a manifest that is no YAML"),
        pytest.param("--app", "display_information: {}", id="an app without a name"),
        pytest.param("--seed", "users: [{id: U1}]", id="a cast without names"),
        pytest.param("--seed", "colour: red", id="a cast of something else"),
        pytest.param("--seed", None, id="no such file"),
    ],
)
def test_what_cannot_be_read_is_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], option: str, text: str | None
) -> None:
    path = tmp_path / "given.yaml"
    if text is not None:
        path.write_text(text, encoding="utf-8")

    assert main([option, str(path)]) == 2

    assert capsys.readouterr().err.startswith("sandbox: ")
