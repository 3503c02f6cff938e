"""The import contracts of the house hold, and every one of them can fail."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bot", "handlers", "playbooks", "storage", "config", "sandbox")
PLANTED = {
    "The house: bot on top, handlers and storage side by side, playbooks below": (
        "storage/engine.py",
        "import handlers.names",
    ),
    "Inside playbooks: protocol, then ports and loader, then domain, then schema": (
        "playbooks/domain/ids.py",
        "import playbooks.ports",
    ),
    "Inside handlers: edges, then views, then the shared ground": (
        "handlers/names.py",
        "import handlers.views.kit",
    ),
    "Playbooks know no framework, no clock and no logging": ("playbooks/domain/sla.py", "import time"),
    "SQL lives in storage only": ("bot/clock.py", "import sqlalchemy"),
    "Settings are read by bot only": ("handlers/deps.py", "import config.settings"),
    "Config imports nothing of ours": ("config/sources.py", "import playbooks.schema"),
    "The sandbox judges the bot, so it shares no code with it, nor with Slack's SDK": (
        "sandbox/ids.py",
        "import slack_sdk",
    ),
    "Only the demo knows the sandbox": ("bot/ids.py", "import sandbox.ids"),
    "Slack's SDK stays at the edges": ("handlers/views/kit.py", "import slack_sdk.models"),
}


def names_of_contracts() -> list[str]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    return [contract["name"] for contract in settings["tool"]["importlinter"]["contracts"]]


def lint(folder: Path) -> str:
    command = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run(
        [str(command), "--no-cache"], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    return re.sub(r"\x1b\[[0-9;]*m", "", done.stdout + done.stderr)


@pytest.mark.timeout(180)
def test_every_contract_breaks_on_a_planted_violation(tmp_path: Path) -> None:
    assert sorted(PLANTED) == sorted(names_of_contracts()), "plant a violation for every contract"
    for package in PACKAGES:
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for file, line in PLANTED.values():
        path = tmp_path / file
        path.write_text(path.read_text() + f"\n{line}  # planted\n")
    said = lint(tmp_path)
    unbroken = [name for name in PLANTED if not re.search(re.escape(name) + r".*BROKEN", said)]
    assert not unbroken, said


@pytest.mark.timeout(180)
def test_the_house_keeps_its_contracts() -> None:
    said = lint(ROOT)
    assert "0 broken" in said, said
