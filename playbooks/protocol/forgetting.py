"""Taking words out of a log where the law, or a pasted password, demands it.

The entry keeps its place, its time and its hashes; a new entry says whose order it was and
why. What else quotes the words (a post-mortem, a statement) is edited where it stands.
"""

from __future__ import annotations

from playbooks.domain.entry import Entry
from playbooks.domain.errors import NeedsWords, NotNeeded
from playbooks.domain.events import EntryCorrected, KeyEventMarked, MessageEdited, MessageSaid, WordsRemoved
from playbooks.domain.ids import ChannelId, IncidentId, Ts, UserId
from playbooks.ports import Ports, Unit
from playbooks.protocol.correcting import family
from playbooks.protocol.recording import locked, record

WORDS_OF_PEOPLE = frozenset(
    kind.__name__ for kind in (MessageSaid, MessageEdited, KeyEventMarked, EntryCorrected)
)
"""What may be emptied; what was decided stays."""


async def remove_words(
    ports: Ports, *, incident: IncidentId, seq: int, by: UserId, reason: str
) -> WordsRemoved:
    """Empty an entry, and every other that holds the same message. Raises NeedsWords, NotNeeded."""
    if not reason.strip():
        raise NeedsWords("Say why these words are removed: who reads the log later will ask.")
    async with ports.units() as unit:
        found = await locked(unit, incident)
        seqs = await holding(unit, await _removable(unit, incident, seq))
        await unit.entries.blank(incident, seqs)
        event = WordsRemoved(
            incident=incident, by=by, at=ports.clock.now(), entries=seqs, reason=reason.strip()
        )
        await record(unit, ports, found, event)
        await unit.commit()
    return event


async def holding(unit: Unit, entry: Entry) -> tuple[int, ...]:
    """The entries that hold the words of this one, itself included."""
    body = entry.body or {}
    if not body.get("ts"):
        return await family(unit, entry)
    place = ChannelId(str(body["channel"])), Ts(str(body["ts"]))
    return tuple(same.seq for same in await unit.entries.of_message(entry.incident, *place) if same.body)


async def _removable(unit: Unit, incident: IncidentId, seq: int) -> Entry:
    entry = await unit.entries.at(incident, seq)
    if entry is None:
        raise NeedsWords(f"The log has no entry {seq}.")
    if entry.body is None:
        raise NotNeeded(f"Entry {seq} has no words any more.")
    if entry.kind not in WORDS_OF_PEOPLE:
        raise NeedsWords(f"Entry {seq} is {entry.kind}: what was decided stays. Only people's words can go.")
    return entry
