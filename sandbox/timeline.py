"""Messages of one conversation, or of one thread, in order of their timestamps.

Posting appends, a page is a slice found by bisection: both stay fast in a channel
with a hundred thousand messages.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sandbox.model import Message

SECONDS_WIDTH = 10  # digits before the point, until the year 2286
MICROS_WIDTH = 6


def padded(ts: str) -> str:
    """A timestamp such as ``0`` or ``1700000000.5`` in the width in which timestamps sort as text.

    Raises ValueError for what is no timestamp.
    """
    seconds, _, micros = ts.strip().partition(".")
    if not (seconds or "0").isdigit() or not (micros or "0").isdigit():
        raise ValueError(ts)
    return f"{seconds.zfill(SECONDS_WIDTH)}.{micros.ljust(MICROS_WIDTH, '0')[:MICROS_WIDTH]}"


class Timeline:
    """An ordered map from timestamp to message."""

    def __init__(self) -> None:
        self._order: list[str] = []
        self._messages: dict[str, Message] = {}

    def __len__(self) -> int:
        return len(self._order)

    def __iter__(self) -> Iterator[Message]:
        return (self._messages[ts] for ts in self._order)

    def __contains__(self, ts: object) -> bool:
        return ts in self._messages

    def get(self, ts: str) -> Message | None:
        return self._messages.get(ts)

    def add(self, message: Message) -> None:
        if message.ts in self._messages:
            raise KeyError(message.ts)
        if self._order and message.ts < self._order[-1]:
            self._order.insert(bisect_left(self._order, message.ts), message.ts)
        else:
            self._order.append(message.ts)
        self._messages[message.ts] = message

    def remove(self, ts: str) -> None:
        del self._messages[ts]
        del self._order[bisect_left(self._order, ts)]

    def last(self) -> Message | None:
        return self._messages[self._order[-1]] if self._order else None

    def span(self, after: str | None, before: str | None, *, inclusive: bool) -> tuple[int, int]:
        """The half-open range of positions between two timestamps; None leaves that side open."""
        low, high = 0, len(self._order)
        if after is not None:
            low = (bisect_left if inclusive else bisect_right)(self._order, padded(after))
        if before is not None:
            high = (bisect_right if inclusive else bisect_left)(self._order, padded(before))
        return low, max(low, high)

    def slice(self, low: int, high: int) -> list[Message]:
        """Messages at positions [low, high), oldest first."""
        return [self._messages[ts] for ts in self._order[max(0, low) : high]]

    def latest(self, limit: int, before: str | None = None) -> list[Message]:
        """The ``limit`` messages just before ``before`` (or the newest), oldest first."""
        low, high = self.span(None, before, inclusive=False)
        return self.slice(max(low, high - limit), high)

    def count_after(self, ts: str) -> int:
        """How many messages are younger than ``ts``."""
        return len(self._order) - bisect_right(self._order, padded(ts))
