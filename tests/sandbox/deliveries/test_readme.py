"""The README of the sandbox names everything that can be done to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.__main__ import parser
from sandbox.control.acts import ACTS
from sandbox.control.admin import ROUTES
from sandbox.control.world import BLOWS
from sandbox.faults import KNOWN

README = (Path(__file__).parents[3] / "sandbox" / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", sorted({*ACTS, *BLOWS, *(do for faults in KNOWN.values() for do in faults)}))
def test_every_act_and_every_fault_is_named(name: str) -> None:
    assert name in README.replace("`", " ").replace(",", " ").split()


@pytest.mark.parametrize("path", sorted({each.path.removeprefix("/_sandbox/") for each in ROUTES}))
def test_every_request_is_named(path: str) -> None:
    assert path.replace("{", "<").replace("}", ">") in README


@pytest.mark.parametrize(
    "option", sorted(parser().format_usage().replace("[", " ").replace("]", " ").split())
)
def test_every_option_is_named(option: str) -> None:
    assert not option.startswith("--") or option in README
