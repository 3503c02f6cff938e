"""Where runs take place, and which deaths there are to die."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from random import Random

from bot.demo.house import House
from bot.manifest import Mode
from tests.databases import PostgresTemplate, SqliteTemplate, postgresql_server
from tests.soak.company import Company, Keeper
from tests.soak.likeness import HEARD, WORDINGS
from tests.soak.nursery import Nursery, nursery
from tests.soak.people import People
from tests.soak.rehearsal import NotTheSame, Outcome, rehearse
from tests.soak.replicas import Plot, Troupe, killing, restarting, rolling
from tests.soak.trouble import AfterCommit, AtCall, Calm, Storm, Trouble

LONGEST_RUN = 600.0
"""Seconds after which a run is stuck."""
STAGES = 4
"""Runs at once: PostgreSQL has a hundred connections, and a bot may take fifteen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Theatre:
    """Where runs take place: one transport, one engine, one nursery."""

    nursery: Nursery
    mode: Mode
    databases: SqliteTemplate | PostgresTemplate
    folder: Path
    stages: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(STAGES))

    async def run(self, trouble: Trouble, company: Callable[[House, People], Company] = Keeper) -> Outcome:
        """One run on a fresh database, as soon as a stage is free. Raises NotTheSame."""
        async with self.stages:
            url = self.database()
            try:
                async with asyncio.timeout(LONGEST_RUN):
                    return await rehearse(
                        self.nursery, trouble, mode=self.mode, database_url=url, company=company
                    )
            except TimeoutError:
                raise NotTheSame(f"It did not end within {LONGEST_RUN:.0f} s.") from None
            finally:
                if isinstance(self.databases, PostgresTemplate):
                    self.databases.drop(url)

    def database(self) -> str:
        """A fresh one."""
        if isinstance(self.databases, PostgresTemplate):
            return self.databases.copy()
        return self.databases.copy(Path(tempfile.mkdtemp(dir=self.folder)))


@contextmanager
def theatre(database: str, mode: Mode) -> Iterator[Theatre]:
    """Everything that runs share, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="tocsin-soak-") as folder, nursery() as bots:
        if database == "sqlite":
            home = Path(folder)
            yield Theatre(nursery=bots, mode=mode, databases=SqliteTemplate(home), folder=home)
        else:
            with postgresql_server() as databases:
                yield Theatre(nursery=bots, mode=mode, databases=databases, folder=Path(folder))


@dataclass(frozen=True, slots=True)
class Act:
    """What befalls which bots in one run."""

    trouble: Trouble
    company: Callable[[House, People], Company] = Keeper
    name: str = ""
    deadly: bool = False
    alone: bool = False
    """Whether nothing else may take place on the same database server meanwhile."""

    def __str__(self) -> str:
        return self.name or str(self.trouble)

    def differences(self, calm: Outcome, outcome: Outcome) -> list[str]:
        """How a run under this trouble ended differently from the one without."""
        deaf = isinstance(self.trouble, Storm) and self.trouble.deafens
        return calm.likeness.differences(outcome.likeness, without=(WORDINGS, HEARD) if deaf else ())

    @property
    def kills(self) -> bool:
        """Whether somebody has to have died for it to count."""
        return self.deadly or isinstance(self.trouble, (AfterCommit, AtCall))


def killed(seed: int) -> Act:
    """Three replicas, of which one dies every few seconds."""
    return _troupe(killing(seed), f"three replicas, killed at random {seed}", deadly=True)


def replaced(seed: int) -> Act:
    """Three replicas that are replaced one after the other, all the time."""
    return _troupe(rolling(seed), f"three replicas, replaced in turn {seed}")


def outage(databases: PostgresTemplate, seed: int) -> Act:
    """Three replicas whose database server is restarted again and again, in order or not."""
    plot = restarting(seed, databases.restart)
    return _troupe(plot, f"three replicas, PostgreSQL restarted {seed}", alone=True)


def _troupe(plot: Plot, name: str, *, deadly: bool = False, alone: bool = False) -> Act:
    def company(house: House, people: People) -> Company:
        return Troupe(house, people, 3, plot)

    return Act(Calm(), company, name, deadly=deadly, alone=alone)


def points(calm: Outcome) -> list[Trouble]:
    """Every instant at which a death is tried, as the run without one has shown them."""
    found: list[Trouble] = [AfterCommit(number) for number in range(1, calm.commits + 1)]
    for where, count in (("api", calm.calls), ("response_url", calm.answers)):
        for number in range(1, count + 1):
            found += [AtCall(number, done=done, where=where) for done in (False, True)]
    return found


def chosen(everything: Sequence[Trouble], wanted: str, seed: int) -> list[Trouble]:
    """All points, or so many of them, spread by the seed over the whole story."""
    if wanted == "all":
        return list(everything)
    count = min(int(wanted), len(everything))
    dice = Random(seed)  # noqa: S311 - to be repeated, not to be secret
    edges = [round(part * len(everything) / count) for part in range(count + 1)] if count else []
    return [everything[dice.randrange(first, last)] for first, last in pairwise(edges)]
