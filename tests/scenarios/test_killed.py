"""SIGKILL after every step: the story goes on, nothing is lost and nothing is said twice."""

from __future__ import annotations

from collections import Counter

import pytest

from bot.demo.house import House
from bot.demo.stage import Stage
from bot.demo.story import play
from sandbox.testing import Message
from tests.scenarios.conftest import SAMPLES

PLACES = ("inc-1-checkout", "inc-2-checkout", "incidents", "stakeholders")


def unique(message: Message) -> str:
    """What a reader would take for the same message twice."""
    return message.text


async def said_by_the_bot(house: House) -> Counter[tuple[str, str]]:
    """How often each message of the bot stands in each channel."""
    counted: Counter[tuple[str, str]] = Counter()
    for place in PLACES:
        for message in await house.workspace.channel(place).messages(threads=True):
            if message.author == "Tocsin":
                counted[place, unique(message)] += 1
    return counted


@pytest.mark.timeout(240)
@pytest.mark.parametrize("way", SAMPLES, indirect=True)
async def test_killed_after_every_step_the_story_goes_on(house: House, stage: Stage) -> None:
    # Slack lets an app connect about once a minute; eight starts in a minute are ours, not the bot's.
    await house.workspace.faults.happen("rate_limits", profile="off")

    async def kill_and_start_again(_step: int) -> None:
        await house.kill_bot()
        await house.start_bot()

    await play(house, stage, between=kill_and_start_again)
    await house.workspace.settle()
    twice = {text for (_, text), count in (await said_by_the_bot(house)).items() if count > 1}
    assert not twice
    names = [str(channel.get("name", "")) for channel in (await house.workspace.state())["channels"]]
    assert sorted(name for name in names if name.startswith("inc-")) == ["inc-1-checkout", "inc-2-checkout"]
