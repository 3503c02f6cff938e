"""One alert storm becomes one run incident, from webhook to known error.

Eight steps that people play through Slack and machines through HTTP. Every step checks
what must be visible when it is over; the bot may be killed between any two of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import aiohttp

from bot.demo.cast import Cast
from bot.demo.house import House
from bot.demo.learning import it_is_learnt
from bot.demo.outbreak import command_is_seated, monitoring_declares, the_log_listens, the_room_opens
from bot.demo.recovery import changes_freeze, it_recovers, stakeholders_hear
from bot.demo.stage import Stage
from bot.demo.world import Machines

Step = Callable[[Cast], Awaitable[None]]

STORY: tuple[Step, ...] = (
    monitoring_declares,
    the_room_opens,
    command_is_seated,
    the_log_listens,
    changes_freeze,
    stakeholders_hear,
    it_recovers,
    it_is_learnt,
)


async def play(
    house: House,
    stage: Stage,
    *,
    between: Callable[[int], Awaitable[None]] | None = None,
) -> None:
    """Play all steps; ``between`` runs after each, with the number of the step that ended.

    Raises StoryBroken, or AssertionError where something expected was not seen.
    """
    async with aiohttp.ClientSession(trust_env=False) as session:
        cast = Cast(house=house, stage=stage, machines=Machines(house, session))
        for number, step in enumerate(STORY, 1):
            await step(cast)
            if between is not None:
                await between(number)
