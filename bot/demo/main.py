"""``tocsin demo``: open the house, say what to try, and play the story if asked to."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import tempfile
from pathlib import Path

import click

from bot.demo.house import House, HouseBroken, open_house
from bot.demo.stage import PAUSE, Stage, StoryBroken
from bot.demo.story import STORY, play

FOLLOW_SECONDS = 0.25
TRY = """
  Try this in the page:
    · you are Ada; pick somebody else at the top right whenever you like
    · type  /incident  in any channel: a small menu
    · type  /incident declare checkout customers cannot pay
    · press Take command on the card, then be Bob and press Contest… below it
    · make STORY=1 demo plays a whole incident by itself
"""


def demonstrate(*, port: int, story: bool, headless: bool) -> int:
    """Run the demo until it is interrupted; the answer is the exit code."""
    with tempfile.TemporaryDirectory(prefix="tocsin-") as folder, contextlib.suppress(KeyboardInterrupt):
        return asyncio.run(_demonstrate(Path(folder), port=port, story=story or headless, headless=headless))
    return 0


async def _demonstrate(folder: Path, *, port: int, story: bool, headless: bool) -> int:
    click.echo("Starting a Slack workspace on this machine, and the bot ...")
    code = 0
    try:
        async with open_house(folder, port=port) as house, asyncio.TaskGroup() as tasks:
            follower = tasks.create_task(_follow(house), name="clock follower")
            try:
                await house.start_bot()
                click.echo(f"\n  Open  {house.workspace.base_url}/  in a browser.")
                code = await _perform(house, headless=headless) if story else 0
                if not headless:
                    click.echo(TRY)
                    click.echo("  Ctrl-C ends it; nothing is kept.")
                    await _until_interrupted()
            finally:
                follower.cancel()
    except* HouseBroken as broken:
        for each in broken.exceptions:
            click.echo(f"\n{each}", err=True)
        code = 1
    return code


async def _perform(house: House, *, headless: bool) -> int:
    stage = Stage(house.workspace, say=click.echo, pace=0 if headless else PAUSE)
    try:
        await play(house, stage)
    except (StoryBroken, AssertionError) as broken:
        click.echo(f"\n   ✗  {broken}", err=True)
        click.echo(f"\nThe story broke. The bot's log is {house.log_file}:\n{house.last_words()}", err=True)
        return 1
    text = f"The story is over: {len(STORY)} steps, {stage.checked} things seen."
    click.echo(f"\n{text}")
    await stage.curtain(text)
    return 0


async def _follow(house: House) -> None:
    """Whoever moves the workspace's clock in the page moves the bot's time too."""
    while True:
        await asyncio.sleep(FOLLOW_SECONDS)
        await house.follow_clock()


async def _until_interrupted() -> None:
    over = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, over.set)
    await over.wait()
