"""A rehearsal of death: the process ends itself at a chosen commit, without tidying up.

A proof that nothing is lost has to stop the process at every point at which the record
changed; from outside nobody can hit the instant between a commit and what follows from it.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from itertools import count

import structlog

log = structlog.get_logger("tocsin.rehearsal")


def mortal(die_after_commit: int | None) -> Callable[[], None] | None:
    """What to do after each commit: number it in the log, and die at the chosen one; 0 never dies."""
    if die_after_commit is None:
        return None
    numbers = count(1)

    def committed() -> None:
        number = next(numbers)
        log.info("rehearsal.commit", number=number)
        if number == die_after_commit:
            os.kill(os.getpid(), signal.SIGKILL)

    return committed
