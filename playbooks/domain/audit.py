"""Whether a log is as it was written: every link fits, and what is gone was taken out lawfully.

Words may have to be removed (a password, a person's right); their entry keeps its place and
its hashes, and a later entry says who removed them and why. Words that are gone without such
an entry were taken out by somebody who did not want to be seen.
"""

from __future__ import annotations

from dataclasses import dataclass

from playbooks.domain.entry import GENESIS, Anchor, Entry, misfit
from playbooks.domain.events import MessageDeleted, WordsRemoved
from playbooks.domain.ids import IncidentId

_SAYS_WHAT_IS_GONE = {WordsRemoved.__name__: "entries", MessageDeleted.__name__: "removed"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Garbled:
    """A stored entry that cannot even be read."""

    seq: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """The first entry that is not as it was written."""

    seq: int
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What an audit of one log found."""

    incident: IncidentId
    entries: int
    head: str
    """The hash of the last entry that was looked at."""
    gaps: tuple[int, ...]
    """Entries without words whose removal is written down."""
    has_wanted: bool
    """Whether the hash that was asked for is one of its; true if none was."""
    broken: Break | None


class Audit:
    """Walks one log from its first entry; lines are given in order of ``seq``."""

    def __init__(self, incident: IncidentId, anchor: Anchor | None, *, wanted: str = "") -> None:
        """``wanted`` is the beginning of a hash that the log should hold."""
        self._incident = incident
        self._anchor = anchor
        self._wanted = wanted
        self._has_wanted = not wanted
        self._seq = 0
        self._hash = GENESIS
        self._broken: Break | None = None
        self._wordless: list[int] = []
        self._accounted: set[int] = set()

    def read(self, line: Entry | Garbled) -> None:
        """Look at the next stored entry; after the first that is broken nothing can be said of the rest."""
        if self._broken is not None:
            return
        if isinstance(line, Garbled):
            self._broken = Break(seq=line.seq, why=line.why)
            return
        why = misfit(line, seq=self._seq + 1, prev_hash=self._hash)
        if why:
            self._broken = Break(seq=line.seq, why=why)
            return
        self._seq, self._hash = line.seq, line.hash
        self._has_wanted = self._has_wanted or line.hash.startswith(self._wanted)
        self._account(line)

    def finding(self) -> Finding:
        """What was found, once every line was read."""
        return Finding(
            incident=self._incident,
            entries=self._seq,
            head=self._hash,
            gaps=tuple(seq for seq in self._wordless if seq in self._accounted),
            has_wanted=self._has_wanted,
            broken=self._broken or self._unaccounted() or self._lost_end(),
        )

    def _account(self, entry: Entry) -> None:
        if entry.body is None:
            self._wordless.append(entry.seq)
        elif entry.kind in _SAYS_WHAT_IS_GONE:
            named = entry.body[_SAYS_WHAT_IS_GONE[entry.kind]]
            self._accounted.update(named if isinstance(named, (list, tuple)) else ())

    def _unaccounted(self) -> Break | None:
        for seq in self._wordless:
            if seq not in self._accounted:
                return Break(seq=seq, why="its words are gone, and no entry says who removed them")
        return None

    def _lost_end(self) -> Break | None:
        length, head = (self._anchor.length, self._anchor.head) if self._anchor else (0, GENESIS)
        if self._seq < length:
            return Break(seq=self._seq + 1, why=f"the log has {length} entries, and the last are gone")
        if self._seq > length:
            return Break(seq=length + 1, why=f"the log has {length} entries, and this one is too many")
        if self._hash != head:
            return Break(seq=length, why="the log is known to end with another hash")
        return None
