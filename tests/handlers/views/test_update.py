"""Stakeholders read three lines on a phone, and nothing that was not released."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import handlers.views
from handlers.views import update
from playbooks.domain.statement import StatementStatus
from tests.handlers import scenes
from tests.handlers.reading import read
from tests.handlers.scenes import ADA, CLEO, minutes, picture
from tests.handlers.views.test_safety import digest_of


def test_an_update_is_three_lines_on_a_phone_and_then_the_rest() -> None:
    lines = read(update.update(digest_of(picture()))).splitlines()
    assert lines[0].startswith("SEV1 · Checkout · investigating")
    assert lines[1].startswith("*Impact* 30 % of payments fail in the EU")
    assert lines[2] == "*Next update by 14:33 UTC*, even if nothing changes"


def test_a_correction_comes_first() -> None:
    wrong = replace(
        scenes.IMPACT, status=StatementStatus.REFUTED, refuted_by=CLEO, refuted_at=minutes(8), releaser=ADA
    )
    lines = read(update.update(digest_of(picture(statements=(wrong,))))).splitlines()
    assert lines[1].startswith("*Correction* We said “30 % of payments fail in the EU”. That was wrong.")


def test_whoever_shows_an_update_cannot_see_anything_else() -> None:
    """Non-interference by type: the view of stakeholders imports no picture and no statement."""
    source = (Path(handlers.views.__file__).parent / "update.py").read_text()
    imported = {
        node.module
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom) and node.module
    }
    ours = {module for module in imported if module.startswith("playbooks")}
    assert ours == {"playbooks.domain.digest"}


def test_two_incidents_that_differ_in_hypotheses_read_the_same() -> None:
    other = replace(scenes.HUNCH, text="The database is on fire")
    assert update.update(digest_of(picture())) == update.update(
        digest_of(picture(statements=(scenes.IMPACT, other, scenes.WRONG)))
    )
