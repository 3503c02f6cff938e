"""What went in and out, in order.

One entry per request, delivery, acknowledgement and act, with what was said on both
sides: the page's inspector and the tests read it instead of guessing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

KEPT = 20_000  # entries; older ones are forgotten so that a load test does not eat the machine

Direction = Literal["in", "out"]


@dataclass(slots=True, kw_only=True)
class Entry:
    """One exchange. ``direction`` is seen from the workspace: ``in`` is a call, ``out`` a delivery."""

    seq: int
    at: float
    kind: str
    direction: Direction
    summary: str
    status: str = ""
    latency_ms: float | None = None
    attempt: int = 1
    app_id: str | None = None
    channel: str | None = None
    correlation: str | None = None
    request: Any = None
    response: Any = None
    detail: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


class Journal:
    """The ordered record of one workspace."""

    def __init__(self, now: Callable[[], float], *, kept: int = KEPT) -> None:
        self._now = now
        self._entries: deque[Entry] = deque(maxlen=kept)
        self._seq = 0
        self._readers: list[Callable[[Entry], None]] = []

    @property
    def seq(self) -> int:
        return self._seq

    def record(self, kind: str, *, direction: Direction, summary: str, **rest: Any) -> Entry:
        """Write one entry; ``rest`` are further fields of Entry."""
        self._seq += 1
        at = rest.pop("at", self._now())
        entry = Entry(seq=self._seq, at=at, kind=kind, direction=direction, summary=summary, **rest)
        self._entries.append(entry)
        self.announce(entry)
        return entry

    def announce(self, entry: Entry) -> None:
        """Tell the readers that an entry is new, or that its status or response was filled in."""
        for reader in list(self._readers):
            reader(entry)

    def subscribe(self, reader: Callable[[Entry], None]) -> Callable[[], None]:
        """Call ``reader`` with every entry to come; the answer ends that."""
        self._readers.append(reader)
        return lambda: self._readers.remove(reader)

    def since(self, seq: int = 0) -> list[Entry]:
        """Entries after ``seq``, oldest first."""
        newer: list[Entry] = []
        for entry in reversed(self._entries):
            if entry.seq <= seq:
                break
            newer.append(entry)
        return newer[::-1]

    def latest(self, limit: int) -> list[Entry]:
        """The last entries, newest first."""
        return [entry for entry, _ in zip(reversed(self._entries), range(limit), strict=False)]

    def clear(self) -> None:
        self._entries.clear()
