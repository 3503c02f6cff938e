"""The bot is quiet: states are said, what nobody asked for once in ten minutes, the rest beside."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from playbooks.domain import effects
from playbooks.domain.effects import (
    AskApproval,
    Effect,
    PostCard,
    PostProposal,
    RefreshCard,
    TellPerson,
    TellRoom,
)
from playbooks.domain.events import ChangeAllowed, CommandTaken, IncidentMitigated, UserReported
from playbooks.domain.noise import QUIET_FOR, Volume, hushed, may_speak, volume
from tests.clock import START
from tests.events import built


@pytest.mark.parametrize(
    ("effect", "loud"),
    [
        (built(TellRoom, about=built(IncidentMitigated)), Volume.STATE),
        (built(TellRoom, about=built(CommandTaken)), Volume.STATE),
        (built(TellRoom, about=built(UserReported)), Volume.UNSOLICITED),
        (built(TellRoom, about=built(ChangeAllowed)), Volume.UNSOLICITED),
        (built(AskApproval), Volume.UNSOLICITED),
        (built(PostCard), Volume.STATE),
        (built(PostProposal), Volume.STATE),
        (built(TellPerson, about=built(UserReported)), Volume.PRIVATE),
        (built(RefreshCard), Volume.SILENT),
    ],
)
def test_how_loud_it_is(effect: Effect, loud: Volume) -> None:
    assert volume(effect) is loud


def test_what_nobody_asked_for_can_be_said_quietly() -> None:
    """Whatever counts against the budget has a quiet twin; a change of state is said as it is."""
    for kind in (TellRoom, AskApproval):
        assert "quiet" in kind.__dataclass_fields__
    loud = built(TellRoom, about=built(UserReported))
    assert hushed(loud).quiet  # type: ignore[attr-defined]  # it is a TellRoom
    assert hushed(built(PostCard)) == built(PostCard)
    parts = {name: getattr(kind, "__dataclass_fields__", {}) for name, kind in vars(effects).items()}
    quiet = {name for name, fields in parts.items() if "quiet" in fields}
    assert quiet == {"AskApproval", "TellRoom"}


@given(st.lists(st.integers(min_value=0, max_value=900), max_size=60))
def test_however_much_happens_ten_minutes_pass_between_two_posts(pauses: list[int]) -> None:
    at, spoke_at, heard = START, None, []
    for pause in pauses:
        at += timedelta(seconds=pause)
        if may_speak(spoke_at, at=at):
            spoke_at = at
            heard.append(at)
    assert all(later - earlier >= QUIET_FOR for earlier, later in pairwise(heard))
    if pauses:
        assert heard, "the first is always said"
