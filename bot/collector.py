"""Python's collector of garbage, kept away from what stays.

Two thirds of a start are imports, and nearly all that they make stays as long as the process.
The collector would look through it again and again, while it is made and ever after: some tens
of milliseconds each time, in which nobody is answered.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

_NEW_OBJECTS: Final = 10_000
"""Containers made and not freed, after which the youngest are looked through."""
_ROUNDS: Final = 20
"""Looks at a younger generation before the next older one is looked at too."""


@contextmanager
def making_what_stays() -> Iterator[None]:
    """Nothing is collected in the block, and what it makes is never looked through again."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def settle_down() -> None:
    """The house stands: what there is stays, and what comes is looked through in larger portions."""
    gc.freeze()
    gc.set_threshold(_NEW_OBJECTS, _ROUNDS, _ROUNDS)
