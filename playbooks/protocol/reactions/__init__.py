"""Which effects follow from which event: the whole policy of what is said to whom.

One pure table, in a module for each family of events. The bot is quiet: what people say, mark
and state is written down and answered privately; the room hears about changes of state only.
"""

from __future__ import annotations

from playbooks.domain.effects import Effect
from playbooks.domain.events import Event
from playbooks.protocol.reactions import closing, command, detection, governance, rooms, work
from playbooks.protocol.reactions.scene import Scene

__all__ = ["Scene", "reactions"]

_TABLE = {
    **detection.REACTIONS,
    **rooms.REACTIONS,
    **command.REACTIONS,
    **work.REACTIONS,
    **governance.REACTIONS,
    **closing.REACTIONS,
}


def reactions(event: Event, scene: Scene) -> tuple[Effect, ...]:
    """The effects that follow from the event, in the order in which readers should see them.

    None where an event is only written down.
    """
    reaction = _TABLE.get(type(event))
    return () if reaction is None else reaction(event, scene)
