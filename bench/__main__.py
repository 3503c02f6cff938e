"""``python -m bench``: every measurement; ``python -m bench sandbox`` only that one, ``--quick`` shorter.

Exit code 1 says that a promise was missed, 2 that there is no such measurement.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Sequence

from bench import acks, growth, intake, outbox, restart, sandbox, storm, thinking, war_room
from bench.report import Report
from bot.logs import set_up

PROMISES: dict[str, Callable[..., Coroutine[None, None, Report]]] = {
    "war_room": war_room.measure,
    "outbox": outbox.measure,
    "acks": acks.measure,
    "restart": restart.measure,
    "sandbox": sandbox.measure,
    "growth": growth.measure,
    "thinking": thinking.measure,
    "storm": storm.measure,
}
TABLES: dict[str, Callable[[], Coroutine[None, None, str]]] = {
    "intake": intake.measure,
}
MEASUREMENTS = (*PROMISES, *TABLES)


def main(arguments: Sequence[str]) -> int:
    """Print what was asked for, or everything."""
    quick = "--quick" in arguments
    wanted = [argument for argument in arguments if argument != "--quick"]
    if unknown := set(wanted) - set(MEASUREMENTS):
        print(f"bench: no measurement {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}.")
        return 2
    set_up(level="error", form="console")
    kept = [_shown(name, quick=quick) for name in wanted or MEASUREMENTS]
    return 0 if all(kept) else 1


def _shown(name: str, *, quick: bool) -> bool:
    """Measure and print; whether every promise in it was kept."""
    if name in TABLES:
        print(asyncio.run(TABLES[name]()), flush=True)
        return True
    report = asyncio.run(PROMISES[name](quick=quick))
    print(report, flush=True)
    return report.kept


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
