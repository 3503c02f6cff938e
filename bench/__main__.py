"""``python -m bench``: every measurement, one table each; ``python -m bench sandbox`` only that one."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable, Coroutine, Sequence

from bench import intake, sandbox, thinking

MEASUREMENTS: dict[str, Callable[[], Coroutine[None, None, str]]] = {
    "sandbox": sandbox.measure,
    "intake": intake.measure,
    "thinking": thinking.measure,
}


def main(wanted: Sequence[str]) -> int:
    """Print the tables that were asked for, or all; 2 for a name that is none."""
    if unknown := set(wanted) - set(MEASUREMENTS):
        print(f"bench: no measurement {', '.join(sorted(unknown))}; there are {', '.join(MEASUREMENTS)}.")
        return 2
    for name in wanted or MEASUREMENTS:
        print(asyncio.run(MEASUREMENTS[name]()), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
