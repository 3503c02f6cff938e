"""``make soak``: play the story again and again, with a death or a storm in each, and compare.

Every run must end like the run in which nothing went wrong. The number of points is found
out by that run.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from random import Random

from tests.databases import PostgresTemplate
from tests.soak.rehearsal import NotTheSame, Outcome
from tests.soak.restless import let_loose
from tests.soak.theatre import Act, Theatre, chosen, killed, outage, points, replaced, theatre
from tests.soak.trouble import Calm, Storm


@dataclass(slots=True)
class Report:
    """How it goes, for whoever watches."""

    total: int
    started: float = field(default_factory=time.monotonic)
    passed: int = 0
    missed: int = 0
    """Points behind the end of their run: it took fewer steps than the run they were counted in."""
    failed: list[str] = field(default_factory=list)

    def note(self, act: Act, outcome: Outcome | None, complaints: Sequence[str]) -> None:
        if complaints:
            self.failed.append(str(act))
        elif act.kills and outcome and not outcome.deaths:
            self.missed += 1
        else:
            self.passed += 1
        done = self.passed + self.missed + len(self.failed)
        spent = time.monotonic() - self.started
        left = spent / done * (self.total - done)
        word = "FAILED" if complaints else "passed"
        say(f"[{done}/{self.total}, {spent / 60:.0f} min, {left / 60:.0f} to go] {word}: {act}")
        for complaint in complaints:
            say(f"    {complaint}")


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 - a program for people


async def soak(stage: Theatre, wanted: argparse.Namespace) -> Report:
    """The run without trouble, twice; then every run that was asked for, so many at once."""
    async with asyncio.TaskGroup() as tasks:
        first, second = (tasks.create_task(stage.run(Calm()), name="calm") for _ in range(2))
    calm = first.result()
    acts = _acts(stage, calm, wanted)
    report = Report(total=len(acts) + 1)
    still = Act(Calm())
    report.note(still, second.result(), still.differences(calm, second.result()))
    slots = asyncio.Semaphore(wanted.workers)

    async def one(act: Act) -> None:
        async with slots:
            try:
                outcome = await stage.run(act.trouble, act.company)
            except NotTheSame as broken:
                report.note(act, None, [str(broken)])
            else:
                report.note(act, outcome, act.differences(calm, outcome))

    async with asyncio.TaskGroup() as tasks:
        for act in acts:
            if not act.alone:
                tasks.create_task(one(act), name=str(act))
    with stage.databases.durable() if isinstance(stage.databases, PostgresTemplate) else nullcontext():
        for act in acts:
            if act.alone:
                await one(act)
    return report


def _acts(stage: Theatre, calm: Outcome, wanted: argparse.Namespace) -> list[Act]:
    everything = points(calm)
    say(
        f"Without trouble: {calm.commits} commits, {calm.calls} calls, {calm.answers} answers;"
        f" {len(everything)} crash points."
    )
    troubles = chosen(everything, wanted.points, wanted.seed)
    troubles += [Storm(wanted.seed + number) for number in range(wanted.storms)]
    acts = [Act(trouble) for trouble in troubles]
    acts += [killed(wanted.seed + number) for number in range(wanted.replicas)]
    acts += [replaced(wanted.seed + number) for number in range(wanted.rollouts)]
    if isinstance(stage.databases, PostgresTemplate):
        acts += [outage(stage.databases, wanted.seed + number) for number in range(wanted.outages)]
    Random(wanted.seed).shuffle(acts)  # noqa: S311 - so that a part of them is a sample of all
    return acts


async def crowds(stage: Theatre, wanted: argparse.Namespace) -> list[str]:
    """Restless people, one house after the other; what they had to complain about."""
    complaints: list[str] = []
    for seed in range(wanted.seed, wanted.seed + wanted.crowds):
        url = stage.database()
        crowd = await let_loose(
            stage.nursery, mode=wanted.mode, database_url=url, seed=seed, acts=wanted.acts
        )
        say(f"Crowd {seed}: {', '.join(f'{n} {act}' for act, n in crowd.acts.most_common())}")
        complaints += [f"crowd {seed}: {complaint}" for complaint in crowd.complaints]
    return complaints


def main() -> int:
    """The exit code is 1 if a single run ended differently."""
    wanted = _asked()
    with theatre(wanted.database, wanted.mode) as stage:
        if wanted.crowds:
            complaints = asyncio.run(crowds(stage, wanted))
            say("\n".join(complaints) or f"{wanted.crowds} crowds had nothing to complain about.")
            return 1 if complaints else 0
        report = asyncio.run(soak(stage, wanted))
    spent = (time.monotonic() - report.started) / 60
    say(
        f"{report.passed} runs ended like the one without trouble, {report.missed} were over before"
        f" their point, {len(report.failed)} differed ({wanted.database}, {wanted.mode},"
        f" seed {wanted.seed}, {spent:.0f} min)."
    )
    for act in report.failed:
        say(f"    {act}")
    return 1 if report.failed else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--points", default="all", help="crash points: all, or so many")
    parser.add_argument("--storms", type=int, default=0, help="runs with random failures of Slack")
    parser.add_argument("--replicas", type=int, default=0, help="runs with three bots that die at random")
    parser.add_argument("--rollouts", type=int, default=0, help="runs with three bots replaced in turn")
    parser.add_argument("--outages", type=int, default=0, help="runs in which PostgreSQL is restarted")
    parser.add_argument("--crowds", type=int, default=0, help="houses full of restless people, instead")
    parser.add_argument("--acts", type=int, default=1000, help="how much each crowd does")
    parser.add_argument("--seed", type=int, default=1, help="which points; the first storm")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), default="sqlite")
    parser.add_argument("--mode", choices=("http", "socket"), default="http")
    parser.add_argument("--workers", type=int, default=2, help="runs at the same time")
    wanted = parser.parse_args()
    if (wanted.replicas or wanted.rollouts or wanted.outages) and wanted.database != "postgresql":
        parser.error("replicas and outages need --database postgresql")
    if wanted.crowds and wanted.mode != "http":
        # Hours that pass in an instant let the tickets of Socket Mode expire, and Slack drop connections.
        parser.error("crowds need --mode http")
    return wanted


if __name__ == "__main__":
    sys.exit(main())
