"""The whole record of an incident, told again from its log alone.

Each event is given to the rule that it stands for; what follows from it without a word of its
own (an offer that is void because somebody else sits down) follows here by the same rules. The
record in the database has to be the same, byte for byte: where it is not, one of the two was
changed by other hands.
"""

from __future__ import annotations

from collections.abc import Iterable

from playbooks.domain import events as e
from playbooks.domain.errors import ProtocolError
from playbooks.domain.events import Event
from playbooks.domain.ids import IncidentId
from playbooks.domain.retelling.circle import CIRCLE
from playbooks.domain.retelling.command import COMMAND
from playbooks.domain.retelling.life import LIFE
from playbooks.domain.retelling.promises import PROMISES
from playbooks.domain.retelling.record import Record, Turns, Untold
from playbooks.domain.retelling.work import WORK

__all__ = ["MOVE_NOTHING", "TURNS", "Record", "Untold", "apply", "tell"]

TURNS: Turns = {**LIFE, **CIRCLE, **COMMAND, **WORK, **PROMISES}
MOVE_NOTHING = frozenset(
    (
        e.ActRefused,
        e.AlertAcknowledged,
        e.ChildJoined,
        e.ChildLeft,
        e.EntryCorrected,
        e.FindingAttached,
        e.HubHarmed,
        e.HubRenamed,
        e.IncidentStale,
        e.KeyEventMarked,
        e.KnownErrorCreated,
        e.KnownErrorRecognised,
        e.MergeAgreed,
        e.MessageDeleted,
        e.MessageEdited,
        e.MessageSaid,
        e.ParentEnded,
        e.ParentUpdated,
        e.RoomConverted,
        e.RoomRenamed,
        e.SpanExceeded,
        e.StepFailed,
        e.TasksLeft,
        e.UpdateDue,
        e.UpdateOverdue,
        e.WordsRemoved,
    )
)
"""Events that are words in the log, or news to people, and change no row of the incident."""


def tell(incident: IncidentId, events: Iterable[Event]) -> Record:
    """The record after these events of the incident, in order of ``seq``. Raises Untold."""
    record = Record(number=incident)
    for event in events:
        apply(record, event)
    return record


def apply(record: Record, event: Event) -> None:
    """Let one event more have happened. Raises Untold, also for what no rule would have allowed."""
    turn = TURNS.get(type(event))
    if turn is None:
        return
    try:
        turn(record, event)
    except ProtocolError as refused:
        raise Untold(record.number, f"{type(event).__name__} at {event.at:%H:%M:%S} ({refused})") from refused
