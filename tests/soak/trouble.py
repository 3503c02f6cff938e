"""What befalls a bot during one run: nothing, one death, or a storm of small failures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from random import Random
from typing import Any, Protocol

from sandbox.state import Change
from sandbox.state import Workspace as Served
from sandbox.testing import Workspace

Rule = dict[str, Any]
COMMITS = "REHEARSAL__DIE_AFTER_COMMIT"


class Trouble(Protocol):
    """One way in which a run goes wrong."""

    def settings(self) -> dict[str, str]:
        """Settings of the bot that is in trouble; the one that follows it has none of them."""
        ...

    async def begin(self, workspace: Workspace, served: Served, kill: Callable[[], None]) -> None:
        """Prepare it. ``kill`` ends the bot before it returns."""
        ...


@dataclass(frozen=True, slots=True)
class Calm:
    """Nothing happens; commits are numbered, to know how many there are."""

    def __str__(self) -> str:
        return "no trouble"

    def settings(self) -> dict[str, str]:
        return {COMMITS: "0"}

    async def begin(self, workspace: Workspace, served: Served, kill: Callable[[], None]) -> None:
        return


@dataclass(frozen=True, slots=True)
class AfterCommit:
    """The bot dies right after its n-th commit."""

    number: int

    def __str__(self) -> str:
        return f"killed after commit {self.number}"

    def settings(self) -> dict[str, str]:
        return {COMMITS: str(self.number)}

    async def begin(self, workspace: Workspace, served: Served, kill: Callable[[], None]) -> None:
        return


@dataclass(frozen=True, slots=True)
class AtCall:
    """The bot dies when its n-th call has arrived, or when it is done and not answered."""

    number: int
    done: bool
    where: str = "api"

    def __str__(self) -> str:
        return f"killed {'after' if self.done else 'before'} {self.where} call {self.number}"

    def settings(self) -> dict[str, str]:
        return {COMMITS: "0"}

    async def begin(self, workspace: Workspace, served: Served, kill: Callable[[], None]) -> None:
        how = "lost" if self.done else "reset"
        rule = await workspace.faults.add(how, self.where, skip=self.number - 1, count=1)

        def listen(change: Change) -> None:
            if change.name == "fault_struck" and change.data["fault"].id == rule:
                kill()

        served.subscribe(listen)


@dataclass(frozen=True, slots=True)
class Storm:
    """Small failures of Slack, as a seed throws them, for as long as the story lasts."""

    seed: int

    def __str__(self) -> str:
        return f"storm {self.seed}: " + "; ".join(_shown(rule) for rule in self.rules())

    def settings(self) -> dict[str, str]:
        return {COMMITS: "0"}

    async def begin(self, workspace: Workspace, served: Served, kill: Callable[[], None]) -> None:
        for rule in self.rules():
            await workspace.faults.add(**rule)

    @property
    def deafens(self) -> bool:
        """Whether events are lost for good, so that rooms have to be read again."""
        return any((rule.get("where"), rule["do"]) == ("event", "drop") for rule in self.rules())

    def rules(self) -> list[Rule]:
        """Two to five kinds of failure at once."""
        dice = Random(self.seed)  # noqa: S311 - to be repeated, not to be secret
        first, *others = dice.sample(list(_kinds(dice)), dice.randint(2, 5))
        return [first | {"seed": self.seed}, *others]


def _kinds(dice: Random) -> Iterator[Rule]:
    """Every kind of failure that leaves traces everywhere, with drawn strength."""
    seldom = round(dice.uniform(0.02, 0.12), 2)
    often = round(dice.uniform(0.1, 0.5), 2)
    moment = round(dice.uniform(0.05, 0.5), 2)
    yield {"do": "ratelimited", "retry_after": dice.randint(1, 3), "probability": seldom}
    yield {"do": "lost", "probability": seldom}
    yield {"do": "reset", "probability": seldom}
    yield {"do": "latency", "seconds": 0, "jitter": moment, "probability": often}
    yield {"do": "drip", "seconds": 0.01, "probability": seldom}
    for when in ("before", "after"):
        yield {"do": "error", "error": "internal_error", "when": when, "probability": seldom}
        status, body = dice.choice((500, 502, 503, 504)), dice.choice(("json", "html", "text", "empty"))
        yield {"do": "http", "status": status, "body": body, "when": when, "probability": seldom}
    yield {"do": "http", "status": 200, "body": "truncated", "when": "after", "probability": seldom}
    yield {"where": "event", "do": "duplicate", "probability": often}
    yield {"where": "event", "do": "replay", "probability": often}
    yield {"where": "event", "do": "delay", "seconds": moment, "probability": often}
    yield {"where": "event", "do": "reorder", "probability": often}
    yield {"where": "event", "do": "lost_ack", "probability": often}
    yield {"where": "event", "do": "drop", "probability": often}
    for where in ("command", "interaction"):
        yield {"where": where, "do": "duplicate", "probability": seldom}
        yield {"where": where, "do": "replay", "probability": seldom}
        yield {"where": where, "do": "lost_ack", "probability": seldom}
        yield {"where": where, "do": "drop", "probability": seldom}
    yield {"where": "response_url", "do": "lost", "probability": often}
    yield {"where": "response_url", "do": "http", "status": 500, "probability": often}


def _shown(rule: Rule) -> str:
    return " ".join(str(value) for value in rule.values())
