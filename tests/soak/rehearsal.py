"""One run: the story of the demo is played while something befalls the bot, and it goes on."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from bot.demo.house import House, HouseBroken, open_house
from bot.demo.stage import Stage, StoryBroken
from bot.demo.story import play
from bot.manifest import Mode
from bot.workers.chores import GAPS
from sandbox.clock import Clock
from sandbox.state import Workspace as Served
from storage.engine import Unreachable
from tests.scenarios.record import Record, printed, reading
from tests.soak.company import Company, Keeper
from tests.soak.likeness import Likeness, likeness
from tests.soak.nursery import Nursery
from tests.soak.people import PATIENCE, People
from tests.soak.trouble import Trouble

MORNING = datetime(2030, 3, 4, 9, 0, tzinfo=UTC)
"""Every run begins on the same working day, because rosters and clocks depend on it."""
PACE = {
    "WORKER__POLL": "400ms",
    "WORKER__LEASE": "4s",
    "SLACK__PATIENCE": "3s",
    "LOG__LEVEL": "info",
}
"""Leases end soon, so that what a dead process has begun is begun again soon."""
RETRIES = (61.0, 301.0)
"""Slack repeats an event after one minute and after five (Slack docs, "The Events API")."""
FINALE = 2 * 3600.0
"""Long enough for everything that was promised to be due: an ending between two alarms would be chance."""
_LOOK_EVERY = 0.1
_TWICE = 2


class NotTheSame(Exception):
    """The run ended differently; the text says how."""


@dataclass(slots=True)
class Outcome:
    """How a run went."""

    likeness: Likeness
    deaths: int
    commits: int
    calls: int
    answers: int
    """Calls of response URLs."""
    again: list[str]
    """What people had to do again."""


async def rehearse(
    nursery: Nursery,
    trouble: Trouble,
    *,
    mode: Mode,
    database_url: str,
    company: Callable[[House, People], Company] = Keeper,
) -> Outcome:
    """Play the whole story under trouble. Raises NotTheSame if it does not come to its end."""
    with tempfile.TemporaryDirectory(prefix="tocsin-soak-") as folder:
        async with _opened(Path(folder), nursery, mode, database_url) as (house, people, served):
            try:
                return await _played(house, people, served, trouble, company(house, people))
            except* (StoryBroken, AssertionError, HouseBroken) as broken:
                kept = shutil.copytree(folder, Path(tempfile.mkdtemp(prefix="tocsin-kept-")) / "run")
                told = "\n".join(_words_of(broken))
                raise NotTheSame(f"{told}\nThe logs are in {kept}") from broken


@asynccontextmanager
async def _opened(
    folder: Path, nursery: Nursery, mode: Mode, database_url: str
) -> AsyncIterator[tuple[House, People, Served]]:
    served = Served(clock=Clock(start=MORNING.timestamp()))
    async with (
        open_house(
            folder, mode=mode, database_url=database_url, launch=nursery.launch, workspace=served
        ) as house,
        People(house.workspace.base_url) as people,
    ):
        house.workspace, people.served = people, served
        house.settings |= PACE
        yield house, people, served


def _words_of(broken: BaseException) -> Iterator[str]:
    """What went wrong, however many groups it lies in."""
    if isinstance(broken, BaseExceptionGroup):
        for inner in broken.exceptions:
            yield from _words_of(inner)
    else:
        yield f"{type(broken).__name__}: {broken}"


async def _played(
    house: House, people: People, served: Served, trouble: Trouble, company: Company
) -> Outcome:
    house.settings |= trouble.settings()
    await trouble.begin(people, served, company.kill)
    await company.start()
    async with asyncio.TaskGroup() as tasks:
        watch = tasks.create_task(company.watch(), name="company")
        try:
            stage = Stage(people, say=lambda _line: None, pace=0)
            await play(house, stage, between=lambda _step: _quiet(house, people))
            await _end(house, people)
        finally:
            await company.leave()
            watch.cancel()
    made = Counter(entry.kind for entry in served.journal.since())
    return Outcome(
        likeness=likeness(await people.state(), house.database_url),
        deaths=company.deaths,
        commits=len(printed(house, "rehearsal.commit")),
        calls=made["api"],
        answers=made["response_url"],
        again=people.again,
    )


async def _end(house: House, people: People) -> None:
    """Slack is well again and repeats what was not heard; the bot finishes what it owes."""
    await people.faults.clear()
    for seconds in (*RETRIES, FINALE):
        await _quiet(house, people)
        await house.advance(seconds)
    await _quiet(house, people, since=await _now(people))


async def _quiet(house: House, people: People, *, since: datetime | None = None) -> None:
    """Nothing is being delivered, nothing is owed, nothing waits to be thought about: twice in a row.

    Once could be chance: what an alarm owes may appear behind the back of whoever is counting.
    With ``since``, rooms were read after it too, as far as they held what was not heard.
    """
    deadline = asyncio.get_running_loop().time() + PATIENCE
    busy: object = "the database is away"
    while asyncio.get_running_loop().time() < deadline:
        with suppress(DBAPIError, Unreachable):  # its server is being restarted
            async with reading(house.database_url) as record:
                busy = await _calmed(record, people, deadline, since)
            if not busy:
                return
        await asyncio.sleep(_LOOK_EVERY)
    raise StoryBroken(f"It never became quiet: {busy}")


async def _calmed(record: Record, people: People, deadline: float, since: datetime | None) -> dict[str, int]:
    """What there is still to do when time is up; nothing as soon as there is nothing twice in a row."""
    calm = 0
    while True:
        await people.awake.wait()
        busy = await _busy(record, people, since)
        calm = 0 if busy else calm + 1
        if calm == _TWICE or asyncio.get_running_loop().time() > deadline:
            return busy
        await asyncio.sleep(_LOOK_EVERY)


async def _busy(record: Record, people: People, since: datetime | None) -> dict[str, int]:
    """How much there is still to do, in the order in which one thing leads to the next."""
    idle = await people.get("idle")
    now = await _now(people)
    received, ringing = await record.store.inbox.counts(), await record.store.alarms.overdue(now)
    owed = await record.store.outbox.counts()
    found = {
        "deliveries": int(idle["pending"]),
        "received": received["waiting"] + received["leased"],
        "alarms": ringing,
        "owed": owed["waiting"] + owed["leased"],
        "unread rooms": since is not None and not await record.did(GAPS, since),
    }
    return {name: number for name, number in found.items() if number}


async def _now(people: People) -> datetime:
    return datetime.fromtimestamp(float((await people.get("clock"))["now"]), UTC)
