"""Rules change while the bot runs; broken ones change nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from bot.library import Library, papers
from config.settings import load
from playbooks.loader import Broken
from tests.library import CATALOGUE, PLAYBOOK


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return Path(shutil.copy(PLAYBOOK, tmp_path / "plan.yaml"))


def rewrite(plan: Path, text: str, *, turn: int) -> None:
    plan.write_text(text)
    os.utime(plan, (turn, turn))


def test_the_shipped_papers_are_the_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    assert papers(load()) == (PLAYBOOK, CATALOGUE)


def test_a_changed_file_is_read_again(plan: Path) -> None:
    library = Library(plan, CATALOGUE)
    rewrite(plan, plan.read_text().replace("name: Default playbook", "name: Ours"), turn=1)
    library.refresh()
    assert library.handbook().playbook.name == "Ours"


def test_an_unchanged_file_is_left_alone(plan: Path) -> None:
    library = Library(plan, CATALOGUE)
    before = library.handbook()
    library.refresh()
    assert library.handbook() is before


@pytest.mark.parametrize("text", ["", "name: [", "wrong: 1"])
def test_a_broken_file_keeps_the_old_rules_until_it_is_repaired(plan: Path, text: str) -> None:
    whole = plan.read_text()
    library = Library(plan, CATALOGUE)
    before = library.handbook()
    rewrite(plan, text, turn=1)
    library.refresh()
    assert library.handbook() is before
    rewrite(plan, whole, turn=2)
    library.refresh()
    assert library.handbook() is not before


def test_a_file_that_vanishes_keeps_the_old_rules(plan: Path) -> None:
    library = Library(plan, CATALOGUE)
    plan.unlink()
    library.refresh()
    assert library.handbook().playbook.name == "Default playbook"


def test_it_does_not_start_with_broken_rules(plan: Path) -> None:
    plan.write_text("wrong: 1")
    with pytest.raises(Broken):
        Library(plan, CATALOGUE)
