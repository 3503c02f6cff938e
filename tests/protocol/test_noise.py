"""An afternoon in a busy room: how often the bot raises its voice is bounded, whatever happens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import cycle, pairwise

from playbooks.domain.effects import AskApproval, Effect, PostCard, PostProposal, PostReview, TellRoom
from playbooks.domain.events import (
    ApprovalAsked,
    ChangeAllowed,
    ChangeHeld,
    ClockRead,
    Event,
    MergeProposed,
    MessageSaid,
    PeopleInvited,
    StatementMade,
    UpdatePromised,
    UserReported,
)
from playbooks.domain.ids import Ts
from playbooks.domain.incident import State
from playbooks.domain.noise import QUIET_FOR, Volume, volume
from playbooks.protocol import command, resolve
from playbooks.protocol.recording import locked, record
from tests.events import built
from tests.protocol.conftest import ADA, BOB, ON_SQLITE, House

HOURS = 2
IN_THE_ROOM = (AskApproval, PostCard, PostProposal, PostReview, TellRoom)
BUSY: tuple[Callable[[], Event], ...] = (
    lambda: built(ApprovalAsked),
    lambda: built(PeopleInvited, failed=((ADA, "a guest"),)),
    lambda: built(ChangeHeld),
    lambda: built(UserReported),
    lambda: built(StatementMade),
    lambda: built(ChangeAllowed),
    lambda: built(ClockRead),
    lambda: built(UpdatePromised),
    lambda: built(MergeProposed),
)
"""What machines and people bring about without asking the bot to say it."""


def loud(owed: list[Effect]) -> list[Effect]:
    """What appears in the room for everybody, rather than in the thread of the card."""
    return [each for each in owed if isinstance(each, IN_THE_ROOM) and not getattr(each, "quiet", False)]


async def happens(house: House, event: Event) -> None:
    async with house.store.units() as unit:
        found = await locked(unit, (await house.incident()).id)
        at = house.clock.now()
        ours = replace(event, incident=found.id, at=at)
        if isinstance(ours, MessageSaid):
            ours = replace(ours, ts=Ts(f"{at.timestamp():.6f}"))
        await record(unit, house.ports, replace(found, state=State.MITIGATED), ours)
        await unit.commit()


@ON_SQLITE
async def test_in_a_busy_room_the_bot_keeps_to_its_budget(house: House) -> None:
    """State changes as they come; besides them one post in ten minutes, and nothing is lost."""
    house.is_made_up = True
    await house.in_room()
    await command.take(house.ports, incident=(await house.incident()).id, by=BOB)
    await house.owed()
    told: list[Effect] = []
    heard: list[float] = []
    for minute, event in zip(range(HOURS * 60), cycle(BUSY), strict=False):
        house.clock.advance(timedelta(minutes=1))
        if minute % 60 == 30:
            worse = 2 if (await house.incident()).severity == 1 else 1
            number = (await house.incident()).id
            await resolve.severity(house.ports, incident=number, by=BOB, severity=worse, reason="as it is")
        await happens(house, event())
        owed = await house.owed()
        told += [each for each in owed if isinstance(each, IN_THE_ROOM)]
        heard += [minute for each in loud(owed) if volume(each) is Volume.UNSOLICITED]

    states = [each for each in loud(told) if volume(each) is Volume.STATE]
    assert len(states) == HOURS, "each change of severity"
    assert all(later - earlier >= 10 for earlier, later in pairwise(heard))
    assert HOURS * 60 / 10 - 4 <= len(heard) <= HOURS * 60 / (QUIET_FOR / timedelta(minutes=1))
    assert len(told) > 2 * len(loud(told)), "the rest is in the thread of the card"
